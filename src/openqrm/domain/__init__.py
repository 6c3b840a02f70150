"""The nouns and their rules: what exists, what may be, and what a plan is. Standard library only.

Not here: anything that reads the world, a database or a clock; anything that names a product.
"""
