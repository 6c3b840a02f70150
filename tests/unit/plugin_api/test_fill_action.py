"""The action that fills a volume, on this very machine: what the engine sees of it, to its end and back."""

import tarfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, GoesOn, NotYet, Satisfied, Seen
from openqrm.plugin_api.actions import FillFolder, Filling
from openqrm.plugin_api.storage import FillDisk
from tests.unit.plugin_api.test_fill_disk import Here
from tests.unit.plugin_api.test_fill_program import archive, entry, make_tree, tree


@pytest.fixture
def filling(tmp_path: Path) -> Filling:
    (tmp_path / "web").mkdir()
    places = {key: str(tmp_path / place) for key, place in
              {"target": "web", "source": "source", "note": ".filled/web.1", "trash": "trash"}.items()}  # fmt: skip
    return Filling(host="here", volume="web", **places)


def driven(action: FillFolder) -> Seen:
    """As the engine does it."""
    seen = action.observe(Here())
    if isinstance(seen, Differs):
        action.ensure(Here())
        seen = action.observe(Here())
    deadline = time.monotonic() + 60
    while isinstance(seen, NotYet):
        assert "%" in seen.because and time.monotonic() < deadline
        time.sleep(0.05)
        seen = action.observe(Here())
    return seen


def test_it_is_filled_and_taken_back(filling: Filling, tmp_path: Path) -> None:
    source, action = make_tree(Path(filling.source)), FillFolder(filling)
    assert driven(action) == Satisfied(f"it is filled from {source}")
    assert tree(Path(filling.target)) == tree(source)
    inverse = action.inverse()
    assert isinstance(inverse.observe(Here()), Differs)
    inverse.ensure(Here())
    assert isinstance(inverse.observe(Here()), Satisfied)
    assert isinstance(action.observe(Here()), Differs) and (tmp_path / "trash/web/sbin").is_symlink()


def test_a_source_that_leads_out_fails_with_its_reason(filling: Filling) -> None:
    archive(Path(filling.source), [entry("../x", data=b"x")])
    with pytest.raises(StepError, match="leads out of the folder") as failed:
        driven(FillFolder(filling))
    assert failed.value.category is Category.REFUSED and "emptied again" in failed.value.hint


def test_it_is_ended_with_the_plan_that_was_given_up(filling: Filling) -> None:
    """Of either kind."""
    for action in (FillFolder(filling), FillDisk("here", "web", filling.target, "/", "", 8, filling.note)):
        assert isinstance(action, GoesOn)
        action.halt(Here())


def test_a_volume_with_content_is_a_conflict(filling: Filling) -> None:
    Path(filling.target, "theirs").touch()
    with pytest.raises(StepError, match="something else") as refused:
        FillFolder(filling).observe(Here())
    assert refused.value.category is Category.CONFLICT


def test_what_was_left_out_is_told_and_what_is_from_elsewhere_is_a_conflict(filling: Filling) -> None:
    archive(Path(filling.source), [entry("dev/null", tarfile.CHRTYPE), entry("file", data=b"x")])
    assert driven(FillFolder(filling)) == Satisfied(f"it is filled from {filling.source}, without 1 devices")
    with pytest.raises(StepError, match="something else") as refused:
        FillFolder(replace(filling, source="/srv/other")).observe(Here())
    assert refused.value.category is Category.CONFLICT


def test_a_source_that_is_not_there_fails(filling: Filling) -> None:
    with pytest.raises(StepError, match="No such file"):
        driven(FillFolder(filling))
