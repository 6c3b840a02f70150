"""Programs that run on a storage, given to its Python as text.

Not here: anything that openQRM itself imports; these need the storage's Python, and of what is not in
its standard library rtslib alone, for LIO.
"""
