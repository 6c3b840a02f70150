"""What a machine reads in the server's answers: the boot script, and facts.

The page is docs/developer/boot-protocol.md.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urljoin

_VARIABLE = re.compile(r"\$\{([^}:]*)[^}]*\}")  # iPXE's ${name} or ${name:format}


@dataclass(frozen=True)
class Orders:
    """What the boot script tells a machine to do."""

    kernel: str
    initrds: tuple[str, ...]
    http: str
    uplink_host: str
    uplink_port: int
    host_key: str
    boot: str
    token: str


def render_script_path(about: Mapping[str, str]) -> str:
    """Where the boot script is for a machine that iPXE says this about."""
    return "/boot/script?" + "&".join(f"{name}={quote(value)}" for name, value in about.items())


def parse_script(text: str, address: str, variables: Mapping[str, str]) -> Orders | None:
    """The orders in a script that came from ADDRESS; None when it boots what the machine itself has."""
    lines = [_VARIABLE.sub(lambda found: variables.get(found[1], ""), line).split() for line in text.splitlines()]
    kernels = [_arguments(line) for line in lines if line[:1] == ["kernel"]]
    if not kernels:
        return None
    kernel, *words = kernels[0]
    facts = dict(word.partition("=")[::2] for word in words)
    host, _, port = facts["openqrm.uplink"].rpartition(":")
    return Orders(
        kernel=urljoin(address, kernel),
        initrds=tuple(urljoin(address, _arguments(line)[0]) for line in lines if line[:1] == ["initrd"]),
        http=facts["openqrm.http"],
        uplink_host=host,
        uplink_port=int(port),
        host_key=facts["openqrm.hostkey"],
        boot=facts["openqrm.boot"],
        token=facts["openqrm.token"],
    )


def parse_facts(text: str) -> dict[str, str]:
    """The KEY=VALUE lines of an answer."""
    return dict(line.partition("=")[::2] for line in text.splitlines() if line)


def _arguments(line: list[str]) -> list[str]:
    """An iPXE command's address and what follows it, without the options before."""
    return line[next(i for i, word in enumerate(line) if "/" in word) :]
