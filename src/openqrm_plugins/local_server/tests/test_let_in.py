"""The program that lets a key in, run by a real shell: what it leaves is what was there, to the last byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from openqrm_plugins.local_server.leave import PROGRAM

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMQBdUWdf6kDCSMmH044HE9woYFquL8BEwhdyYqbiwyO"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAWdf6kDCSMmH044HE9woYFquL8BEwhdyYqbiAAAA me@desk\n"


def does(home: Path, verb: str, key: str = KEY) -> str:
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        ["sh", "-s", "--", verb, key], input=PROGRAM.read_bytes(), env=environment, capture_output=True, check=True
    )
    assert done.stderr == b""
    return done.stdout.decode().strip()


def all_of(home: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path.relative_to(home)): (
            path.stat().st_mode,
            path.stat().st_uid,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in home.rglob("*")
    }


def given(home: Path, content: bytes | None) -> None:
    if content is not None:
        (home / ".ssh").mkdir(mode=0o755)
        (home / ".ssh/authorized_keys").write_bytes(content)
        (home / ".ssh/authorized_keys").chmod(0o640)


@pytest.mark.parametrize(
    "content", [None, b"", OTHER.encode(), OTHER.encode().rstrip(), f"# {KEY}\n{OTHER}\n\n".encode()]
)
def test_what_was_there_is_there_again(tmp_path: Path, content: bytes | None) -> None:
    given(tmp_path, content)
    before = all_of(tmp_path)
    assert does(tmp_path, "look") == "none" and all_of(tmp_path) == before
    for _ in range(2):
        does(tmp_path, "add")
        assert does(tmp_path, "look") == "ours"
    lines = (tmp_path / ".ssh/authorized_keys").read_text().splitlines()
    assert len([line for line in lines if line.startswith(KEY)]) == 1, "twice is as good as once"
    for _ in range(2):
        does(tmp_path, "drop")
    assert all_of(tmp_path) == before


def test_a_folder_without_keys_stays_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".ssh").mkdir(mode=0o700)
    (tmp_path / ".ssh/known_hosts").write_text("them\n")
    before = all_of(tmp_path)
    does(tmp_path, "add")
    does(tmp_path, "drop")
    assert all_of(tmp_path) == before


def test_what_came_meanwhile_stays(tmp_path: Path) -> None:
    does(tmp_path, "add")
    with (tmp_path / ".ssh/authorized_keys").open("a") as file:
        file.write(OTHER)
    does(tmp_path, "drop")
    assert (tmp_path / ".ssh/authorized_keys").read_text() == OTHER


def test_a_line_that_somebody_else_wrote_is_theirs(tmp_path: Path) -> None:
    given(tmp_path, f"{KEY} by hand\n".encode())
    before = all_of(tmp_path)
    assert does(tmp_path, "look") == "theirs"
    does(tmp_path, "drop")
    assert all_of(tmp_path) == before


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    given(tmp_path, b"")
    (tmp_path / "keys").write_text(OTHER)
    (tmp_path / ".ssh/authorized_keys").unlink()
    (tmp_path / ".ssh/authorized_keys").symlink_to("../keys")
    before = all_of(tmp_path)
    does(tmp_path, "add")
    does(tmp_path, "drop")
    assert all_of(tmp_path) == before and (tmp_path / ".ssh/authorized_keys").is_symlink()
