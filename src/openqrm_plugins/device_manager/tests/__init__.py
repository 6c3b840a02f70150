"""Tests of the plugin device-manager."""
