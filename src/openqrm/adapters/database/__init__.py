"""One database, SQLite or PostgreSQL: records, plans with their journals and locks, events, boots, secrets at rest.

Services write `with database.transaction() as tx:` and use `tx.facts`, `tx.records`, `tx.plans`, `tx.events` and
`tx.machines`; all of it becomes durable together when the block ends, and nothing of it when it raises.

Not here: what the records mean (domain), who may change them (services), who drives a plan (adapters.dispatch).
"""

from openqrm.adapters.database.database import Database, Transaction

__all__ = ["Database", "Transaction"]
