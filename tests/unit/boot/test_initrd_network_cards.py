"""The card that a machine booted from brings its modules, found by rule and not by a list."""

import pytest

from openqrm.boot.initrd.modules import ModuleIndex
from openqrm.boot.initrd.network_cards import PciId, find_pci_id, network_modules
from tests.unit.boot.recordings import module_index

CLOUD, GENERIC = module_index("cloud"), module_index("generic")
VIRTIO = {
    *("virtio", "virtio_ring", "virtio_pci", "virtio_pci_legacy_dev", "virtio_pci_modern_dev"),
    *("failover", "net_failover", "virtio_net"),
}


def test_the_firmware_names_vendor_and_device() -> None:
    assert find_pci_id("01:1a:f4:10:00") == PciId("00001AF4", "00001000")


@pytest.mark.parametrize(
    "bus_id", ["", "07:00:00:00:00", "01:1a:f4:10", "01:1a:f4:10:00:00", "01:1a:f4:10:0g", "$(reboot)"]
)
def test_what_is_no_pci_bus_id_names_none(bus_id: str) -> None:
    assert find_pci_id(bus_id) is None


@pytest.mark.parametrize(
    ("bus_id", "modules"),
    [
        ("01:80:86:10:d3", ["e1000e"]),
        ("01:14:e4:16:57", ["libphy", "tg3"]),
        ("01:80:86:15:21", ["i2c_algo_bit", "dca", "igb"]),  # not i915, which needs i2c_algo_bit too
    ],
)
def test_a_card_brings_its_driver_and_nothing_else(bus_id: str, modules: list[str]) -> None:
    assert sorted(network_modules(GENERIC, bus_id)) == sorted(modules)


@pytest.mark.parametrize("index", [CLOUD, GENERIC], ids=["cloud", "generic"])
@pytest.mark.parametrize("bus_id", ["01:1a:f4:10:00", "01:1A:F4:10:41"])
def test_a_card_behind_a_bus_brings_the_bus_and_the_driver_behind_it(index: ModuleIndex, bus_id: str) -> None:
    assert set(network_modules(index, bus_id)) == VIRTIO


@pytest.mark.parametrize("bus_id", ["07:00:00:00:00", "01:de:ad:be:ef"])
def test_a_card_that_is_not_known_brings_all(bus_id: str) -> None:
    modules = network_modules(CLOUD, bus_id)
    assert set(modules) >= VIRTIO | {"ena", "vmxnet3", "mlx5_core", "hv_netvsc", "hv_vmbus"}
    assert "nfs" not in modules


def test_other_devices_that_need_the_same_stay_away() -> None:
    assert "igb" in network_modules(GENERIC, "junk")
    assert "i915" not in network_modules(GENERIC, "junk")  # both need i2c_algo_bit


def test_no_machine_boots_by_a_wireless_card() -> None:
    assert not {"mac80211_hwsim", "iwlwifi"} & set(network_modules(GENERIC, "junk"))
