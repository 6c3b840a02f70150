"""Tests of the plugin kvm."""
