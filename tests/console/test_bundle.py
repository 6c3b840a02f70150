"""What a browser has to load, and that what is generated is up to date."""

from pathlib import Path

from tools import console

LARGEST = 1_000_000
FIRST_PAINT = 300_000


def loaded(file: Path) -> int:
    """Bytes on the wire."""
    compressed = file.with_name(f"{file.name}.gz")
    return (compressed if compressed.exists() else file).stat().st_size


def test_all_of_it_is_below_a_megabyte(built: Path) -> None:
    files = [file for file in built.rglob("*") if file.is_file() and file.suffix not in (".gz", ".br")]
    assert sum(map(loaded, files)) <= LARGEST


def test_pictures_are_loaded_when_they_are_looked_at(built: Path) -> None:
    page = (built / "index.html").read_text()
    named = [file for file in (built / "assets").iterdir() if file.name in page]
    assert named and sum(map(loaded, named)) <= FIRST_PAINT
    assert "react-flow" not in "".join(file.read_text() for file in named if file.suffix == ".js")


def test_no_page_holds_a_script_or_style_of_its_own(built: Path) -> None:
    page = (built / "index.html").read_text()
    assert "<style" not in page and "style=" not in page and "<script>" not in page


def test_our_styles_come_after_those_they_change(built: Path) -> None:
    (first,) = [file.read_text() for file in (built / "assets").glob("first-*.css")]
    assert first.rindex(".pf-v6-c-toolbar{") < first.index(".q-filter{")
    assert first.index(":root{--pf") < first.index(".pf-v6-c-button{")


def test_types_and_words_are_those_of_the_code(tmp_path: Path) -> None:
    assert console.main(["types", str(tmp_path)]) == 0
    for file in (console.TYPES, console.WORDS):
        assert (tmp_path / file.name).read_text() == file.read_text(), "run python -m tools.console types"


def test_types_lint_and_logic_hold() -> None:
    assert console.main(["check"]) == 0


def test_the_lock_file_names_no_place() -> None:
    assert "resolved" not in (console.WEB / "package-lock.json").read_text()
