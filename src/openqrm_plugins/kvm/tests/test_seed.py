"""The seed of a VM: an ISO image whose files are found by their names, written for root alone, gone with the VM."""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import replace

import pytest

from openqrm.plugin_api import PlanningError, Resource, StepError, VirtualMachine
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld
from openqrm_plugins.kvm.driver import Driver
from openqrm_plugins.kvm.iso_image import SECTOR, render_iso
from openqrm_plugins.kvm.seed import FOLDER, CarrySeed, RemoveSeed, WriteSeed, is_seed, render_seed, seed_path
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.tests.simulator import HOST, OTHER, libvirt_in, world

READ_BY_OTHERS = "fe1570be9bdbf8ff26c70094875977c1fab61f502ccefff54422c5e0301367ae"  # isoinfo, bsdtar, blkid
USER_DATA = "#cloud-config\npassword: s3cret\n"
WRITE = WriteSeed(HOST.name, "db", "vm-db-user-data-1")
CARRY = CarrySeed("db", HOST.name, OTHER.name, WRITE.path)
VM = VirtualMachine(name="db", type="kvm")


def given() -> SimulatedWorld:
    made = world()
    return SimulatedWorld(hosts=made.hosts, given=made.given, secrets={WRITE.user_data: USER_DATA})


def seeded() -> SimulatedWorld:
    made = given()
    WRITE.ensure(made)
    made.forget_preparation()
    return made


def joliet(image: bytes) -> dict[str, bytes]:
    """The files, as a reader of the Joliet tree finds them; written apart from what writes it."""
    volume = image[17 * SECTOR : 18 * SECTOR]
    assert (volume[:6], volume[88:91]) == (b"\x02CD001", b"%/E")
    (root,) = struct.unpack_from("<I", volume, 156 + 2)
    folder, at, found = image[root * SECTOR : (root + 1) * SECTOR], 0, {}
    while length := folder[at]:
        sector, size = struct.unpack_from("<I4xI", folder, at + 2)
        name = folder[at + 33 : at + 33 + folder[at + 32]]
        if len(name) > 1:
            found[name.decode("utf-16-be")] = image[sector * SECTOR : sector * SECTOR + size]
        at += length
    return found


@pytest.mark.parametrize("size", [0, 1, SECTOR, SECTOR + 1, 70_000])
def test_files_are_found_by_their_names(size: int) -> None:
    files = {"user-data": b"x" * size, "meta-data": b"m", "network-config": b"n" * 3}
    assert joliet(render_iso("cidata", files)) == files


def test_the_image_is_the_one_that_others_have_read() -> None:
    image = render_seed("db", "0123456789ab", USER_DATA)
    assert hashlib.sha256(image).hexdigest() == READ_BY_OTHERS


def test_a_seed_that_differs_is_carried_out_anew() -> None:
    first, second = (joliet(render_seed("db", each, USER_DATA)) for each in ("1", "2"))
    assert first["meta-data"] != second["meta-data"] and first["user-data"] == second["user-data"]
    assert seed_path("db", "one") != seed_path("db", "two") and is_seed("db", seed_path("db", "one"))


def test_it_is_for_root_alone_and_stands_in_no_command() -> None:
    made = seeded()
    host = libvirt_in(made)
    assert host.modes[WRITE.path] == 0o600
    assert joliet(host.files[WRITE.path])["user-data"].decode() == USER_DATA
    assert "s3cret" not in f"{made.argvs()}{WRITE}"


def test_only_a_seed_is_removed() -> None:
    driver = Driver(Settings())
    assert not driver.plan_unseed("h1", replace(VM, iso="/srv/debian.iso"))
    (step,) = driver.plan_unseed("h1", replace(VM, iso=WRITE.path))
    made = seeded()
    step.action.ensure(made)
    assert WRITE.path not in libvirt_in(made).files


@pytest.mark.parametrize("path", ["/etc/shadow", f"{FOLDER}/../../../../../etc/shadow", seed_path("db-2", "ref")])
def test_what_is_no_seed_of_this_vm_is_neither_removed_nor_carried(path: str) -> None:
    driver, made = Driver(Settings()), seeded()
    libvirt_in(made).files[path] = b"theirs"
    assert not driver.plan_unseed("h1", replace(VM, iso=path))
    with pytest.raises(PlanningError, match="has the ISO image"):
        driver.plan_carry(replace(VM, iso=path), HOST, OTHER)
    RemoveSeed(HOST.name, "db", path).ensure(made)
    with pytest.raises(StepError, match="does not have the seed"):
        CarrySeed("db", HOST.name, OTHER.name, path).ensure(made)
    assert libvirt_in(made).files[path] == b"theirs" and path not in libvirt_in(made, OTHER).files


def test_a_seed_goes_along_and_another_image_does_not() -> None:
    driver, elsewhere = Driver(Settings()), replace(VM, iso="/srv/debian.iso")
    (step,) = driver.plan_carry(replace(VM, iso=WRITE.path), HOST, OTHER)
    assert step.action == CARRY and not driver.plan_carry(VM, HOST, OTHER)
    made = seeded()
    step.action.ensure(made)
    there = libvirt_in(made, OTHER)
    assert there.modes[WRITE.path] == 0o600
    assert there.files[WRITE.path] == libvirt_in(made).files[WRITE.path]
    with pytest.raises(PlanningError, match=r"has the ISO image /srv/debian\.iso of h1"):
        driver.plan_carry(elsewhere, HOST, OTHER)


def test_a_seed_that_is_lost_is_not_carried() -> None:
    with pytest.raises(StepError, match="does not have the seed") as caught:
        CARRY.ensure(given())
    assert caught.value.hint == "Give it another one: openqrm vm seed db"


def test_the_seed_is_where_the_plan_says() -> None:
    driver = Driver(Settings())
    (step,) = driver.plan_seed("h1", VM, WRITE.user_data)
    assert step.action == WRITE and driver.seed_path(VM, WRITE.user_data) == WRITE.path
    assert WRITE.path.startswith(FOLDER) and Resource(name="db").name in WRITE.path


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize(
    "case",
    [Case("write", WRITE, given), Case("carry", CARRY, seeded), Case("remove", WRITE.inverse(), seeded)],
    ids=lambda case: case.name,
)
def test_the_actions_keep_the_laws(case: Case, law: Callable[[Case], None]) -> None:
    law(case)
