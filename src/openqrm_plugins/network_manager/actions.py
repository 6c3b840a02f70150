"""Putting a card into a bridge, which is kept over a new connection only, and taking it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import (
    Category,
    Differs,
    Irreversible,
    NotYet,
    Satisfied,
    Seen,
    StepError,
    World,
)
from openqrm_plugins.network_manager.bridge import HINT, Bridge, ask, look
from openqrm_plugins.network_manager.host_files import find_ours, list_links, persist, unpersist

NO_SERVICE = "neither ifupdown nor systemd-networkd there can be told of it"
BACK_HINT = "It is as before. Look at card, VLAN, address and gateway, and at the switch's port; then ask again."


@dataclass(frozen=True)
class PutIntoBridge:
    """The card is in the bridge, and the host has answered over a new connection. If not, it goes back by itself."""

    name: ClassVar[str] = "network-manager.put-into-bridge"
    hint: ClassVar[str] = HINT
    host: str
    bridge: Bridge
    patience_s: int

    def describe(self) -> str:
        bridge = self.bridge
        told = f" with {bridge.address}" if bridge.address else "" if bridge.vlan else " with all that it has"
        return (
            f"Put {bridge.port} of {self.host} into bridge {bridge.name}{told};"
            f" keep it when the host is reached anew within {self.patience_s} s"
        )

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> RemoveBridge:
        return RemoveBridge(self.host, self.bridge.name)

    def observe(self, world: World) -> Seen:
        state, why = look(world.host(self.host), self.bridge)
        match state:
            case "kept":
                over = f"over boots by {why}" if why else f"until its next boot; {NO_SERVICE}"
                return Satisfied(f"{self.host} keeps bridge {self.bridge.name} {over}")
            case "trying":
                return Differs(f"{self.host} waits to be reached over a new connection")
            case "held":
                return Differs(f"the own network service of {self.host} does not know the bridge yet")
            case "reverting":
                return NotYet(f"{self.host} is taking the bridge away", 1.0)
            case "reverted":
                raise StepError(Category.REFUSED, f"{self.host} went back by itself: {why}", BACK_HINT)
            case "other":
                message = f"{self.host} has a bridge {self.bridge.name} already, which openQRM did not make"
                raise StepError(Category.CONFLICT, message, "Use it as it is, or choose another name.")
        return Differs(f"{self.host} has no bridge {self.bridge.name}")

    def ensure(self, world: World) -> None:
        host, bridge = world.host(self.host), self.bridge
        state, _ = look(host, bridge)
        if state == "none":
            ask(host, "try", bridge, bridge.address, bridge.gateway, str(self.patience_s))
        if state in ("none", "trying"):
            ask(host, "hang-up", bridge)
            if ask(host, "hold", bridge).strip() == "same":
                raise StepError(Category.UNAVAILABLE, f"the connection to {self.host} is the one of before", HINT)
        if look(host, bridge)[0] == "held":
            ask(host, "settle", bridge, persist(host, bridge))


@dataclass(frozen=True)
class RemoveBridge:
    """The bridge is gone, and its card has what the bridge had. One that openQRM did not make is not touched."""

    name: ClassVar[str] = "network-manager.remove-bridge"
    host: str
    bridge: str

    def describe(self) -> str:
        return f"Take bridge {self.bridge} away from {self.host}; its card gets the addresses back"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> Irreversible:
        return Irreversible("make the bridge anew: openqrm bridge create")

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        found = find_ours(host, self.bridge)
        if found is None:
            return Satisfied(f"{self.host} has no bridge {self.bridge} of openQRM's")
        if look(host, found)[0] == "reverting":
            return NotYet(f"{self.host} is taking the bridge away", 1.0)
        others = [link.ifname for link in list_links(host) if link.master == found.name and link.ifname != found.port]
        if others:
            message = f"{', '.join(others[:5])} of {self.host} are in bridge {found.name} too: VMs, as it seems"
            raise StepError(Category.CONFLICT, message, "Move the VMs away, or power them off.")
        return Differs(f"bridge {found.name} is on {found.port} of {self.host}")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        if found := find_ours(host, self.bridge):
            ask(host, "revert", found)
            unpersist(host, found)


ACTIONS = (PutIntoBridge, RemoveBridge)
