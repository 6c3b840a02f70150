"""openQRM: a server is just files, started anywhere with one command.

Here: the core, which manages resources, plans and plugins. Not here: anything that names a product; that is a plugin.
"""
