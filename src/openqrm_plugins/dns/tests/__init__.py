"""Tests of the plugin dns."""
