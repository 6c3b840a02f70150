"""Tests of the plugin ipmi."""
