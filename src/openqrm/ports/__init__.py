"""What the core asks of the world, as protocols: world, records, plan store, dispatch, vault, clock.

Not here: any implementation (adapters), any decision (domain, planning, engine).
"""
