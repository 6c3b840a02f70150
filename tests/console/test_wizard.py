"""The wizard: each way from nothing to a running appliance, by clicks and by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect

from lab.demo.simulated_scene import resource_of
from tests.console.carriers import ENTRY, BootingLibvirt, fill_shelf
from tests.console.visit import Visit, in_a_page_of, signed_in
from tests.journeys.demonstration import eventually
from tests.journeys.site import Site, site

MACHINES = 4  # one each for three appliances, and one that carries VMs
VM_ADDRESS = "10.200.0.7"


@pytest.fixture(scope="module")
def place(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of their own, for what the wizard starts takes machines: one carries VMs, and shelves may be added."""
    folder = tmp_path_factory.mktemp("wizard")
    with site(folder, machines=MACHINES) as running:
        api, host = running.api, running.scene.fleet.machines[-1]
        BootingLibvirt(host, VM_ADDRESS)
        api.do("plugin", "set", name="kvm", settings={"accelerator": "qemu"})
        api.do("plugin", "set", name="image-shelf", settings={"spool": f"{folder}/spool"})
        for plugin in ("kvm", "image-shelf"):
            api.do("plugin", "enable", name=plugin)
        api.do("host", "add", name=resource_of(host), type="kvm")
        api.do("network", "create", name="cells", cidr="10.200.0.0/24", first=VM_ADDRESS, last=VM_ADDRESS)
        yield running


@pytest.fixture(scope="module")
def administrator(browser: Browser, place: Site) -> Iterator[BrowserContext]:
    with signed_in(browser, place) as context:
        yield context


@pytest.fixture
def own(administrator: BrowserContext, place: Site) -> Iterator[Visit]:
    with in_a_page_of(administrator, place) as begun:
        yield begun


def heading(visit: Visit, text: str) -> None:
    expect(visit.page.get_by_role("heading", level=1)).to_contain_text(text)


def pick(visit: Visit, field: str, name: str) -> None:
    """One of the objects that a field offers."""
    visit.page.locator(f"#field-{field}").click()
    offers = visit.page.locator(f"#field-{field}-list").get_by_role("option")
    offers.filter(has=visit.page.get_by_text(name, exact=True)).click()


def begin(visit: Visit, name: str, root: str) -> None:
    """As far as the choice of this root."""
    visit.open("/new-appliance")
    visit.page.get_by_label("Name").fill(name)
    visit.button("Next").click()
    visit.page.get_by_label(root).check()


def carry_out(visit: Visit, name: str, *wishes: str) -> None:
    """From the last page, which shows these, to the running appliance."""
    shown = visit.page.locator(".q-wishes > li strong")
    expect(shown).to_have_text([*wishes, f"Appliance {name}: Create", f"Appliance {name}: Start"])
    visit.button("Carry out").click()
    heading(visit, f"Start appliance {name} on")
    expect(visit.page.locator("h1 .pf-v6-c-label")).to_have_text("done", timeout=120_000)
    api = visit.site.api
    eventually(lambda: api.ask("appliance", "show", name=name)["condition"] == "running", lambda: "it runs")


def test_a_clone_of_a_volume_runs(own: Visit) -> None:
    begin(own, "shop", "A clone of a volume")
    pick(own, "source", "web")
    own.button("Next").click()
    own.button("Next").click()
    expect(own.page.locator(".q-wishes > li")).to_have_count(4)
    assert "shop" not in [row["name"] for row in own.site.api.ask("volume", "list")]
    carry_out(own, "shop", "Volume shop: Clone", "Image shop: Create")


def test_a_system_of_a_shelf_runs_with_the_kernel_that_comes_with_it(own: Visit, tmp_path: Path) -> None:
    api, scene = own.site.api, own.site.scene
    source = fill_shelf(tmp_path, scene.fleet.machines[0])
    api.do("shelf", "add", name="lab", source=source)
    try:
        begin(own, "mail", "From a shelf")
        pick(own, "entry", ENTRY)
        pick(own, "storage", "shelf")
        own.button("Next").click()
        own.button("Next").click()
        carry_out(own, "mail", "Shelf lab: Unpack")
    finally:
        api.do("shelf", "remove", name="lab")
    assert api.ask("appliance", "show", name="mail")["appliance"]["kernel"] == ENTRY


def test_a_new_vm_runs_it_on_the_network_that_was_chosen(own: Visit) -> None:
    begin(own, "cell", "A clone of a volume")
    pick(own, "source", "web")
    own.button("Next").click()
    own.page.get_by_label("A new VM").check()
    pick(own, "network", "cells")
    own.button("Next").click()
    carry_out(own, "cell", "Volume cell: Clone", "Image cell: Create", "Virtual machine cell: Create")
    resource = own.site.api.ask("resource", "show", name="cell")["resource"]
    assert (resource["type"], resource["address"]) == ("kvm", VM_ADDRESS)


def test_who_leaves_the_wizard_for_what_is_missing_is_not_asked_again(own: Visit) -> None:
    page = own.page
    begin(own, "basket", "From a shelf")
    page.get_by_role("link", name="add one first").click()
    heading(own, "Add")
    for kept in (True, False):
        page.get_by_role("link", name="Dashboard").click()
        page.get_by_role("main").get_by_role("link", name="New appliance").click()
        if kept:
            expect(page.get_by_label("From a shelf")).to_be_checked()
            own.button("Back").click()
            expect(page.get_by_label("Name")).to_have_value("basket")
            own.button("Cancel").click()
    expect(page.get_by_label("Name")).to_have_value("")
    assert not [plan for plan in own.site.api.ask("plan", "list") if "basket" in plan["title"]]


def test_the_wizard_is_walked_by_keyboard_alone(own: Visit) -> None:
    page, keys = own.page, own.page.keyboard
    part = page.locator(".pf-v6-c-wizard__main")
    own.open("/new-appliance")
    walk_to(own, page.get_by_label("Name"))
    keys.type("cart")
    walk_to(own, own.button("Next"))
    keys.press("Enter")
    expect(part).to_be_focused()
    walk_to(own, page.get_by_role("radio"))
    for root in ("From a shelf", "A clone of a volume"):
        keys.press("ArrowDown")
        expect(page.get_by_label(root)).to_be_checked()
    walk_to(own, page.locator("#field-source"))
    keys.type("web")
    expect(page.get_by_role("option", name="web")).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    for _ in range(2):
        walk_to(own, own.button("Next"))
        keys.press("Enter")
        expect(part).to_be_focused()
    expect(page.locator(".q-wishes > li")).to_have_count(4)
    walk_to(own, own.button("Carry out"))
    keys.press("Enter")
    heading(own, "Start appliance cart on")


def walk_to(visit: Visit, wanted: Locator) -> None:
    """By the tabulator, to any of these, as somebody without a mouse does."""
    expect(wanted.first).to_be_visible()
    for _ in range(80):
        if any(each.evaluate("each => each === document.activeElement") for each in wanted.all()):
            return
        visit.page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by the tabulator")
