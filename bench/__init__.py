"""The numbers: each is measured beside its goal and, where there is one, beside a peer in the same run.

    python -m bench [NAME…]

Not here: limits in tests. A time on a shared machine is a figure to look at, never an assertion.
"""
