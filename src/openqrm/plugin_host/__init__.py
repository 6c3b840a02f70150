"""Finds, checks, loads and enables plugins, and says why one is refused.

Here: manifests, dependencies between plugins, the three states absent, disabled and started. Not here: what plugins
may import (plugin_api), and no plugin's name, ever.
"""
