"""The reader of changes on both databases: what one process writes, the consoles of another hear of."""

import json
import threading
from typing import Any

from openqrm.adapters.database import Database
from openqrm.domain.appliance import Appliance
from openqrm.domain.event import Event, Severity
from openqrm.domain.plan import Plan, PlanState
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Storage
from openqrm.domain.user import Role
from openqrm.plugin_host.host import PluginHost
from openqrm.services.caller import Caller
from openqrm.services.catalogue import Catalogue
from openqrm.services.live import Client, Live
from openqrm.services.live_rows import LiveRows
from tests.unit.adapters.conftest import CODEC
from tests.unit.services.site import StillWorld


def test_what_another_process_writes_is_heard_here(database: Database) -> None:
    host = PluginHost()
    other = Database(database.url, CODEC)
    live = Live(other, LiveRows(host, Catalogue(host), StillWorld(other.records, None)), every_s=0.01)
    live.start()
    news = threading.Event()
    client = Client(Caller("admin", Role.ADMINISTRATOR), news.set)
    live.join(client)
    assert news.wait(20) and (greeting := client.take()) and greeting.event == "ready"
    expected = write_some_of_everything(database)
    heard: dict[tuple[str, str], Any] = {}
    while expected - heard.keys():
        while told := client.take():
            heard |= {(row["kind"], row["name"]): row["row"] for row in map(json.loads, told.rows)}
        if expected - heard.keys():
            assert news.wait(20), expected - heard.keys()
            news.clear()
    assert heard["plan", "1"]["title"] == "t" and heard["event", "1"]["topic"] == "t.done"
    assert heard["appliance", "web"]["appliance"]["name"] == "web"
    live.close()
    other.close()


def write_some_of_everything(database: Database) -> set[tuple[str, str]]:
    for record in (Storage(name="mem"), Appliance(name="web"), Resource(name="m1")):
        database.records.put(record)
    with database.machines() as machines:
        machines.put_observations([("m1", {"milestone": "init"})])
    with database.transaction() as tx:
        plan = tx.plans.create(Plan(title="t", steps=(), about="appliance/web"), asked_by="x", reason="", now_s=1.0)
    event = Event(name="", topic="t.done", about="appliance/web", severity=Severity.INFO, text="t", plan=plan)
    database.plans.settle(plan, PlanState.DONE, "", [event], seen=0)
    return {("storage", "mem"), ("appliance", "web"), ("resource", "m1"), ("plan", plan), ("event", "1")}
