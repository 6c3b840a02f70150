"""docs/developer/write-a-plugin.md, followed word for word in a copy of src/."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def run(line: str, clone: Path) -> str:
    """What a command prints; it has to end well."""
    words = shlex.split(line)
    tools = Path(sys.executable).parent
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "PYTHONPATH": f"{clone}/src", "HOME": str(clone)}
    words[0] = str(tools / words[0])
    done = subprocess.run(words, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_the_guide_works_word_for_word(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    text = (ROOT / "docs" / "developer" / "write-a-plugin.md").read_text()
    commands, printed = 0, ""
    for block in BLOCK.finditer(text):
        match block["kind"]:
            case "sh":
                for line in block["text"].splitlines():
                    printed = run(line, tmp_path)
                    commands += 1
            case "text":
                assert block["text"] in printed
            case "python" | "toml":
                assert block["path"], f"a block without a path: {block['text'][:60]}"
                (tmp_path / block["path"]).write_text(block["text"])
    assert commands >= 6
    assert text.count("```") == 2 * len(BLOCK.findall(text))


def test_the_files_it_lists_are_the_ones_made() -> None:
    listed = re.findall(r"^\| `([\w./]+)` \|", (ROOT / "docs/developer/write-a-plugin.md").read_text(), re.MULTILINE)
    made = {
        str(path.relative_to(folder)).removesuffix(".in")
        for folder in (ROOT / "src/openqrm/plugin_host/skeletons").glob("*")
        if folder.name in ("every", "network-service")
        for path in folder.rglob("*.in")
    }
    assert {*listed} == {name for name in made if not name.endswith("__init__.py")}
