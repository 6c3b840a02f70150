"""Which machines' controllers are asked for their power."""

from typing import Any

from openqrm.adapters.database import Database
from openqrm.domain.resource import Bmc, Observation, Resource


def test_all_that_have_a_controller_and_do_not_say_that_they_are_on(database: Database) -> None:
    seen: dict[str, Any] = {
        "never": None,
        "silent": (False, "on"),
        "taken-for-off": (True, "off"),
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
