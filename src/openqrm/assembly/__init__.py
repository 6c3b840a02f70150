"""How the parts are put together.

Here: which adapter stands behind which port, in which order parts start and end, and what looks at something again and
again meanwhile. Not here: what a part does (its own package), the environment and the signals of the process
(openqrm.main).
"""
