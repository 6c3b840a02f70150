"""Which machines' controllers are asked for their power, and which machines are lost."""

from itertools import product
from typing import Any

from openqrm.adapters.database import Database
from openqrm.domain.resource import MILESTONES, Bmc, Condition, Observation, Resource, condition


def test_all_that_have_a_controller_and_do_not_say_that_they_are_on(database: Database) -> None:
    seen: dict[str, Any] = {
        "never": None,
        "silent": (False, "on"),
        "taken": (True, "off"),
        "speaks": (True, "on"),
    }
    bmc = Bmc(driver="ipmi", address="10.0.0.9")
    with database.transaction() as tx:
        for name, said in seen.items():
            tx.records.put(Resource(name=name, bmc=bmc))
            tx.records.put(Resource(name=f"vm-{name}", host="h1", type="kvm"))
            tx.records.put(Resource(name=f"bare-{name}"))
            for each in (name, f"vm-{name}", f"bare-{name}") if said else ():
                tx.records.put(Observation(name=each, connected=said[0], power=said[1]))
    speaks = {"never": False, "silent": False, "taken": True}
    assert database.find_doubtful() == speaks | {f"vm-{name}": connected for name, connected in speaks.items()}


def test_the_database_and_the_rule_agree_on_who_is_lost(database: Database) -> None:
    milestones, powers, ages_s = ("", *MILESTONES), ("on", "off", ""), (0.0, 100.0, 1000.0)
    lost = set()
    with database.transaction() as tx:
        for number, (milestone, power, age_s, managed) in enumerate(product(milestones, powers, ages_s, (True, False))):
            resource = Resource(name=f"m{number}", managed=managed, timeout_s=99 if number % 2 else 500)
            seen = Observation(name=resource.name, milestone=milestone, power=power, last_seen_s=5000.0 - age_s)
            tx.records.put(resource)
            tx.records.put(seen)
            if condition(resource, seen, 5000.0) is Condition.LOST:
                lost.add(resource.name)
    with database.machines() as machines:
        assert machines.find_lost(5000.0) == lost != set()
