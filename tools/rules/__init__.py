"""The rules of this repository as pure functions: a source in, findings out. tests/architecture applies them.

Here: rules that no ready-made tool expresses. Not here: what ruff, mypy, import-linter or deptry check already, and the
reading of files: a rule is handed its text.
"""
