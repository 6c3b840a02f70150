"""Tests of the plugin lvm-storage."""
