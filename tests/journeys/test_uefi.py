"""The whole story on a UEFI machine: power-on, idle, appliance, idle. Then it loses its power while it boots."""

from pathlib import Path
from typing import Any

import pytest

from lab.demo.openqrm import Serving
from tests.journeys.demonstration import eventually
from tests.journeys.one_machine import told
from tests.journeys.site import render

pytestmark = pytest.mark.real


def test_a_uefi_machine_becomes_an_appliance_and_is_given_back(in_cell: None, supplies: Path, tmp_path: Path) -> None:
    with told(tmp_path, supplies, "uefi") as (story, running, rack):
        (machine,) = rack.machines
        story.tell()
        assert "SeaBIOS" not in machine.console() and "EFI" in machine.console()
        (resource,) = running.api.ask("resource", "list", condition="idle")
        name = resource["name"]
        assert not resource["claimed_by"]

        machine.off()
        eventually(lambda: _shown(running, name)["condition"] == "off", lambda: _shown(running, name))
        plan = running.api.begin("appliance", "start", name="web", resource=name)
        eventually(lambda: _shown(running, name)["seen"]["profile"] == "web", lambda: _shown(running, name))
        machine.off()
        eventually(lambda: _plan(running, plan)["state"] != "running", lambda: render(_plan(running, plan)))
        plan = _plan(running, plan)
        assert plan["state"] == "undone" and "went off after" in plan["note"], render(plan)
        assert not running.api.ask("resource", "show", name=name)["resource"]["claimed_by"]


def _shown(running: Serving, name: str) -> dict[str, Any]:
    return dict(running.api.ask("resource", "show", name=name))


def _plan(running: Serving, plan: dict[str, Any]) -> dict[str, Any]:
    return dict(running.api.ask("plan", "show", id=plan["id"]))
