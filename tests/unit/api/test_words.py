"""What openQRM says in German: of the core and of each plugin, for whoever looks at a console."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from openqrm.api.application import make_application
from openqrm.api.routes import Door
from openqrm.api.words import words_route
from openqrm.services.languages import Languages
from tests.unit.services.site import TestSite

PLUGIN = """
[nouns]
card = ["Karte", "Karten"]
[texts]
"Write the card of {name}" = "Die Karte von {name} schreiben"
"it was asked for" = "because we can"
"""


@pytest.fixture
def plugins(tmp_path: Path) -> tuple[Path, ...]:
    folders = tuple(tmp_path / name for name in ("cards", "broken", "silent"))
    for folder in folders:
        (folder / "locale").mkdir(parents=True)
    (folders[0] / "locale/de.toml").write_text(PLUGIN)
    (folders[1] / "locale/de.toml").write_text("[texts]\nloose words")
    return folders


@pytest.fixture
def browser(site: TestSite, plugins: tuple[Path, ...]) -> Iterator[TestClient]:
    door = Door(site.desk, site.sign_in, site.catalogue)
    with TestClient(make_application(door, str, [words_route(Languages(plugins))])) as opened:
        yield opened


def test_words_are_told_to_who_has_not_signed_in_yet(browser: TestClient) -> None:
    told = browser.get("/api/v1/words/de").json()
    assert told["texts"]["user or password is wrong"] == "Benutzer oder Kennwort ist falsch"
    assert told["texts"]["Write the card of {name}"] == "Die Karte von {name} schreiben"
    assert told["nouns"]["card"] == ["Karte", "Karten"]
    assert told["texts"]["it was asked for"] == "es wurde gewünscht", "a plugin changes nothing of the core's"


def test_a_browser_that_has_them_is_sent_none(browser: TestClient) -> None:
    first = browser.get("/api/v1/words/de")
    again = browser.get("/api/v1/words/de", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("language", ["xx", "..%2Fde", "d*"])
def test_what_is_no_language_of_ours_is_not_looked_for(browser: TestClient, language: str) -> None:
    assert browser.get(f"/api/v1/words/{language}").status_code == 404
