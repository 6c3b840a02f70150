"""What the desk hands from plugins to planners: their settings, and what they answer to hooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import openqrm_plugins
from openqrm.domain.appliance import Appliance
from openqrm.domain.kernel import Kernel
from openqrm.domain.resource import SELF, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import PluginState
from openqrm.planning.appliance import RemoveAppliance
from openqrm.planning.appliance_start import StartAppliance
from openqrm.plugin_host.find import check, find_plugins
from openqrm.plugin_host.host import PluginHost
from openqrm.services.desk import Wishes
from openqrm_plugins._reference.intents import ShowNote, WriteANote
from tests.unit.services.site import ADMIN, TestSite, open_site

REFERENCE = check("openqrm_plugins._reference", Path(openqrm_plugins.__path__[0]) / "_reference")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestSite]:
    with open_site(tmp_path, lambda: PluginHost([*find_plugins(), REFERENCE])) as opened:
        state = PluginState(name="reference", enabled=True, started=True, settings='{"directory":"/srv/notes"}')
        opened.database.records.put(state)
        yield opened


def test_a_plugin_plans_and_answers_by_its_settings(site: TestSite) -> None:
    plan = site.desk.ask(ADMIN, WriteANote("web", "hello"), Wishes()).plan
    (step,) = site.database.plans.load(plan.id).plan.steps
    assert step.action.directory == "/srv/notes"
    site.desk.answer(ADMIN, ShowNote("web"))
    assert site.world.own.asked[-1] == ("read", "/srv/notes/web")


def test_a_hook_answers_by_its_plugin_s_settings(site: TestSite) -> None:
    site.database.records.put(Kernel(name="k"))
    site.database.records.put(Appliance(name="web", image="web", kernel="k"))
    plan = site.desk.ask(ADMIN, RemoveAppliance("web"), Wishes()).plan
    tear = site.database.plans.load(plan.id).plan.steps[-1].action
    assert (tear.name, tear.directory) == ("reference.tear-note", "/srv/notes")


def test_the_plan_of_a_start_says_what_a_plugin_adds_to_the_boot(site: TestSite) -> None:
    records = site.database.records
    records.put(replace(records.get(Resource, "m1"), address="10.0.0.11"))
    for record in (
        PluginState(name="nfs-storage", enabled=True, started=True),
        Storage(name="nas", type="nfs-storage", resource=SELF),
        Volume(name="root", storage="nas"),
        Image(name="web", volume="root"),
        Appliance(name="web", image="web", kernel="default"),
    ):
        records.put(record)
    text = site.desk.preview(ADMIN, StartAppliance("web"), look=False).text
    assert "; plugin reference adds reference=web.m1 to the kernel line; plugin reference adds reference to" in text
