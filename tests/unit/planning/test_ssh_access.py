"""SSH access to machines without an agent: what may be wished, and how it is read."""

from dataclasses import replace
from typing import Any, cast

import asyncssh
import pytest

from openqrm.adapters.hosts.access import access_by
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_host_key
from openqrm.domain.resource import Bmc, Resource, Ssh
from openqrm.domain.storage import Storage
from openqrm.domain.user import Role
from openqrm.planning.resource import AddResource, EditResource, plan_add_resource, plan_edit_resource
from openqrm.planning.terminal import OpenTerminal, plan_open_terminal
from openqrm.plugin_api.actions import PutRecord
from openqrm.plugin_api.intents import Secret
from openqrm.plugin_api.planning import Drivers
from tests.unit.planning.shelf import PlainDrivers, Shelf, planning

# Always the same one: it is part of the names of tests, and every process that runs some collects them all.
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMQBdUWdf6kDCSMmH044HE9woYFquL8BEwhdyYqbiwyO"
BOX = Resource(name="box", mac="52:54:00:00:00:01", address="10.0.0.9", managed=False, ssh=Ssh(host_key=KEY))


def wished(intent: AddResource | EditResource, *records: Resource) -> Ssh:
    asked = planning(*records)
    plan = plan_add_resource(intent, asked) if isinstance(intent, AddResource) else plan_edit_resource(intent, asked)
    (step,) = plan.steps
    assert isinstance(step.action, PutRecord)
    return Ssh(**step.action.fields["ssh"])


@pytest.mark.parametrize(
    "kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"]
)
def test_a_host_key_in_each_form_that_it_is_told_in(kind: str) -> None:
    line = asyncssh.generate_private_key(kind).export_public_key().decode().strip()
    for told in (line, f"{line} root@box", f"10.0.0.9 {line}", f"[10.0.0.9]:2222 {line}\n"):
        assert parse_host_key(told) == line


@pytest.mark.parametrize(
    "text",
    [
        "", "box", "ssh-ed25519", "ssh-ed25519 AAAA", KEY.split()[1], KEY.replace("ssh-ed25519", "ssh-rsa"),
        KEY.replace("ssh-ed25519", "ssh-dss"), f"a b {KEY}", KEY[:40], "ssh-ed25519 é",
    ],
)  # fmt: skip
def test_what_is_no_host_key_is_refused_with_the_command_that_tells_one(text: str) -> None:
    with pytest.raises(PlanningError) as refused:
        parse_host_key(text)
    assert refused.value.category is Category.BAD_INPUT and "ssh-keyscan" in refused.value.hint


def test_a_storage_box_is_added() -> None:
    intent = AddResource("box", BOX.mac, "10.0.0.9", managed=False, ssh_port=2222, ssh_host_key=f"10.0.0.9 {KEY}")
    assert wished(intent) == Ssh(port=2222, host_key=KEY)


def test_what_is_not_given_stays_and_empty_takes_it_away() -> None:
    assert wished(EditResource("box", ssh_user="admin"), BOX) == Ssh(user="admin", host_key=KEY)
    assert wished(EditResource("box", ssh_host_key=""), BOX) == Ssh()


def test_a_host_key_without_an_address_is_refused() -> None:
    with pytest.raises(PlanningError, match="no address"):
        plan_add_resource(AddResource("box", BOX.mac, ssh_host_key=KEY), planning())
    with pytest.raises(PlanningError, match="no address"):
        plan_edit_resource(EditResource("box", address=""), planning(BOX))


def test_only_administrators_say_where_root_is() -> None:
    """An operator could otherwise name a storage anew, and have a shell there."""
    add = AddResource("mine", "52:54:00:00:00:02", "10.0.0.9", ssh_host_key=KEY)
    for intent in (EditResource("box", address="10.0.0.8"), EditResource("box", ssh_user="admin")):
        with pytest.raises(PlanningError, match="only administrators") as caught:
            plan_edit_resource(intent, planning(BOX, role=Role.OPERATOR))
        assert caught.value.category is Category.REFUSED
    with pytest.raises(PlanningError, match="only administrators"):
        plan_add_resource(add, planning(role=Role.OPERATOR))
    assert plan_edit_resource(EditResource("box", comment="r4"), planning(BOX, role=Role.OPERATOR)).steps
    assert plan_edit_resource(EditResource("box", ssh_host_key=""), planning(BOX, role=Role.OPERATOR)).steps


def test_a_password_goes_to_the_controller_that_it_was_given_for() -> None:
    bmc = Bmc(driver="redfish", address="10.0.1.9", user="root", secret="bmc-box")
    known = planning(Resource(name="box", mac=BOX.mac, bmc=bmc))
    for elsewhere in ({"bmc_address": "10.6.6.6"}, {"bmc_port": 8443}, {"bmc_driver": "ipmi"}):
        with pytest.raises(PlanningError, match="known is for redfish at 10") as caught:
            plan_edit_resource(EditResource("box", **elsewhere), known)
        assert "bmc_password" in caught.value.hint
        assert plan_edit_resource(EditResource("box", **elsewhere, bmc_password=Secret("new")), known).steps
    assert plan_edit_resource(EditResource("box", bmc_user="admin"), known).steps
    assert plan_edit_resource(EditResource("box", bmc_driver=""), known).steps


@pytest.mark.parametrize("of_others", ["host", "storage", "openqrm"])
def test_a_shell_where_others_have_their_volumes_is_for_administrators(of_others: str) -> None:
    name = "openqrm" if of_others == "openqrm" else "box"
    box = replace(BOX, name=name, carries="kvm" if of_others == "host" else "")
    records = (box, Storage(name="nas", type="nfs-storage", resource="box"))[: 2 if of_others == "storage" else 1]
    for role, said in ((Role.OPERATOR, "needs the role ADMINISTRATOR"), (Role.ADMINISTRATOR, "no plugin has")):
        asked = replace(planning(*records, role=role), drivers=cast("Drivers", Lineless()))
        with pytest.raises(PlanningError, match=said):
            plan_open_terminal(OpenTerminal(name, "ssh"), asked)


class Lineless(PlainDrivers):
    def terminals(self) -> list[Any]:
        return []


def test_records_say_who_is_reached_by_ssh() -> None:
    other = Resource(name="other", address="10.0.0.10", ssh=Ssh(user="admin", port=2222, host_key=KEY))
    find = access_by(Shelf(BOX, other, Resource(name="agent", address="10.0.0.11")))
    assert find("box") == SshAccess("10.0.0.9", KEY, user="root", port=22)
    assert find("other") == SshAccess("10.0.0.10", KEY, user="admin", port=2222)
    assert find("agent") is None and find("nobody") is None
