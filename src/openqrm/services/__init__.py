"""Use cases: the only place that opens a transaction and checks a permission.

Here: load the facts, ask for permission, plan, store, hand to the engine. Not here: rules of the nouns (domain), the
making of a plan (planning), anything that knows HTTP or a terminal (the doors).
"""
