"""What openQRM tells people, as the sources have it: each text that ends in an error, a step, a note or an event.

A text is followed from where it is written through local names, constants, what helpers return, and the parameters and
fields that carry it on. Blanks stand where something is filled in; what one of several texts fills is told as several.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from math import prod

from tools.rules.source import Source

ERROR = ("", "message", "hint")
# What is shown to people of what these are given: their parameters in order, those of no interest left empty.
TELLING = {
    "OpenqrmError": ERROR, "PlanningError": ERROR, "StepError": ERROR, "Told": ("", "because", "hint"),
    "Satisfied": ("because",), "Differs": ("because",), "NotYet": ("because",), "Irreversible": ("because",),
    "Refused": ("why",), "Missing": ("why",), "Defect": ("why",), "Plan": ("title",), "Work": ("", "why"),
    "Step": (), "Event": (), "RoleRow": ("", "may"), "say": ("text",),
}  # fmt: skip
BY_NAME = {"Step": {"why", "notice"}, "Event": {"text"}}
ALWAYS = {"note", "hint", "because", "notice"}  # whoever is given these by name
ANSWERS = {"describe", "_undo_of"}  # functions whose answer is shown
MOST_ALTERNATIVES = 8
PASSING = {"strip", "format", "format_map", "get"}  # methods of a text or of a dictionary of texts
DULL = {"self", "cls", "name", "id", "intent", "action", "join", "len", "str", "repr", "int", "sorted", "strip"}


@dataclass(eq=False)
class Scope:
    """A function, a module, or a class as what makes its objects."""

    source: Source
    params: tuple[str, ...] = ()
    outer: Scope | None = None
    is_class: bool = False
    imported: dict[str, tuple[str, str]] = field(default_factory=dict)
    names: dict[str, list[ast.expr]] = field(default_factory=lambda: defaultdict(list))
    answers: list[ast.expr] = field(default_factory=list)
    telling: set[str] = field(default_factory=set)
    is_shown: bool = False


class Texts:
    """All texts that these sources tell: the files that tell it, by the text with its blanks."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.found: dict[str, list[str]] = defaultdict(list)
        self._scopes: dict[str, list[Scope]] = defaultdict(list)
        self._modules: dict[str, Scope] = {}
        self._calls: list[tuple[ast.Call, Scope]] = []
        self._telling = dict(TELLING)
        self._on_the_way: set[int] = set()
        self._parts = 0  # how deep within a text: what fills a blank there makes nothing else a text
        for source in sources:
            module = Scope(source)
            self._modules[_dotted(source.path)] = module
            self._read(source.tree, module)
        self._grows = True
        while self._grows:
            self._grows = False
            self._look()

    def _read(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            match child:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    inner = Scope(scope.source, _params(child.args), scope, is_shown=name in ANSWERS)
                    self._scopes[name].append(inner)
                case ast.ClassDef(name=name, bases=bases):
                    for each in bases:
                        if words := self._telling.get(_name(each)):
                            self._telling[name] = words
                    inner = Scope(scope.source, tuple(_fields(child)), scope, is_class=True)
                    self._scopes[name].append(inner)
                case ast.Call():
                    self._calls.append((child, scope))
                case ast.ImportFrom(module=str(module), names=names):
                    scope.imported |= {each.asname or each.name: (module, each.name) for each in names}
                case ast.Return(value=ast.expr() as value):
                    scope.answers.append(value)
                case _:
                    for name, value in _bound(child):
                        scope.names[name].append(value)
            self._read(child, inner)

    def _look(self) -> None:
        """Once through all; what is found to be shown on the way is looked through the next time."""
        shown = {name for name, some in self._scopes.items() if any(each.telling for each in some)} | {*self._telling}
        for call, scope in self._calls:
            if _called(call) in shown or any(each.arg in ALWAYS for each in call.keywords):
                for value in self._told(call):
                    self._keep(value, scope)
        for scope in [each for some in self._scopes.values() for each in some if each.is_shown]:
            for value in scope.answers:
                self._keep(value, scope)

    def _told(self, call: ast.Call) -> Iterator[ast.expr]:
        """The arguments that people see."""
        name = _called(call)
        words, named = self._telling.get(name, ()), BY_NAME.get(name, set()) | ALWAYS | {*self._telling.get(name, ())}
        if name == "__init__":
            words = ERROR
        for scope in self._scopes.get(name, ()):
            named |= scope.telling
            yield from (value for value, param in zip(call.args, scope.params, strict=False) if param in scope.telling)
        yield from (value for value, word in zip(call.args, words, strict=False) if word)
        yield from (each.value for each in call.keywords if each.arg in named)

    def _keep(self, value: ast.expr, scope: Scope) -> None:
        for text in self._texts(value, scope) or ():
            bare = " ".join(text.split())
            if " " in bare and re.search(r"[^\W\d_]{2}", nameless(bare)):
                places, place = self.found[named_once(bare)], scope.source.path
                if place not in places:
                    places.append(place)

    def _texts(self, value: ast.expr, scope: Scope) -> list[str] | None:
        """All that this may be; None where nobody can tell from here."""
        if id(value) in self._on_the_way:
            return None
        self._on_the_way.add(id(value))
        try:
            return self._texts_of(value, scope)
        finally:
            self._on_the_way.discard(id(value))

    def _texts_of(self, value: ast.expr, scope: Scope) -> list[str] | None:
        match value:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return self._joined(parts, scope)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._joined([left, right], scope)
            case ast.FormattedValue(value=inner, conversion=-1, format_spec=None) | ast.NamedExpr(value=inner):
                return self._texts(inner, scope)
            case ast.IfExp(body=one, orelse=other):
                return self._either([one, other], scope)
            case ast.BoolOp(values=some):
                return self._either([each for each in some if getattr(each, "value", None) != ""], scope)
            case ast.Dict(values=some) | ast.Tuple(elts=some) | ast.List(elts=some):
                return self._either(some, scope)
            case ast.Subscript(value=inner):
                return self._texts(inner, scope)
            case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in PASSING:
                return self._texts(inner, scope)
        return self._texts_elsewhere(value, scope)

    def _texts_elsewhere(self, value: ast.expr, scope: Scope) -> list[str] | None:
        """It is only named here."""
        match value:
            case ast.Name(id=name):
                return self._named(name, scope)
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name):
                return self._field(name, scope)
            case ast.Call() as call:
                return self._answer(_called(call))
        return None

    def _joined(self, parts: list[ast.expr], scope: Scope) -> list[str]:
        self._parts += 1
        options = [self._texts(part, scope) for part in parts]
        self._parts -= 1
        if prod(len(some or ".") for some in options) > MOST_ALTERNATIVES:  # too many to be written out
            for part in parts:
                self._keep(part, scope)
            options = [some if some and len(some) == 1 else None for some in options]
        written = [some or [_blank(part)] for some, part in zip(options, parts, strict=True)]
        return ["".join(each) for each in product(*written)]

    def _either(self, some: list[ast.expr], scope: Scope) -> list[str] | None:
        found = [self._texts(each, scope) for each in some]
        return (
            [text for each, value in zip(found, some, strict=True) for text in each or [_blank(value)]]
            if any(found)
            else None
        )

    def _named(self, name: str, scope: Scope) -> list[str] | None:
        at: Scope | None = scope
        while at is not None:
            if name in at.params and name not in at.names:
                self._marks(at, name)
                return None
            if name in at.names:
                return self._either(at.names[name], at)
            at = None if at.outer is None else _beyond_class(at.outer)
        return self._imported(name, scope)

    def _imported(self, name: str, scope: Scope) -> list[str] | None:
        while scope.outer is not None:
            scope = scope.outer
        module, theirs = scope.imported.get(name, ("", ""))
        if known := self._modules.get(module):
            return self._named(theirs, known)
        return None

    def _field(self, name: str, scope: Scope) -> list[str] | None:
        at: Scope | None = scope
        while at is not None and not at.is_class:
            at = at.outer
        if at is None:
            return None
        if name in at.params:
            self._marks(at, name)
        return self._either(at.names[name], at) if name in at.names else None

    def _answer(self, name: str) -> list[str] | None:
        """Of helpers that are called so, where no others are."""
        known = self._scopes.get(name, [])
        if len(known) != 1 or known[0].is_class:
            return None
        return self._either(known[0].answers, known[0]) if known[0].answers else None

    def _marks(self, scope: Scope, name: str) -> None:
        if not self._parts and name not in scope.telling:
            scope.telling.add(name)
            self._grows = True


def _beyond_class(scope: Scope) -> Scope | None:
    return scope.outer if scope.is_class else scope


def _blank(value: ast.expr) -> str:
    """A name for what is filled in, after how it is called there."""
    names = [each for each in ast.walk(value) if isinstance(each, ast.Name | ast.Attribute)]
    words = [each.id if isinstance(each, ast.Name) else each.attr for each in names]
    said = [word for word in words if word not in DULL] or words or ["value"]
    return f"{{{said[0].strip('_').lower()}}}"


def nameless(text: str) -> str:
    """With blanks that have no name, as texts are compared."""
    return re.sub(r"\{\*?\w*\}", "{}", text)


def named_once(text: str) -> str:
    """Each blank by a name of its own."""
    seen: Counter[str] = Counter()

    def one(found: re.Match[str]) -> str:
        seen[found[1]] += 1
        return f"{{{found[1]}{seen[found[1]] if seen[found[1]] > 1 else ''}}}"

    return re.sub(r"\{(\w+)\}", one, text)


def _dotted(path: str) -> str:
    return path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _called(call: ast.Call) -> str:
    return _name(call.func)


def _name(value: ast.expr) -> str:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _params(args: ast.arguments) -> tuple[str, ...]:
    named = [each.arg for each in (*args.posonlyargs, *args.args)]
    return (*(named[1:] if named[:1] in (["self"], ["cls"]) else named), *(each.arg for each in args.kwonlyargs))


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        match each:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind) if "ClassVar" not in ast.unparse(kind):
                yield name


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """What names are given here."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _pairs(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _pairs(target, value)
        case ast.NamedExpr(target=target, value=value) | ast.AugAssign(target=target, value=value):
            yield from _pairs(target, value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case ast.Name(id=name), _:
            yield name, value
        case ast.Tuple(), ast.IfExp(body=one, orelse=other):
            yield from _pairs(target, one)
            yield from _pairs(target, other)
        case ast.Tuple(elts=targets), ast.Tuple(elts=values):
            for each, said in zip(targets, values, strict=False):
                yield from _pairs(each, said)
