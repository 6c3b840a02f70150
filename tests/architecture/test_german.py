"""Whatever openQRM tells people it tells in German, too: src/openqrm/locale for the core, each plugin for itself."""

import re
from collections.abc import Iterator
from functools import cache
from inspect import getdoc
from typing import get_args

import msgspec
import pytest

from openqrm.plugin_api.locale import Words, load_words
from openqrm.plugin_host.host import PluginHost
from openqrm.services.catalogue import Catalogue
from tests.architecture.repository import ROOT, read, sources_under
from tools.rules.source import Source
from tools.rules.told import Texts, nameless

CORE, PLUGINS = "src/openqrm", "src/openqrm_plugins"
# What only the command line and the log say.
UNSHOWN = ("src/openqrm/cli/", "src/openqrm/assembly/installation.py", "src/openqrm/plugin_host/scaffold.py")
GROUPS = {"nouns": "noun", "verbs": "verb", "fields": "column"}


@cache
def german_of(folder: str) -> Words:
    return load_words(ROOT / folder, "de")


FOLDERS = (CORE, *(str(path.parent.relative_to(ROOT)) for path in sorted((ROOT / PLUGINS).glob("*/plugin.toml"))))


def is_german(text: str, folder: str) -> bool:
    """As a whole, or what stands before and behind a mark, as the console looks it up. A plugin may say as the core."""
    if any(fits(text, each) for each in {folder, CORE}):
        return True
    marks = [found.start() + 1 for found in re.finditer(r"[.;:] ", text)]
    halves = [((text[:at], text[: at - 1]), text[at + 1 :]) for at in marks]
    return any(
        any(not each or is_german(each, folder) for each in before) and is_german(behind, folder)
        for before, behind in halves
    )


@cache
def fits(text: str, folder: str) -> bool:
    """One of this folder's texts says this."""
    plain, forms = forms_of(folder)
    return text in plain or any(form.fullmatch(text) for form in forms)


@cache
def forms_of(folder: str) -> tuple[set[str], list[re.Pattern[str]]]:
    known = german_of(folder).texts
    return {nameless(each) for each in known}, [form_of(each) for each in known if "{" in each]


def form_of(text: str) -> re.Pattern[str]:
    """What may be any text may be none, and then its space is left out."""
    form = re.sub(r"\\\{\w+\\\}", r"[^ ]+", re.sub(r"(\\ )?\\\{\\\*\w+\\\}", r"(?:\1.*?)?", re.escape(text)))
    return re.compile(form)


def is_shown(source: Source) -> bool:
    unseen = "/tests/" in source.path or "/testing/" in source.path
    return not unseen and not source.path.startswith(UNSHOWN)


def folder_of(path: str) -> str:
    return "/".join(path.split("/")[:3]) if path.startswith(PLUGINS) else CORE


def test_errors_steps_and_events_are_told_in_german() -> None:
    told = Texts(filter(is_shown, sources_under("src"))).found
    lacking: dict[str, list[str]] = {}
    for text, paths in told.items():
        for folder in {*map(folder_of, paths)} & {*FOLDERS}:
            if not text.startswith("openqrm ") and not is_german(nameless(text), folder):  # a command is of no language
                lacking.setdefault(folder, []).append(text)
    assert not lacking, render(lacking)


def test_declarations_are_told_in_german() -> None:
    host = PluginHost()
    lacking: dict[str, list[str]] = {}
    for entry in Catalogue(host):
        folder = folder_of(f"{PLUGINS}/{entry.plugin.replace('-', '_')}/") if entry.plugin else CORE
        lacking.setdefault(folder, []).extend(lacking_of(folder, entry.declared, declared_texts(entry.declared)))
        if entry.plugin:
            names = [("nouns", entry.declared.noun), ("verbs", entry.declared.verb), *fields_of(entry.answer_type)]
            names += fields_of(entry.declared)
            lacking[folder] += [f"[{group}] {name}" for group, name in names if not has_word(folder, group, name)]
    for plugin in host.plugins.values():
        folder = str(plugin.folder.relative_to(ROOT))
        lacking.setdefault(folder, []).extend(lacking_of(folder, plugin.settings, [plugin.manifest.summary]))
        lacking[folder] += [
            f"[fields] {name}" for _, name in fields_of(plugin.settings) if not has_word(folder, "fields", name)
        ]
    assert not any(lacking.values()), render(lacking)


def lacking_of(folder: str, form: type[msgspec.Struct], texts: list[str]) -> list[str]:
    known = german_of(CORE).texts | german_of(folder).texts
    told = {*texts, *(each.get("description", "") for each in properties_of(form).values())}
    return sorted({" ".join(text.split()) for text in told} - {""} - {*known})


def declared_texts(form: type[msgspec.Struct]) -> list[str]:
    title, _, more = (getdoc(form) or "").partition("\n")
    return [title, *more.split("\n\n")]


def properties_of(form: type[msgspec.Struct]) -> dict[str, dict[str, str]]:
    _, parts = msgspec.json.schema_components([form])
    found: dict[str, dict[str, str]] = parts[form.__name__]["properties"]
    return found


def fields_of(form: object) -> list[tuple[str, str]]:
    """Of a struct, or of the rows of a list."""
    some = [each for each in (form, *get_args(form)) if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    return [("fields", name) for each in some for name in properties_of(each)]


def has_word(folder: str, group: str, name: str) -> bool:
    return name in getattr(german_of(folder), group) or name.replace("-", "_") in ours()[GROUPS[group]]


@cache
def ours() -> dict[str, set[str]]:
    """The words that the console has itself."""
    groups = re.findall(r"^  (\w+): \{\n(.*?)^  \}", read("web/src/i18n/de/words.ts"), re.MULTILINE | re.DOTALL)
    return {name: {*re.findall(r"^ +(\w+): ", words, re.MULTILINE)} for name, words in groups}


def render(lacking: dict[str, list[str]]) -> str:
    lines: Iterator[str] = (f"{folder}: {text}" for folder, texts in sorted(lacking.items()) for text in texts)
    return "say it in German, in locale/de.toml:\n" + "\n".join(lines)


@pytest.mark.parametrize("folder", FOLDERS)
def test_blanks_are_the_same_in_german_and_none_is_there_twice(folder: str) -> None:
    for text, said in german_of(folder).texts.items():
        blanks = re.findall(r"\{\*?(\w+)\}", text)
        assert sorted(blanks) == sorted(re.findall(r"\{(\w+)\}", said)), text
        assert len({*blanks}) == len(blanks), text


def test_a_text_is_followed_to_where_it_is_told() -> None:
    source = """
HINT = "Mend it."
def refuse(what: str) -> None:
    raise PlanningError(Category.CONFLICT, what, HINT)
def plan(name, is_new):
    how = "anew" if is_new else "again"
    refuse(f"{name} is made {how}")
    log.info("not told to anybody")
"""
    found = Texts([Source("src/openqrm/x.py", source)]).found
    assert {*found} == {"Mend it.", "{name} is made anew", "{name} is made again"}
