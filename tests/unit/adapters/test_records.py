"""Records: every kind comes back as it went in, versions hold, near names are named."""

from dataclasses import replace

import pytest

from openqrm.adapters.database import Database
from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.kinds import KINDS
from openqrm.domain.record import Record
from openqrm.domain.resource import Bmc, Observation, Resource
from openqrm.domain.user import Token

FULL: list[Record] = [
    Resource(
        name="m1", mac="52:54:00:00:00:01", bmc=Bmc(driver="ipmi", address="10.0.0.5"), memory_mib=2**40,
        inventory={"nics": [{"name": "eth0"}], "ü": None}, managed=False,
    ),
    BootProfile(name="m1", appliance="web", kernel="k", root_type="nfs", root=(("server", "10.0.0.1"),)),
    Observation(name="m1", last_seen_s=1764000000.123456, connected=True, statistics={"load_1": 0.5}),
    Token(name="t1", user="o'brien", digest="ab"),
]  # fmt: skip


@pytest.mark.parametrize("record", FULL, ids=lambda record: record.kind)
def test_a_record_comes_back_as_it_went_in(database: Database, record: Record) -> None:
    stored = database.records.put(record)
    assert stored == replace(record, id=stored.id, version=1)
    assert database.records.get(type(record), record.name) == stored


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.kind not in ("event", "token", "profile")])
def test_every_kind_has_its_table(database: Database, kind: type[Record]) -> None:
    database.records.put(kind(name="a"))
    assert [record.name for record in database.records.list(kind)] == ["a"]
    database.records.remove(kind, "a")
    database.records.remove(kind, "a")
    assert database.records.find(kind, "a") is None


def test_a_change_on_an_older_version_is_a_conflict(database: Database) -> None:
    first = database.records.put(Appliance(name="web"))
    second = database.records.put(replace(first, comment="mine"))
    assert second.version == 2
    with pytest.raises(OpenqrmError) as refused:
        database.records.put(replace(first, comment="theirs"))
    assert refused.value.category is Category.CONFLICT
    assert database.records.get(Appliance, "web").comment == "mine"


@pytest.mark.parametrize("twin", [Resource(name="m1"), Resource(name="m2", mac="52:54:00:00:00:01")])
def test_names_and_macs_are_given_once(database: Database, twin: Resource) -> None:
    database.records.put(FULL[0])
    with pytest.raises(OpenqrmError) as refused:
        database.records.put(twin)
    assert refused.value.category is Category.CONFLICT


def test_machines_without_a_mac_live_side_by_side(database: Database) -> None:
    for name in ("by-hand-1", "by-hand-2"):
        database.records.put(Resource(name=name))


def test_list_filters_and_sorts(database: Database) -> None:
    for name, claimed_by in (("m3", "web"), ("m1", "web"), ("m2", "")):
        database.records.put(Resource(name=name, claimed_by=claimed_by))
    assert [r.name for r in database.records.list(Resource, claimed_by="web")] == ["m1", "m3"]
    assert database.records.list(Resource, claimed_by="web", name="m2") == []


def test_what_is_missing_names_what_comes_near(database: Database) -> None:
    database.records.put(Appliance(name="webshop"))
    with pytest.raises(OpenqrmError) as missing:
        database.records.get(Appliance, "webshp")
    assert missing.value.category is Category.NOT_FOUND
    assert "webshop" in missing.value.hint


def test_facts_remember_what_they_were_made_from(database: Database) -> None:
    web = database.records.put(Appliance(name="web"))
    database.records.put(Observation(name="m1"))
    with database.transaction() as tx:
        tx.facts.get(Appliance, "web")
        tx.facts.find(Resource, "m1")
        tx.facts.list(Observation)
        made_from = tx.facts.made_from
        assert tx.facts.changed(made_from) == ()
    assert made_from == (("appliance/web", 1), ("resource/m1", 0))
    database.records.put(replace(web, comment="new"))
    database.records.put(Resource(name="m1"))
    with database.reading() as tx:
        assert tx.facts.changed(made_from) == ("appliance/web", "resource/m1")


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        tx.records.put(Appliance(name="web"))
        raise ZeroDivisionError
    assert database.records.find(Appliance, "web") is None


def test_a_reading_sees_one_moment(database: Database) -> None:
    with database.reading() as tx:
        assert tx.facts.list(Appliance) == []
        database.records.put(Appliance(name="web"))
        assert tx.facts.list(Appliance) == []
