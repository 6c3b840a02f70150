"""Settings of an installation: a TOML file, over it the environment (OPENQRM_BASE, …), over it the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, OpenqrmError

PREFIX = "OPENQRM_"
Address = Annotated[str, Meta(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]*):[0-9]{1,5}$(?!\n)")]


class SiteSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How this installation runs."""

    base: Annotated[str, Meta(description="directory of all that it keeps")] = "/var/lib/openqrm"
    http: Annotated[Address, Meta(description="address of the REST door")] = "127.0.0.1:8000"
    boot: Annotated[Address, Meta(description="address of the boot door, for machines")] = "0.0.0.0:8001"
    uplink: Annotated[Address, Meta(description="address of the uplink, for machines")] = "0.0.0.0:2022"
    tls: Annotated[
        Literal["auto", "on", "off"],
        Meta(description="TLS at the REST door; auto: where others than this machine reach it, unless proxy is set"),
    ] = "auto"
    tls_certificate: Annotated[
        str, Meta(description="PEM file with the certificate and its chain; empty: openQRM makes one for itself")
    ] = ""
    tls_key: Annotated[str, Meta(description="PEM file with the certificate's key")] = ""
    proxy: Annotated[
        str, Meta(description="address of a proxy that does TLS before the REST door; it is believed who asks")
    ] = ""
    address: Annotated[str, Meta(description="how machines reach this machine; empty: as they came in")] = ""
    database: Annotated[str, Meta(description="sqlite:///… or postgresql+psycopg://…; empty: SQLite in base")] = ""
    full_sync: Annotated[bool, Meta(description="SQLite: lose nothing when the power goes, for slower commits")] = False
    sources: Annotated[str, Meta(description="directory with initrd/ and agent/; empty: those that came along")] = ""
    strangers: Annotated[
        int, Meta(ge=1, description="machines that asked for a boot script and never registered: how many are kept")
    ] = 10_000
    newcomers: Annotated[
        int,
        Meta(
            ge=1,
            description="machines that registered by themselves and that nobody touched since: how many at most; "
            "of these, one address brings no more than it leaves to others",
        ),
    ] = 50_000
    newcomers_a_minute: Annotated[
        int,
        Meta(
            ge=1,
            description="machines that register for the first time: how many are taken in within a minute; "
            "of these, one address brings no more than it leaves to others",
        ),
    ] = 1_000
    console: Annotated[str, Meta(description="directory of the built console; empty: the one that came along")] = ""
    keep_days: Annotated[
        int, Meta(ge=0, description="days that finished plans and events seen to are kept; 0: for ever")
    ] = 180
    log_json: Annotated[bool, Meta(description="log lines as JSON")] = False

    @property
    def database_url(self) -> str:
        """The database to use."""
        return self.database or f"sqlite:///{Path(self.base).absolute()}/openqrm.sqlite"


def read_settings(file: Path | None, environment: Mapping[str, str], given: Mapping[str, Any]) -> SiteSettings:
    """Raises OpenqrmError `bad_input` that names the field."""
    raw: dict[str, Any] = {}
    try:
        if file:
            raw |= tomllib.loads(file.read_text())
        names = SiteSettings.__struct_fields__
        raw |= {name: environment[key] for name in names if (key := PREFIX + name.upper()) in environment}
        raw |= {name: value for name, value in given.items() if value is not None}
        return msgspec.convert(raw, SiteSettings, strict=False)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        hint = "The settings are in docs/reference/settings.md."
        raise OpenqrmError(Category.BAD_INPUT, f"settings: {error}", hint) from None


def parse_address(text: str) -> tuple[str, int]:
    """`HOST:PORT`, IPv6 in brackets; an empty host is every address of this machine."""
    host, _, port = text.rpartition(":")
    if int(port) > 65535:
        raise OpenqrmError(Category.BAD_INPUT, f"{text}: there is no port {port}", "Take one up to 65535.")
    return host.strip("[]") or "0.0.0.0", int(port)  # asked for by an empty host
