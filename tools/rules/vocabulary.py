"""One word per noun, in code, database, REST and CLI alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from tools.rules.glossary import Allowance, Glossary, Term, Words, occurrences
from tools.rules.names import Name, names_in, words_of
from tools.rules.source import Finding, Source


def find_synonyms(source: Source, glossary: Glossary) -> list[Finding]:
    """Names that hold a word which the glossary replaces by another."""
    findings = []
    for name in names_in(source):
        for ours, phrase, allowed in _breaches(name, source.path, glossary):
            if allowed is None:
                findings.append(source.finding(name.line, f'"{name.text}": not "{phrase}" but "{ours}" (GLOSSARY.md)'))
    return findings


def find_unused_allowances(sources: Iterable[Source], glossary: Glossary) -> list[Allowance]:
    """Allowances that nothing needs any more."""
    used = {
        allowed
        for source in sources
        for name in names_in(source)
        for _, _, allowed in _breaches(name, source.path, glossary)
    }
    return [allowance for allowance in glossary.allowances if allowance not in used]


def _breaches(name: Name, path: str, glossary: Glossary) -> Iterator[tuple[str, str, Allowance | None]]:
    words = words_of(name.text)
    for ours, phrase, start, end in _said(words, glossary.terms):
        covering = (a for a in glossary.allowances if a.covers(path, words, start, end))
        yield ours, phrase, next(covering, None)


@cache
def _said(words: Words, terms: tuple[Term, ...]) -> tuple[tuple[str, str, int, int], ...]:
    """What is forbidden in a name, and where in it: most names come again and again."""
    return tuple(
        (term.word, " ".join(phrase), start, end)
        for term in terms
        for phrase in term.forbidden
        for start, end in occurrences(phrase, words)
    )
