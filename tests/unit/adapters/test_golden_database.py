"""Databases of older versions: migrated, loaded, and their journals still make sense."""

import sqlite3
from pathlib import Path

import pytest

from openqrm.adapters.database import Database
from openqrm.domain.kinds import KINDS
from openqrm.domain.plan import PlanState
from openqrm.engine.next_move import Run, next_move
from openqrm.engine.past import fold
from openqrm.plugin_api.actions import CORE_ACTIONS
from openqrm.plugin_api.codec import ActionCodec

GOLDEN = sorted(Path("tests/golden").glob("database-*.sqlite.sql"))


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    with sqlite3.connect(tmp_path / "old.sqlite") as restored:
        restored.executescript(request.param.read_text())
    restored.close()
    database = Database(f"sqlite:///{tmp_path}/old.sqlite", ActionCodec(CORE_ACTIONS))
    database.migrate()
    return database


def test_there_is_one() -> None:
    assert GOLDEN


def test_every_kind_of_record_is_loaded(old: Database) -> None:
    younger = {"factor", "loan", "removal", "terminal", "view", "vm"}  # kinds that no dump has yet
    assert {word for word, kind in KINDS.items() if not old.records.list(kind)} == younger


def test_every_plan_is_where_its_journal_says(old: Database) -> None:
    with old.reading() as tx:
        plans = tx.plans.page()
    assert {plan.state for plan in plans} == set(PlanState)
    for plan in plans:
        move = next_move(old.plans.load(plan.id).plan, fold(plan.plan, old.plans.journal(plan.id)), 100.0)
        assert isinstance(move, Run) if plan.state is PlanState.RUNNING else move.state is plan.state, plan


def test_what_ran_goes_on(old: Database) -> None:
    ((plan, _),) = old.plans.unfinished()
    old.plans.settle(plan, PlanState.ABANDONED, "", [], seen=len(old.plans.journal(plan)))
    assert old.plans.unfinished() == []
