"""Tests of the plugin local-server."""
