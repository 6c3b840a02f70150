"""The modules of a kernel as depmod describes them: which one a device asks for, and what must be loaded before it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

_WILD = "*?["


@dataclass(frozen=True, slots=True)
class ModuleIndex:
    """What depmod wrote. A module's name has underscores, never dashes; its path lies beneath lib/modules/VERSION."""

    paths: Mapping[str, str]
    depends: Mapping[str, tuple[str, ...]]  # in load order
    softdeps: Mapping[str, tuple[str, ...]]  # wished for beforehand: names or aliases
    aliases: Mapping[str, tuple[tuple[str, str], ...]]  # by the part before the first wildcard: (pattern, module)

    def resolve(self, wanted: str) -> tuple[str, ...]:
        """The modules that a name or a modalias asks for; a built-in or unknown one asks for none."""
        text = wanted.replace("-", "_")
        if text in self.paths:
            return (text,)
        candidates = (pair for end in range(len(text) + 1) for pair in self.aliases.get(text[:end], ()))
        return tuple(dict.fromkeys(module for pattern, module in candidates if fnmatchcase(text, pattern)))

    def aliases_of(self, module: str) -> list[str]:
        """The patterns of devices, file systems and protocols that ask for this module."""
        return sorted(pattern for pairs in self.aliases.values() for pattern, name in pairs if name == module)

    def prerequisites(self, module: str) -> list[str]:
        """What must be loaded before this module, in order."""
        return self.in_load_order([module])[:-1]

    def in_load_order(self, modules: Iterable[str]) -> list[str]:
        """The modules and all they need, each after what it needs."""
        ordered: dict[str, None] = {}
        seen: set[str] = set()
        for module in modules:
            ordered.update(dict.fromkeys(self._walk(module, seen)))
        return list(ordered)

    def _walk(self, module: str, seen: set[str]) -> Iterator[str]:
        if module in seen:  # also ends the circles that soft dependencies may form
            return
        seen.add(module)
        for wish in self.softdeps.get(module, ()):
            for name in self.resolve(wish):
                yield from self._walk(name, seen)
        for name in self.depends[module]:
            yield from self._walk(name, seen)
        yield module


def modules_for(index: ModuleIndex, wanted: Iterable[str]) -> list[str]:
    """All modules that these modaliases and names ask for, with what they need, in load order."""
    return index.in_load_order(name for text in wanted for name in index.resolve(text))


def load_index(folder: Path) -> ModuleIndex:
    """Read modules.dep, modules.alias and modules.softdep of lib/modules/VERSION."""
    paths, depends = parse_dep((folder / "modules.dep").read_text())
    aliases = parse_alias((folder / "modules.alias").read_text())
    return ModuleIndex(paths, depends, parse_softdep((folder / "modules.softdep").read_text()), aliases)


def parse_dep(text: str) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """modules.dep → the path of each module, and what it needs in load order (depmod lists the last needed first)."""
    paths, depends = {}, {}
    for line in text.splitlines():
        path, _, needed = line.partition(":")
        paths[module_name(path)] = path
        depends[module_name(path)] = tuple(module_name(need) for need in reversed(needed.split()))
    return paths, depends


def parse_alias(text: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """modules.alias → (pattern, module) by the pattern's part before its first wildcard, so that a look-up is short."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in _lines(text, "alias"):
        pattern, module = line.split()
        pattern = _underscored(pattern)
        found.setdefault(_literal_part(pattern), []).append((pattern, module.replace("-", "_")))
    return {prefix: tuple(pairs) for prefix, pairs in found.items()}


def parse_softdep(text: str) -> dict[str, tuple[str, ...]]:
    """modules.softdep → what a module wishes for beforehand. Words without pre: or post: before them mean nothing."""
    wishes: dict[str, tuple[str, ...]] = {}
    for line in _lines(text, "softdep"):
        module, *words = line.split()
        if "pre:" not in words:
            continue
        before = words[words.index("pre:") + 1 :]
        before = before[: before.index("post:")] if "post:" in before else before
        name = module.replace("-", "_")
        wishes[name] = (*wishes.get(name, ()), *before)
    return wishes


def module_name(path: str) -> str:
    """kernel/net/8021q/8021q.ko.xz → 8021q."""
    return PurePosixPath(path).name.split(".")[0].replace("-", "_")


def _lines(text: str, keyword: str) -> Iterator[str]:
    return (line.removeprefix(keyword).strip() for line in text.splitlines() if line.startswith(f"{keyword} "))


def _literal_part(pattern: str) -> str:
    return pattern[: min((pattern.index(mark) for mark in _WILD if mark in pattern), default=len(pattern))]


def _underscored(pattern: str) -> str:
    """Dashes become underscores as in names, but not inside [ranges]."""
    head, bracket, tail = pattern.partition("[")
    if not bracket:
        return head.replace("-", "_")
    inside, closing, rest = tail.partition("]")
    return head.replace("-", "_") + bracket + inside + closing + _underscored(rest)
