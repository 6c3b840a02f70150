"""What may be in a VM's drive: files of the folders that the administrator has named, on whichever host it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from openqrm.plugin_api import Category, IsoFacts, PlanningError, StepError, VirtualMachine
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld
from openqrm.plugin_api.testing.laws_of_data import law_12_an_action_is_honest
from openqrm_plugins.kvm.drive import InspectIso
from openqrm_plugins.kvm.driver import Driver
from openqrm_plugins.kvm.seed import seed_path
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.tests.simulator import HOST, OTHER, libvirt_in, world

FOLDERS = ("/srv/iso", "/srv/more")
ISO = "/srv/iso/debian.iso"
DRIVER = Driver(Settings(iso_folders=FOLDERS))
VM = VirtualMachine(name="web", type="kvm", iso=ISO)


def given() -> SimulatedWorld:
    made = world()
    libvirt_in(made).files |= {ISO: b"iso", "/etc/shadow": b"root", "/srv/secret.iso": b"theirs"}
    made.forget_preparation()
    return made


def inspected(made: SimulatedWorld, path: str = ISO) -> str:
    (step,) = DRIVER.plan_insert("h1", replace(VM, iso=path))
    return step.action.observe(made).because


@pytest.mark.parametrize(
    ("path", "category", "said"),
    [
        ("/etc/shadow", Category.REFUSED, "not in a folder"),
        ("/srv/isolated/x.iso", Category.REFUSED, "not in a folder"),
        ("/srv/iso", Category.REFUSED, "not in a folder"),
        ("/srv/iso/../secret.iso", Category.BAD_INPUT, "no whole path"),
        ("/srv/iso//x.iso", Category.BAD_INPUT, "no whole path"),
        ("debian.iso", Category.BAD_INPUT, "no whole path"),
        ("//srv/iso/x.iso", Category.REFUSED, "not in a folder"),
        (seed_path("db", "ref"), Category.REFUSED, "not in a folder"),
        (seed_path("web", "ref"), Category.REFUSED, "not in a folder"),
    ],
)
def test_a_path_outside_the_folders_is_refused_while_planning(path: str, category: Category, said: str) -> None:
    with pytest.raises(PlanningError, match=said) as caught:
        DRIVER.plan_insert("h1", replace(VM, iso=path))
    assert caught.value.category is category and caught.value.hint


def test_without_folders_there_is_no_image() -> None:
    with pytest.raises(PlanningError, match="iso_folders is empty"):
        Driver(Settings(iso_folders=())).plan_insert("h1", VM)
    assert not Driver(Settings(iso_folders=())).list_isos(given(), HOST)


def test_a_link_that_leads_out_of_the_folders_is_refused_by_the_host() -> None:
    made = given()
    libvirt_in(made).links = {"/srv/iso/s.iso": "/etc/shadow", "/srv/iso/near.iso": ISO}
    with pytest.raises(StepError, match="leads to /etc/shadow, out of its folder"):
        inspected(made, "/srv/iso/s.iso")
    assert inspected(made, "/srv/iso/near.iso")


def test_a_folder_may_be_a_link_of_its_administrator() -> None:
    made = given()
    libvirt_in(made).files["/data/debian.iso"] = b"iso"
    libvirt_in(made).links = {"/srv/iso": "/data", ISO: "/data/debian.iso"}
    assert inspected(made)


@pytest.mark.parametrize("kind", ["block special file", "fifo", "directory", "regular empty file"])
def test_what_is_no_file_is_refused(kind: str) -> None:
    made = given()
    libvirt_in(made).kinds[ISO] = kind
    with pytest.raises(StepError, match=f"it is a {kind}"):
        inspected(made)


def test_an_image_that_is_not_there_is_told_of_with_how_to_find_others() -> None:
    with pytest.raises(StepError, match=r"there is no /srv/more/x\.iso on h1") as caught:
        inspected(given(), "/srv/more/x.iso")
    assert caught.value.category is Category.NOT_FOUND and "openqrm host isos h1" in caught.value.hint


def test_those_there_are_are_told() -> None:
    assert DRIVER.list_isos(given(), HOST) == [IsoFacts(name=ISO, size_bytes=3)]


def test_where_all_hosts_share_their_disks_the_other_host_is_asked() -> None:
    shared = Driver(Settings(iso_folders=FOLDERS, shares_disks=True))
    (step,) = shared.plan_carry(VM, HOST, OTHER)
    assert step.action == InspectIso(OTHER.name, ISO, ("/srv/iso",))


@pytest.mark.parametrize(
    "law", [law for law in LAWS if law is not law_12_an_action_is_honest], ids=lambda law: law.__name__
)
def test_a_look_that_changes_nothing_keeps_the_other_laws(law: Callable[[Case], None]) -> None:
    law(Case("iso", InspectIso(HOST.name, ISO, ("/srv/iso",)), given))
