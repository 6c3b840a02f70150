"""A plugin that does all well passes every suite."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case
from tests.unit.plugin_api.shelf import ShelfDriver, bench


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", bench(ShelfDriver()).cases(), ids=lambda case: case.name)
def test_good_actions_keep_every_law(case: Case, law: Callable[[Case], None]) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
def test_a_good_driver_keeps_every_rule(rule: Callable[..., None]) -> None:
    rule(bench(ShelfDriver()))
