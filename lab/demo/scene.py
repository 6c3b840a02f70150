"""Where the story plays: machines, a storage, a way in. Everything that is not openQRM itself."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class Powered(Protocol):
    """A machine with a power button."""

    def on(self) -> None: ...


class VmHost(Protocol):
    """A computer with libvirt, up, that openQRM does not know yet."""

    @property
    def name(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def host_key(self) -> str:
        """Of its SSH."""
        ...

    def authorize(self, public_key: str) -> None:
        """Let in as root who has the other half."""
        ...


class Scene(Protocol):
    """What the story asks of its surroundings, real or simulated."""

    @property
    def plugins(self) -> Mapping[str, dict[str, str]]:
        """The plugins to enable, with the settings that are not as delivered."""
        ...

    @property
    def machines(self) -> Sequence[Powered]: ...

    @property
    def hosts(self) -> Sequence[VmHost]:
        """For VMs; they may be missing."""
        ...

    @property
    def why_no_hosts(self) -> str: ...

    @property
    def kernel(self) -> Path: ...

    def network(self) -> dict[str, str]:
        """The machines' network, as an operator would describe it."""
        ...

    def storage(self) -> dict[str, object]:
        """Fields of the storage, which is ready to be used."""
        ...

    def content(self) -> dict[str, str]:
        """The archive with a root file system, as fields of `image fill`."""
        ...

    def holds(self, mac: str) -> bool:
        """Whether one of `machines` has this MAC."""
        ...

    def label_of(self, mac: str, /) -> dict[str, object]:
        """What an operator reads off the machine with this MAC and tells openQRM."""
        ...

    def public_key(self) -> str:
        """Who has the other half may log in to the appliance."""
        ...

    def log_in(self, address: str, command: str, /) -> str | None:
        """What the command printed on the appliance; None when nobody lets us in (yet)."""
        ...

    def fetch(self, address: str) -> str:
        """The appliance's page; empty when nobody answers (yet)."""
        ...

    def machine_cpu_s(self) -> Mapping[str, float]:
        """CPU-seconds of each machine since it was last switched on."""
        ...


def fresh(folder: Path) -> Path:
    """This folder, empty: a second run begins where the first began."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder
