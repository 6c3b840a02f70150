"""The program for folders, in modules: sent whole and run on a storage, where openQRM is not installed.

Here: `filling` is what is started; `reading` and `unpacking` are what it needs. Not here: what is asked of it
(storage/), and the frame that it shares with disks (`filling`, beside this).
"""
