"""Tests of the plugin nfs-storage."""
