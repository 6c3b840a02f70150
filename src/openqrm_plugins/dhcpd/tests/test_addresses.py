"""Interfaces without an IPv6 address are named, with what to do. Recorded from Linux 6.18's /proc/net/if_inet6."""

from openqrm_plugins.dhcpd.addresses import find_mute, render_advice

LISTED = """\
fd770000000000000000000000000001 02 40 00 82    rack0
fe8000000000000094c3f8fffe70ff9a 03 40 20 80     bmc0
00000000000000000000000000000001 01 80 10 80       lo
"""


def test_an_address_of_the_link_alone_does_not_count() -> None:
    assert find_mute(LISTED, ("bmc0", "rack0", "eth9")) == ("bmc0", "eth9")


def test_without_ipv6_all_are_mute() -> None:
    assert find_mute("", ("eth1",)) == ("eth1",)


def test_the_advice_is_a_command() -> None:
    assert "ip addr add fd77::1/64 dev eth1" in render_advice("eth1")
