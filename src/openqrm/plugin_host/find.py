"""Find plugins: folders of `openqrm_plugins`, and packages that name themselves under the entry point group."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from openqrm.domain.errors import OpenqrmError
from openqrm.plugin_api.manifest import API_VERSION, Manifest, load_manifest

GROUP = "openqrm.plugins"
OUR_PACKAGE = "openqrm_plugins"


@dataclass(frozen=True)
class Found:
    """A plugin that is there. One of `incompatible` and `broken` says in a sentence why it cannot be used, or none."""

    id: str
    package: str
    folder: Path
    manifest: Manifest | None = None
    incompatible: str = ""
    broken: str = ""


def find_plugins(package: str = OUR_PACKAGE, group: str = GROUP) -> tuple[Found, ...]:
    """All plugins by id, manifests checked, no code of theirs imported. Of two with one id the first stays."""
    found: dict[str, Found] = {}
    for name, folder in _candidates(package, group):
        plugin = check(name, folder)
        found.setdefault(plugin.id, plugin)
    return tuple(found[id_] for id_ in sorted(found))


def check(package: str, folder: Path) -> Found:
    """What the manifest in this folder says, or why it cannot be used."""
    id_ = folder.name.lstrip("_").replace("_", "-")
    try:
        manifest = load_manifest(folder)
    except (OpenqrmError, OSError) as error:
        return Found(id_, package, folder, broken=f"{id_} is broken: {error}")
    said = ""
    if not manifest.is_compatible:
        said = f"{id_} works with plugin API {_range(manifest.api)}, and this openQRM has {API_VERSION}"
    return Found(id_, package, folder, manifest, incompatible=said)


def _range(api: tuple[int, int]) -> str:
    return str(api[0]) if api[0] == api[1] else f"{api[0]} to {api[1]}"


def _candidates(package: str, group: str) -> Iterator[tuple[str, Path]]:
    """A folder that begins with an underscore is an example and is not offered."""
    for folder in _folders(package):
        if not folder.name.startswith("_") and (folder / "plugin.toml").is_file():
            yield f"{package}.{folder.name}", folder
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        for folder in _package_folders(entry.value):
            yield entry.value, folder


def _folders(package: str) -> Iterable[Path]:
    return sorted(child for folder in _package_folders(package) for child in folder.iterdir() if child.is_dir())


def _package_folders(package: str) -> tuple[Path, ...]:
    try:
        spec = importlib.util.find_spec(package)
    except ImportError:
        spec = None
    return tuple(Path(p) for p in spec.submodule_search_locations or ()) if spec else ()
