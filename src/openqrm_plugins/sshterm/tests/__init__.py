"""Tests of the plugin sshterm."""
