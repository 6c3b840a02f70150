"""The contract of storage drivers and their actions, for each type of storage; what a disk lacks is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openqrm.plugin_api import Capability, Category, PlanningError, Satisfied, StepError, Storage, Volume
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, SimulatedWorld, StorageBench, cases_of
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.disk_tools import SimulatedDisks
from openqrm.plugin_api.testing.storage import (
    FIRST,
    a_loan_is_for_reading,
    a_volume_is_listed_while_it_exists,
    capabilities_are_honest,
    what_it_did_not_make_can_be_adopted,
    what_was_removed_can_be_had_back,
    what_was_there_is_not_made_again,
)
from openqrm_plugins.directory_storage.driver import Driver
from openqrm_plugins.directory_storage.settings import Settings
from openqrm_plugins.directory_storage.tests.simulator import DirectoryByLio, DirectoryByNfs, DirectoryByTgt

DRIVER = Driver(Settings(directory="/srv/volumes"))
XFS = {"directory": "/srv/volumes", "filesystem": "xfs", "shares": True, "qcow2": True}
EXT4 = XFS | {"filesystem": "ext2/ext3", "shares": False}
BARE = EXT4 | {"qcow2": False}


def storage(type_: str, found: dict[str, Any] = XFS, /, **settings: Any) -> Storage:
    return Storage(name="store", type=type_, resource="store1", settings=dict(settings), found=dict(found))


def bench(type_: str, host: type[DirectoryByNfs | DirectoryByLio | DirectoryByTgt], **settings: str) -> StorageBench:
    def writers(made: SimulatedWorld, volume: str) -> frozenset[str]:
        tools = made.hosts["store1"]
        assert isinstance(tools, host)
        return tools.writers(f"/srv/volumes/{volume}{'' if type_ == 'directory-nfs' else '.img'}")

    def readers(made: SimulatedWorld, volume: str) -> frozenset[str]:
        tools = made.hosts["store1"]
        return tools.readers(f"/srv/volumes/{volume}") if isinstance(tools, DirectoryByNfs) else frozenset()

    def world() -> SimulatedWorld:
        return SimulatedWorld(hosts={"store1": host()})

    return StorageBench(DRIVER, storage(type_, **settings), world, writers, ("nfs", "iscsi"), readers)


NFS, LIO = bench("directory-nfs", DirectoryByNfs), bench("directory-iscsi", DirectoryByLio)
TGT = bench("directory-iscsi", DirectoryByTgt, target="tgt")
GANESHA = bench("directory-nfs", DirectoryByNfs, nfs_backend="ganesha")


def disks() -> SimulatedWorld:
    return SimulatedWorld(hosts={"store1": SimulatedDisks()})


QCOW = StorageBench(DRIVER, storage("directory-qcow2"), disks, lambda *_: frozenset(), ())
# no machine is granted these, so of the rules those that grant none
RULES_OF_QCOW = (
    a_volume_is_listed_while_it_exists,
    what_was_there_is_not_made_again,
    what_it_did_not_make_can_be_adopted,
    capabilities_are_honest,
    what_was_removed_can_be_had_back,
    a_loan_is_for_reading,
)
WEB = Volume(name="web", id=5, storage="store", size_mib=64)
UNSEEN = storage("directory-nfs", {})


def unseen() -> SimulatedWorld:
    made = disks()
    made.records.put(UNSEEN)
    return made


def with_web() -> SimulatedWorld:
    made = disks()
    carry_all(DRIVER.plan_create(QCOW.storage, WEB), made)
    made.forget_preparation()
    return made


DB = replace(WEB, name="db", id=6, source="web")
END = [
    step
    for volume in (WEB, DB)
    for step in (*DRIVER.plan_remove(QCOW.storage, volume), *DRIVER.plan_purge(QCOW.storage, volume))
]
LAYERED = (*DRIVER.plan_create(QCOW.storage, WEB), *DRIVER.plan_create(QCOW.storage, DB), *END)
# the first of two purges has nothing to sweep: the other disk stands on the layer still
SWEEPING = [case for case in cases_of("layers", LAYERED, disks) if not case.name.endswith("sweep-web")]
CASES = [
    *(case for each in (NFS, LIO) for case in (*each.cases(), *each.optional_cases())),
    *(case for case in QCOW.optional_cases() if "sweep" not in case.name),
    *SWEEPING,
    *cases_of("look", DRIVER.plan_look(UNSEEN), unseen),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("each", [NFS, GANESHA, LIO, TGT], ids=["nfs", "ganesha", "lio", "tgt"])
def test_rule(rule: Callable[[StorageBench], None], each: StorageBench) -> None:
    rule(each)


@pytest.mark.parametrize("rule", RULES_OF_QCOW, ids=lambda rule: rule.__name__)
def test_rule_of_qcow2(rule: Callable[[StorageBench], None]) -> None:
    rule(QCOW)


def refused(plan: Callable[[], object], category: Category, message: str, hint: str) -> None:
    with pytest.raises(PlanningError, match=message) as error:
        plan()
    assert error.value.category is category and hint in error.value.hint


@pytest.mark.parametrize("type_", ["directory-nfs", "directory-iscsi"])
def test_a_clone_on_a_disk_that_cannot_share_is_refused_unless_a_copy_will_do(type_: str) -> None:
    clone = replace(WEB, name="db", source="web")
    says = "/srv/volumes of store is on ext2/ext3, where files share no blocks"
    refused(lambda: DRIVER.plan_create(storage(type_, EXT4), clone), Category.UNSUPPORTED, says, "clone=copy")
    assert DRIVER.plan_create(storage(type_, EXT4, clone="copy"), clone)
    assert DRIVER.plan_create(storage(type_, EXT4), WEB)
    assert DRIVER.plan_create(storage("directory-qcow2", EXT4), clone)


def test_qcow2_needs_its_tool_there() -> None:
    bare = storage("directory-qcow2", BARE)
    refused(lambda: DRIVER.plan_create(bare, WEB), Category.UNSUPPORTED, "store1 has no qemu-img", "storage edit store")


def test_nothing_is_planned_before_somebody_looked_there() -> None:
    says, hint = "nobody has looked yet what /srv/volumes", "openqrm storage edit store"
    refused(lambda: DRIVER.plan_create(UNSEEN, WEB), Category.CONFLICT, says, hint)
    moved = storage("directory-nfs", directory="/srv/other")
    refused(lambda: DRIVER.plan_create(moved, WEB), Category.CONFLICT, "what /srv/other of storage store", hint)


def test_what_was_found_stands_in_the_record() -> None:
    made = unseen()
    (step,) = DRIVER.plan_look(UNSEEN)
    step.action.ensure(made)
    assert made.records.get(Storage, "store").found == XFS


def test_no_machine_is_granted_a_qcow2_file() -> None:
    where = storage("directory-qcow2")
    for plan in (
        lambda: DRIVER.plan_grant(where, WEB, FIRST, "grant-web"),
        lambda: DRIVER.root(where, WEB, "10.0.0.2", "grant-web"),
    ):
        refused(plan, Category.UNSUPPORTED, "no machine reaches", "directory-iscsi")


def test_folders_are_copied_from_and_disks_are_disks_of_vms() -> None:
    nfs, iscsi, qcow2 = (storage(f"directory-{kind}") for kind in ("nfs", "iscsi", "qcow2"))
    assert Capability.TRANSFER in DRIVER.capabilities_of(nfs) and Capability.RESIZE not in DRIVER.capabilities_of(nfs)
    assert (DRIVER.disk(iscsi, WEB).path, DRIVER.disk(iscsi, WEB).format) == ("/srv/volumes/web.img", "raw")
    assert (DRIVER.disk(qcow2, WEB).path, DRIVER.disk(qcow2, WEB).format) == ("/srv/volumes/web.qcow2", "qcow2")
    refused(lambda: DRIVER.disk(nfs, WEB), Category.UNSUPPORTED, "is a folder", "directory-iscsi")
    refused(lambda: DRIVER.plan_resize(nfs, WEB, 128), Category.UNSUPPORTED, "has no size", "extend")


def test_a_disk_that_says_what_it_stands_on_is_inspected_before_a_vm_opens_it() -> None:
    (step,) = DRIVER.plan_inspect(QCOW.storage, WEB)
    assert not DRIVER.plan_inspect(LIO.storage, WEB), "raw disks are never probed"
    assert step.action.observe(with_web()) == Satisfied("/srv/volumes/web.qcow2 leads nowhere else")
    with pytest.raises(StepError, match="there is no /srv/volumes/web"):
        step.action.observe(disks())
