"""Writes docs/reference from the code: `python -m tools.reference`. A test fails while they differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import getdoc
from pathlib import Path

import msgspec

from openqrm.api.problem import STATUS
from openqrm.api.routes import PREFIX, Options
from openqrm.cli.forms import Field, fields_of
from openqrm.domain.errors import RETRIED, Category
from openqrm.plugin_host.host import PluginHost
from openqrm.services.catalogue import Catalogue, Entry
from openqrm.services.site_settings import PREFIX as ENVIRONMENT
from openqrm.services.site_settings import SiteSettings
from tools.plugin_table import render_plugins

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs/reference"
TOPIC = re.compile(r'(?:topic(?:_done)?=|\bevent\(|_tell\()"([a-z-]+\.[a-z-]+)"')
NOTE = "<!-- written by `python -m tools.reference`; change the code, not this file -->\n"


def render_all() -> dict[str, str]:
    """File name → text."""
    host = PluginHost()
    catalogue = list(Catalogue(host))
    return {
        "README.md": _page("Reference", _index()),
        "intents.md": _page("Intents and queries", _intents(catalogue)),
        "cli.md": _page("Command line", _cli(catalogue)),
        "settings.md": _page("Settings", _settings(host)),
        "events.md": _page("Events", _events()),
        "plugins.md": _page("Plugins", render_plugins(host)),
        "errors.md": _page("Error categories", _errors()),
    }


def _page(title: str, lines: Iterator[str]) -> str:
    return f"# {title}\n\n{NOTE}\n" + "\n".join(lines).strip() + "\n"


def _index() -> Iterator[str]:
    yield "Generated from the code; what stands here is what the doors accept.\n"
    for name, told in (
        ("intents", "everything that can be asked for, with its role"),
        ("cli", "the same as commands"),
        ("settings", "of the installation and of each plugin"),
        ("events", "what is told of"),
        ("plugins", "what each can do, and how that is proven"),
        ("errors", "why something did not happen"),
    ):
        yield f"- [{name}]({name}.md): {told}"


def _intents(catalogue: list[Entry]) -> Iterator[str]:
    yield f"An intent is a POST to `{PREFIX}/NOUN/VERB` and yields a plan; with it may be said:\n"
    yield from _table(_options())
    for entry in catalogue:
        declared = entry.declared
        method = "POST" if entry.is_intent else "GET"
        yield f"\n## {declared.noun} {declared.verb}\n"
        yield f"`{method} {PREFIX}/{declared.noun}/{declared.verb}`, role {declared.role.name}\n"
        yield f"{getdoc(declared)}\n"
        yield from _table(fields_of(declared))


def _options() -> list[Field]:
    return [_field(name, Options) for name in Options.__struct_fields__]


def _field(name: str, form: type[msgspec.Struct]) -> Field:
    schema = msgspec.json.schema_components([form])[1][form.__name__]["properties"][name]
    told = schema.get("description", "")
    return Field(name, None, "default" not in schema, schema.get("default"), told, False)


def _table(fields: list[Field]) -> Iterator[str]:
    if not fields:
        return
    yield "| field | meaning | default |"
    yield "| --- | --- | --- |"
    for field in fields:
        yield f"| `{field.name}` | {field.help.replace('|', '/')} | {_default(field)} |"


def _default(field: Field) -> str:
    if field.required:
        return "required"
    return f"`{field.default}`" if field.default not in (None, "") else ""


def _cli(catalogue: list[Entry]) -> Iterator[str]:
    yield "Each also takes `--json`; those that change something `--preview`, `--yes`, `--reason` and `--no-wait`.\n"
    yield "```"
    for entry in catalogue:
        yield f"openqrm {entry.declared.noun} {entry.declared.verb}{_usage(fields_of(entry.declared))}"
    yield "openqrm serve [--config FILE] [--base DIR] [--http ADDR:PORT] [--boot ADDR:PORT] [--uplink ADDR:PORT]"
    yield "openqrm login [USER]"
    yield "openqrm plugin new KIND NAME [--in FOLDER]"
    yield "openqrm initrd prepare SOURCE FOLDER"
    yield "openqrm initrd build FOLDER [--source SOURCE] [--card BUS-ID] [--root TYPE]…"
    yield "openqrm state backup|list|restore|remove [NAME] [--base DIR]"
    yield "```"


def _usage(fields: list[Field]) -> str:
    words = [f" {field.key.upper()}{'...' if field.is_mapping else ''}" for field in fields if field.required]
    words += [f" [--{field.name.replace('_', '-')}]" for field in fields if not field.required]
    return "".join(words)


def _settings(host: PluginHost) -> Iterator[str]:
    yield f"In a TOML file (`openqrm serve --config FILE`), over it as `{ENVIRONMENT}NAME` in the environment, over it"
    yield "on the command line.\n"
    yield from _struct(SiteSettings)
    for name, plugin in sorted(host.plugins.items()):
        fields = [*_struct(plugin.settings)]
        if fields:
            yield f"\n## Plugin {name}\n"
            yield f"`openqrm plugin set {name} KEY=VALUE…`\n"
            yield from fields


def _struct(form: type[msgspec.Struct]) -> Iterator[str]:
    yield from _table([_field(name, form) for name in form.__struct_fields__])


def _events() -> Iterator[str]:
    yield "The topic says what happened, in the past tense. Records tell of `KIND.created`, `KIND.changed` and"
    yield "`KIND.removed`; plans that did not come to their end of `plan.stuck`, `plan.undone`, `plan.abandoned`.\n"
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        if "tests" not in path.parts:
            for topic in TOPIC.findall(path.read_text()):
                found.setdefault(topic, set()).add(path.relative_to(ROOT / "src").as_posix())
    yield "| topic | told by |"
    yield "| --- | --- |"
    for topic, paths in sorted(found.items()):
        yield f"| `{topic}` | {', '.join(sorted(paths))} |"


def _errors() -> Iterator[str]:
    yield "A refusal is problem JSON with `category`, `detail` and `hint`. Nothing has been changed by it, except where"
    yield "a plan says so.\n"
    yield "| category | HTTP status | steps try again |"
    yield "| --- | --- | --- |"
    for category in Category:
        yield f"| `{category}` | {STATUS[category]} | {'yes' if category in RETRIED else 'no'} |"


def main() -> None:
    """Write them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in render_all().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
