"""A disk comes to its place whole or not at all."""

from __future__ import annotations

import contextlib
import os
import subprocess

from openqrm.plugin_api.host.noting import Refused


def create(path: str, size_bytes: int, layer: str = "") -> None:
    """Beside its place, then into it: what a crash leaves behind never looks like a volume."""
    making = making_of(path)
    beneath = ["-u", "-F", "qcow2", "-b", layer] if layer else []
    with contextlib.suppress(FileNotFoundError):
        os.unlink(making)
    tool("create", "-q", "-f", "qcow2", *beneath, making, str(size_bytes))
    settle(making, path)


def making_of(path: str) -> str:
    return f"{os.path.dirname(path)}/.making-{os.path.basename(path)}"


def settle(making: str, path: str) -> None:
    """It is in its place after a crash of the machine, too."""
    sync(making)
    os.rename(making, path)
    sync(os.path.dirname(path))


def sync(path: str) -> None:
    file = os.open(path, os.O_RDONLY)
    os.fsync(file)
    os.close(file)


def tool(*words: str, keep: int = 0) -> None:
    """qemu-img with these words, and with this open file."""
    done = subprocess.run(
        ["qemu-img", *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, pass_fds=(keep,), check=False
    )
    if done.returncode:
        raise Refused(f"qemu-img: {(done.stderr.strip() or 'it said nothing').splitlines()[-1][:300]}")
