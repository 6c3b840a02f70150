"""The question to DHCP servers, and answers that may be anything."""

from hypothesis import given
from hypothesis import strategies as st

from openqrm_plugins.dhcpd.discover import Offer, parse_offer, render_discover
from openqrm_plugins.dhcpd.serve import render_refusal

TRANSACTION = b"\x01\x02\x03\x04"
# captured from dnsmasq 2.90 on a bridge with the range 10.77.0.50 to 10.77.0.99
OFFER = bytes.fromhex("020106000102030400008000000000000a4d004b0a4d000100000000025254000001").ljust(
    236, b"\0"
) + bytes.fromhex(
    "6382536335010236040a4d0001330400000e103a04000007083b0400000c4e0104ffffff001c040a4d00ff03040a4d0001ff"
).ljust(64, b"\0")


def test_the_question() -> None:
    packet = render_discover(TRANSACTION, bytes.fromhex("025254000001"))
    assert len(packet) == 300, "older servers drop what is shorter than BOOTP"
    assert packet[:12].hex() == "010106000102030400008000"
    assert packet[28:34].hex() == "025254000001"
    assert packet[236:247].hex() == "63825363" + "350101" + "37020103"


def test_an_offer() -> None:
    assert parse_offer(OFFER, TRANSACTION) == Offer("10.77.0.1", "10.77.0.75")


def test_an_answer_to_somebody_else_is_no_offer() -> None:
    assert parse_offer(OFFER, b"\x09\x09\x09\x09") is None


def test_our_own_question_is_no_offer() -> None:
    assert parse_offer(render_discover(TRANSACTION, bytes(6)), TRANSACTION) is None


def test_one_that_does_not_name_itself_counts_all_the_same() -> None:
    offer = parse_offer(OFFER.replace(bytes((54, 4, 10, 77, 0, 1)), bytes((54, 2, 10, 77, 0, 0))), TRANSACTION)
    assert offer == Offer("an unknown address", "10.77.0.75")


@given(st.integers(0, len(OFFER)))
def test_a_packet_that_was_cut_does_no_harm(length: int) -> None:
    offer = parse_offer(OFFER[:length], TRANSACTION)
    assert offer is None or offer.by in ("10.77.0.1", "an unknown address")


@given(st.binary(max_size=1500))
def test_noise_is_no_offer(options: bytes) -> None:
    parse_offer(OFFER[:240] + options, TRANSACTION)
    assert parse_offer(options, TRANSACTION) is None


def test_the_refusal_names_the_other_one_and_the_ways_out() -> None:
    text = render_refusal("eth1", Offer("10.77.0.2", "10.77.0.113"))
    assert "10.77.0.2 answers on eth1" in text and "proxy" in text and "beside_foreign" in text
