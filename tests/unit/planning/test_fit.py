"""Which machine an appliance is given, and which never."""

from dataclasses import replace

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import PlanningError
from openqrm.domain.network import Network
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.planning.fit import choose_resource
from tests.unit.planning.shelf import planning

WEB = Appliance(name="web", kernel="k6", image="web")
LAB = Network(name="lab", cidr="10.1.0.0/24")


def idle(name: str, memory_mib: int, **more: str) -> tuple[Record, ...]:
    seen = Observation(name=name, power="on", milestone="uplink", connected=True, last_seen_s=999.0)
    return Resource(name=name, memory_mib=memory_mib, **more), seen


def test_the_smallest_that_fits_and_is_on_the_network_is_taken_and_a_host_of_vms_never() -> None:
    host, small, large = idle("host", 8, carries="kvm"), idle("small", 64), idle("large", 512)
    assert choose_resource(WEB, "", planning(*host, *small, *large)).name == "small"
    here = replace(WEB, network="lab")
    with pytest.raises(PlanningError, match=r"far: has address 10\.2\.0\.5, which is not on network lab"):
        choose_resource(here, "", planning(LAB, *idle("far", 64, address="10.2.0.5")))
    near = idle("near", 512, address="10.1.0.5")
    assert choose_resource(here, "", planning(LAB, *idle("far", 64, address="10.2.0.5"), *near)).name == "near"
    for asked in ("", "host"):
        with pytest.raises(PlanningError, match="host: is a host of kvm VMs"):
            choose_resource(WEB, asked, planning(*host))
