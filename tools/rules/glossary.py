"""GLOSSARY.md as data: the words we use, the words we do not, and the few places where one is right all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tools.rules.names import words_of

Words = tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """A word of ours and what it may not be called; `golden_image` stands for two words in a row."""

    word: str
    forbidden: tuple[Words, ...]


@dataclass(frozen=True)
class Allowance:
    """A name that may hold a forbidden word, in the files that fit the pattern."""

    name: Words
    pattern: str

    def covers(self, path: str, words: Words, start: int, end: int) -> bool:
        places = (first for first, last in occurrences(self.name, words) if first <= start and end <= last)
        return fnmatchcase(path, self.pattern) and next(places, None) is not None


@dataclass(frozen=True)
class Glossary:
    terms: tuple[Term, ...]
    allowances: tuple[Allowance, ...]


def parse_glossary(text: str) -> Glossary:
    """Reads the tables under `## Words` and `## Allowed all the same`."""
    words = _rows(_chapter(text, "Words"))
    allowed = _rows(_chapter(text, "Allowed all the same"))
    return Glossary(
        tuple(Term(row[0].strip("*"), tuple(words_of(name) for name in _quoted(row[-1]))) for row in words),
        tuple(Allowance(words_of(name), _quoted(row[1])[0]) for row in allowed for name in _quoted(row[0])),
    )


def occurrences(phrase: Words, words: Words) -> Iterator[tuple[int, int]]:
    """Where the phrase stands in a name; its last word also in the plural."""
    for start in range(len(words) - len(phrase) + 1):
        end = start + len(phrase)
        found = words[start:end]
        if found == phrase or found == (*phrase[:-1], phrase[-1] + "s"):
            yield start, end


def _chapter(text: str, title: str) -> str:
    _, _, rest = text.partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0]


def _rows(chapter: str) -> list[list[str]]:
    lines = [line.strip().strip("|").split("|") for line in chapter.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in cells] for cells in lines[2:]]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)
