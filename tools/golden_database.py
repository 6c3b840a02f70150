"""Keep a database of this version, for later versions to migrate and load: tests/golden/database-VERSION.sqlite.sql

    python -m tools.golden_database 6.0

It holds each kind of record, each core action in a plan, and each fact in a journal. Run it once per release; the file
of an older release is never written again.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from openqrm.adapters.database import Database
from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.boot import Boot
from openqrm.domain.event import Event, Severity
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.kernel import Kernel
from openqrm.domain.network import Network
from openqrm.domain.plan import Action, Plan, PlanState, Step
from openqrm.domain.record import Record
from openqrm.domain.resource import Bmc, Observation, Resource, Ssh
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import PluginState, Token, User
from openqrm.plugin_api.actions import (
    CORE_ACTIONS,
    AskReboot,
    AskShutdown,
    AwaitMilestone,
    ForgetSecret,
    MakeSecret,
    SetField,
    put,
    remove,
)
from openqrm.plugin_api.codec import ActionCodec

GOLDEN = Path("tests/golden")
RECORDS: tuple[Record, ...] = (
    Resource(name="m1", mac="52:54:00:00:00:01", bmc=Bmc(driver="ipmi", secret="bmc-m1"), inventory={"nics": []}),
    Resource(name="box", mac="52:54:00:00:00:02", managed=False, ssh=Ssh(host_key="ssh-ed25519 AAAA")),
    Observation(name="m1", boot_id="m1.a", milestone="uplink", last_seen_s=1.5, statistics={"load_1": 0.5}),
    Kernel(name="debian", release="6.1.0", default=True),
    Storage(name="nfs", type="nfs-storage", resource="openqrm", settings={"path": "/srv"}),
    Volume(name="web-root", storage="nfs", size_mib=1024),
    Image(name="web", volume="web-root"),
    Network(name="lan", cidr="10.0.0.0/24"),
    Appliance(name="web", kernel="debian", image="web"),
    BootProfile(name="m1", appliance="web", kernel="debian", root_type="nfs", root=(("server", "10.0.0.1"),)),
    User(name="admin", role="ADMINISTRATOR"),
    Token(name="t1", user="admin", digest="00"),
    PluginState(name="nfs-storage", enabled=True),
)
ACTIONS: tuple[Action, ...] = (
    put(RECORDS[8], None, "Add appliance web"),
    remove(RECORDS[7], "Remove network lan"),
    SetField("resource", "m1", "claimed_by", "web", "", "Claim m1 for web"),
    MakeSecret("grant-web-root"),
    ForgetSecret("grant-web-root"),
    AwaitMilestone("m1", "web", "init"),
    AskShutdown("m1"),
    AskReboot("m1", "web", ""),
)

STUCK_ACTIONS = (SetField("volume", "web-root", "granted_to", "m2", "", "Make m2 the one writer of web-root"),)
WHOLE = (Fact.UNDO_ASKED, Fact.ABANDONED)  # decisions about no single step
JOURNALS: dict[PlanState, list[tuple[str, Fact]]] = {
    PlanState.DONE: [(f"s{n}", Fact.FOUND_SO) for n in range(len(ACTIONS))],
    PlanState.UNDONE: [("s0", Fact.STARTED), ("s0", Fact.FAILED), ("s0", Fact.UNDONE)],
    PlanState.ABANDONED: [("" if fact in WHOLE else "s0", fact) for fact in Fact],
    PlanState.STUCK: [("s0", Fact.STARTED), ("s0", Fact.FAILED), ("s0", Fact.KEPT)],
    PlanState.RUNNING: [("s0", Fact.STARTED), ("s0", Fact.DONE), ("s1", Fact.FAILED), ("s1", Fact.RETRIED)],
}


def keep(version: str) -> Path:
    """Write the dump of a database with all of it."""
    path = GOLDEN / f"database-{version}.sqlite.sql"
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/golden.sqlite", ActionCodec(CORE_ACTIONS))
        database.migrate()
        _fill(database)
        database.close()
        with sqlite3.connect(f"{folder}/golden.sqlite") as dumped:
            path.write_text("\n".join(dumped.iterdump()) + "\n")
    return path


def _fill(database: Database) -> None:
    for record in RECORDS:
        database.records.put(record)
    with database.machines() as machines:
        machines.put_boots([Boot(resource="m1", boot_id="m1.a", token_sha256="00")])
    happened = Event(
        name="", topic="resource.lost", about="resource/m1", severity=Severity.WARNING, text="m1 is lost", at_s=1.0
    )
    for state, facts in JOURNALS.items():
        plan = _plan(STUCK_ACTIONS if state is PlanState.STUCK else ACTIONS)
        with database.transaction() as tx:
            number = tx.plans.create(plan, asked_by="admin", reason="to keep it", now_s=1.0)
        entries = [Entry(n, step, fact, 1.0 + n, "note", "refused") for n, (step, fact) in enumerate(facts)]
        database.plans.append(number, entries)
        if state is not PlanState.RUNNING:
            database.plans.settle(number, state, "so", [happened], seen=len(database.plans.journal(number)))


def _plan(actions: Sequence[Action]) -> Plan:
    steps = tuple(Step(id=f"s{n}", action=action, why="to keep it") for n, action in enumerate(actions))
    return Plan(title="Kept", steps=steps, made_from=(("appliance/web", 1),), topic_done="kept.done")


if __name__ == "__main__":
    print(keep(sys.argv[1]))
