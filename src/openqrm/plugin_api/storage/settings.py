"""The settings of one storage: those of its plugin, with its own in front."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.storage import Storage

S = TypeVar("S", bound=msgspec.Struct)


def settings_for(storage: Storage, plugin: S) -> S:
    """Raises PlanningError `bad_input` when the storage has a setting that the plugin does not know or accept."""
    try:
        return msgspec.convert({**msgspec.structs.asdict(plugin), **storage.settings}, type(plugin))
    except msgspec.ValidationError as error:
        known = ", ".join(field.name for field in msgspec.structs.fields(plugin))
        raise PlanningError(
            Category.BAD_INPUT, f"settings of storage {storage.name}: {error}", f"Its settings are: {known}."
        ) from None
