"""locale/LANGUAGE.toml beside plugin.toml: what a plugin tells people, in another language. Data alone, no code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from openqrm.domain.errors import Category, PlanningError

MOST_BYTES = 1024 * 1024


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said in English → the same in another language. Blanks of texts are named alike in both: {host}.

    `{*fault}` is filled by any text, or none, which is looked up in its turn; `{noun}` and `{field}` by a word of ours;
    each other blank by one name.
    """

    texts: dict[str, str] = {}
    nouns: dict[str, tuple[str, str]] = {}  # of one, and of several
    verbs: dict[str, str] = {}
    fields: dict[str, str] = {}


def load_words(folder: Path, language: str) -> Words:
    """What locale/LANGUAGE.toml says, and LANGUAGE.*.toml where one would be too long. Raises PlanningError."""
    found = folder / "locale"
    paths = [*found.glob(f"{language}.toml"), *sorted(found.glob(f"{language}.*.toml"))]
    return join_words(_load(path) for path in paths)


def join_words(some: Iterable[Words]) -> Words:
    """All of them; of two that say the same the first counts."""
    joined = Words()
    for each in some:
        joined = Words(**{name: getattr(each, name) | getattr(joined, name) for name in Words.__struct_fields__})
    return joined


def _load(path: Path) -> Words:
    place = f"locale/{path.name}"
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise PlanningError(Category.BAD_INPUT, f"{place} is longer than {MOST_BYTES} bytes", "Shorten it.")
    try:
        return msgspec.convert(tomllib.loads(raw.decode()), Words)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        hint = "The form is in docs/developer/write-a-plugin.md."
        raise PlanningError(Category.BAD_INPUT, f"{place}: {error}", hint) from None
