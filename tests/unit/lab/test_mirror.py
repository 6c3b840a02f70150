"""The mirror is the one that this computer uses itself."""

from pathlib import Path

from lab.images.mirror import Mirror, find_mirror

LISTED = (Path(__file__).parents[1] / "boot/recorded/indextargets.txt").read_text()


def test_the_mirror_is_that_of_the_release_and_not_of_its_updates() -> None:
    assert find_mirror(LISTED) == Mirror("http://mirror.example/debian/", "bookworm")


def test_without_a_release_there_is_none() -> None:
    updates = "\n".join(line for line in LISTED.splitlines() if "bookworm bookworm main" not in line)
    assert find_mirror(updates) is None


def test_lines_cut_short_are_passed_over() -> None:
    assert find_mirror("http://mirror.example/debian/\n\n" + LISTED) == find_mirror(LISTED)
