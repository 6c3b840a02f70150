"""What the database sums up is what is there."""

from __future__ import annotations

import random

from openqrm.adapters.database import Database
from openqrm.domain.resource import Resource
from openqrm.domain.vm import bookings_of


def given(seed: int) -> list[Resource]:
    """Some hosts, of two types, and VMs on any of them."""
    dice = random.Random(seed)
    names = dice.sample(["h1", "h2", "h3", "x1"], dice.randint(1, 4))
    hosts = [  # x1 carries others
        Resource(name=name, carries="xen" if name == "x1" else "kvm", memory_mib=dice.randint(0, 9000))
        for name in names
    ]
    vms = [
        Resource(name=f"v{n}", type="kvm", host=dice.choice(names), memory_mib=dice.randint(1, 3000))
        for n in range(dice.randint(0, 8))
    ]
    return [*hosts, *vms]


def test_sums_are_those_of_the_records(database: Database) -> None:
    for seed in range(30):
        made = given(seed)
        with database.transaction() as tx:
            for each in tx.records.list(Resource):
                tx.records.remove(Resource, each.name)
            for record in made:
                tx.records.put(record)
        for most in (0, 2):
            carrying = [each for each in made if each.carries == "kvm"]
            expected = bookings_of(carrying, [each for each in made if each.host], most)
            assert database.records.bookings("kvm", most) == expected, seed


def test_a_vm_that_registers_keeps_what_it_was_given(database: Database) -> None:
    database.records.put(Resource(name="vm", host="h1", memory_mib=1024, cpu_count=2))
    database.records.put(Resource(name="blade", mac="52:54:00:00:00:09", memory_mib=1, cpu_count=1))
    seen = {"memory_mib": 987, "cpu_count": 8, "cpu_model": "EPYC"}
    with database.machines() as machines:
        machines.put_hardware([("vm", seen), ("blade", seen)])
    vm, blade = database.records.get(Resource, "vm"), database.records.get(Resource, "blade")
    assert (vm.memory_mib, vm.cpu_count, vm.cpu_model) == (1024, 2, "EPYC")
    assert (blade.memory_mib, blade.cpu_count) == (987, 8)
