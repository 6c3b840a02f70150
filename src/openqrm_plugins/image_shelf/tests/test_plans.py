"""What is planned for shelves and their entries, and what is refused before anything happens."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openqrm.plugin_api import (
    SELF,
    Category,
    Image,
    Kernel,
    PlanningError,
    Record,
    Role,
    Satisfied,
    Secret,
    StepError,
    Storage,
    Volume,
)
from openqrm.plugin_api.intents import Intent
from openqrm.plugin_api.planning import Reading
from openqrm.plugin_api.storage import FillDisk
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld, cases_of
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.case import take_back
from openqrm_plugins.image_shelf.actions import PLUGIN
from openqrm_plugins.image_shelf.catalogue import Shelf, parse_catalogue
from openqrm_plugins.image_shelf.intents import (
    AddShelf,
    ListEntries,
    ListShelves,
    RefreshShelf,
    RemoveShelf,
    ShowShelf,
    answer_entries,
    answer_list,
    answer_show,
)
from openqrm_plugins.image_shelf.settings import MOST_SHELVES
from openqrm_plugins.image_shelf.tests.planned import Storages, planned, settings_of, state
from openqrm_plugins.image_shelf.tests.shelves import PUBLIC, entry, kernel, site
from openqrm_plugins.image_shelf.tests.simulator import ShelfHost, Site
from openqrm_plugins.image_shelf.unpacking import UnpackEntry

URL = "https://shelf.example/debian"
FULL = site(entry(kernel=kernel()), entry("bare"))
SHELF = Shelf(URL, catalogue=parse_catalogue(FULL.files["catalogue.json"]), taken_s=5.0)
STORE = Storage(name="nas", type="folders", resource="box", settings={"directory": "/exports"})
OTHERS = (
    Storage(name="ram", type="memory", resource="box"),
    Storage(name="san", type="disks", resource="box", settings={"directory": "/disks"}),
)
UNPACK = UnpackEntry("debian", "debian-12", "web", "nas")


def world(*more: Record, **shelves: Shelf) -> SimulatedWorld:
    hosts = {SELF: ShelfHost({URL: FULL}), "box": ShelfHost({URL: FULL})}
    return SimulatedWorld(hosts=hosts, given=(state("/var/lib/openqrm-shelf", **shelves), STORE, *OTHERS, *more))


def filled(*more: Record) -> SimulatedWorld:
    return world(*more, debian=SHELF)


def reading(made: SimulatedWorld) -> Reading:
    drivers: Any = Storages()
    return Reading(made.records, drivers, made, "admin", settings=settings_of(made))


def host(made: SimulatedWorld, name: str) -> ShelfHost:
    found = made.hosts[name]
    assert isinstance(found, ShelfHost)
    return found


CASES = [case for case in cases_of("unpack", planned(UNPACK, filled()), filled) if case.action.name.startswith(PLUGIN)]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_own_step_of_an_unpacking_keeps_the_laws(case: Case, law: Callable[[Case], None]) -> None:
    law(case)


def test_an_unpacking_makes_volume_image_and_kernel_and_leaves_nothing_behind() -> None:
    made = filled()
    carry_all(planned(UNPACK, made), made)
    image, added = made.records.get(Image, "web"), made.records.get(Kernel, "debian-12")
    assert (image.volume, made.records.get(Volume, "web").storage) == ("web", "nas")
    assert "SHA-256" in image.comment and added.default and added.directory == "/base/kernels/debian-12"
    assert "/exports/web" in host(made, "box").tree and "/base/kernels/debian-12" in host(made, SELF).tree
    assert not host(made, "box").folders and not host(made, SELF).folders
    (source,) = host(made, "box").filled.values()
    assert source.endswith("/archive.tar.zst")


def test_an_unpacking_is_taken_back_whole() -> None:
    made = filled()
    before, steps = made.state(), planned(UNPACK, made)
    carry_all([step for step in steps if not step.optional], made)
    for step in reversed(steps):
        take_back(step.action, made)
    assert made.state() == before


def test_what_can_fail_comes_before_the_volume_is_filled() -> None:
    steps = {step.id: step for step in planned(UNPACK, filled())}
    assert set(steps["fill-web"].needs) == {"fetch-archive", "kernel"}
    assert {each.id for each in steps.values() if each.needs == ("fill-web",)} == {"drop-archive", "drop-kernel"}
    assert all(steps[id_].optional for id_ in ("drop-archive", "drop-kernel"))
    assert (steps["fetch-archive"].host, steps["fetch-kernel"].host) == ("box", SELF)


def test_a_kernel_that_is_here_is_not_added_again() -> None:
    made = filled()
    carry_all(planned(UNPACK, made), made)
    again = planned(UnpackEntry("debian", "debian-12", "second", "nas"), made)
    assert "kernel" not in {step.id for step in again}
    assert "here as debian-12" in next(step.why for step in again if step.id == "image")
    shown = {row.name: (row.kernel, row.kernel_here) for row in answer_entries(ListEntries(), reading(made))}
    assert shown == {"debian-12": ("linux-image.deb", "debian-12"), "bare": ("", "")}
    assert answer_show(ShowShelf("debian"), reading(made)).entries == ["debian-12", "bare"]


def test_a_disk_goes_onto_a_disk_and_not_among_files() -> None:
    catalogue = parse_catalogue(site(entry("cloud", file="cloud.qcow2")).files["catalogue.json"])
    made = world(debian=Shelf(URL, catalogue=catalogue, taken_s=5.0))
    steps = {step.id: step.action for step in planned(UnpackEntry("debian", "cloud", "web", "san", size_mib=64), made)}
    fill = steps["fill-web"]
    assert isinstance(fill, FillDisk) and fill.source.endswith("/archive.qcow2") and fill.sha256
    assert fill.note.endswith("/web.2000000000"), "what an older volume of this name left is another's"
    with pytest.raises(PlanningError, match=r"qcow2 is a disk in a file, and folders fills volumes from an archive"):
        planned(UnpackEntry("debian", "cloud", "web", "nas"), made)


def test_an_entry_without_a_kernel_adds_none() -> None:
    assert not [s for s in planned(UnpackEntry("debian", "bare", "web", "nas"), filled()) if "kernel" in s.id]


@pytest.mark.parametrize(
    ("wish", "given", "category", "says"),
    [
        (UnpackEntry("gone", "bare", "web", "nas"), (), Category.NOT_FOUND, "no shelf gone"),
        (UnpackEntry("debian", "gone", "web", "nas"), (), Category.NOT_FOUND, "has no gone"),
        (UNPACK, (Volume(name="web"),), Category.CONFLICT, "volume web is there"),
        (UNPACK, (Image(name="web"),), Category.CONFLICT, "image web is there"),
        (UNPACK, (Kernel(name="debian-12"),), Category.CONFLICT, "kernel debian-12 is there"),
        (UnpackEntry("debian", "bare", "web", "ram"), (), Category.UNSUPPORTED, "memory cannot fill volumes"),
        (
            UnpackEntry("debian", "bare", "web", "san"),
            (),
            Category.UNSUPPORTED,
            "is an archive or a folder, and disks fills volumes from a disk",
        ),
        (AddShelf("debian", URL), (), Category.CONFLICT, "a shelf debian already"),
        (AddShelf("new", URL, key="QUJD"), (), Category.BAD_INPUT, "no public key"),
        (AddShelf("new", URL, user="me"), (), Category.BAD_INPUT, "a user has a password"),
        (AddShelf("new", "/srv", user="me", password=Secret("x")), (), Category.BAD_INPUT, "to a folder"),
        (RefreshShelf("gone"), (), Category.NOT_FOUND, "no shelf gone"),
        (RemoveShelf("gone"), (), Category.NOT_FOUND, "no shelf gone"),
    ],
)
def test_it_is_refused(wish: Intent, given: tuple[Record, ...], category: Category, says: str) -> None:
    with pytest.raises(PlanningError, match=says) as refused:
        planned(wish, filled(*given))
    assert refused.value.category is category and refused.value.hint


def test_there_are_not_more_shelves_than_planning_can_carry() -> None:
    with pytest.raises(PlanningError, match="16 shelves already"):
        planned(AddShelf("new", URL), world(**{f"s{number}": Shelf("/srv") for number in range(MOST_SHELVES)}))


def test_a_shelf_comes_with_its_catalogue_and_goes_with_its_password() -> None:
    made = world()
    carry_all(planned(AddShelf("debian", URL, key=PUBLIC), made), made)
    (row,) = answer_list(ListShelves(), reading(made))
    assert (row.name, row.is_signed, row.entries, row.serial) == ("debian", True, 2, 1)
    carry_all(planned(RefreshShelf("debian"), made), made)
    carry_all(planned(RemoveShelf("debian"), made), made)
    assert not answer_list(ListShelves(), reading(made))
    locked = world(debian=Shelf(URL, user="me", password="shelf-debian-password-1"))
    assert [step.id for step in planned(RemoveShelf("debian"), locked)] == ["keep", "forget"]


def test_a_shelf_that_does_not_answer_is_not_kept() -> None:
    made = world()
    keep, take = planned(AddShelf("debian", "https://nobody.example"), made)
    carry_all([keep], made)
    with pytest.raises(StepError, match="HTTP 401"):
        take.action.ensure(made)
    take_back(keep.action, made)
    assert not settings_of(made).shelves


@pytest.mark.parametrize(
    ("offered", "says"),
    [(site(entry(), serial=0), "serial is 0, and 1 was seen"),
     (site(entry(), serial=2, key=None), "the shelf has a key"),
     (site(entry(), serial=2, key=Ed25519PrivateKey.generate()), "is not signed by the shelf's key")],
    ids=["an old one", "nobody's", "another's"],
)  # fmt: skip
def test_a_catalogue_that_a_signed_shelf_cannot_have_is_refused_and_leaves_what_was_known(
    offered: Site, says: str
) -> None:
    made = world()
    carry_all(planned(AddShelf("debian", URL, key=PUBLIC), made), made)
    host(made, SELF).sites[URL] = offered
    (take,) = planned(RefreshShelf("debian"), made)
    with pytest.raises(StepError, match=says):
        take.action.ensure(made)
    assert len(settings_of(made).shelves["debian"].catalogue.entries) == 2


def test_who_decides_what_is_trusted_is_an_administrator() -> None:
    assert {AddShelf.role, RemoveShelf.role, UnpackEntry.role} == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("intent", [RemoveShelf("debian"), RefreshShelf("debian")])
def test_a_shelf_that_was_changed_meanwhile_is_a_conflict(intent: Intent) -> None:
    made = filled()
    (step, *_) = planned(intent, made)
    other = world(debian=Shelf("/another"))
    with pytest.raises(StepError, match="no longer as planned") as conflict:
        step.action.observe(other)
    assert conflict.value.category is Category.CONFLICT
    if isinstance(intent, RemoveShelf):
        assert isinstance(step.action.observe(world()), Satisfied)
