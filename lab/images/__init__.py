"""What the machines of the rack boot: a kernel and a small image, made once and kept in a folder of the caller.

    python -m lab.images build/lab

Both need Debian's packages, so they are made outside the cell, which has no way out.
"""
