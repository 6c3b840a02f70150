"""Ask plugins by their hooks, each on its own: one that fails is told of and does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pluggy
import structlog

from openqrm.plugin_api import hooks
from openqrm.plugin_host.load import Defect

log = structlog.get_logger()
OnFailure = Callable[[str, str, Exception], None]  # plugin, hook, what it raised


class Hooks:
    """The hook implementations of all plugins; who is asked is said at each question."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(hooks.PROJECT)
        self._manager.add_hookspecs(hooks)

    def add(self, plugin: str, module: Any) -> None:
        """Raises Defect when it implements what is no hook, or asks for an argument that a hook does not have."""
        try:
            self._manager.register(module, plugin)
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            self._manager.unregister(name=plugin)
            raise Defect(str(error).splitlines()[-1]) from error

    def ask(
        self, hook: str, plugins: Iterable[str], settings_of: Callable[[str], Any],
        on_failure: OnFailure | None = None, **arguments: Any,
    ) -> list[tuple[str, Any]]:  # fmt: skip
        """The answers of these plugins in this order, without those that have nothing to say."""
        answers: list[tuple[str, Any]] = []
        by_name = dict(self._manager.list_name_plugin())
        for plugin in plugins:
            if by_name.get(plugin) is None:
                continue
            others = [module for name, module in by_name.items() if name != plugin]
            caller = self._manager.subset_hook_caller(hook, others)
            try:
                given = caller(**arguments, settings=settings_of(plugin))
                answers += [(plugin, answer) for answer in given if answer]
            except Exception as error:  # a plugin's code may raise anything: it is told, others go on
                log.exception("a hook failed", plugin=plugin, hook=hook)
                if on_failure:
                    on_failure(plugin, hook, error)
        return answers
