"""Keeps the children of started plugins running: starts, watches, restarts with growing pauses, ends in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import structlog

from openqrm.plugin_api.service import Child
from openqrm.plugin_host.process import Process, write_files

log = structlog.get_logger()
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
WELL_AFTER_S = 60.0  # a child that ran this long begins again with the first pause
LOOK_S = 0.1


class ChildState(StrEnum):
    """What a child is in."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSING = "pausing"  # it ended by itself and is started again after a pause
    STOPPED = "stopped"


@dataclass(frozen=True)
class ChildStatus:
    """What is to be seen of a child."""

    state: ChildState = ChildState.STARTING
    pid: int = 0
    restarts: int = 0
    because: str = ""


class Watch:
    """One child and the thread that starts it, waits for it and ends it.

    It is one thread for all the child's life, for a child dies with the thread that started it.
    """

    def __init__(self, plugin: str, child: Child, pid_file: Path) -> None:
        self.child, self.status = child, ChildStatus()
        self._plugin, self._pid_file = plugin, pid_file
        self._stop, self._hup = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_running, name=f"child {plugin}/{child.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """It has ended, with all it started, when this returns."""
        self._stop.set()
        self._thread.join()

    def refresh(self, child: Child) -> None:
        """Write its changed files and have it read them."""
        self.child = child
        self._hup.set()

    def _keep_running(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set():
            began = time.monotonic()
            because = self._run_once()
            if self._stop.is_set():
                break
            log.warning("a child ended by itself", plugin=self._plugin, child=self.child.name, because=because)
            pause_s = FIRST_PAUSE_S if time.monotonic() - began > WELL_AFTER_S else pause_s
            self._say(ChildState.PAUSING, 0, because, self.status.restarts + 1)
            self._stop.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        self._say(ChildState.STOPPED, 0, "")

    def _run_once(self) -> str:
        """Run it to its end; why it ended."""
        try:
            write_files(self.child)
            process = Process(self._plugin, self.child, self._pid_file)
        except OSError as error:
            return f"it cannot be started: {error}"
        self._say(ChildState.STARTING, process.pid, "")
        late_s = time.monotonic() + self.child.ready_timeout_s
        while not self._stop.is_set() and process.status() is None:
            if self.status.state is ChildState.STARTING:
                if process.is_ready():
                    self._say(ChildState.RUNNING, process.pid, "")
                elif time.monotonic() > late_s:
                    process.end()
                    return f"it was not ready after {self.child.ready_timeout_s:.0f} s"
            if self._hup.is_set():
                self._hup.clear()
                write_files(self.child)
                process.hang_up()
            self._stop.wait(LOOK_S)
        ended = process.end() if self._stop.is_set() else process.bury()
        return f"it ended with {ended}" if ended >= 0 else f"it was ended by signal {-ended}"

    def _say(self, state: ChildState, pid: int, because: str, restarts: int | None = None) -> None:
        self.status = ChildStatus(state, pid, self.status.restarts if restarts is None else restarts, because)


class Supervisor:
    """All children of all plugins. `apply` is called with all that should run; the difference is made so."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._watches: dict[tuple[str, str], Watch] = {}
        self._lock = threading.Lock()

    def apply(self, wanted: Mapping[str, tuple[Child, ...]]) -> None:
        """End what is not wanted or has changed, last first; start what is missing, in the order given."""
        children = {(plugin, child.name): child for plugin, some in wanted.items() for child in some}
        with self._lock:
            for key in reversed(list(self._watches)):
                if not self._keeps(key, children.get(key)):
                    self._watches.pop(key).stop()
            for (plugin, name), child in children.items():
                if (plugin, name) not in self._watches:
                    pid_file = self._directory / plugin / f"{name}.pid"
                    self._watches[plugin, name] = Watch(plugin, child, pid_file)

    def _keeps(self, key: tuple[str, str], wanted: Child | None) -> bool:
        watch = self._watches[key]
        if wanted == watch.child:
            return True
        if wanted and wanted.hup and replace(wanted, files=watch.child.files) == watch.child:
            watch.refresh(wanted)
            return True
        return False

    def status(self) -> dict[str, dict[str, ChildStatus]]:
        """Plugin → child → what is to be seen of it."""
        with self._lock:
            told: dict[str, dict[str, ChildStatus]] = {}
            for (plugin, name), watch in self._watches.items():
                told.setdefault(plugin, {})[name] = watch.status
            return told

    def await_running(self, timeout_s: float) -> bool:
        """Whether all children came to run within this time."""
        end_s = time.monotonic() + timeout_s
        while time.monotonic() < end_s:
            if all(c.state is ChildState.RUNNING for some in self.status().values() for c in some.values()):
                return True
            time.sleep(LOOK_S)
        return False

    def close(self) -> None:
        """End all, last first."""
        self.apply({})
