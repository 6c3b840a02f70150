"""One word per noun, in code, database, REST and CLI alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.rules.glossary import Allowance, Glossary, occurrences
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
    for term in glossary.terms:
        for phrase in term.forbidden:
            for start, end in occurrences(phrase, words):
                covering = (a for a in glossary.allowances if a.covers(path, words, start, end))
                yield term.word, " ".join(phrase), next(covering, None)
