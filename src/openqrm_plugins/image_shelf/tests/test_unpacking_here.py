"""Whole unpackings on this machine by the real programs: from a shelf on the web into a folder, and back."""

from __future__ import annotations

import io
import os
import signal
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from openqrm.plugin_api import Category, Differs, Image, NotYet, Step, StepError, Storage, Volume
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.case import take_back
from openqrm_plugins.image_shelf.fetching import LOOK_S, DropArchive, FetchArchive
from openqrm_plugins.image_shelf.intents import AddShelf, RefreshShelf
from openqrm_plugins.image_shelf.publish import publish
from openqrm_plugins.image_shelf.tests.here import WorldHere, looked_at
from openqrm_plugins.image_shelf.tests.planned import planned, settings_of, state
from openqrm_plugins.image_shelf.tests.web import Web, web
from openqrm_plugins.image_shelf.unpacking import UnpackEntry

Member = tuple[tarfile.TarInfo, bytes]


@dataclass
class Site:
    """A shelf on the web, and a world whose storage is a folder of this machine."""

    folder: Path
    web: Web
    world: WorldHere

    def offer(self, *members: Member) -> None:
        """The shelf has this archive now, and openQRM knows it."""
        with tarfile.open(self.web.folder / "small.tar.gz", "w:gz") as archive:
            for member, content in members:
                archive.addfile(member, io.BytesIO(content))
        publish(self.web.folder, None, {})
        wish = RefreshShelf("lab") if settings_of(self.world).shelves else AddShelf("lab", self.web.url)
        carry_all(planned(wish, self.world), self.world)

    def unpack(self, size_mib: int = 0) -> tuple[Step, ...]:
        return planned(UnpackEntry("lab", "small", "web", "nas", size_mib=size_mib), self.world)

    def left(self) -> set[str]:
        """What lies about, apart from the shelf and what was put away."""
        found = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
        return {each for each in found if not each.startswith(("shelf", "exports/.trash"))}

    def undo(self, steps: tuple[Step, ...]) -> None:
        for step in reversed(steps):
            if not isinstance(step.action, DropArchive):
                take_back(step.action, self.world)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "shelf").mkdir()
    nas = Storage(name="nas", type="folders", resource="openqrm", settings={"directory": str(tmp_path / "exports")})
    with web(tmp_path / "shelf") as made:
        yield Site(tmp_path, made, WorldHere(given=(nas, state(str(tmp_path / "spool")))))


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> Member:
    made = tarfile.TarInfo(name)
    made.type, made.size, made.linkname, made.uid, made.gid = kind, len(content), link, os.getuid(), os.getgid()
    return made, content


def test_an_entry_becomes_an_image_and_nothing_else_is_left(site: Site) -> None:
    site.offer(member("etc/hostname", b"web\n"), member("bin", kind=tarfile.SYMTYPE, link="usr/bin"))
    carry_all(site.unpack(), site.world)
    volume = site.folder / "exports/web"
    assert (volume / "etc/hostname").read_text() == "web\n" and os.readlink(volume / "bin") == "usr/bin"
    assert site.world.records.get(Image, "web").volume == "web"
    assert {each for each in site.left() if "spool" in each} == {"spool"}


@pytest.mark.slow
def test_it_tells_how_far_it_is_and_goes_on_after_a_crash(site: Site) -> None:
    site.offer(member("noise", os.urandom(3_000_000)))
    site.web.cuts, site.web.holds = [1_500_000], True
    steps = {step.id: step for step in site.unpack()}
    fetch = steps["fetch-archive"].action
    assert isinstance(fetch, FetchArchive)
    fetch.ensure(site.world)
    seen = looked_at(fetch, site.world, lambda seen: " 1.4 of 2.9 MiB" in seen.because)
    assert seen == NotYet("49 % of small.tar.gz are there, 1.4 of 2.9 MiB", LOOK_S)
    os.kill(int((Path(fetch.fetching.folder) / "pid").read_text()), signal.SIGKILL)
    seen = looked_at(fetch, site.world, lambda seen: not isinstance(seen, NotYet))
    assert seen == Differs("it was broken off after 1.4 of 2.9 MiB")
    carry_all(steps.values(), site.world)
    assert site.web.offsets[-2:] == [0, 1_500_000] and (site.folder / "exports/web/noise").stat().st_size == 3_000_000


@pytest.mark.slow
def test_an_archive_that_was_exchanged_is_refused_and_all_is_taken_back(site: Site) -> None:
    site.offer(member("file", b"x"))
    steps = site.unpack()
    archive = site.web.folder / "small.tar.gz"
    content = archive.read_bytes()
    archive.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(StepError, match="not the catalogue's") as refused:
        carry_all(steps, site.world)
    assert refused.value.category is Category.REFUSED and "Refresh the shelf" in refused.value.hint
    site.undo(steps)
    assert site.left() == {"exports", "spool"} and not site.world.records.list(Volume)


HOSTILE: dict[str, Callable[[Path], list[Member]]] = {
    "a name with dots": lambda _: [member("good", b"x"), member("../../escaped", b"x")],
    "a name from the root": lambda out: [member(f"{out}/escaped", b"x")],
    "a file behind a link": lambda out: [
        member("way", kind=tarfile.SYMTYPE, link=str(out)), member("way/escaped", b"x"),
    ],
    "a hard link to a file outside": lambda out: [member("mine", kind=tarfile.LNKTYPE, link=f"{out}/shelf/secret")],
    "more than the volume holds": lambda _: [member("zeros", bytes(3 << 20))],
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("trick", HOSTILE)
def test_a_hostile_archive_is_refused_and_all_is_taken_back(site: Site, trick: str) -> None:
    (site.folder / "shelf/secret").write_text("secret")
    site.offer(*HOSTILE[trick](site.folder))
    steps = site.unpack(size_mib=1)
    with pytest.raises(StepError) as refused:
        carry_all(steps, site.world)
    assert refused.value.category is Category.REFUSED and "archive.tar.gz: " in refused.value.message
    site.undo(steps)
    assert site.left() <= {"exports", "exports/.filled", "spool"} and not site.world.records.list(Image)
    assert (site.folder / "shelf/secret").stat().st_nlink == 1
