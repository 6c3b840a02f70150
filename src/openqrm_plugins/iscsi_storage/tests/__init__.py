"""Tests of the plugin iscsi-storage."""
