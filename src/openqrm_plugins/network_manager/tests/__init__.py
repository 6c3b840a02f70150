"""Tests of the plugin network-manager."""
