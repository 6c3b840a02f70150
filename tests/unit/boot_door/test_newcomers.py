"""Who invents machines that also register gets no further than the bounds; whom anybody knows always passes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from openqrm.domain.event import Event
from openqrm.domain.resource import Resource
from tests.unit.boot_door.site import Running, new_key, public, running


def come(site: Running, *numbers: int) -> list[int]:
    """Machines with these MACs boot and register."""
    asked = [site.orders(mac=f"02:00:00:00:00:{number:02x}") for number in numbers]
    return [site.register(orders, public(new_key())).status_code for orders in asked]


def told(site: Running) -> list[str]:
    return [event.text for event in site.database.records.list(Event) if event.topic == "resource.turned-away"]


def test_no_more_are_taken_in_than_the_setting_says(tmp_path: Path) -> None:
    with running(tmp_path, most_newcomers=5) as site:  # one address gets no more than it leaves to others
        site.database.records.put(Resource(name="named", mac="02:00:00:00:00:0a"))
        assert come(site, 1, 2) == [200, 200]
        adopted = site.resource("m-020000000002")
        site.database.records.put(replace(adopted, comment="in rack 7"))
        assert come(site, 3, 4, 5, 6) == [200, 503, 503, 503]
        assert come(site, 1, 2, 3, 0x0A) == [200, 200, 200, 200], "whom anybody knows is not turned away"
        assert (
            len(told(site)) == 1
            and "machines that nobody has touched since are registered (at most 5)" in told(site)[0]
        )
        assert (
            "an operator has to" in site.register(site.orders(mac="02:00:00:00:00:07"), public(new_key())).text.lower()
        )


def test_no_more_are_taken_in_within_a_minute(tmp_path: Path) -> None:
    with running(tmp_path, newcomers_a_minute=2) as site:
        assert come(site, *range(1, 9)).count(200) < 8
        assert len(told(site)) == 1 and "More than 2 new machines a minute" in told(site)[0]
        assert come(site, 1, 2) == [200, 200]
