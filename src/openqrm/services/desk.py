"""The desk: where anything is asked for, by whatever door. Role, secrets, plan, confirmation, store, dispatch."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

import msgspec
from argon2 import PasswordHasher

from openqrm.adapters.database import Database, Transaction
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Plan, PlanState, Step, StoredPlan
from openqrm.domain.user import Role
from openqrm.engine.preview import look_at
from openqrm.planning.plan import ShowPlan, UndoPlan
from openqrm.plugin_api.actions import ForgetSecret, PutRecord, RemoveRecord, SetField
from openqrm.plugin_api.intents import Declared, Intent
from openqrm.plugin_api.listing import ListQuery
from openqrm.plugin_api.planning import Planning
from openqrm.plugin_host.host import PluginHost
from openqrm.ports.plans import Dispatcher
from openqrm.ports.world import World
from openqrm.services.answers import StoreReading, answer_show_plan
from openqrm.services.caller import Caller, check_reach, check_role
from openqrm.services.catalogue import Catalogue, Entry
from openqrm.services.endings import Endings
from openqrm.services.lists import part_of
from openqrm.services.plan_view import PlanView, digest_of, render_lines, view_plan
from openqrm.services.rehearsing import Rehearsal, rehearsal_of
from openqrm.services.sealing import PASSWORDS, Sealed, seal, wish_of
from openqrm.services.texts import refuse_nul
from openqrm.services.wish_keys import AskedBefore, check_key, keep_key

AT_ONCE_S = 5.0  # how long a door waits for plans that only write records
SOONEST_LOOK_S, LATEST_LOOK_S = 0.03, 0.25  # at a plan that another process may be driving
REMEMBERED = 10_000
PERSONAL = frozenset({"user", "token", "view"})  # everybody may change their own
QUICK = (PutRecord, RemoveRecord, SetField, ForgetSecret)


class Outcome(msgspec.Struct):
    """What became of an intent: its plan, and what is told once, such as a new token."""

    plan: PlanView
    told: dict[str, str] = {}


class Preview(msgspec.Struct):
    """What would be done; nothing has been changed. `digest` stands for exactly this."""

    plan: PlanView
    text: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What may be said along with an intent."""

    reason: str = ""
    expected: str = ""  # digest of the preview that this is to be
    confirm: str = ""  # what the plan asks to be typed
    key: str = ""  # the same key asks for the same thing: it is done once
    wait_s: float = 0.0


class Recent(OrderedDict[Any, Any]):
    """The last few thousand, the oldest forgotten first."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        while len(self) > REMEMBERED:
            self.popitem(last=False)


class Desk:
    """Thread-safe; every call blocks for as long as its plan needs, and no longer than asked."""

    def __init__(
        self, database: Database, world: World, host: PluginHost, catalogue: Catalogue, dispatcher: Dispatcher,
        *, base_directory: str, endings: Endings, on_change: Callable[[], None] = lambda: None,
        passwords: PasswordHasher = PASSWORDS,
    ) -> None:  # fmt: skip
        self._database, self._world, self._host = database, world, host
        self._catalogue, self._dispatcher = catalogue, dispatcher
        self._base_directory, self._on_change, self._passwords = base_directory, on_change, passwords
        self._endings = endings
        self._shown: Recent = Recent()

    def answer(self, caller: Caller, query: Declared) -> Any:
        """Read, from one consistent snapshot."""
        entry = self._entry(caller, type(query))
        refuse_nul(query)
        with self._database.reading() as tx:
            self._refuse_disabled(entry, tx)
            drivers, settings = self._host.drivers(tx.facts), self._settings(entry, tx)
            reading = StoreReading(tx.facts, drivers, self._world, caller.user, tx, settings=settings, role=caller.role)
            answer = entry.run(query, reading)
            if isinstance(query, ListQuery) and not entry.listing:
                return part_of(answer, query, get_args(entry.answer_type)[0])
            return answer

    def preview(self, caller: Caller, intent: Intent, *, look: bool) -> Preview:
        """What would be done; with `look` also what is so already."""
        plan, sealed = self._planned(caller, intent)
        view, digest = self._show(plan, sealed)
        if look:
            for step, (state, note) in zip(view.steps, look_at(plan, self._world), strict=True):
                step.state, step.note = state, note
        return Preview(view, "\n".join(render_lines(view)), digest)

    def rehearse(self, caller: Caller, intent: Intent, failing: str) -> Rehearsal:
        """How it would go from what is so now, when nothing fails or when one step does: its id, or its number."""
        plan, _ = self._planned(caller, intent)
        return rehearsal_of(plan, look_at(plan, self._world), failing)

    def _planned(self, caller: Caller, asked: Intent) -> tuple[Plan, Sealed]:
        intent, undone = self._instead(caller, asked)
        entry = self._entry(caller, type(intent))
        refuse_nul(intent)
        if type(intent) in self._catalogue.decisions:
            raise PlanningError(Category.UNSUPPORTED, "a decision about a plan has no preview", "Look at the plan.")
        sealed = seal(intent, self._passwords)
        with self._database.reading() as tx:
            return self._plan(entry, sealed, caller, tx, undone), sealed

    def ask(self, caller: Caller, intent: Intent, wishes: Wishes) -> Outcome:
        """Plan it, store it, have it carried out, and wait as long as wished for its end."""
        refuse_nul([intent, wishes.reason, wishes.key])
        intent, undone = self._instead(caller, intent)
        entry = self._entry(caller, type(intent))
        if decide := self._catalogue.decisions.get(type(intent)):
            with self._database.transaction() as tx:
                self._check_decider(caller, tx.plans.glance(getattr(intent, "id", "")))
                decide(intent, tx, caller.user, self._world.now_s())
            return self._submit(getattr(intent, "id", ""), wishes.wait_s or AT_ONCE_S, {})
        sealed = seal(intent, self._passwords)
        try:
            plan, id_ = self._store(entry, sealed, caller, wishes, undone)
        except AskedBefore as before:
            return Outcome(self.show(caller, before.plan))
        quick = all(isinstance(step.action, QUICK) for step in plan.steps)
        return self._submit(id_, max(wishes.wait_s, AT_ONCE_S if quick else 0.0), sealed.told)

    def show(self, caller: Caller, plan: str) -> PlanView:
        """One plan as it stands."""
        shown: PlanView = self.answer(caller, ShowPlan(plan))
        return shown

    def offered(self, caller: Caller) -> list[Entry]:
        """What this caller may ask for; of plugins only the enabled ones count."""
        return [entry for entry in self.entries() if entry.declared.role <= caller.role]

    def entries(self) -> list[Entry]:
        """All that can be asked for, by whomever."""
        plugins = {entry.plugin for entry in self._catalogue if entry.plugin}
        with self._database.reading() as tx:
            enabled = {plugin for plugin in plugins if self._host.standing(plugin, tx.facts).is_enabled}
        return [entry for entry in self._catalogue if not entry.plugin or entry.plugin in enabled]

    def _entry(self, caller: Caller, declared: type[Any]) -> Entry:
        check_role(caller, declared)
        return self._catalogue.get(declared)

    def _instead(self, caller: Caller, intent: Intent) -> tuple[Intent, str]:
        """The reversal of a done plan that is to be undone, and that plan; any other intent as it is."""
        if not isinstance(intent, UndoPlan):
            return intent, ""
        check_role(caller, UndoPlan)
        with self._database.reading() as tx:
            stored = tx.plans.glance(intent.id)
            self._check_decider(caller, stored)
        reversal = stored.plan.reversal if stored.state is PlanState.DONE else None
        entry = self._catalogue.find(reversal.intent) if reversal else None
        back = msgspec.convert(reversal.said, entry.declared) if reversal and entry else None
        return (back, stored.id) if isinstance(back, Intent) else (intent, "")

    def _check_decider(self, caller: Caller, stored: StoredPlan) -> None:
        """Who may not ask for something may not take it back either, nor give a user the older password or role."""
        entry = self._catalogue.find(stored.plan.intent)
        if entry is None or (entry.declared.noun in PERSONAL and stored.asked_by != caller.user):
            check_reach(caller, Role.ADMINISTRATOR, f"a decision about plan {stored.id}")
        else:
            check_role(caller, entry.declared)

    def _refuse_disabled(self, entry: Entry, tx: Transaction) -> None:
        if entry.plugin and not (told := self._host.standing(entry.plugin, tx.facts)).is_enabled:
            raise PlanningError(Category.UNSUPPORTED, told.because, told.hint)

    def _settings(self, entry: Entry, tx: Transaction) -> Any:
        return self._host.settings(entry.plugin, tx.facts) if entry.plugin else None

    def _plan(self, entry: Entry, sealed: Sealed, caller: Caller, tx: Transaction, undone: str = "") -> Plan:
        self._refuse_disabled(entry, tx)
        if undone:
            tx.plans.refuse_later(undone)
        intent, facts = sealed.intent, tx.facts
        for plugin, why_not in self._host.ask("check_intent", facts, intent=intent, facts=facts, user=caller.user):
            raise PlanningError(Category.REFUSED, f"{plugin}: {why_not}", f"This is a rule of plugin {plugin}.")
        planning = Planning(
            facts, self._host.drivers(facts), caller.user, self._world.now_s(), self._base_directory,
            self._settings(entry, tx), lambda hook, **arguments: self._host.ask(hook, facts, **arguments),
            caller.role,
        )  # fmt: skip
        sealed.marks.append(str(planning.stamp))
        plan: Plan = entry.run(intent, planning)
        first = self._extra(intent, "first", tx)
        last = self._extra(intent, "last", tx)
        if first or last:
            plan = replace(plan, steps=surrounded(first, plan.steps, last))
        return replace(plan, made_from=facts.made_from, wish=wish_of(intent), sealed=tuple(sealed.kept))

    def _extra(self, intent: Intent, phase: str, tx: Transaction) -> tuple[Step, ...]:
        told = self._host.ask("extra_steps", tx.facts, intent=intent, phase=phase, facts=tx.facts)
        return tuple(step for _, steps in told for step in steps)

    def _show(self, plan: Plan, sealed: Sealed) -> tuple[PlanView, str]:
        view = view_plan(plan)
        view.digest = digest_of(msgspec.json.decode(sealed.masked(msgspec.json.encode(view).decode()), type=PlanView))
        self._shown[view.digest] = render_lines(view)
        return view, view.digest

    def _store(self, entry: Entry, sealed: Sealed, caller: Caller, wishes: Wishes, undone: str) -> tuple[Plan, str]:
        sealed.keep(self._world.vault)  # before: no transaction is held while another one is needed
        try:
            with self._database.transaction() as tx:
                if wishes.key:
                    check_key(tx, caller.user, wishes.key, sealed.intent, self._world.now_s())
                plan = self._plan(entry, sealed, caller, tx, undone)
                view, digest = self._show(plan, sealed)
                if wishes.expected and wishes.expected != digest:
                    raise self._stale(wishes.expected, view)
                if plan.confirm and wishes.confirm != plan.confirm:
                    raise PlanningError(
                        Category.REFUSED, f"{plan.title}: not confirmed", f"Confirm with: {plan.confirm}"
                    )
                id_ = tx.plans.create(
                    plan,
                    asked_by=caller.user,
                    asked_from=caller.origin,
                    reason=wishes.reason or (f"takes back plan {undone}" if undone else ""),
                    now_s=self._world.now_s(),
                )
                if wishes.key:
                    keep_key(tx, caller.user, wishes.key, sealed.intent, id_, self._world.now_s())
        except BaseException:
            sealed.forget(self._world.vault)
            raise
        return plan, id_

    def _stale(self, expected: str, view: PlanView) -> PlanningError:
        was, now = self._shown.get(expected, []), render_lines(view)
        news = [f"- {line.strip()}" for line in was if line not in now] if was else []
        news += [f"+ {line.strip()}" for line in now if line not in was]
        hint = "Look at the preview again. What differs: " + "; ".join(news)[:2000]
        return PlanningError(Category.STALE, "this is no longer what the preview showed", hint)

    def _submit(self, plan: str, wait_s: float, told: dict[str, str]) -> Outcome:
        end_s, pause_s = time.monotonic() + wait_s, SOONEST_LOOK_S
        with self._endings.awaited(plan) as ended:
            self._dispatcher.submit(plan)
            view = self._view(plan)
            while view.is_open and (left_s := end_s - time.monotonic()) > 0:
                ended.wait(min(pause_s, left_s))
                ended.clear()
                pause_s = min(2 * pause_s, LATEST_LOOK_S)
                view = self._view(plan)
        self._on_change()
        return Outcome(view, told)

    def _view(self, plan: str) -> PlanView:
        with self._database.reading() as tx:
            reading = StoreReading(tx.facts, self._host.drivers(tx.facts), self._world, "", tx)
            return answer_show_plan(ShowPlan(plan), reading)


def surrounded(first: tuple[Step, ...], steps: tuple[Step, ...], last: tuple[Step, ...]) -> tuple[Step, ...]:
    """All steps wait for `first`, and `last` waits for all of them."""
    begin = tuple(step.id for step in first)
    middle = tuple(step if step.needs else replace(step, needs=begin) for step in steps)
    end = tuple(step.id for step in (*first, *middle))
    return (*first, *middle, *(replace(step, needs=(*end, *step.needs)) for step in last))
