"""The laws for the actions of the plugin, on simulated hosts and shelves."""

from collections.abc import Callable

import msgspec
import pytest

from openqrm.plugin_api import SELF, PluginState
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld
from openqrm_plugins.image_shelf.actions import PLUGIN, KeepShelf, TakeCatalogue
from openqrm_plugins.image_shelf.catalogue import Shelf, parse_key
from openqrm_plugins.image_shelf.fetching import DropArchive, FetchArchive, Fetching, Login
from openqrm_plugins.image_shelf.tests.shelves import ARCHIVE, PUBLIC, entry, kernel, site
from openqrm_plugins.image_shelf.tests.simulator import ShelfHost, Site

URL = "https://shelf.example/debian"
REFERENCE, PASSWORD = "shelf-debian-password-1", "kJ2mWq9xTz4bVn7r"
SHELF = Shelf(URL, parse_key(PUBLIC), "reader", REFERENCE)
FULL = site(entry(kernel=kernel()))
FETCHING = Fetching(
    host="store1", volume="web", shelf=Login(URL, "reader", REFERENCE), file="debian-12.tar.zst",
    folder="/var/lib/openqrm-shelf/web.1000", name="archive.tar.zst", size_bytes=len(ARCHIVE), sha256="0" * 64,
)  # fmt: skip


def world(*shelves: tuple[str, Shelf]) -> SimulatedWorld:
    kept = {"spool": "/srv/spool", "shelves": {name: msgspec.to_builtins(shelf) for name, shelf in shelves}}
    state = PluginState(name=PLUGIN, enabled=True, settings=msgspec.json.encode(kept, order="sorted").decode())
    sites = {URL: Site(FULL.files, "reader", PASSWORD)}
    hosts = {SELF: ShelfHost(sites), "store1": ShelfHost(sites)}
    return SimulatedWorld(hosts=hosts, given=(state,), secrets={REFERENCE: PASSWORD})


def known() -> SimulatedWorld:
    return world(("debian", SHELF), ("other", Shelf("/srv/other")))


def fetched() -> SimulatedWorld:
    made = world()
    FetchArchive(FETCHING).ensure(made)
    made.advance(60)
    made.forget_preparation()
    return made


CASES = [
    Case("keep", KeepShelf("debian", SHELF, None), lambda: world(("other", Shelf("/srv/other")))),
    Case("forget", KeepShelf("debian", None, SHELF), known),
    Case("take", TakeCatalogue("debian", SHELF, 2000.0), known),
    Case("fetch", FetchArchive(FETCHING), world),
    Case("drop", DropArchive(FETCHING), fetched),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)
