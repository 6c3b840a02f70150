"""A machine's way from its boot script to its registration, over real HTTP."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from openqrm.domain.appliance import BootProfile
from openqrm.domain.boot import Boot
from openqrm.domain.event import Event
from openqrm.domain.resource import SELF, Resource, Ssh
from tests.unit.boot_door.site import MAC, NAME, Running, new_key, public

PROFILE = BootProfile(
    name=NAME,
    appliance="web",
    kernel="k6",
    root_type="nfs",
    root=(("server", "10.0.0.5"), ("path", "/vol/web")),
    secrets=(("secret", "grant-web"),),
)


def stored_boot(site: Running) -> Boot:
    with site.database.machines() as machines:
        return machines.find_boots({NAME})[NAME]


def test_an_unknown_machine_becomes_an_idle_resource(site: Running) -> None:
    orders = site.orders(MAC.upper(), product="PowerEdge R650")
    assert site.resource().mac == MAC
    assert (site.seen().milestone, site.seen().boot_id, site.seen().power) == ("script", orders.boot, "on")
    (event,) = site.database.records.list(Event)
    assert (event.topic, event.about) == ("resource.discovered", f"resource/{NAME}")
    assert "PowerEdge R650" in event.text

    answer = site.register(orders, public(new_key()))
    assert (answer.status_code, answer.text) == (200, f"role=idle\nresource={NAME}\nhostname={NAME}\n")
    resource = site.resource()
    assert (resource.cpu_count, resource.memory_mib, resource.nic_count) == (8, 32768, 1)
    assert resource.inventory["disks"][0]["size_bytes"] == 480_000_000_000
    assert resource.address == "10.0.0.1"  # we come from loopback, so the machine's own word counts
    assert "key" not in resource.inventory
    assert site.seen().milestone == "registered"


def test_kernel_and_initrd_are_milestones_of_the_boot(site: Running) -> None:
    orders = site.orders(nic="01:1a:f4:10:00")
    assert site.http.get(orders.kernel).content == b"a kernel"
    assert site.http.get(orders.initrds[0]).text == "initrd 01:1a:f4:10:00"
    site.register(orders, public(new_key()))
    assert site.seen().milestone == "registered"


def test_modules(site: Running) -> None:
    assert site.http.post("/boot/kernel/k6/modules", content=b"pci:v1\nvirtio_net\n").text == "pci:v1,virtio_net"
    assert site.http.post("/boot/kernel/k6/modules", content=b"a" * 70_000).status_code == 400
    assert site.http.post("/boot/kernel/none/modules", content=b"a").status_code == 404


def test_only_a_digest_of_the_token_is_kept(site: Running) -> None:
    orders = site.orders()
    boot = stored_boot(site)
    assert len(orders.token) >= 43  # 256 bits
    assert orders.token not in str(boot)
    assert len(boot.token_sha256) == 64


def test_a_token_is_good_once_and_again_for_its_own_key_only(site: Running) -> None:
    orders, key = site.orders(), public(new_key())
    first = site.register(orders, key)
    again = site.register(orders, key)
    assert (again.status_code, again.text) == (200, first.text)
    replay = site.register(orders, public(new_key()))
    assert replay.status_code == 401
    assert stored_boot(site).key == key
    assert "boot.token-refused" in site.topics()


@pytest.mark.parametrize("token", ["-", "t" * 43, "x" * 5000])
def test_a_foreign_token_is_refused(site: Running, token: str) -> None:
    assert site.register(site.orders(), public(new_key()), token=token).status_code == 401
    assert site.http.post("/boot/register", content=b"{}").status_code == 401


def test_a_newer_script_closes_the_older_boot(site: Running) -> None:
    older, newer = site.orders(), site.orders()
    assert older.boot != newer.boot
    assert site.register(older, public(new_key())).status_code == 401
    assert site.register(newer, public(new_key())).status_code == 200


def test_of_many_at_once_one_key_wins(site: Running) -> None:
    orders = site.orders()
    keys = [public(new_key()) for _ in range(24)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda key: site.register(orders, key).status_code, keys))
    assert sorted(answers) == [200] + [401] * 23
    assert stored_boot(site).key == keys[answers.index(200)]


def test_many_unknown_machines_at_once(site: Running) -> None:
    macs = [f"52:54:01:00:00:{number:02x}" for number in range(64)]
    with ThreadPoolExecutor(16) as pool:
        boots = {orders.boot for orders in pool.map(site.orders, macs * 2)}
    assert len(boots) == 128
    assert {r.mac for r in site.database.records.list(Resource)} == set(macs)
    assert site.topics().count("resource.discovered") == 64


def test_a_name_that_is_taken_by_hand_goes_to_nobody_else(site: Running) -> None:
    site.database.records.put(Resource(name=NAME, mac="52:54:00:00:00:99"))
    boot = site.orders().boot
    assert boot.startswith(f"{NAME}-")
    assert site.resource().mac == "52:54:00:00:00:99"


def test_an_appliance_is_told_its_root_but_no_secret(site: Running) -> None:
    site.orders()
    site.database.records.put(PROFILE)
    site.vault.keep("grant-web", "s3cret")
    script = site.script()
    assert "root=nfs" in script
    answer = site.register(site.orders(), public(new_key()))
    assert answer.text == (
        f"role=appliance\nresource={NAME}\nhostname=web\nroot_type=nfs\nroot_server=10.0.0.5\nroot_path=/vol/web\n"
    )
    assert site.seen().profile == "web"
    assert "s3cret" not in script + answer.text
    assert frozenset({NAME}) in site.rung


def test_an_appliance_without_secrets_is_told_so_and_who_may_log_in(site: Running) -> None:
    site.orders()
    ssh = Ssh(own_key="ssh-ed25519 AAAAours openqrm")
    site.database.records.put(Resource(name=SELF, managed=False, ssh=ssh))
    root = (*PROFILE.root, ("authorized_keys", "ssh-ed25519 AAAAtheirs admin"))
    site.database.records.put(replace(PROFILE, root=root, secrets=()))
    facts = dict(line.split("=", 1) for line in site.register(site.orders(), public(new_key())).text.splitlines())
    assert facts["profile"] == "none"
    keys = base64.b64decode(facts["authorized_keys"]).decode()
    assert keys == "ssh-ed25519 AAAAtheirs admin\nssh-ed25519 AAAAours openqrm\n"


def test_the_initrd_of_an_appliance_holds_its_root_what_it_is_filled_from_and_what_plugins_add(site: Running) -> None:
    site.orders()
    filled = (*PROFILE.root, ("install_type", "iscsi"))
    site.database.records.put(replace(PROFILE, root=filled, fragments=("kexec", "nfs")))
    (initrd,) = site.orders(nic="01:1a:f4:10:00").initrds
    assert site.http.get(initrd).text.split()[2:] == ["iscsi", "kexec", "nfs", "transfer"]


def test_a_profile_counts_only_for_scripts_asked_while_it_exists(site: Running) -> None:
    before = site.orders()
    site.database.records.put(PROFILE)
    assert "role=idle" in site.register(before, public(new_key())).text
    during = site.orders()
    site.database.records.remove(BootProfile, NAME)
    site.database.records.put(replace(PROFILE, appliance="web"))  # of the same appliance, yet another one
    assert site.register(during, public(new_key())).status_code == 409


def test_a_fact_that_a_shell_would_trip_over_is_refused(site: Running) -> None:
    site.orders()
    site.database.records.put(replace(PROFILE, root=(("path", "/a b;$(reboot)"),)))
    answer = site.register(site.orders(), public(new_key()))
    assert answer.status_code == 400
    assert "root_path" in answer.text


def test_a_plan_at_work_on_the_resource_is_not_disturbed(site: Running) -> None:
    orders = site.orders()
    version = site.resource().version
    site.register(orders, public(new_key()))
    assert site.resource().version == version
