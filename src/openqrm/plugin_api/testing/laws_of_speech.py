"""Laws on what actions tell and to whom: errors, secrets, names, descriptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import msgspec

from openqrm.domain.errors import Category, OpenqrmError, StepError
from openqrm.domain.plan import Action, Satisfied
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_api.testing.case import Case, LawBroken, carry_through, demand, take_back
from openqrm.plugin_api.testing.gate import Disturbance
from openqrm.plugin_api.testing.simulator import UnknownCommand
from openqrm.plugin_api.testing.world import SimulatedWorld

NASTY = ("a; touch /pwned #", "$(touch /pwned)", "`touch /pwned`", "a\ntouch /pwned", "a' \"b", "--pwned")
SHELLS = frozenset({"sh", "bash", "dash", "ash", "busybox", "zsh"})


def law_08_refusals_are_typed(case: Case) -> None:
    """Whatever a tool does wrong ends as a StepError with category and hint, or does not matter."""
    calm = case.world()
    carry_through(case.action, calm)
    for label in dict.fromkeys(calm.gate.log):
        for how in Disturbance:
            world = case.world()
            world.gate.disturbances[label] = how
            _demand_typed(case, world, f"when “{label}” is {how}")


def _demand_typed(case: Case, world: SimulatedWorld, when: str) -> None:
    try:
        carry_through(case.action, world)
    except StepError as error:
        demand(error.category in set(Category) - {Category.BUG}, f"{when}: the category is {error.category}")
        demand(error.message.strip() and error.hint.strip(), f"{when}: “{error.message}” has no hint what to do")
        return
    except Exception as error:  # any other error is what this law is about
        raise LawBroken(f"{when}: {type(error).__name__} instead of a StepError: {error}") from error
    if Disturbance.GARBLED in world.gate.disturbances.values():
        return  # a tool that says it did what it did not is found out by the engine's second look
    world.gate.disturbances.clear()
    seen = case.action.observe(world)
    demand(isinstance(seen, Satisfied), f"{when}: the failure was swallowed, and then: {seen}")


def law_09_no_secret_is_told(case: Case) -> None:
    """No secret of the vault in plans, journals, descriptions, errors, command lines and addresses."""
    world = case.world()
    told: list[str] = [_dump(case.action), case.action.describe()]
    told.append(str(_outcome(lambda: case.action.observe(world))))
    told.append(str(_outcome(lambda: carry_through(case.action, world))))
    told.append(str(_outcome(lambda: take_back(case.action, world))))
    told += [" ".join(argv) for argv in world.argvs()]
    told += [f"{request.url} {dict(request.headers)}" for request in world.requests]
    for secret, reference in world.vault.known.items():
        for text in told:
            demand(secret not in text, f"the secret {reference} is told in: {text.replace(secret, '⟨secret⟩')}")


def law_10_nasty_names_stay_words(case: Case) -> None:
    """A text with spaces, quotes, newlines or dashes is refused, or stays one word that no tool takes for another."""
    for nasty, action in _nasty_actions(case.action):
        world = case.world()
        try:
            carry_through(action, world)
        except (OpenqrmError, UnknownCommand):
            pass  # refused, by us or by the tool
        except Exception as error:  # any other error is what this law is about
            raise LawBroken(f"{nasty!r} leads to {type(error).__name__}: {error}") from error
        for argv in world.argvs():
            _demand_words(argv, nasty)
        for host in world.hosts.values():
            _demand_one_line(host.files, nasty)


def _nasty_actions(action: Any) -> Iterator[tuple[str, Action]]:
    """The action with each of its texts replaced, one at a time."""
    demand(is_dataclass(action), f"{type(action).__name__} is not a dataclass")
    for field in fields(action):
        for nasty in NASTY if isinstance(getattr(action, field.name), str) else ():
            changed: dict[str, Any] = {field.name: nasty}
            yield nasty, replace(action, **changed)


def _demand_words(argv: tuple[str, ...], nasty: str) -> None:
    if argv[0].rpartition("/")[2] in SHELLS:
        code = [argv[i + 1] for i, word in enumerate(argv[:-1]) if word == "-c"]
        demand(not any(nasty in text for text in code), f"{nasty!r} becomes code of a shell: {argv}")
    if nasty.startswith("-") and nasty in argv:
        before = argv[: argv.index(nasty)]
        demand("--" in before or before[-1].startswith("-"), f"{nasty!r} is taken for an option: {argv}")


def _demand_one_line(files: dict[str, bytes], nasty: str) -> None:
    for path, content in files.items():
        if "\n" in nasty:
            demand(nasty not in path, f"{nasty!r} is part of the path {path!r}")
            demand(nasty.encode() not in content, f"{nasty!r} becomes a line of its own in {path}")


def law_11_descriptions_speak(case: Case) -> None:
    """Every text is one line for an operator: a sentence that begins with a capital and names what it is about."""
    inverse = case.action.inverse()
    for action in (case.action, inverse):
        if isinstance(action, Action):
            text = action.describe()
            fine = len(text.split()) >= 3 and text[0].isupper() and len(text) <= 200 and text.isprintable()
            demand(fine and not set("<>{}") & set(text), f"{action.name} describes itself as {text!r}")
    seen = case.action.observe(case.world())
    demand(len(seen.because.split()) >= 2, f"{case.action.name} was seen, because {seen.because!r}")
    demand(len(case.why.split()) >= 2, f"{case.name} is there because {case.why!r}")


def _dump(action: Action) -> str:
    return msgspec.json.encode(ActionCodec([type(action)]).dump(action)).decode()


def _outcome(work: Callable[[], object]) -> object:
    try:
        return work()
    except OpenqrmError as error:
        return f"{error.message} {error.hint}"
