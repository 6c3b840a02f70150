"""docs/developer/hooks.md says what plugin_api/hooks.py says."""

import inspect
from pathlib import Path

from openqrm.plugin_api import hooks

DOCUMENT = Path(__file__).parents[3] / "docs" / "developer" / "hooks.md"
SPECS = [f for f in vars(hooks).values() if inspect.isfunction(f) and hasattr(f, "openqrm_spec")]


def render_hook(spec: object) -> str:
    """The chapter of one hook."""
    promise, _, arguments = (inspect.getdoc(spec) or "").partition("\n\n")
    listed = "\n".join(f"* {line}" for line in arguments.splitlines())
    return f"## {spec.__name__}({', '.join(inspect.signature(spec).parameters)})\n\n{promise}\n" + (
        f"\n{listed}\n" if listed else ""
    )


def test_the_document_has_every_hook_as_it_is() -> None:
    text = DOCUMENT.read_text()
    assert 7 <= len(SPECS) <= 12
    assert text.count("\n## ") == len(SPECS) + 1
    for spec in SPECS:
        assert render_hook(spec) in text, f"docs/developer/hooks.md lacks:\n\n{render_hook(spec)}"


def test_every_argument_is_explained() -> None:
    for spec in SPECS:
        doc = inspect.getdoc(spec) or ""
        for name in inspect.signature(spec).parameters:
            assert f"\n{name}: " in doc, f"{spec.__name__} does not say what {name} is"
