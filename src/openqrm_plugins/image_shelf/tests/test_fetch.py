"""The program that fetches: from folders and real web servers, good and bad; what it leaves, and what it refuses."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from openqrm_plugins.image_shelf.fetching import PROGRAM
from openqrm_plugins.image_shelf.tests.ftp import ftp
from openqrm_plugins.image_shelf.tests.simulator import ShelfHost, Site
from openqrm_plugins.image_shelf.tests.web import Web, certificate, web

CONTENT = random.Random(1).randbytes(3_000_000)
NAME = "debian.tar.zst"


@dataclass
class Fetching:
    """A shelf in a folder, a spool, and the program."""

    folder: Path
    more: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    program: str = PROGRAM.read_text()

    @property
    def shelf(self) -> Path:
        return self.folder / "shelf"

    @property
    def spool(self) -> Path:
        return self.folder / "spool/web.1"

    def ask(self, verb: str, **more: object) -> subprocess.CompletedProcess[str]:
        settings: dict[str, Any] = {
            "source": str(self.shelf), "user": "", "password": "", "file": NAME, "folder": str(self.spool),
            "name": "archive.tar.zst", "size_bytes": len(CONTENT), "sha256": sha256(CONTENT).hexdigest(),
            "patience_s": 20, "most_bytes": 1000,
        }  # fmt: skip
        argv, given = [sys.executable, "-I", "-c", self.program, verb], json.dumps(settings | self.more | more)
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            argv, input=given, capture_output=True, text=True, timeout=60, check=False, env=environment
        )

    def look(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.ask("look").stdout)
        return said

    def until(self, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while not holds(said := self.look()):
            assert time.monotonic() < deadline, said
            time.sleep(0.02)
        return said

    def fetch(self) -> dict[str, Any]:
        """Start, and wait for the end."""
        started = self.ask("start")
        assert started.returncode == 0, started.stderr
        return self.until(lambda said: said["state"] != "working")

    @property
    def got(self) -> bytes:
        return (self.spool / "archive.tar.zst").read_bytes()


@pytest.fixture
def fetching(tmp_path: Path) -> Fetching:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / NAME).write_bytes(CONTENT)
    return Fetching(tmp_path)


@pytest.fixture
def site(fetching: Fetching) -> Iterator[Web]:
    """The same shelf on the web."""
    with web(fetching.shelf) as made:
        fetching.more["source"] = made.url
        yield made


def test_a_file_of_a_folder_comes_whole_and_goes_whole(fetching: Fetching) -> None:
    assert fetching.look() == {"state": "nothing"}
    assert fetching.fetch() == {"state": "fetched"} and fetching.got == CONTENT
    assert fetching.ask("start").returncode == 0 and fetching.look() == {"state": "fetched"}
    assert fetching.ask("drop").returncode == 0 and fetching.look() == {"state": "nothing"}
    assert list(fetching.spool.parent.iterdir()) == []
    assert fetching.ask("drop").returncode == 0


def test_a_file_comes_by_http(fetching: Fetching, site: Web) -> None:
    assert fetching.fetch() == {"state": "fetched"} and fetching.got == CONTENT


@pytest.mark.slow
def test_a_file_comes_by_https_from_whom_the_machine_knows_alone(fetching: Fetching) -> None:
    context, file = certificate(fetching.folder)
    with web(fetching.shelf, context) as site:
        fetching.more["source"] = site.url
        said = fetching.fetch()
        assert said["state"] == "failed" and said["because"].endswith("debian.tar.zst: self-signed certificate")
        fetching.ask("drop")
        fetching.environment["SSL_CERT_FILE"] = str(file)
        assert fetching.fetch() == {"state": "fetched"} and fetching.got == CONTENT


def test_a_connection_that_breaks_is_taken_up_where_it_broke(fetching: Fetching, site: Web) -> None:
    site.cuts = [1_000_000, 500_000, 700_000]
    assert fetching.fetch() == {"state": "fetched"} and fetching.got == CONTENT
    assert site.offsets == [0, 1_000_000, 1_500_000, 2_200_000]


@pytest.mark.slow
def test_so_is_one_by_ftp(fetching: Fetching) -> None:
    with ftp(fetching.shelf) as site:
        site.cuts = [1_000_000]
        fetching.more |= {"source": site.url, "user": "reader", "password": "sesame"}
        assert fetching.fetch() == {"state": "fetched"}
        assert site.offsets == [0, 1_000_000] and fetching.got == CONTENT


@pytest.mark.parametrize(("file", "password", "says"), [("gone", "sesame", "no such file"), (NAME, "x", "530 not in")])
def test_what_is_refused_by_ftp_is_told(fetching: Fetching, file: str, password: str, says: str) -> None:
    with ftp(fetching.shelf) as site:
        fetching.more |= {"source": site.url, "user": "reader", "password": password, "file": file}
        assert says in fetching.fetch()["because"]


def test_where_nobody_can_begin_in_the_middle_it_begins_anew(fetching: Fetching, site: Web) -> None:
    site.has_ranges, site.cuts = False, [1_000_000]
    assert fetching.fetch() == {"state": "fetched"} and fetching.got == CONTENT
    assert site.offsets == [0, 0]


@pytest.mark.slow
def test_a_site_that_is_down_for_a_moment_is_waited_for(fetching: Fetching, site: Web) -> None:
    site.status = 503
    fetching.ask("start")
    fetching.until(lambda _: len(site.logins) >= 2)
    site.status = 0
    assert fetching.until(lambda said: said["state"] != "working") == {"state": "fetched"}


@pytest.mark.slow
def test_a_worker_that_was_killed_is_noticed_and_its_work_taken_up(fetching: Fetching, site: Web) -> None:
    site.cuts, site.holds = [1_234_567], True
    fetching.ask("start")
    assert fetching.until(lambda said: said.get("so_far_bytes") == 1_234_567)["state"] == "working"
    assert fetching.ask("start").returncode == 0  # it is at work: nothing happens
    os.kill(int((fetching.spool / "pid").read_text()), signal.SIGKILL)
    assert fetching.until(lambda said: said["state"] != "working")["state"] == "broken off"
    assert fetching.fetch() == {"state": "fetched"} and fetching.got == CONTENT
    assert site.offsets == [0, 1_234_567]


@pytest.mark.slow
def test_what_is_under_way_can_be_dropped(fetching: Fetching, site: Web) -> None:
    site.cuts, site.holds = [1_234_567], True
    fetching.ask("start")
    fetching.until(lambda said: said.get("so_far_bytes") == 1_234_567)
    for _ in range(2):
        assert fetching.ask("halt").returncode == 0
        assert fetching.look() == {"state": "broken off", "so_far_bytes": 1_234_567}
        assert not (fetching.spool / "pid").read_text(), "another process may have that number next"
    assert fetching.ask("drop").returncode == 0 and fetching.look() == {"state": "nothing"}
    assert site.offsets == [0]  # the worker was ended, and has not come to an end by itself


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "other content": ({"sha256": "0" * 64}, "has the SHA-256 .*, not the catalogue's"),
    "longer": ({"size_bytes": len(CONTENT) - 1}, "longer than the 2999999 bytes"),
    "shorter": ({"size_bytes": len(CONTENT) + 1}, "shorter than the catalogue says"),
    "not there": ({"file": "gone.tar"}, "gone.tar is not there"),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", WRONG)
def test_what_is_not_as_the_catalogue_says_is_refused(fetching: Fetching, site: Web, what: str) -> None:
    more, says = WRONG[what]
    fetching.more |= more
    said = fetching.fetch()
    assert said["state"] == "failed" and re.search(says, said["because"])
    assert not (fetching.spool / "archive.tar.zst").exists() and not (fetching.spool / "part").exists()
    assert fetching.ask("start").returncode == 0 and fetching.look() == said  # it is not tried again
    assert fetching.ask("drop").returncode == 0 and fetching.look() == {"state": "nothing"}


def test_nobody_is_waited_for_without_end(fetching: Fetching, site: Web) -> None:
    fetching.more |= {"source": "http://127.0.0.1:1", "patience_s": 0}
    assert f"{NAME} does not come: " in fetching.fetch()["because"]


def test_what_comes_without_end_is_not_waited_for_either(fetching: Fetching) -> None:
    bound = "MOST_S = 6 * 3600.0"
    assert bound in fetching.program
    fetching.program = fetching.program.replace(bound, "MOST_S = 0.0")
    assert fetching.fetch()["because"] == "it has taken too long"


@pytest.mark.slow
def test_no_redirect_leads_to_another_protocol_or_takes_the_password_along(fetching: Fetching, site: Web) -> None:
    for elsewhere, says in ((f"file://{fetching.shelf}", "HTTP 302"), ("ftp://127.0.0.1:1", "from http to ftp")):
        site.redirect = elsewhere
        assert says in fetching.fetch()["because"]
        fetching.ask("drop")
    with web(fetching.shelf) as other:
        site.redirect, site.login = other.url, "reader:sesame"
        fetching.more |= {"user": "reader", "password": "sesame"}
        assert fetching.fetch() == {"state": "fetched"}
        assert (site.logins[-1], other.logins) == ("reader:sesame", [""])


def test_a_wrong_password_is_told_at_once(fetching: Fetching, site: Web) -> None:
    site.login = "reader:sesame"
    fetching.more |= {"user": "reader", "password": "guessed"}
    said = fetching.fetch()
    assert "HTTP 401" in said["because"] and "guessed" not in said["because"]


@pytest.mark.parametrize(
    ("make", "says"),
    [(lambda path: path.symlink_to(path.parents[1] / "outside"), "symbolic links"),
     (os.mkfifo, "trap.tar is no file"), (Path.mkdir, "trap.tar is no file")],
)  # fmt: skip
def test_a_folder_lends_files_and_nothing_else(fetching: Fetching, make: Callable[[Path], None], says: str) -> None:
    (fetching.folder / "outside").write_bytes(CONTENT)
    make(fetching.shelf / "trap.tar")
    fetching.more["file"] = "trap.tar"
    assert says in fetching.fetch()["because"]


def test_a_folder_that_is_on_another_machine_is_told(fetching: Fetching) -> None:
    fetching.more["source"] = "/nowhere/at/all"
    assert "a folder has to be on this machine too" in fetching.fetch()["because"]


def test_a_spool_that_somebody_else_has_made_is_not_used(fetching: Fetching) -> None:
    fetching.spool.mkdir(parents=True)
    fetching.spool.chmod(0o777)
    refused = fetching.ask("start")
    assert refused.returncode and "is somebody else's" in refused.stderr


def test_a_catalogue_comes_with_its_signature_or_without_one(fetching: Fetching, site: Web) -> None:
    (fetching.shelf / "catalogue.json").write_text("{}")
    assert json.loads(fetching.ask("catalogue").stdout) == {"catalogue": "e30=", "signature": ""}
    (fetching.shelf / "catalogue.json.sig").write_bytes(b"signed")
    assert json.loads(fetching.ask("catalogue").stdout) == {"catalogue": "e30=", "signature": "c2lnbmVk"}
    (fetching.shelf / "catalogue.json").write_text(" " * 1001)
    assert "longer than 1000 bytes" in fetching.ask("catalogue").stderr


def test_what_is_no_address_ends_in_a_sentence(fetching: Fetching) -> None:
    refused = fetching.ask("catalogue", source="http://127.0.0.1:99999")
    assert refused.returncode and "Traceback" not in refused.stderr and refused.stderr.count("\n") == 1


def test_the_simulator_answers_as_the_program_does(fetching: Fetching) -> None:
    simulated = ShelfHost({str(fetching.shelf): Site({NAME: CONTENT})})

    def both(verb: str, **more: Any) -> tuple[object, object]:
        settings: dict[str, Any] = {"source": str(fetching.shelf), "user": "", "password": "", "file": NAME}
        settings |= {"folder": str(fetching.spool), "size_bytes": len(CONTENT), **more}
        told = simulated.run(("python3", "-I", "-c", PROGRAM.read_text(), verb), json.dumps(settings).encode(), {})
        real = fetching.ask(verb, **more)
        assert (told.status != 0) == (real.returncode != 0)
        return json.loads(told.out or "null"), json.loads(real.stdout or "null")

    assert both("look") == ({"state": "nothing"},) * 2
    assert both("start") == (None, None)
    simulated.passes(1e6)
    fetching.until(lambda said: said["state"] != "working")
    assert both("look") == ({"state": "fetched"},) * 2
    assert both("drop") == (None, None) and both("look") == ({"state": "nothing"},) * 2
    both("start", file="gone.tar")
    fetching.until(lambda said: said["state"] != "working")
    mine, real = both("look", file="gone.tar")
    assert isinstance(mine, dict) and isinstance(real, dict) and mine.keys() == real.keys()
