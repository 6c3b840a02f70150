"""Tests of the plugin wake-on-lan."""
