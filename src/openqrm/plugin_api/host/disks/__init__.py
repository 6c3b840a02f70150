"""The program for disks in files, in modules: sent whole and run on a storage, where openQRM is not installed.

Here: `making` and `filling` are what is started; `looking`, `pouring` and `settling` are what they need. Not here: what
is asked of them (storage/), and how far work is that goes on by itself (`noting`, beside this).
"""
