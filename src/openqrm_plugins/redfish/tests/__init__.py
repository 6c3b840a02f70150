"""Tests of the plugin redfish."""
