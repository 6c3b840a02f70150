"""Tests of the plugin tftpd."""
