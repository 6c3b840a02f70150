"""Connections by SSH: to machines whose host key is known, with this installation's own key."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from openqrm.domain.errors import Category, StepError

CONNECT_TIMEOUT_S = 15.0
SILENCE_S = 10  # after which it is asked whether it is there; at the third time it is not
SIGNATURES = (  # all that are sound, named one by one: asyncssh would offer the known kind alone
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256",
)  # fmt: skip
CIPHERS = (  # the ones that processors know first: chacha20 costs a third more of each command
    "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr", "chacha20-poly1305@openssh.com",
)  # fmt: skip
HINT = "Look whether the machine is on and its sshd answers at this address and port."
FOREIGN_HINT = (
    "If its key was renewed: compare ssh-keyscan with the host's own file, then openqrm resource edit --ssh-host-key."
)
DENIED_HINT = "Put the own_key that openqrm resource show openqrm tells into authorized_keys of that user there."
PASSWORD_HINT = "Give that password again; its sshd has to take passwords (PasswordAuthentication, PermitRootLogin)."


@dataclass(frozen=True)
class SshAccess:
    """How to reach one machine. `host_key` is a line such as `ssh-ed25519 AAAA…`."""

    address: str
    host_key: str
    user: str = "root"
    port: int = 22
    password: str = field(default="", repr=False)  # empty: this installation's key alone


async def connect(access: SshAccess, key_file: Path) -> asyncssh.SSHClientConnection:
    """A new connection. Raises what `told_as_steps` tells."""
    known = asyncssh.import_public_key(access.host_key)
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        return await asyncssh.connect(
            access.address,
            access.port,
            username=access.user,
            client_keys=[str(key_file)],
            known_hosts=([known], [], []),
            # The known kind first, but all: a machine without it would hang up, which looks like a broken line.
            server_host_key_algs=sorted(SIGNATURES, key=lambda each: each.encode() not in known.sig_algorithms),
            encryption_algs=CIPHERS,
            keepalive_interval=SILENCE_S,
            keepalive_count_max=2,
            preferred_auth="publickey,password" if access.password else "publickey",
            password=access.password or None,
            config=None,
            agent_path=None,
        )


@contextmanager
def told_as_steps(access: SshAccess) -> Iterator[None]:
    """What goes wrong with SSH is told as StepError `refused` or `unavailable`; TimeoutError is the caller's."""
    try:
        yield
    except TimeoutError:
        raise
    except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed) as error:
        message = f"{access.address} does not show the SSH host key that is known of it: {error}"
        raise StepError(Category.REFUSED, message, FOREIGN_HINT) from error
    except asyncssh.PermissionDenied as error:
        message = f"{access.address} does not let openQRM in as {access.user}"
        raise StepError(Category.REFUSED, message, PASSWORD_HINT if access.password else DENIED_HINT) from error
    except (OSError, asyncssh.Error) as error:
        raise StepError(Category.UNAVAILABLE, f"no SSH to {access.address}: {error}", HINT) from error
