"""Documents that are found, decisions that have their chapters, dependencies that have their reasons."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from tools.rules.source import Finding

DECISION_CHAPTERS = ("Status", "Context", "Decision", "Sentence to quote", "Enforced by")
FRAGMENT = re.compile(r"[a-z0-9-]+\.(feature|fix|change)\.md")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def find_dead_links(path: str, text: str, existing: set[str]) -> list[Finding]:
    """Links inside the repository lead to a file or a folder."""
    return [
        Finding(path, 1, f"link to {target}, which is not there")
        for target in _targets(path, text)
        if target not in existing
    ]


def find_unreachable(documents: Mapping[str, str], start: str) -> list[Finding]:
    """Every document can be reached by links from the index."""
    seen, todo = {start}, [start]
    while todo:
        path = todo.pop()
        new = [target for target in _targets(path, documents[path]) if target in documents and target not in seen]
        seen.update(new)
        todo.extend(new)
    return [Finding(path, 1, f"no link leads here from {start}") for path in sorted(documents) if path not in seen]


def find_decision_gaps(path: str, text: str) -> list[Finding]:
    """A decision has the chapters that make it one which others can follow, each with something in it."""
    chapters = {title: body.strip() for title, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.M | re.S)}
    return [Finding(path, 1, f'no chapter "{title}"') for title in DECISION_CHAPTERS if not chapters.get(title)]


def find_bad_fragment(path: str, text: str) -> list[Finding]:
    """A news fragment has a name that towncrier takes and a sentence for the operator."""
    name = posixpath.basename(path)
    if not FRAGMENT.fullmatch(name):
        return [Finding(path, 1, "a fragment is called what-it-is.feature.md, .fix.md or .change.md")]
    return [] if text.strip().endswith(".") else [Finding(path, 1, "tell the operator in a whole sentence")]


def find_unexplained(dependencies: Iterable[str], text: str) -> list[str]:
    """Dependencies that the decision does not give a row."""
    named = set(re.findall(r"^\| `([^`]+)`", text, re.M))
    return sorted(set(dependencies) - named)


def _targets(path: str, text: str) -> list[str]:
    links = [link for link in LINK.findall(CODE.sub("", text)) if "://" not in link and not link.startswith("mailto:")]
    return [posixpath.normpath(posixpath.join(posixpath.dirname(path), link)) for link in links]
