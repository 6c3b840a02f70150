"""The command line, `openqrm NOUN VERB`, made from the declared intents; it talks to the REST door.

Here: arguments, tables, progress, exit codes. Not here: any rule, and nothing slow to import: --help is read often.
"""
