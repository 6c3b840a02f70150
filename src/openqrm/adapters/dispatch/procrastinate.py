"""Plans driven by whichever of several processes is alive, through a queue in PostgreSQL.

An entry says "drive plan 17" and nothing else. What is queued or lost does not matter to the plan: its journal does.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import structlog
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, ProcrastinateException
from procrastinate.jobs import Status
from sqlalchemy import Engine

from openqrm.adapters.database.dialect import in_turn

log = structlog.get_logger()
QUEUE, TASK = "plans", "openqrm.drive"
SCHEMA_LOCK = 6_000_005
HEARTBEAT_S = 1.0
DEAD_AFTER_S = 3.0  # without a heartbeat; two hands on one plan would be told apart by its journal
LOOK_S = 0.5  # for entries that are due, and for the dead
SWEEP_EVERY = 20  # looks
AFTER_FAILURE_S = 30


class ProcrastinateDispatcher:
    """ports.plans.Dispatcher on PostgreSQL."""

    def __init__(self, engine: Engine, *, threads: int = 32) -> None:
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._engine, self._threads = engine, threads
        self._app = App(connector=PsycopgConnector(conninfo=address))
        self._app.task(name=TASK, queue=QUEUE)(self._work)
        self._asking = App(connector=SyncPsycopgConnector(conninfo=address))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="dispatch", daemon=True)
        self._closing = threading.Event()

    def start(self, drive: Callable[[str], None], unfinished: Callable[[], Iterable[tuple[str, float]]]) -> None:
        """Begin; `unfinished` tells the plans of an earlier life, or of a process that died before it could ask."""
        self._drive, self._unfinished = drive, unfinished
        self.open()
        self._thread.start()

    def open(self) -> None:
        """Enough to submit plans that others drive."""
        with self._engine.begin() as connection:
            in_turn(connection, SCHEMA_LOCK)
            self._asking.open()
            if not self._asking.check_connection():
                self._asking.schema_manager.apply_schema()

    def submit(self, plan: str, *, due_s: float = 0) -> None:
        """Drive this plan at `due_s` (epoch; 0: now). Asking twice drives it once at the earlier time."""
        due = datetime.fromtimestamp(due_s, UTC) if due_s else None
        while True:
            entry = self._asking.configure_task(TASK, queue=QUEUE, lock=plan, queueing_lock=plan, schedule_at=due)
            with contextlib.suppress(AlreadyEnqueued):
                entry.defer(plan=plan)
                return
            if not self._take_out_later(plan, due):
                return

    def close(self) -> None:
        """No further drive begins; those at work come to their end."""
        self._closing.set()
        if self._thread.ident is not None:
            self._loop.call_soon_threadsafe(self._worker.cancel)
            self._thread.join()
        self._asking.close()

    def _take_out_later(self, plan: str, due: datetime | None) -> bool:
        """Whether there is room for an entry at `due`: none waits, or it waited for a later time and is gone."""
        waiting = self._asking.job_manager.list_jobs(queue=QUEUE, queueing_lock=plan, status=Status.TODO.value)
        for entry in waiting:
            if entry.scheduled_at is None or (due is not None and entry.scheduled_at <= due):
                return False
            if entry.id is not None:
                self._asking.job_manager.cancel_job_by_id(entry.id, delete_job=True)
        return True

    def _work(self, plan: str) -> None:
        try:
            self._drive(plan)
        except Exception:  # whatever it is, this plan is driven again
            log.exception("plan could not be driven", plan=plan)
            self.submit(plan, due_s=(datetime.now(UTC) + timedelta(seconds=AFTER_FAILURE_S)).timestamp())

    def _run(self) -> None:
        with ThreadPoolExecutor(self._threads, thread_name_prefix="drive") as pool:
            self._loop.set_default_executor(pool)
            self._worker = self._loop.create_task(self._live())
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._worker)
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _live(self) -> None:
        async with self._app.open_async():
            watch = asyncio.create_task(self._watch())
            try:
                await self._serve()
            finally:
                watch.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watch

    async def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                await self._app.run_worker_async(
                    queues=[QUEUE], concurrency=self._threads, delete_jobs="always", install_signal_handlers=False,
                    fetch_job_polling_interval=LOOK_S, update_heartbeat_interval=HEARTBEAT_S,
                )  # fmt: skip
            except (ProcrastinateException, OSError) as error:
                log.warning("the queue of plans does not answer", why=str(error).strip())
            await asyncio.sleep(LOOK_S)  # a worker ends by itself when PostgreSQL goes away for a while

    async def _watch(self) -> None:
        looks = 0
        while True:
            try:
                await self._rescue()
                if looks % SWEEP_EVERY == 0:
                    await self._sweep()
            except (ProcrastinateException, OSError) as error:
                log.warning("the queue of plans cannot be looked at", why=str(error))
            looks += 1
            await asyncio.sleep(LOOK_S)

    async def _rescue(self) -> None:
        """Entries of a process that has died are put back for whoever is there."""
        queue = self._app.job_manager
        for entry in await queue.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=DEAD_AFTER_S):
            if entry.id is None:
                continue
            plan = str(entry.task_kwargs["plan"])
            with contextlib.suppress(ConnectorException):  # another process was first
                await queue.finish_job_by_id_async(entry.id, Status.FAILED, delete_job=True)
                log.warning("plan taken over from a process that has died", plan=plan)
            await asyncio.to_thread(self.submit, plan)

    async def _sweep(self) -> None:
        """Plans that nobody has asked to be driven: their process died between storing and asking."""
        unfinished = await asyncio.to_thread(self._unfinished)
        queued = {entry.lock for entry in await self._app.job_manager.list_jobs_async(queue=QUEUE)}
        for plan, due_s in unfinished:
            if plan not in queued:
                await asyncio.to_thread(self.submit, plan, due_s=due_s)
