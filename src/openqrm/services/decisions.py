"""What an operator decides about a plan: facts for its journal, no plans of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openqrm.adapters.database import Transaction
from openqrm.domain.journal import Fact
from openqrm.planning.plan import AbandonPlan, RetryPlan, SkipStep, UndoPlan
from openqrm.plugin_api.intents import Intent

Decision = Callable[[Any, Transaction, str, float], None]


def decide_retry(intent: RetryPlan, tx: Transaction, user: str, now_s: float) -> None:
    """One step, or all whose last fact is a failure."""
    steps = [intent.step] if intent.step else _failed(tx, intent.id)
    for step in steps or [""]:
        tx.plans.decide(intent.id, Fact.RETRIED, step=step, note=f"by {user}", now_s=now_s)


def _failed(tx: Transaction, plan: str) -> list[str]:
    last = {entry.step: entry.fact for entry in tx.plans.journal(plan) if entry.step}
    return [step for step, fact in last.items() if fact in (Fact.FAILED, Fact.UNDO_FAILED)]


def decide_skip(intent: SkipStep, tx: Transaction, user: str, now_s: float) -> None:
    tx.plans.decide(intent.id, Fact.SKIPPED, step=intent.step, note=f"{intent.because} (by {user})", now_s=now_s)


def decide_undo(intent: UndoPlan, tx: Transaction, user: str, now_s: float) -> None:
    tx.plans.decide(intent.id, Fact.UNDO_ASKED, note=f"by {user}", now_s=now_s)


def decide_abandon(intent: AbandonPlan, tx: Transaction, user: str, now_s: float) -> None:
    tx.plans.decide(intent.id, Fact.ABANDONED, note=f"{intent.because} (by {user})", now_s=now_s)


DECISIONS: dict[type[Intent], Decision] = {
    RetryPlan: decide_retry,
    SkipStep: decide_skip,
    UndoPlan: decide_undo,
    AbandonPlan: decide_abandon,
}
