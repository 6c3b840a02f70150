"""What rules are given and what they give back."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Finding:
    """One breach, said so that its author knows what to do."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Source:
    """A Python file by its path from the repository's root, with `/` between the parts."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All of the tree: many rules look through it."""
        return tuple(ast.walk(self.tree))

    def finding(self, at: ast.AST | int, message: str) -> Finding:
        return Finding(self.path, at if isinstance(at, int) else getattr(at, "lineno", 1), message)
