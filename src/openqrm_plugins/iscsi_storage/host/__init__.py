"""Programs that run on a storage, given to its Python as text.

Not here: anything that openQRM itself imports; these need the standard library of the storage's Python and no more.
"""
