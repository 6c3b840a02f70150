"""What iscsi-storage does to a storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Satisfied, Seen, StepError, World
from openqrm_plugins.iscsi_storage import tgt
from openqrm_plugins.iscsi_storage.disks import CloneDisk, MakeDisk


@dataclass(frozen=True)
class Grant:
    """Who may log in to which target, with what, and what is behind it. `secret` refers to the vault."""

    volume: str
    iqn: str
    path: str
    address: str
    user: str
    secret: str


@dataclass(frozen=True)
class Allow:
    """The disk is a target's, and this machine alone may log in to it, with its CHAP account."""

    name: ClassVar[str] = "iscsi-storage.allow"
    host: str
    grant: Grant

    def describe(self) -> str:
        return f"Serve {self.grant.path} on {self.host} to {self.grant.address} as {self.grant.iqn}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.grant.volume}",)

    def inverse(self) -> Refuse:
        return Refuse(self.host, self.grant)

    def observe(self, world: World) -> Seen:
        grant, host = self.grant, world.host(self.host)
        target = tgt.find_target(host, grant.iqn)
        if target is not None and set(target.addresses) - {grant.address}:
            raise StepError(
                Category.CONFLICT,
                f"{grant.iqn} is open to {', '.join(target.addresses)}",
                "Stop what runs there, or end that target by hand if nothing does; a volume has one writer.",
            )
        if target is None or (target.paths, target.users, target.addresses) != _wanted(grant):
            return Differs(f"{grant.address} cannot log in to {grant.iqn}")
        if host.read_file(lasting_file(grant)) != _render(world, grant):
            return Differs("it would not last over a restart of tgtd")
        return Satisfied(f"{grant.address} can log in to {grant.iqn}")

    def ensure(self, world: World) -> None:
        """The address comes last: until then nobody gets in."""
        grant, host = self.grant, world.host(self.host)
        host.write_file(lasting_file(grant), _render(world, grant), mode=0o600)
        target = tgt.find_target(host, grant.iqn) or tgt.make_target(host, grant.iqn)
        if grant.user not in target.users:
            tgt.make_account(host, target, grant.user, world.vault.reveal(grant.secret))
        if grant.path not in target.paths:
            tgt.add_disk(host, target, grant.path)
        if grant.address not in target.addresses:
            tgt.open_to(host, target, grant.address)


@dataclass(frozen=True)
class Refuse:
    """This machine cannot log in to the disk, and what connection it had is closed."""

    name: ClassVar[str] = "iscsi-storage.refuse"
    host: str
    grant: Grant

    def describe(self) -> str:
        return f"End the target {self.grant.iqn} on {self.host} and its connections"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.grant.volume}",)

    def inverse(self) -> Allow:
        return Allow(self.host, self.grant)

    def observe(self, world: World) -> Seen:
        grant, host = self.grant, world.host(self.host)
        target = tgt.find_target(host, grant.iqn)
        if target is not None and target.addresses and grant.address not in target.addresses:
            return Satisfied(f"{grant.iqn} is open to another machine only")
        if target is not None:
            return Differs(f"there is {grant.iqn}")
        if host.read_file(lasting_file(grant)) is not None or grant.user in tgt.list_users(host):
            return Differs(f"something of {grant.iqn} is left")
        return Satisfied(f"there is no {grant.iqn}")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        host.remove_file(lasting_file(self.grant))
        tgt.end_target(host, self.grant.iqn, self.grant.user)


def lasting_file(grant: Grant) -> str:
    """What tgt-admin makes the target from again when tgtd starts."""
    return f"/etc/tgt/conf.d/openqrm-{grant.volume}.conf"


def _render(world: World, grant: Grant) -> bytes:
    return (
        f"<target {grant.iqn}>\n"
        f"    backing-store {grant.path}\n"
        f"    incominguser {grant.user} {world.vault.reveal(grant.secret)}\n"
        f"    initiator-address {grant.address}\n"
        "</target>\n"
    ).encode()


def _wanted(grant: Grant) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return (grant.path,), (grant.user,), (grant.address,)


ACTIONS = (MakeDisk, CloneDisk, Allow, Refuse)
