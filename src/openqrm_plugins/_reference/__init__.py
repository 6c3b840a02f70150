"""An example: it keeps a note, one small file, for each appliance that runs.

Here: each extension point once. It is not offered to operators, for its folder begins with an underscore.
"""
