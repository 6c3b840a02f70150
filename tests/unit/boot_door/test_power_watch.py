"""Which machines are on and off, by their management controllers, and what the machines themselves say."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from openqrm.boot.power_watch import Power, PowerWatch, note_power
from openqrm.domain.errors import Category, StepError
from openqrm.domain.event import Event
from openqrm.domain.resource import Bmc, Condition, Observation, Resource, condition
from tests.unit.boot_door.site import NAME, Running, new_key, public
from tests.unit.boot_door.test_watch import up

HOST = Resource(name="host1", managed=False, bmc=Bmc(driver="ipmi", address="10.0.0.9"))


def watch(site: Running, ask: Callable[[Resource], str], ending: threading.Event | None = None) -> PowerWatch:
    database, ending = site.database, ending or threading.Event()
    return PowerWatch(database.records, database.find_doubtful, site.writer, ask, database.find_standing, ending)


def shown(site: Running, name: str) -> Condition:
    resource = site.database.records.get(Resource, name)
    return condition(resource, site.database.records.find(Observation, name), time.time())


def give_bmc(site: Running) -> None:
    site.database.records.put(replace(site.resource(), bmc=Bmc(driver="ipmi", address="10.0.0.8")))


def test_a_machine_added_by_hand_is_shown_on_and_off(site: Running) -> None:
    site.database.records.put(HOST)
    said = {"host1": "off"}
    watching = watch(site, lambda resource: said[resource.name])
    watching.look(time.time())
    assert (site.seen("host1").power, shown(site, "host1")) == ("off", Condition.OFF)
    said["host1"] = "on"
    watching.look(time.time() + 61)
    assert (site.seen("host1").power, shown(site, "host1")) == ("on", Condition.UNKNOWN), "no agent tells more"


def test_without_a_controller_nobody_is_asked(site: Running) -> None:
    site.orders()
    asked: list[str] = []
    watch(site, lambda resource: asked.append(resource.name) or "off").look(time.time())
    assert asked == [] and site.seen().power == "on"


def test_nobody_is_asked_when_openqrm_ends(site: Running) -> None:
    site.database.records.put(HOST)
    asked: list[str] = []
    ending = threading.Event()
    ending.set()
    watch(site, lambda resource: asked.append(resource.name) or "off", ending).look(time.time())
    assert asked == []


def test_a_machine_that_speaks_is_not_asked_and_one_that_was_taken_for_off_is_on(site: Running) -> None:
    up(site, time.time())
    give_bmc(site)
    watching = watch(site, lambda _: "off")
    watching.look(time.time())
    assert site.seen().power == "on"
    with site.database.machines() as machines:
        machines.put_observations([(NAME, {"power": "off"})])
    watching.look(time.time())
    assert site.seen().power == "on"


def test_a_machine_that_falls_silent_is_asked_at_once(site: Running) -> None:
    site.orders()
    give_bmc(site)
    asked: list[str] = []
    watching, now_s = watch(site, lambda resource: asked.append(resource.name) or "on"), time.time()
    for after_s, connected in ((0, False), (10, False), (20, True), (30, False)):
        with site.database.machines() as machines:
            machines.put_observations([(NAME, {"connected": connected})])
        watching.look(now_s + after_s)
    assert len(asked) == 2


def test_a_machine_that_goes_off_while_it_boots_rings_its_plan(site: Running) -> None:
    site.register(site.orders(), public(new_key()))
    give_bmc(site)
    site.rung.clear()
    watch(site, lambda _: "off").look(time.time())
    assert site.seen().power == "off" and site.rung == [frozenset({NAME})]


def test_an_answer_that_is_older_than_the_boot_does_not_count(site: Running) -> None:
    before, now = site.orders().boot, site.orders().boot
    for told in (Power(NAME, "off", before, time.time()), Power(NAME, "off", now, time.time() - 5)):
        site.writer.submit(note_power, (told,)).result(20)
    assert site.seen().power == "on"


def test_a_controller_that_does_not_answer_is_asked_ever_more_rarely(site: Running) -> None:
    site.database.records.put(HOST)
    asked: list[int] = []
    answers = iter([StepError(Category.REFUSED, "the password is wrong", "Set it anew.")])

    def ask(_resource: Resource) -> str:
        asked.append(at_s)
        for error in answers:
            raise error
        return "unknown"

    watching, begun_s = watch(site, ask), int(time.time())
    for at_s in range(begun_s, begun_s + 3600, 10):
        watching.look(at_s)
    assert site.database.records.find(Observation, "host1") is None
    assert 1 < len(asked) < 12


def test_one_that_is_waited_for_is_asked_more_often_than_others(site: Running) -> None:
    site.database.records.put(HOST)
    site.database.records.put(replace(HOST, name="host2", claimed_by="web"))
    asked: list[str] = []
    watching, begun_s = watch(site, lambda resource: asked.append(resource.name) or "off"), time.time()
    for after_s in range(0, 50, 10):
        watching.look(begun_s + after_s + 1)
    assert asked.count("host1") == 1 and asked.count("host2") == 5


def test_a_vm_is_asked_about_and_one_that_its_host_does_not_know_is_told_of_once(site: Running) -> None:
    site.database.records.put(Resource(name="vm1", type="kvm", host="h1"))
    watch(site, lambda _: "off").look(time.time())
    assert site.seen("vm1").power == "off"

    def gone(_: Resource) -> str:
        raise StepError(Category.NOT_FOUND, "h1 has no VM vm1", "Was it removed by hand?")

    watching, begun_s = watch(site, gone), time.time()
    watching.look(begun_s)
    assert site.seen("vm1").power == "off", "a plan may be about to bring it there"
    for after_s in (10, 20, 30):
        watching.look(begun_s + after_s)
    assert site.seen("vm1").power == "unknown"
    deadline = time.monotonic() + 20
    while not (told := [each for each in site.database.records.list(Event) if each.topic == "resource.vanished"]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert [each.text for each in told] == ["vm1 has vanished from h1: h1 has no VM vm1. Was it removed by hand?"]
    for restarted in (watching, watch(site, gone)):
        restarted.look(begun_s + 3000)
        restarted.look(begun_s + 3010)
    back = watch(site, lambda _: "on")
    back.look(begun_s + 4000)
    back.look(begun_s + 5000)
    told = [each for each in site.database.records.list(Event) if each.topic != "resource.forgotten"]
    assert [(each.topic, each.count) for each in told] == [("resource.vanished", 1), ("resource.returned", 1)]
    assert told[1].text == "h1 has vm1 again"
