"""Which way leads to a resource."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from openqrm.adapters.hosts.local import LocalHost
from openqrm.adapters.hosts.remote import RemoteHost
from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.domain.errors import Category, StepError
from openqrm.domain.resource import SELF
from openqrm.ports.uplink import Uplinks
from openqrm.ports.world import Host


class Hosts:
    """This machine directly; others by their uplink while it is open, else by SSH where that is configured."""

    def __init__(
        self,
        uplinks: Uplinks,
        ssh: SshHosts | None = None,
        find_access: Callable[[str], SshAccess | None] = lambda _resource: None,
    ) -> None:
        self._uplinks, self._ssh, self._find_access = uplinks, ssh, find_access
        self._local = LocalHost()

    def end_commands(self) -> None:
        """Whoever waits for a command on any of them gets Ending, and so does whoever asks for one from now on."""
        self._uplinks.end_commands()
        self._local.end_commands()
        if self._ssh:
            self._ssh.end_commands()

    def stands(self, resource: str) -> bool:
        """Whether a connection by SSH stands at this moment."""
        access = self._find_access(resource)
        return self._ssh is not None and access is not None and self._ssh.stands(access)

    def host(self, resource: str) -> Host:
        """Raises StepError `unavailable` when there is no way to it."""
        if resource == SELF:
            return self._local
        if self._uplinks.is_open(resource):
            return RemoteHost(resource, partial(self._uplinks.execute, resource))
        if self._ssh and (access := self._find_access(resource)):
            return self._ssh.host(access)
        raise StepError(
            Category.UNAVAILABLE,
            f"there is no way to {resource}: its agent is not connected",
            f"Look whether it is on. One without an agent: openqrm resource edit {resource} --ssh-host-key KEY",
        )
