"""Tests of the plugin tmpfs-storage."""
