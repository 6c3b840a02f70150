"""A volume that its storage holds no more is told of; what a plan is at work on is not, and nothing is done."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from openqrm.boot.volume_watch import RAREST_S, VolumeWatch
from openqrm.domain.errors import Category, StepError
from openqrm.domain.event import Event
from openqrm.domain.plan import Plan, Step
from openqrm.domain.storage import Storage, Volume
from openqrm.plugin_api.actions import SetField
from tests.unit.boot_door.site import Running, running

STORAGE = Storage(name="nas", type="nfs-storage", resource="store1")


class Shelf:
    """What the storage says it holds. `answers` is what it says at each question; at last it goes on with the last."""

    def __init__(self, site: Running, *names: str) -> None:
        self.site, self.answers, self.asked = site, [{*names}], 0
        self.ending = threading.Event()
        self.is_silent = self.has_names_only = False
        site.database.records.put(STORAGE)
        for name in names:
            site.database.records.put(Volume(name=name, storage="nas"))
        self.watch = self.restarted()

    def restarted(self) -> VolumeWatch:
        """Knows what is stored, and nothing else."""
        database = self.site.database
        self.watch = VolumeWatch(
            database.records, self.site.writer, self.ask, self.held, database.find_standing, self.ending
        )
        return self.watch

    def ask(self, storage: Storage) -> Collection[str] | None:
        self.asked += 1
        if self.is_silent:
            raise StepError(Category.UNAVAILABLE, f"{storage.resource} does not answer", "See whether it is up.")
        if self.has_names_only:
            return None
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def held(self, refs: Collection[str]) -> Collection[str]:
        with self.site.database.reading() as tx:
            return tx.plans.held(refs)

    def told(self) -> list[tuple[str, str]]:
        return [(each.topic, each.about) for each in self.site.database.records.list(Event)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as made:
        yield made


def test_it_is_told_once_and_again_when_it_is_back(site: Running) -> None:
    shelf = Shelf(site, "db", "web")
    shelf.watch.look(1000.0)
    assert shelf.told() == []
    shelf.answers = [{"db", "stranger"}]
    shelf.watch.look(1100.0)
    shelf.watch.look(1200.0)
    assert shelf.told() == [("volume.vanished", "volume/web")]
    (told,) = site.database.records.list(Event)
    assert "vanished from storage nas: store1 answers, and holds 2 others" in told.text
    shelf.restarted().look(1300.0)
    assert [each.count for each in site.database.records.list(Event)] == [1], "a restart repeats nothing"
    shelf.answers = [{"db", "web"}]
    shelf.restarted().look(1400.0)
    shelf.restarted().look(1500.0)
    assert sorted(shelf.told()) == [("volume.returned", "volume/web"), ("volume.vanished", "volume/web")]
    assert {each.count for each in site.database.records.list(Event)} == {1}


def test_what_a_plan_is_at_work_on_has_not_vanished(site: Running) -> None:
    shelf = Shelf(site, "db", "web")
    step = Step(id="s", action=SetField("volume", "web", "size_mib", 2, 1, "it grows"), why="it was asked for")
    with site.database.transaction() as tx:
        tx.plans.create(Plan(title="p", steps=(step,)), asked_by="admin", reason="", now_s=1.0)
    shelf.answers = [{"db"}]
    shelf.watch.look(1000.0)
    assert shelf.told() == []


def test_what_was_just_made_is_looked_for_once_more(site: Running) -> None:
    shelf = Shelf(site, "db", "web")
    shelf.answers = [{"db"}, {"db", "web"}]
    shelf.watch.look(1000.0)
    assert shelf.told() == []


def test_when_many_are_gone_their_storage_is(site: Running) -> None:
    shelf = Shelf(site, *(f"web{number}" for number in range(9)))
    shelf.answers = [set()]
    shelf.watch.look(1000.0)
    assert shelf.told() == [("volume.vanished", "storage/nas")]
    (told,) = site.database.records.list(Event)
    assert told.text.startswith("9 of 9 volumes have vanished from storage nas, web0 first")
    shelf.restarted().look(1100.0)
    assert [each.count for each in site.database.records.list(Event)] == [1]
    shelf.answers = [{f"web{number}" for number in range(9)}]
    shelf.watch.look(1200.0)
    shelf.answers = [set()]
    shelf.restarted().look(1300.0)
    told_of = {(each.topic, each.about): each.count for each in site.database.records.list(Event)}
    assert told_of == {("volume.vanished", "storage/nas"): 2, ("volume.returned", "storage/nas"): 1}


def test_a_storage_that_does_not_answer_says_nothing_of_its_volumes(site: Running) -> None:
    shelf = Shelf(site, "web")
    shelf.is_silent = True
    for now_s in (1000.0, 1001.0, 1020.0, 1030.0):
        shelf.watch.look(now_s)
    assert shelf.told() == [] and shelf.asked == 2, "ever more seldom"
    shelf.is_silent, shelf.answers = False, [set()]
    shelf.watch.look(1030.0 + RAREST_S)
    assert shelf.told() == [("volume.vanished", "volume/web")]


def test_nobody_is_asked_when_openqrm_ends(site: Running) -> None:
    shelf = Shelf(site, "web")
    shelf.ending.set()
    shelf.watch.look(1000.0)
    assert not shelf.asked


def test_who_looks_again_knows_what_another_process_has_told_meanwhile(site: Running) -> None:
    shelf = Shelf(site, "web")
    shelf.watch.look(1000.0)
    before = shelf.watch
    shelf.answers = [set()]
    shelf.restarted().look(1100.0)
    before.forget()
    before.look(1200.0)
    assert [each.count for each in site.database.records.list(Event)] == [1]


def test_names_alone_do_not_vanish(site: Running) -> None:
    shelf = Shelf(site, "web")
    shelf.has_names_only, shelf.answers = True, [set()]
    shelf.watch.look(1000.0)
    assert shelf.told() == []
