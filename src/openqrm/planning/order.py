"""In which order steps run."""

from __future__ import annotations

from dataclasses import replace

from openqrm.domain.plan import Step


def after(steps: tuple[Step, ...], need: str) -> list[Step]:
    """These steps, in a row of needs that begins after `need` where there is one, and they name none of their own."""
    chained: list[Step] = []
    for step in steps:
        previous = chained[-1].id if chained else need
        chained.append(step if step.needs or not previous else replace(step, needs=(previous,)))
    return chained
