"""Tests of the plugin dhcpd."""
