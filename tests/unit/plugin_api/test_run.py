"""A tool's answer is whole, or it is refused."""

import sys

import pytest

from openqrm.adapters.hosts.local import LocalHost
from openqrm.plugin_api import Category, StepError, run
from openqrm.ports.world import LONGEST_STREAM


def printing(length: int) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print(end='x' * {length})")


def test_an_answer_that_was_cut_off_is_none() -> None:
    assert len(run(LocalHost(), printing(LONGEST_STREAM - 1))) == LONGEST_STREAM - 1
    with pytest.raises(StepError, match="printed more than 1 MiB") as told:
        run(LocalHost(), printing(2 * LONGEST_STREAM))
    assert told.value.category is Category.UNSUPPORTED and told.value.hint
