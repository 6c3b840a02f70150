"""Which resources may be reached by SSH: those whose record says how."""

from __future__ import annotations

from collections.abc import Callable

from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.domain.resource import Resource
from openqrm.ports.records import Facts
from openqrm.ports.world import Vault

PORT = 22


def access_by(records: Facts, vault: Vault | None = None) -> Callable[[str], SshAccess | None]:
    """Gives how to reach a resource; None unless both its address and its host key are known.

    Without a vault nobody signs in by a password.
    """

    def find_access(resource: str) -> SshAccess | None:
        record = records.find(Resource, resource)
        if record is None or not record.address or not record.ssh.host_key:
            return None
        ssh = record.ssh
        password = vault.reveal(ssh.secret) if vault and ssh.secret else ""
        user, port = ssh.user or "root", ssh.port or PORT
        return SshAccess(record.address, ssh.host_key, user=user, port=port, password=password)

    return find_access
