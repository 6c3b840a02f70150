"""Volume fragments: TYPE.sh of a plugin's folder initrd/, and TYPE.toml which says what the script needs."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from openqrm.domain.errors import Category, OpenqrmError


class Needs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """TYPE.toml."""

    modules: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """How a machine mounts volumes of one type."""

    type: str
    script: Path
    needs: Needs


def get_fragment(folder: Path, type_: str) -> Fragment:
    """The fragment of this type in a plugin's folder initrd/."""
    script = folder / f"{type_}.sh"
    if not script.is_file():
        raise OpenqrmError(
            Category.NOT_FOUND, f"{folder} has no fragment {type_}.sh.", hint="The plugin that owns the type brings it."
        )
    return Fragment(type_, script, load_needs(folder / f"{type_}.toml"))


def load_needs(path: Path) -> Needs:
    """What the script beside this file needs."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Needs)
    except (FileNotFoundError, msgspec.DecodeError) as error:
        raise OpenqrmError(
            Category.BAD_INPUT, f"{path} cannot be used: {error}", hint="It holds two lists: modules and programs."
        ) from error
