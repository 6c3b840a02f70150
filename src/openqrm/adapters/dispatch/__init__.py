"""Has plans driven: in this process, or by whichever of several processes is alive (Procrastinate on PostgreSQL).

Both are `ports.plans.Dispatcher` with `start(drive)` and `close()`; the queue carries no state of a plan, so losing it
loses nothing: at the start every unfinished plan is submitted from the plan store.

Not here: what driving means (engine), what a plan is (domain).
"""
