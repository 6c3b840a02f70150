"""Load a found plugin: import its modules by their agreed names, and check what they hold."""

from __future__ import annotations

import importlib
import importlib.util
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from openqrm.domain.plan import Action
from openqrm.plugin_api.drivers import KINDS
from openqrm.plugin_api.intents import Declared, Intent, Query
from openqrm.plugin_api.manifest import Manifest
from openqrm.plugin_api.planning import Answer, Planner
from openqrm.plugin_api.service import Child
from openqrm.plugin_host.find import Found


class NoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a plugin that has none."""


class Defect(Exception):
    """What is wrong with the code of a plugin, as the end of the sentence `ID is broken: …`."""


@dataclass(frozen=True)
class Loaded:
    """A plugin whose code is in memory."""

    manifest: Manifest
    folder: Path
    settings: type[msgspec.Struct] = NoSettings
    drivers: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    actions: tuple[type[Action], ...] = ()
    planners: Mapping[type[Intent], Planner] = field(default_factory=dict)
    answers: Mapping[type[Query], Answer] = field(default_factory=dict)
    children: Callable[..., tuple[Child, ...]] | None = None
    hooks: ModuleType | None = None
    receive: Callable[..., None] | None = None

    @property
    def initrd(self) -> Path | None:
        """The folder of its initrd fragments."""
        return self.folder / "initrd" if self.manifest.initrd else None


def load(found: Found) -> Loaded | Found:
    """The plugin, or the same finding saying why it is broken."""
    if found.manifest is None or found.incompatible:
        return found
    try:
        return _load(found.package, found.folder, found.manifest)
    except Defect as defect:
        return replace(found, broken=f"{found.id} is broken: {defect}")


def _load(package: str, folder: Path, manifest: Manifest) -> Loaded:
    settings = _attribute(package, "settings", "Settings", NoSettings)
    if not (isinstance(settings, type) and issubclass(settings, msgspec.Struct)):
        raise Defect("Settings is not a msgspec Struct")
    _make(settings)
    planners = _attribute(package, "intents", "PLANNERS", {}, wanted=False)
    answers = _attribute(package, "intents", "ANSWERS", {}, wanted=False)
    _check_declared(planners, Intent)
    _check_declared(answers, Query)
    receive = _attribute(package, "subscriber", "receive", None)
    if manifest.subscriptions and receive is None:
        raise Defect("it has subscriptions and no subscriber.py to receive them")
    if missing := [t for t in manifest.initrd if not (folder / "initrd" / f"{t}.sh").is_file()]:
        raise Defect(f"there is no initrd/{missing[0]}.sh")
    return Loaded(
        manifest=manifest,
        folder=folder,
        settings=settings,
        drivers={kind: _driver(package, kind, path, manifest, settings) for kind, path in manifest.drivers.items()},
        actions=_actions(package, manifest),
        planners=planners,
        answers=answers,
        children=_attribute(package, "service", "children", None),
        hooks=_module(package, "hooks"),
        receive=receive,
    )


def _driver(package: str, kind: str, path: str, manifest: Manifest, settings: type[msgspec.Struct]) -> Any:
    module, _, name = path.partition(":")
    made = _attribute(package, module, name, None)
    if made is None:
        raise Defect(f"driver {path} does not exist")
    try:
        driver = made(_make(settings))
    except TypeError as error:
        raise Defect(f"driver {path} is not made with the settings alone: {error}") from error
    if not isinstance(driver, KINDS[kind]):
        lacking = [n for n in dir(KINDS[kind]) if not n.startswith("_") and not hasattr(driver, n)]
        raise Defect(f"driver {path} is no {kind} driver, it lacks {', '.join(lacking)}")
    if getattr(driver, "capabilities", frozenset()) - manifest.capabilities:
        raise Defect(f"driver {path} has capabilities that plugin.toml does not name")
    return made


def _make(settings: type[msgspec.Struct]) -> msgspec.Struct:
    try:
        return msgspec.convert({}, settings)
    except msgspec.ValidationError as error:
        raise Defect(f"a setting has no default: {error}") from error


def _actions(package: str, manifest: Manifest) -> tuple[type[Action], ...]:
    actions: tuple[type[Action], ...] = tuple(_attribute(package, "actions", "ACTIONS", ()))
    for action in actions:
        if not str(getattr(action, "name", "")).startswith(f"{manifest.id}."):
            raise Defect(f"action {action.__name__} has a name that does not begin with {manifest.id}.")
    return actions


def _check_declared(declared: Mapping[type[Declared], object], kind: type[Declared]) -> None:
    for cls in declared:
        if not issubclass(cls, kind) or not all(hasattr(cls, name) for name in ("noun", "verb", "role")):
            raise Defect(f"{cls.__name__} is not declared as {kind.__name__} with noun, verb and role")


def _attribute(package: str, module: str, name: str, default: Any, *, wanted: bool = True) -> Any:
    found = _module(package, module)
    if found is None:
        return default
    if wanted and not hasattr(found, name):
        raise Defect(f"{module}.py has no {name}")
    return getattr(found, name, default)


def _module(package: str, name: str) -> ModuleType | None:
    """The module of a plugin, None when it has none. Whatever its code raises makes the plugin broken, not us."""
    try:
        if importlib.util.find_spec(f"{package}.{name}") is None:
            return None
        return importlib.import_module(f"{package}.{name}")
    except Exception as error:  # a plugin's code may raise anything, and is told apart here
        raise Defect(f"{name} cannot be imported: {_last_words(error)}") from error


def _last_words(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
