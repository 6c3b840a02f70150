"""Intent + facts → plan. Pure: one module per noun holds its intents and their planners, queries and answers.

Not here: anything that touches the world (actions), stores a plan (services) or names a product (plugins).
"""
