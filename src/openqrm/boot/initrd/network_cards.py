"""Which modules the network card needs that a machine booted from, as far as its firmware can tell."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from openqrm.boot.initrd.modules import ModuleIndex

_PCI = 1  # iPXE's number of the bus
_BUS_ID = re.compile(r"([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2}):([0-9a-f]{2})", re.IGNORECASE)
_PCI_ALIAS = re.compile(r"pci:v(.+?)d(.+?)sv.+?sd.+?bc(.+?)sc.+?i.+")
_NETWORK_CLASS = "02"
_NETWORK_DRIVERS = "kernel/drivers/net/"
# these are drivers/net too, but no firmware boots from them
_NOT_BOOTED_FROM = tuple(_NETWORK_DRIVERS + name for name in ("wireless/", "wwan/", "can/", "caif/", "ieee802154/"))


@dataclass(frozen=True, slots=True)
class PciId:
    """Vendor and device, as modaliases write them."""

    vendor: str
    device: str


def find_pci_id(bus_id: str) -> PciId | None:
    """iPXE's ${net0/busid}, such as 01:1a:f4:10:00. None for another bus, and for what is no bus id at all."""
    match = _BUS_ID.fullmatch(bus_id)
    if match is None or int(match[1], 16) != _PCI:
        return None
    return PciId(f"0000{match[2]}{match[3]}".upper(), f"0000{match[4]}{match[5]}".upper())


def network_modules(index: ModuleIndex, bus_id: str) -> list[str]:
    """The modules for this card, in load order; those of every card where the firmware does not say which."""
    pci_id = find_pci_id(bus_id)
    drivers = _drivers_of(index, pci_id) if pci_id else []
    return index.in_load_order(drivers or _drivers_of_all(index))


def _drivers_of(index: ModuleIndex, pci_id: PciId) -> list[str]:
    """The card's driver; behind a bus of its own (virtio), the driver of the bus and those of the cards on it.

    What is behind the bus cannot be seen from its PCI id. But a module that drives devices of a bus needs the bus's
    core, and so does the PCI driver that opens it: what they share tells them.
    """
    matching = sorted({module for pattern, module in _pci_aliases(index) if _matches(pattern, pci_id)})
    if not matching:
        return []
    direct = [module for module in matching if _is_network(index, module)]
    bridges = [module for module in matching if module not in direct]
    return [*bridges, *direct, *_sharing(index, bridges, _behind_a_bus(index))]


def _drivers_of_all(index: ModuleIndex) -> list[str]:
    """Every network driver that drives a device, and the PCI drivers of the buses they are behind."""
    pci = {module for _, module in _pci_aliases(index)}
    drivers = sorted(module for module in index.paths if _is_network(index, module))
    behind = _behind_a_bus(index)
    others = sorted(module for module in pci if not index.paths[module].startswith(_NETWORK_DRIVERS))
    return [*_sharing(index, behind, others), *(name for name in drivers if name in pci or name in behind)]


def _behind_a_bus(index: ModuleIndex) -> list[str]:
    """Network drivers of devices that are not PCI's. A device's alias begins with its bus and a colon."""
    pci = {module for _, module in _pci_aliases(index)}
    on_a_bus = {module for prefix, pairs in index.aliases.items() if ":" in prefix for _, module in pairs}
    return sorted(module for module in on_a_bus - pci if _is_network(index, module))


def _sharing(index: ModuleIndex, modules: list[str], candidates: list[str]) -> list[str]:
    """The candidates that need something which one of the modules needs too."""
    needed = {need for module in modules for need in index.depends[module]}
    return [module for module in candidates if needed & set(index.depends[module])]


def _is_network(index: ModuleIndex, module: str) -> bool:
    path = index.paths[module]
    return path.startswith(_NETWORK_DRIVERS) and not path.startswith(_NOT_BOOTED_FROM)


def _pci_aliases(index: ModuleIndex) -> list[tuple[str, str]]:
    return [pair for prefix, pairs in index.aliases.items() if prefix.startswith("pci:") for pair in pairs]


def _matches(pattern: str, pci_id: PciId) -> bool:
    """Vendor and device fit and the class can be a network card's; the subsystem is not known."""
    parts = _PCI_ALIAS.fullmatch(pattern)
    values = (pci_id.vendor, pci_id.device, _NETWORK_CLASS)
    pairs = zip(values, parts.groups(), strict=True) if parts else ()
    return parts is not None and all(fnmatchcase(value, part) for value, part in pairs)
