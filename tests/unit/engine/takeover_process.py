"""A small process that drives plans by Procrastinate: two of these share a database, and one is killed.

python -m tests.unit.engine.takeover_process DATABASE-URL
"""

from __future__ import annotations

import sys
import time

from openqrm.adapters.database import Database
from openqrm.adapters.dispatch.procrastinate import ProcrastinateDispatcher
from openqrm.engine.runner import Runner
from openqrm.plugin_api.codec import ActionCodec
from tests.unit.adapters.actions import ACTIONS


class Clock:
    """All of a World that these actions ask for."""

    def now_s(self) -> float:
        return time.time()


def main(url: str) -> None:
    database = Database(url, ActionCodec(ACTIONS))
    database.migrate()
    dispatcher = ProcrastinateDispatcher(database.connections.engine, threads=8)
    runner = Runner(database.plans, Clock(), dispatcher)
    dispatcher.start(runner.drive, database.plans.unfinished)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    dispatcher.close()
    runner.close()
    database.close()


if __name__ == "__main__":
    main(sys.argv[1])
