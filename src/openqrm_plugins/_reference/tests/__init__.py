"""Tests of the reference plugin."""
