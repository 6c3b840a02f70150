"""Keys of this installation: the uplink's, which machines pin, and the one it signs in elsewhere with."""

from __future__ import annotations

import os
from pathlib import Path

import asyncssh


def ensure_host_key(path: Path) -> asyncssh.SSHKey:
    """The Ed25519 key in this file, made when there is none; nobody else may read it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(asyncssh.generate_private_key("ssh-ed25519").export_private_key("openssh"))
            file.flush()
            os.fsync(descriptor)
        try:
            os.link(scratch, path)  # the first one stays, when two processes start at once
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return asyncssh.read_private_key(path)


def public_line(key: asyncssh.SSHKey) -> str:
    """Its public half as a line of authorized_keys."""
    return f"ssh-ed25519 {public_part(key)} openqrm"


def public_part(key: asyncssh.SSHKey) -> str:
    """The base64 word of its public half."""
    return key.export_public_key("openssh").decode().split()[1]
