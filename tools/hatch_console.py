"""hatchling's hook: a wheel holds the built console and what runs on machines. A clone does without."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface[Any]):
    """Builds it where it is not of these sources; Node comes as a build requirement."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the wheel is packed."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from tools import console

        if console.main(["build"]) != 0:
            raise RuntimeError("the console could not be built; what npm said stands above")
        build_data["artifacts"].append("/src/openqrm/console")
        for part in ("initrd", "agent"):  # where assembly/initrds.py looks for them
            build_data["force_include"][part] = f"openqrm/on_machines/{part}"
