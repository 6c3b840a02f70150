"""Machines that are no more than an address of their own: one network namespace each, with a client in it."""

import ctypes
import ctypes.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from lab import lan


@dataclass(frozen=True)
class Peer:
    """A machine and the address it reaches the storage at."""

    name: str
    address: str
    storage: str

    def run(self, *argv: str, timeout_s: float = 20) -> subprocess.CompletedProcess[str]:
        command = ["ip", "netns", "exec", self.name, *argv]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)

    def start(self, *argv: str) -> subprocess.Popen[str]:
        command = ["ip", "netns", "exec", self.name, *argv]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def nfs(self, path: str) -> str:
        """An address for libnfs."""
        return f"nfs://{self.storage}{path}?version=4"


@contextmanager
def peers(*numbers: int) -> Iterator[list[Peer]]:
    """Machines at 10.78.NUMBER.2, which reach the storage at 10.78.NUMBER.1."""
    made = [Peer(f"peer{number}", f"10.78.{number}.2", f"10.78.{number}.1") for number in numbers]
    for number, peer in zip(numbers, made, strict=True):
        link = f"to-peer{number}"
        _ip("netns", "add", peer.name)
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", peer.name)
        _ip("addr", "add", f"{peer.storage}/24", "dev", link)
        _ip("link", "set", link, "up")
        _ip("-n", peer.name, "addr", "add", f"{peer.address}/24", "dev", "eth0")
        _ip("-n", peer.name, "link", "set", "eth0", "up")
    try:
        yield made
    finally:
        for number, peer in zip(numbers, made, strict=True):
            _ip("link", "del", f"to-peer{number}")
            _ip("netns", "del", peer.name)


@contextmanager
def rack_peers(storage: str, *numbers: int) -> Iterator[list[Peer]]:
    """Machines at 10.77.0.NUMBER on the rack's network, which reach a storage that is on it, too."""
    made = [Peer(f"unit{number}", f"10.77.0.{number}", storage) for number in numbers]
    for peer in made:
        _ip("netns", "add", peer.name)
        _ip("link", "add", f"to-{peer.name}", "type", "veth", "peer", "name", "eth0", "netns", peer.name)
        _ip("link", "set", f"to-{peer.name}", "master", lan.BRIDGE, "up")
        _ip("-n", peer.name, "addr", "add", f"{peer.address}/24", "dev", "eth0")
        _ip("-n", peer.name, "link", "set", "eth0", "up")
    try:
        yield made
    finally:
        for peer in made:
            _ip("link", "del", f"to-{peer.name}")
            _ip("netns", "del", peer.name)


def lists(peer: Peer, path: str) -> bool:
    """Whether it may mount the folder."""
    done = peer.run("nfs-ls", peer.nfs(path))
    assert (done.returncode == 0) == (not done.stderr), done.stderr
    return done.returncode == 0


def writer_at(peer: Peer, path: str) -> subprocess.Popen[str]:
    """A program that mounts the folder and writes when it is asked to."""
    return peer.start(sys.executable, "-m", "lab.peers", peer.storage, path)


def asked(writer: subprocess.Popen[str], name: str) -> str:
    """How it went to write a file of this name."""
    assert writer.stdin and writer.stdout
    writer.stdin.write(f"{name}\n")
    writer.stdin.flush()
    return writer.stdout.readline().strip()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)


def write_on_request(server: str, folder: str) -> None:
    """Mount once, then write one file for each line of standard input and say how that went."""
    nfs = ctypes.CDLL(ctypes.util.find_library("nfs"))
    nfs.nfs_init_context.restype = ctypes.c_void_p
    context = ctypes.c_void_p(nfs.nfs_init_context())
    nfs.nfs_set_version(context, 4)
    _say("mounted" if nfs.nfs_mount(context, server.encode(), folder.encode()) == 0 else "refused")
    for line in sys.stdin:
        handle = ctypes.c_void_p()
        made = nfs.nfs_creat(context, f"/{line.strip()}".encode(), 0o644, ctypes.byref(handle))
        _say("written" if made == 0 else "refused")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    write_on_request(*sys.argv[1:])
