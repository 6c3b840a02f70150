"""Which network to begin with, and whether the known ones are on this machine's interfaces."""

from dataclasses import replace

import msgspec
import pytest

from openqrm.domain.network import Network
from openqrm.planning.own_network import check_networks, parse_interfaces
from openqrm.plugin_api.checks import Check, Verdict

# iproute2 6.1 in a namespace of its own, cut to what is not the same everywhere
ADDRESSES = """[
{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"operstate":"UNKNOWN","addr_info":[
  {"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo"}]},
{"ifindex":2,"ifname":"eth0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"operstate":"UP","addr_info":[
  {"family":"inet","local":"192.0.2.2","prefixlen":24,"broadcast":"192.0.2.255","scope":"global","label":"eth0"}]},
{"ifindex":3,"ifname":"eth1","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"operstate":"UP","addr_info":[
  {"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global","label":"eth1"}]},
{"ifindex":4,"ifname":"eth2","flags":["BROADCAST","MULTICAST"],"operstate":"DOWN","addr_info":[
  {"family":"inet","local":"10.9.0.1","prefixlen":24,"scope":"global","label":"eth2"}]}]"""
ROUTES = '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0","flags":[]}]'
LAN = Network(name="lan", cidr="10.0.0.0/24", interface="eth1", address="10.0.0.1")


def checked(*networks: Network, addresses: str = ADDRESSES) -> Check:
    return check_networks(networks, parse_interfaces(addresses, ROUTES))[0]


def fields(check: Check) -> dict[str, str]:
    assert check.mend
    return dict(check.mend.fields)


def test_the_first_network_is_where_nobody_else_gives_addresses() -> None:
    check = checked()
    assert check.verdict is Verdict.MISSING
    assert fields(check) == {
        "name": "machines", "cidr": "10.0.0.0/24", "interface": "eth1", "address": "10.0.0.1", "dhcp": "full",
        "first": "10.0.0.128", "last": "10.0.0.254",
    }  # fmt: skip


def test_where_there_is_one_interface_openqrm_begins_beside_who_is_there() -> None:
    alone = msgspec.json.encode(msgspec.json.decode(ADDRESSES)[:2]).decode()
    assert fields(checked(addresses=alone))["dhcp"] == "proxy"
    assert checked(addresses="[]").verdict is Verdict.MISSING


@pytest.mark.parametrize("address", ["10.0.0.200", "10.0.0.254"])
def test_our_own_address_is_given_to_nobody(address: str) -> None:
    told = fields(checked(addresses=ADDRESSES.replace("10.0.0.1", address)))
    assert address not in (told.get("first"), told.get("last")) or "first" not in told


def test_a_network_is_on_its_interface() -> None:
    assert checked(LAN).verdict is Verdict.GOOD
    moved = checked(replace(LAN, interface="eth7"))
    assert (moved.verdict, fields(moved)["interface"]) == (Verdict.WRONG, "eth1")
    down = checked(replace(LAN, cidr="10.9.0.0/24", interface="eth2", address="10.9.0.1"))
    assert "ip addr add 10.9.0.1/24 dev eth2" in str(down.do)
    assert checked(Network(name="far", cidr="10.3.0.0/24")).verdict is Verdict.OPTIONAL
    assert checked(replace(LAN, dhcp="off")).verdict is Verdict.OPTIONAL


def test_anything_else_than_interfaces_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        parse_interfaces("", "")
