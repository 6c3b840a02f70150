"""What is in use is not removed, what cannot be is not planned: each refusal names the object and the way out."""

from typing import Any

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.network import Network
from openqrm.domain.resource import SELF, Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import Role, User
from openqrm.planning import appliance, appliance_switch, image, kernel, network, resource, storage, user, volume
from tests.unit.planning.shelf import planning

MAC = "52:54:00:00:00:01"
SITE = (
    Resource(name=SELF, address="10.0.0.1"),
    Resource(name="m1", mac=MAC, claimed_by="web"),
    Resource(name="m2", mac="52:54:00:00:00:02"),
    Observation(name="m2", milestone="uplink", boot_id="b", last_seen_s=1000.0, power="on"),
    Kernel(name="default", default=True),
    Kernel(name="old"),
    Storage(name="nas", type="nfs-storage", resource=SELF),
    Volume(name="root", storage="nas", granted_to="m1"),
    Volume(name="spare", storage="nas"),
    Volume(name="copy", storage="nas", source="spare"),
    Image(name="web", volume="root"),
    Appliance(name="web", image="web", kernel="old", network="lab", wanted="running"),
    Network(name="lab", cidr="10.0.0.0/24"),
    User(name="admin", role=Role.ADMINISTRATOR.name),
    User(name="bob", role=Role.READ_ONLY.name),
)
REFUSALS: list[tuple[Any, Any, Category, str]] = [
    (image.plan_remove_image, image.RemoveImage("web"), Category.CONFLICT, "in use by appliance web"),
    (image.plan_create_image, image.CreateImage("two", "root"), Category.CONFLICT, "in use by image web"),
    (image.plan_create_image, image.CreateImage("web", "spare"), Category.CONFLICT, "already"),
    (image.plan_edit_image, image.EditImage("web", install_from="root"), Category.BAD_INPUT, "own volume"),
    (storage.plan_remove_storage, storage.RemoveStorage("nas"), Category.CONFLICT, "in use by volume copy"),
    (storage.plan_create_storage, storage.CreateStorage("x", "y", "none"), Category.NOT_FOUND, "resource none"),
    (volume.plan_remove_volume, volume.RemoveVolume("root"), Category.CONFLICT, "in use by image web"),
    (volume.plan_remove_volume, volume.RemoveVolume("spare"), Category.CONFLICT, "in use by volume copy"),
    (volume.plan_clone_volume, volume.CloneVolume("new", "root"), Category.CONFLICT, "granted to m1"),
    (kernel.plan_remove_kernel, kernel.RemoveKernel("old"), Category.CONFLICT, "in use by appliance web"),
    (kernel.plan_remove_kernel, kernel.RemoveKernel("default"), Category.CONFLICT, "is the default"),
    (kernel.plan_set_default_kernel, kernel.SetDefaultKernel("default"), Category.CONFLICT, "already"),
    (resource.plan_remove_resource, resource.RemoveResource(SELF), Category.REFUSED, "itself runs on"),
    (resource.plan_remove_resource, resource.RemoveResource("m1"), Category.CONFLICT, "in use by appliance web"),
    (resource.plan_remove_resource, resource.RemoveResource("m2"), Category.CONFLICT, "is idle"),
    (resource.plan_add_resource, resource.AddResource("m3", MAC), Category.CONFLICT, "MAC address of resource m1"),
    (appliance.plan_remove_appliance, appliance.RemoveAppliance("web"), Category.CONFLICT, "not stopped"),
    (appliance.plan_create_appliance, appliance.CreateAppliance("two", "web"), Category.CONFLICT, "belongs to"),
    (appliance_switch.plan_switch_appliance, appliance_switch.SwitchAppliance("web"), Category.CONFLICT, "already"),
    (network.plan_create_network, network.CreateNetwork("n", "10.0.0.1/24"), Category.BAD_INPUT, "host bits"),
    (network.plan_remove_network, network.RemoveNetwork("lab"), Category.CONFLICT, "in use by appliance web"),
    (appliance.plan_edit_appliance, appliance.EditAppliance("web", network="x"), Category.NOT_FOUND, "network x"),
    (network.plan_edit_network, network.EditNetwork("lab", gateway="10.1.0.1"), Category.BAD_INPUT, "not in"),
    (network.plan_edit_network, network.EditNetwork("lab", first="10.0.0.9"), Category.BAD_INPUT, "both ends"),
    (user.plan_remove_user, user.RemoveUser("admin"), Category.CONFLICT, "only administrator"),
    (user.plan_set_user_role, user.SetUserRole("admin", "OPERATOR"), Category.CONFLICT, "only administrator"),
]


@pytest.mark.parametrize(("plan", "intent", "category", "words"), REFUSALS)
def test_it_is_refused_with_a_way_out(plan: Any, intent: Any, category: Category, words: str) -> None:
    with pytest.raises(PlanningError) as refusal:
        plan(intent, planning(*SITE))
    assert refusal.value.category is category
    assert words in refusal.value.message and refusal.value.hint


def test_nobody_but_an_administrator_changes_another_password() -> None:
    intent = user.SetUserPassword("admin", user.Password("a good password"))
    with pytest.raises(PlanningError, match="for bob alone"):
        user.plan_set_user_password(intent, planning(*SITE, user="bob"))
    own = user.SetUserPassword("bob", user.Password("a good password"))
    assert user.plan_set_user_password(own, planning(*SITE, user="bob")).steps


def test_removing_a_volume_has_to_be_typed() -> None:
    assert volume.plan_remove_volume(volume.RemoveVolume("copy"), planning(*SITE)).confirm == "copy"


def test_there_is_one_default_kernel_at_every_moment() -> None:
    plan = kernel.plan_set_default_kernel(kernel.SetDefaultKernel("old"), planning(*SITE))
    assert [step.action.describe() for step in plan.steps] == [
        "Make kernel old the default",
        "Kernel default is no longer the default",
    ]


def test_many_clones_of_one_volume_may_be_made_at_once() -> None:
    golden, storage = Volume(name="golden", storage="s", size_mib=64), Storage(name="s", type="nfs-storage")
    plan = volume.plan_clone_volume(volume.CloneVolume("copy", "golden"), planning(golden, storage))
    assert plan.only_shares() == ("volume/golden",) and "volume/golden" not in plan.touches()
