"""Tests of the plugin aoe-storage."""
