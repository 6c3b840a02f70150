"""Asking a machine through its agent, and waiting for how far it has booted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from openqrm.domain.appliance import BootProfile
from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, NotYet, Satisfied, Seen
from openqrm.domain.resource import Observation, reached
from openqrm.plugin_api.actions.progress import render_size
from openqrm.plugin_api.codec import record_from
from openqrm.ports.world import World

POLL_S = 300.0  # what a machine reports rings its plan at once; this is for a ring that got lost, as at a deadline
COPY_LOOK_S = 5.0
_TRANSFERS = ("install_type", "transfer_type")
SETTLES_S = 10.0  # from being asked to the end of the agent's connection; after that it is asked again


@dataclass(frozen=True)
class AwaitMilestone:
    """The resource boots with the profile of this appliance (empty: idle) and has come as far as `milestone`.

    `after` is the boot it was in before: what that one has reached does not count.
    """

    name: ClassVar[str] = "openqrm.await-milestone"
    resource: str
    appliance: str
    milestone: str
    after: str = ""

    hint: ClassVar[str] = "Look at the machine's console and at the last milestone it reported."

    def describe(self) -> str:
        what = f"appliance {self.appliance}" if self.appliance else "the idle system"
        return f"Wait until {self.resource} has booted {what} as far as {self.milestone}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}",)

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        seen = world.records.find(Observation, self.resource) or Observation(name=self.resource)
        if seen.profile != self.appliance or seen.boot_id in ("", self.after):
            power = ", and its management controller says that it is off" if seen.power == "off" else ""
            return NotYet(f"{self.resource} has not asked for its boot script yet{power}", POLL_S)
        if seen.failure:
            message = f"{self.resource} stopped after {seen.milestone}: {seen.failure}"
            raise StepError(Category.REFUSED, message, "Mend what it names, then start again; its console has more.")
        if reached(seen, self.milestone):
            return Satisfied(f"{self.resource} reached {seen.milestone}")
        if seen.power == "off":  # a boot begins with a machine that is on
            message = f"{self.resource} went off after {seen.milestone}, says its management controller"
            raise StepError(Category.REFUSED, message, "Look at its power and its console, then start again.")
        if seen.milestone == "root-mounted" and _is_to_copy(world, self.resource):
            return NotYet(f"{self.resource} {_copied(seen)}", COPY_LOOK_S)
        return NotYet(f"{self.resource} is at {seen.milestone or 'no milestone yet'}", POLL_S)

    def ensure(self, world: World) -> None:
        """Nothing to do: the machine boots by itself."""


def _is_to_copy(world: World, resource: str) -> bool:
    """Whether this boot fills its root, or copies it: the machine does that by itself, and rings no plan meanwhile."""
    profile = world.records.find(BootProfile, resource)
    return profile is not None and any(key in _TRANSFERS for key, _ in profile.root)


def _copied(seen: Observation) -> str:
    """As its agent told last."""
    copied_bytes, percent = (seen.statistics.get(key, 0) for key in ("copied_bytes", "copied_percent"))
    return f"copies: {percent:.0f} %, {render_size(int(copied_bytes))}"


@dataclass(frozen=True)
class AwaitScript(AwaitMilestone):
    """The resource has asked for its boot script, for the boot of this appliance (empty: idle)."""

    name: ClassVar[str] = "openqrm.await-script"
    milestone: str = "script"

    hint: ClassVar[str] = (
        "Look at its console: does its firmware boot from the network first, and from this card? Then at the cable, "
        "the VLAN of the switch's port, and DHCP (openqrm site check). Where it only takes long, raise its timeout_s."
    )

    def describe(self) -> str:
        return f"Wait until {self.resource} asks for its boot script"


@dataclass(frozen=True)
class AskShutdown:
    """The operating system of the resource has been asked to stop, and its agent has gone."""

    name: ClassVar[str] = "openqrm.ask-shutdown"
    settles_s: ClassVar[float] = SETTLES_S
    resource: str

    def describe(self) -> str:
        return f"Ask the operating system of {self.resource} to stop"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}",)

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        seen = world.records.find(Observation, self.resource)
        if seen is None or not seen.connected or seen.power == "off":
            return Satisfied(f"no agent answers on {self.resource}")
        return Differs(f"{self.resource} is up")

    def ensure(self, world: World) -> None:
        world.host(self.resource).run(("poweroff",), timeout_s=20)


@dataclass(frozen=True)
class AskReboot:
    """The resource has been rebooted by its agent into the profile of this appliance (empty: idle).

    `profile` is what the appliance's boot profile holds, where this has to bring it back on the way there.
    """

    name: ClassVar[str] = "openqrm.ask-reboot"
    settles_s: ClassVar[float] = SETTLES_S
    resource: str
    appliance: str
    back_to: str
    profile: dict[str, Any] | None = None

    def describe(self) -> str:
        return f"Reboot {self.resource} by its agent"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}",)

    def inverse(self) -> AskReboot:
        return AskReboot(self.resource, self.back_to, self.appliance, self.profile)

    def observe(self, world: World) -> Seen:
        seen = world.records.find(Observation, self.resource) or Observation(name=self.resource)
        if seen.profile == self.appliance and seen.boot_id:
            return Satisfied(f"{self.resource} has asked for its boot script since")
        if not seen.connected:
            return NotYet(f"no agent answers on {self.resource}", POLL_S)
        return Differs(f"{self.resource} is in its older boot")

    def ensure(self, world: World) -> None:
        # An undo comes here before the profile is withdrawn, or given back.
        if not self.appliance:
            world.records.remove(BootProfile, self.resource)
        elif self.profile is not None and world.records.find(BootProfile, self.resource) is None:
            world.records.put(record_from(BootProfile, self.profile))
        world.host(self.resource).run(("reboot",), timeout_s=20)


@dataclass(frozen=True)
class LeaveBoot:
    """The resource is no longer in this boot: it has been rebooted, whatever it boots."""

    name: ClassVar[str] = "openqrm.leave-boot"
    settles_s: ClassVar[float] = SETTLES_S
    resource: str
    boot: str

    def describe(self) -> str:
        return f"Reboot {self.resource} by its agent"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}",)

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        seen = world.records.find(Observation, self.resource) or Observation(name=self.resource)
        if seen.boot_id and seen.boot_id != self.boot:
            return Satisfied(f"{self.resource} has asked for its boot script since")
        if not seen.connected:
            return NotYet(f"no agent answers on {self.resource}", POLL_S)
        return Differs(f"{self.resource} is in its older boot")

    def ensure(self, world: World) -> None:
        world.host(self.resource).run(("reboot",), timeout_s=20)
