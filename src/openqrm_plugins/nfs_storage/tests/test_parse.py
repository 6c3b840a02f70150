"""The parsers on what the real tools printed."""

from pathlib import Path

import pytest

from openqrm.plugin_api.storage.exporting.nfs import ganesha, kernel
from openqrm.plugin_api.storage.exporting.nfs.exports import Client, parse_head, render_head

TRANSCRIPTS = Path(__file__).parent / "transcripts"
BOTH = frozenset({Client("10.9.7.2", True), Client("10.9.8.2", False)})


def test_exportfs() -> None:
    text = (TRANSCRIPTS / "exportfs-s.txt").read_text()
    assert kernel.parse_clients(text, "/srv/web") == BOTH
    assert kernel.parse_clients(text, "/srv/db") == {Client("fd77::7", True)}
    assert kernel.parse_clients(text, "/srv") == frozenset()


def test_ganesha() -> None:
    text = (TRANSCRIPTS / "ganesha-display-export.txt").read_text()
    assert ganesha.parse_clients(text) == BOTH
    assert ganesha.parse_path(text) == "/tmp/st/g/exports/web"


@pytest.mark.parametrize("clients", [frozenset[Client](), BOTH])
def test_our_own_head(clients: frozenset[Client]) -> None:
    assert parse_head(render_head(clients) + "anything\n") == clients


@pytest.mark.parametrize("text", ["", "EXPORT {}", "# openqrm: ", "# openqrm: rx=1\n", "# openqrm: rw\n"])
def test_what_is_not_ours_names_nobody(text: str) -> None:
    assert parse_head(text) == frozenset()
