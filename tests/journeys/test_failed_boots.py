"""A start that goes wrong says where, why and what to do, and leaves nothing claimed or granted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.demo.api import Refused
from lab.simulated_site import Faults, Pace
from tests.journeys.demonstration import eventually
from tests.journeys.site import Site, site, step

pytestmark = pytest.mark.slow


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as running:
        yield running


def test_a_root_that_cannot_be_mounted(running: Site) -> None:
    running.machine.faults = Faults(fails_at="root-mounted")
    plan = running.ended(running.api.begin("appliance", "start", name="web"))
    assert plan["state"] == "undone"
    assert "step ready" in plan["note"] and "after root-found: simulated: no root-mounted" in plan["note"]
    assert "console" in step(plan, "ready")["hint"]
    assert not running.taken()
    eventually(running.idle, lambda: "the machine is idle again")


def test_a_storage_whose_services_are_gone(running: Site) -> None:
    running.scene.shelf.unreachable = True
    plan = running.ended(running.api.begin("appliance", "start", name="web"))
    assert plan["state"] == "undone"
    assert "step grant-web" in plan["note"] and "Input/output error" in plan["note"]
    assert "nfs-server" in step(plan, "grant-web")["hint"]
    assert not running.taken() and running.idle()


def test_a_storage_that_is_not_there(running: Site) -> None:
    storage = running.scene.fleet.machines[0]
    running.press(lambda: storage.end(reboot=False))
    eventually(
        lambda: not running.api.ask("resource", "show", name="m-525402000001")["seen"]["connected"], lambda: "off"
    )
    plan = running.ended(running.api.begin("appliance", "start", name="web"))
    assert plan["state"] == "undone"
    assert "step grant-web" in plan["note"] and "m-525402000001" in plan["note"]
    assert step(plan, "grant-web")["hint"]
    assert not running.taken() and running.idle()


def test_a_machine_that_never_boots_is_given_up_by_an_operator(running: Site) -> None:
    running.machine.faults = Faults(never_boots=True)
    plan = running.api.begin("appliance", "start", name="web")
    running.until_seen(running.machine, connected=False)
    running.api.begin("plan", "undo", id=plan["id"])
    assert running.ended(plan)["state"] == "undone"
    assert not running.taken()


def test_a_machine_that_dies_while_it_boots_is_given_up_by_an_operator(running: Site) -> None:
    running.machine.faults = Faults(dies_at="root-found")
    plan = running.api.begin("appliance", "start", name="web")
    running.until_seen(running.machine, milestone="root-found")
    running.api.begin("plan", "undo", id=plan["id"])
    running.until(plan, lambda now: step(now, "reboot")["state"] == "taking back", "the boot is taken back")
    running.machine.faults = Faults()
    running.press(running.machine.reset)
    assert running.ended(plan)["state"] == "undone"
    assert not running.taken()
    eventually(running.idle, lambda: "the machine is idle again")


def test_no_appliance_is_started_on_a_storage(running: Site) -> None:
    with pytest.raises(Refused, match="serves storage shelf"):
        running.api.begin("appliance", "start", name="web", resource="m-525402000001")


def test_openqrm_killed_while_it_starts_an_appliance(tmp_path: Path) -> None:
    with site(tmp_path, Pace(stats_every_s=2, retry_s=0.2, step_s=1)) as running:
        plan = running.api.begin("appliance", "start", name="web")
        running.until(plan, lambda now: step(now, "ready")["state"] == "at work", "the machine boots the appliance")
        running.kill_and_restart()
        assert running.ended(plan)["state"] == "done"
        assert len(running.taken()) == 4, "claimed, granted, wanted and exported once"
