"""Who asks, and whether they may: the one door at which roles are checked."""

from __future__ import annotations

from dataclasses import dataclass

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.user import Role
from openqrm.plugin_api.intents import Declared


@dataclass(frozen=True)
class Caller:
    """A user who has proven to be one, with the role of this moment."""

    user: str
    role: Role
    origin: str = ""  # the door, and the address at it


def check_role(caller: Caller, declared: type[Declared]) -> None:
    """Raises PlanningError `refused` when the role does not reach."""
    check_reach(caller, declared.role, f"{declared.noun} {declared.verb}")


def check_reach(caller: Caller, role: Role, what: str) -> None:
    """The same for what is not declared."""
    if caller.role < role:
        message = f"{what} needs the role {role.name}; {caller.user} has {caller.role.name}"
        raise PlanningError(Category.REFUSED, message, "Ask an administrator for the role, or to do it.")
