"""A program that is run on a host by its python3. Not here: what decides when (openqrm_plugins.wake_on_lan.actions)."""
