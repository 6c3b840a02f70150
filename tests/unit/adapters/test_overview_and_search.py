"""Sums and searches on both databases; what they mean is tested with the services."""

from openqrm.adapters.database import Database
from openqrm.adapters.database.search import FIELDS
from openqrm.domain.appliance import Appliance
from openqrm.domain.event import Event, Severity
from openqrm.domain.plan import Plan
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Storage, Volume


def fill(database: Database) -> None:
    for record in (
        Storage(name="mem", resource="vm"),
        Volume(name="a", storage="mem", size_mib=5),
        Appliance(name="web"),
    ):
        database.records.put(record)
    with database.machines() as machines:
        machines.add_resources([
            Resource(name="host", carries="kvm"), Resource(name="empty", carries="kvm", memory_mib=32),
            Resource(name="vm", type="kvm", host="host", memory_mib=64), Resource(name="free"),
        ])  # fmt: skip
        told = {"load_1": 1.5, "cpu_percent": 10, "memory_used_mib": 5, "memory_total_mib": 10}
        machines.put_observations([("host", {"milestone": "init", "last_seen_s": 50.0, "statistics": told})])
        machines.emit([Event(name="", topic="a.b", about="resource/vm", severity=Severity.ERROR, text="50% Full")])
    with database.transaction() as tx:
        tx.plans.create(Plan(title="t", steps=(), about="appliance/web"), asked_by="x", reason="", now_s=1.0)


def test_all_sums(database: Database) -> None:
    fill(database)
    with database.reading() as tx:
        overview = tx.overview
        assert {(row.type, row.power, row.many, bool(row.is_taken)) for row in overview.resources(60.0)} == {
            ("physical", "unknown", 1, True), ("physical", None, 1, True), ("physical", None, 1, False),
            ("kvm", None, 1, True),
        }  # fmt: skip
        assert tuple(overview.load(60.0)) == (1, 1.5, 10.0, 5.0, 10.0)
        assert overview.load(1e6).many == 0
        assert [tuple(row) for row in overview.hosts()] == [
            ("host", 0, 0, 1, 64, 1.5, 10.0, 5.0), ("empty", 0, 32, 0, 0, None, None, None),
        ]  # fmt: skip
        assert [(row.name, row.volumes, row.mib) for row in overview.storages()] == [("mem", 1, 5)]
        assert (overview.appliances(), overview.open_plans()) == ({"stopped": 1}, {"running": 1})
        assert overview.open_events() == {"error": 1}


def test_all_kinds_are_searched(database: Database) -> None:
    fill(database)
    with database.reading() as tx:
        assert [(hit.kind, hit.name) for hit in tx.search.find("HOST", [*FIELDS], 9)] == [
            ("resource", "host"), ("resource", "vm"),
        ]  # fmt: skip
        assert [hit.text for hit in tx.search.find("50% full", ["event"], 9)] == ["50% Full"]
        assert [hit.kind for hit in tx.search.find("1", ["plan"], 9)] == ["plan"]
        assert tx.search.find("9" * 30, ["plan"], 9) == []


def test_plans_are_found_with_their_journals_and_by_what_they_touched(database: Database) -> None:
    fill(database)
    with database.transaction() as tx:
        other = tx.plans.create(
            Plan(title="o", steps=(), about="image/i", locks=("image/i", "volume/a")), asked_by="x", reason="",
            now_s=1.0, asked_from="console 10.0.0.5",
        )  # fmt: skip
    with database.reading() as tx:
        assert [(plan.id, facts) for plan, facts in tx.plans.many([other, "999", "x"])] == [(other, ())]
        found = tx.plans.page(touching="volume/a")
        assert [(plan.id, plan.asked_from) for plan in found] == [(other, "console 10.0.0.5")]
        assert tx.plans.page(about="volume/a") == []
