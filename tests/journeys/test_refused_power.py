"""A BMC that refuses: the start ends with what it said, and nothing is claimed or granted."""

from pathlib import Path

import pytest

from tests.journeys.demonstration import eventually
from tests.journeys.one_machine import told
from tests.journeys.site import render

pytestmark = pytest.mark.real


def test_a_bmc_that_refuses(in_cell: None, supplies: Path, tmp_path: Path) -> None:
    with told(tmp_path, supplies, "bios") as (story, running, rack):
        story.set_up()
        story.discover()

        rack.set_bmc_fault(rack.machines[0], "refuses")
        plan = running.api.begin("appliance", "start", name="web")
        eventually(lambda: running.api.ask("plan", "show", id=plan["id"])["state"] != "running", lambda: plan)
        plan = running.api.ask("plan", "show", id=plan["id"])
        assert plan["state"] == "undone", render(plan)
        assert "refus" in plan["note"], render(plan)
        assert any(each["hint"] for each in plan["steps"]), render(plan)
        (resource,) = running.api.ask("resource", "list", condition="idle")
        assert not resource["claimed_by"]
        assert not any(volume["granted_to"] for volume in running.api.ask("volume", "list"))
        assert not list((tmp_path / "nfs/exports.d").glob("*.conf"))
