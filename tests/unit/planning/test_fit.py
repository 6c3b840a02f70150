"""Which machine an appliance is given, and which never."""

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import PlanningError
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.planning.fit import choose_resource
from tests.unit.planning.shelf import planning

WEB = Appliance(name="web", kernel="k6", image="web")


def idle(name: str, memory_mib: int, **more: str) -> tuple[Record, ...]:
    seen = Observation(name=name, power="on", milestone="uplink", connected=True, last_seen_s=999.0)
    return Resource(name=name, memory_mib=memory_mib, **more), seen


def test_the_smallest_that_fits_is_taken_and_a_host_of_vms_never() -> None:
    host, small, large = idle("host", 8, carries="kvm"), idle("small", 64), idle("large", 512)
    assert choose_resource(WEB, "", planning(*host, *small, *large)).name == "small"
    for asked in ("", "host"):
        with pytest.raises(PlanningError, match="host: is a host of kvm VMs"):
            choose_resource(WEB, asked, planning(*host))
