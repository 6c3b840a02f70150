"""The JSON schema of a declaration, with what types say and JSON schema has no word for."""

from __future__ import annotations

from typing import Any

import msgspec

from openqrm.plugin_api.intents import Issued, Password, Secret
from openqrm.services.sealing import sealed_fields

UNITS = {"_mib": "MiB", "_bytes": "bytes", "_mhz": "MHz", "_s": "s"}
KEPT = "x-kept"  # a setting that its plugin keeps by intents of its own: no form has it
SECRETS = {Secret: "secret", Password: "password"}


def mark_fields(form: type[msgspec.Struct], schema: dict[str, Any]) -> None:
    """Write what types say and JSON schema has no word for into the schema of this struct."""
    sealed, properties = sealed_fields(form), schema.get("properties", {})
    for info in msgspec.structs.fields(form):
        name, kind = info.encode_name, sealed.get(info.name)
        if kind is Issued:
            properties.pop(name, None)
        elif kind is not None:
            properties[name] |= {"x-secret": SECRETS[kind], "writeOnly": True}
        if name in properties and KEPT in properties[name]:
            properties.pop(name)
        for suffix, unit in UNITS.items():
            if name.endswith(suffix) and name in properties:
                properties[name]["x-unit"] = unit


def render_schema(form: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a struct by itself: an object, and beside it what it refers to."""
    _, parts = msgspec.json.schema_components([form], ref_template="#/$defs/{name}")
    schema: dict[str, Any] = parts.pop(form.__name__)
    mark_fields(form, schema)
    return schema | {"$defs": parts}
