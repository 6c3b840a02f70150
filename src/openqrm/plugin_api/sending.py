"""How a program of several modules is sent to a host: as JSON through its standard input, started by a few lines."""

from __future__ import annotations

import json
from pathlib import Path

_TOP = Path(__file__).with_name("host")
BOOT = """\
import json, sys, types
for name, text in json.load(sys.stdin).items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
"""


def pack(*modules: str) -> bytes:
    """Modules of `host`, as `disks.looking`, each after those that it needs; the last one is what is started."""
    texts = {name: _TOP.joinpath(f"{name.replace('.', '/')}.py").read_text() for name in modules}
    return json.dumps({f"{__package__}.host.{name}": text for name, text in texts.items()}).encode()


def command(verb: str, settings: str) -> tuple[str, ...]:
    """What starts it there, with SETTINGS as JSON."""
    return ("python3", "-I", "-c", BOOT, verb, settings)
