"""What keeps this repository in order: set-up, test runs, and the rules that the architecture tests apply.

Here: things a developer or CI runs, on the standard library alone. Not here: anything the product or the lab imports.
"""
