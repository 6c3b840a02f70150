"""Tests of the plugin image-shelf."""
