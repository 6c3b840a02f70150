"""The line that ends a run hides nothing."""

from pathlib import Path

import pytest

from tools.tally import Tally, read_junit, render_tallies, tally_junit, total

CASES = {
    '<testcase name="a"/>': Tally(1, 0),
    '<testcase name="a"/><testcase name="b"><failure message="x"/></testcase>': Tally(1, 1),
    '<testcase name="a"><failure/><error/></testcase>': Tally(0, 1),
    '<testcase name="a"><error/></testcase>': Tally(0, 1),
    '<testcase name="a"><failure message="&#10;"/></testcase>': Tally(0, 1),
    '<testcase name="a"><skipped/></testcase>': Tally(0, 1),
    "": Tally(0, 1),
}


@pytest.mark.parametrize(("cases", "expected"), CASES.items())
def test_tests_are_counted(cases: str, expected: Tally) -> None:
    assert tally_junit(f'<testsuites><testsuite name="pytest">{cases}</testsuite></testsuites>') == expected


def test_a_missing_or_broken_file_is_a_failure(tmp_path: Path) -> None:
    assert tally_junit(read_junit(tmp_path / "gone.xml")) == Tally(0, 1)
    assert tally_junit("<testsuites>") == Tally(0, 1)


def test_a_command_that_failed_without_a_failing_test_is_seen() -> None:
    assert total([Tally(3, 0), Tally(2, 0)], [0, 0]) == Tally(5, 0)
    assert total([Tally(3, 0), Tally(2, 0)], [0, 2]) == Tally(5, 1)
    assert total([Tally(3, 1)], [1]) == Tally(3, 1)
    assert str(Tally(5, 1)) == "5 passed, 1 failed"


def test_what_failed_is_named_once_more_before_the_sum(tmp_path: Path) -> None:
    bad = '<testcase classname="tests.a" name="b"><failure message="assert 1 == 2&#10;more"/></testcase>'
    (tmp_path / "host.xml").write_text(f'<testsuite><testcase name="a"/>{bad}</testsuite>')
    told, result = render_tallies([tmp_path / "host.xml", tmp_path / "gone.xml"], [1, 1])
    assert result == Tally(1, 2)
    assert told.splitlines() == [
        "FAILED host: tests.a::b: assert 1 == 2",
        "host: 1 passed, 1 failed",
        "gone: 0 passed, 1 failed",
        "1 passed, 2 failed",
    ]
