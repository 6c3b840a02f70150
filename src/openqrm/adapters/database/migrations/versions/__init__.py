"""One file for each version of the tables, each leading on from the one before.

Not here: how they are carried out (openqrm.adapters.database.migrations).
"""
