"""Write the folder of a new plugin that keeps its contract from the first minute."""

from __future__ import annotations

from pathlib import Path
from string import Template

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_name
from openqrm.plugin_api.drivers import KINDS
from openqrm.plugin_api.manifest import API_VERSION, PluginCategory, folder_of

SKELETONS = Path(__file__).with_name("skeletons")
CATEGORIES = {
    "network-service": PluginCategory.NETWORK,
    "power": PluginCategory.MANAGEMENT,
    "waker": PluginCategory.MANAGEMENT,
    "terminal": PluginCategory.MANAGEMENT,
    "configuration": PluginCategory.DEPLOYMENT,
    "hybrid-cloud": PluginCategory.CLOUD,
}
OURS = "openqrm_plugins"  # the folder of plugins that ship with openQRM


def scaffold(kind: str, name: str, folder: Path) -> tuple[Path, ...]:
    """Make `folder/NAME` with a working driver of this kind and its tests; the files written.

    Raises PlanningError `bad_input` for an unknown kind or a bad name, `conflict` when the folder exists.
    """
    if kind not in KINDS:
        raise PlanningError(Category.BAD_INPUT, f"there is no kind {kind}", f"The kinds are {', '.join(KINDS)}.")
    target = folder / folder_of(parse_name(name))
    if target.exists():
        raise PlanningError(Category.CONFLICT, f"{target} exists already", "Choose another name, or remove it.")
    words = _words(kind, name, folder)
    written = []
    for skeleton in (SKELETONS / "every", SKELETONS / kind):
        for source in sorted(skeleton.rglob("*.in")):
            path = target / str(source.relative_to(skeleton)).removesuffix(".in").replace("NAME", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(Template(source.read_text()).substitute(words))
            written.append(path)
    return tuple(written)


def _words(kind: str, name: str, folder: Path) -> dict[str, str]:
    """What stands in the skeletons for the plugin at hand."""
    ours = folder.name == OURS
    package = folder_of(name)
    return {
        "id": name,
        "title": name.replace("-", " ").capitalize(),
        "kind": kind,
        "category": str(CATEGORIES.get(kind) or PluginCategory(kind)),
        "api": str(API_VERSION),
        "package": f"{OURS}.{package}" if ours else package,
        "gap": "" if ours else "\n",  # between imports of openQRM and the plugin's own, where these are two projects
        "apart": "\n" if ours else "",  # and between those of other projects and openQRM
        "root": f'initrd = ["{name}"]\n' if kind == "storage" else "",
    }
