"""What the machines of the rack boot: a kernel and a small image, made once and kept in a folder of the caller.

    python -m lab.images build/lab          what tests marked real need
    python -m lab.images build/lab guest    and an installed Debian with cloud-init, for one marked lab: some minutes

Both need Debian's packages, so they are made outside the cell, which has no way out.
"""
