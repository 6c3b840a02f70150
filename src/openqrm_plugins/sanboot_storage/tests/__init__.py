"""Tests of the plugin sanboot-storage."""
