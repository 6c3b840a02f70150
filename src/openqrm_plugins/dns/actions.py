"""A name's file in the folder that dnsmasq reads; it notices at once what comes, changes and goes."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass
from typing import ClassVar

from openqrm.plugin_api import SELF, Category, Differs, Satisfied, Seen, StepError, World, parse_address, parse_name
from openqrm_plugins.dns.settings import DIRECTORY_PATTERN, DOMAIN_PATTERN


@dataclass(frozen=True)
class NameFile:
    """What both actions know: where it is and what stands in it."""

    directory: str
    domain: str
    label: str
    address: str

    @property
    def path(self) -> str:
        _demand(DIRECTORY_PATTERN, self.directory, "directory")
        return f"{self.directory}/names/{parse_name(self.label)}"

    @property
    def content(self) -> bytes:
        """A line as in /etc/hosts."""
        _demand(DOMAIN_PATTERN, self.domain, "domain")
        return f"{parse_address(self.address)} {self.label}.{self.domain} {self.label}\n".encode()

    def touches(self) -> tuple[str, ...]:
        return (f"dns/{self.label}",)


@dataclass(frozen=True)
class AddName(NameFile):
    """The name leads to this address, and the address to the name."""

    name: ClassVar[str] = "dns.add-name"

    def describe(self) -> str:
        return f"DNS: {self.label}.{self.domain} is {self.address}"

    def inverse(self) -> RemoveName:
        return RemoveName(*astuple(self))

    def observe(self, world: World) -> Seen:
        found = world.host(SELF).read_file(self.path)
        if found == self.content:
            return Satisfied(f"DNS knows {self.label}")
        return Differs(f"DNS knows {self.label} with another address" if found else f"DNS does not know {self.label}")

    def ensure(self, world: World) -> None:
        world.host(SELF).write_file(self.path, self.content)


@dataclass(frozen=True)
class RemoveName(NameFile):
    """The name leads nowhere."""

    name: ClassVar[str] = "dns.remove-name"

    def describe(self) -> str:
        return f"DNS: {self.label}.{self.domain} is no longer {self.address}"

    def inverse(self) -> AddName:
        return AddName(*astuple(self))

    def observe(self, world: World) -> Seen:
        if world.host(SELF).read_file(self.path) is None:
            return Satisfied(f"DNS does not know {self.label}")
        return Differs(f"DNS still knows {self.label}")

    def ensure(self, world: World) -> None:
        world.host(SELF).remove_file(self.path)


def _demand(pattern: str, value: str, setting: str) -> None:
    """What came back from a journal is checked as what was set."""
    if not re.fullmatch(pattern, value):
        message = f"{value[:80]!r} cannot be the {setting} of DNS"
        raise StepError(Category.BAD_INPUT, message, f"Set {setting} of plugin dns, then plan again.")


ACTIONS = (AddName, RemoveName)
