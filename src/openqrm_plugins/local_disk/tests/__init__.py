"""Tests of the plugin local-disk."""
