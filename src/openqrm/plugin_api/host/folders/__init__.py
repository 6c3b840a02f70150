"""The program for folders, in modules: sent whole and run on a storage, where openQRM is not installed.

Here: `filling` is what is started. `unpacking` has an archive read by `reading`, a process without rights, and what
that hands on, as `entries` has it, written by `placing`. Not here: what is asked of it (storage/), the frame that it
shares with disks (`filling`, beside this), and what a process without rights is (`confining`).
"""
