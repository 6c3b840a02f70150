"""The plugins that ship with openQRM, one folder each, named by the plugin's id.

Here: whatever names a product or a protocol. Not here: code two plugins need, which belongs in openqrm.plugin_api.
"""
