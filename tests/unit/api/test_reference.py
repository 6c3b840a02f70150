"""docs/reference is what the code says."""

from tools.reference import FOLDER, render_all


def test_the_reference_is_up_to_date() -> None:
    written = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
    assert written == render_all(), "run: python -m tools.reference"
