"""What one machine, or whoever says to be one, may cost the uplink."""

from tests.unit.boot_door.agent import Agent
from tests.unit.boot_door.site import Running, new_key, public


def test_of_what_dropbear_offers_the_cheapest_cipher_is_taken(site: Running) -> None:
    orders, key = site.orders(), new_key()
    site.register(orders, public(key))
    with Agent(orders, key) as agent:
        assert agent.cipher == "aes128-ctr"
