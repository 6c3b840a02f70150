"""The program for disks in files, in modules: sent whole and run on a storage, where openQRM is not installed.

Here: `making` is what is started; `looking` and `filling` are what it needs. Not here: what is asked of it (storage/).
"""
