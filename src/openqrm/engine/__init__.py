"""Carries out stored plans: the pure `next_move`, the runner that makes the moves, and the outbox.

Not here: how a plan is made (planning), where it is kept or queued (adapters), what a step does (its action).
"""
