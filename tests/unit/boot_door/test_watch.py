"""Machines that fall silent, and come back."""

import time
from dataclasses import replace

from openqrm.boot.reports import Report, take_reports
from openqrm.boot.watch import LostWatch
from openqrm.domain.event import Event
from tests.unit.boot_door.site import NAME, Running, new_key, public


def up(site: Running, at_s: float) -> None:
    orders = site.orders()
    site.register(orders, public(new_key()))
    said = Report(
        resource=NAME, boot_id=orders.boot, milestone="uplink", seen={"connected": True, "statistics": {}}, at_s=at_s
    )
    assert site.writer.submit(take_reports, said).result(20)


def news(site: Running) -> list[str]:
    return [topic for topic in site.topics() if topic in ("resource.lost", "resource.returned")]


def restarted(site: Running) -> LostWatch:
    """As far as it knows what was before."""
    watch = LostWatch(site.database.records, site.writer, site.database.find_standing)
    watch.recall()
    return watch


def test_a_silent_machine_is_lost_once_and_returns_once(site: Running) -> None:
    now_s = time.time()
    up(site, now_s)
    watch = LostWatch(site.database.records, site.writer, site.database.find_standing)
    watch.heard(NAME, now_s)
    watch.look(now_s + 239)
    assert news(site) == []
    watch.look(now_s + 241)
    watch.look(now_s + 251)
    assert news(site) == ["resource.lost"]
    watch = restarted(site)
    watch.look(now_s + 261)
    assert news(site) == ["resource.lost"] and site.database.records.list(Event, topic="resource.lost")[0].count == 1
    up(site, now_s + 300)
    watch.heard(NAME, now_s + 300)
    watch.look(now_s + 301)
    watch.look(now_s + 302)
    restarted(site).look(now_s + 303)
    assert news(site) == ["resource.lost", "resource.returned"]


def test_the_time_limit_is_the_resources_own(site: Running) -> None:
    now_s = time.time()
    up(site, now_s)
    site.database.records.put(replace(site.resource(), timeout_s=1000))
    watch = LostWatch(site.database.records, site.writer, site.database.find_standing)
    watch.heard(NAME, now_s)
    watch.look(now_s + 999)
    assert news(site) == []


def test_what_was_connected_before_a_crash_is_not_believed_for_long(site: Running) -> None:
    now_s = time.time()
    up(site, now_s)
    watch = LostWatch(site.database.records, site.writer, site.database.find_standing)
    watch.heard(NAME, now_s)
    watch.look(now_s + 20)
    assert site.seen().connected
    watch.look(now_s + 31)
    assert not site.seen().connected


def test_a_machine_that_only_boots_is_not_lost(site: Running) -> None:
    site.orders()
    watch = LostWatch(site.database.records, site.writer, site.database.find_standing)
    watch.heard(NAME, 0.0)
    watch.look(time.time() + 1000)
    assert news(site) == []
