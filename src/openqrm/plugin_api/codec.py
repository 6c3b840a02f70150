"""Actions and records as plain data and back: what stands in stored plans and journals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar

import msgspec

from openqrm.domain.errors import Category, OpenqrmError
from openqrm.domain.plan import Action, OnFailure, Plan, Reversal, Step
from openqrm.domain.record import Record

R = TypeVar("R", bound=Record)


class ActionCodec:
    """Knows every action class by its name."""

    def __init__(self, actions: Iterable[type[Any]]) -> None:
        self._by_name = {action.name: action for action in actions}

    def dump_plan(self, plan: Plan) -> bytes:
        """A plan as JSON."""
        raw = {f.name: getattr(plan, f.name) for f in fields(plan) if f.name != "steps"}
        raw["steps"] = [self._dump_step(step) for step in plan.steps]
        return msgspec.json.encode(raw)

    def load_plan(self, text: bytes) -> Plan:
        """Raises OpenqrmError `unsupported` when the plugin of an action is not loaded."""
        raw = msgspec.json.decode(text)
        steps = tuple(self._load_step(step) for step in raw.pop("steps"))
        raw["on_failure"] = OnFailure(raw["on_failure"])
        raw["locks"], raw["shares"] = tuple(raw["locks"]), tuple(raw.get("shares", ()))
        raw["sealed"] = tuple(raw.get("sealed", ()))
        raw["reversal"] = Reversal(**reversal) if (reversal := raw.get("reversal")) else None
        raw["made_from"] = tuple((ref, version) for ref, version in raw["made_from"])
        return Plan(steps=steps, **raw)

    def dump(self, action: Action) -> dict[str, Any]:
        """`{"action": NAME, "args": {…}}`."""
        return {"action": action.name, "args": msgspec.to_builtins(action)}

    def load(self, raw: dict[str, Any]) -> Action:
        """The action again, every argument checked against its type."""
        action = self._by_name.get(raw["action"])
        if action is None:
            raise OpenqrmError(
                Category.UNSUPPORTED, f"no plugin knows the action {raw['action']}", "Enable its plugin again."
            )
        loaded: Action = msgspec.convert(raw["args"], action)
        return loaded

    def _dump_step(self, step: Step) -> dict[str, Any]:
        raw = {f.name: getattr(step, f.name) for f in fields(step) if f.name not in ("action", "back")}
        back = {"back": self.dump(step.back)} if step.back else {}
        return raw | back | {"action": self.dump(step.action)}

    def _load_step(self, raw: dict[str, Any]) -> Step:
        back = {"back": self.load(raw["back"])} if "back" in raw else {}
        return Step(**{**raw, **back, "needs": tuple(raw["needs"]), "action": self.load(raw["action"])})


def record_fields(record: Record) -> dict[str, Any]:
    """A record's fields as JSON has them (no tuples), without its number and version: stored ones compare equal."""
    raw: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    return {key: value for key, value in raw.items() if key not in ("id", "version")}


def record_from(kind: type[R], raw: dict[str, Any], like: Record | None = None) -> R:
    """A record from such fields, with the number and version of `like`."""
    record: R = msgspec.convert(raw, kind)
    return replace(record, id=like.id, version=like.version) if like else record
