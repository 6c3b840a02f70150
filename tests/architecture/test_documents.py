"""Documents can be found, decisions can be followed, news is for the operator."""

import pytest

from tests.architecture.repository import ROOT, all_paths, paths_under, read
from tools.rules.documents import find_bad_fragment, find_dead_links, find_decision_gaps, find_unreachable

DOCUMENTS = {
    path: read(path)
    for path in ["README.md", "GLOSSARY.md", "CONTRIBUTING.md", *paths_under("docs", "news", suffix=".md")]
}
DECISIONS = [path for path in paths_under("docs/decisions", suffix=".md") if not path.endswith("README.md")]


def test_no_link_is_dead() -> None:
    existing = all_paths()
    found = [str(finding) for path, text in DOCUMENTS.items() for finding in find_dead_links(path, text, existing)]
    assert not found, "\n".join(found)


def test_every_document_can_be_reached_from_the_index() -> None:
    docs = {path: text for path, text in DOCUMENTS.items() if path.startswith("docs/")}
    assert find_unreachable(docs, "docs/README.md") == []


def test_every_decision_has_its_chapters() -> None:
    assert [finding for path in DECISIONS for finding in find_decision_gaps(path, read(path))] == []


def test_news_is_for_the_operator() -> None:
    fragments = [
        path for path in paths_under("news", suffix="") if (ROOT / path).is_file() and not path.endswith(".gitignore")
    ]
    assert [finding for path in fragments for finding in find_bad_fragment(path, read(path))] == []


@pytest.mark.parametrize("text", ["[x](gone.md)", "[x](../gone/)", "[x](gone.md#chapter)"])
def test_a_dead_link_is_found(text: str) -> None:
    assert len(find_dead_links("docs/a.md", text, {"docs/b.md"})) == 1


@pytest.mark.parametrize(
    "text", ["[x](b.md)", "[x](b.md#y)", "[x](https://example.org)", "`[x](gone.md)`", "[x](#here)", "![x]"]
)
def test_a_live_link_is_left_alone(text: str) -> None:
    assert find_dead_links("docs/a.md", text, {"docs/b.md"}) == []


def test_an_unreachable_document_is_found() -> None:
    documents = {"docs/README.md": "[a](a.md)", "docs/a.md": "[b](sub/b.md)", "docs/sub/b.md": "", "docs/c.md": ""}
    assert [finding.path for finding in find_unreachable(documents, "docs/README.md")] == ["docs/c.md"]


def test_a_decision_with_gaps_is_found() -> None:
    chapters = ("Status", "Context", "Decision", "Sentence to quote", "Enforced by")
    whole = "# 1. X\n" + "".join(f"\n## {title}\n\nabout {title}\n" for title in chapters)
    assert find_decision_gaps("x.md", whole) == []
    assert len(find_decision_gaps("x.md", whole.replace("Context", "Kontext"))) == 1
    assert len(find_decision_gaps("x.md", whole.replace("about Decision", ""))) == 1


@pytest.mark.parametrize(
    ("name", "text"), [("x.bug.md", "You can."), ("x.md", "You can."), ("x.fix.md", ""), ("X.fix.md", "You can.")]
)
def test_a_bad_fragment_is_found(name: str, text: str) -> None:
    assert len(find_bad_fragment(f"news/{name}", text)) == 1
