"""Tests of the plugin directory-storage."""
