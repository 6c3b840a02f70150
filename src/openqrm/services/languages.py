"""What openQRM and all its plugins say, in other languages than English: for consoles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog

from openqrm.domain.errors import Category, OpenqrmError, PlanningError
from openqrm.plugin_api.locale import Words, join_words, load_words

log = structlog.get_logger()
OURS = Path(__file__).parents[1]


class Languages:
    """Read when asked for: who speaks English needs none of it."""

    def __init__(self, plugins: Iterable[Path]) -> None:
        self._plugins = tuple(plugins)

    @property
    def names(self) -> tuple[str, ...]:
        """The languages that openQRM itself has."""
        return tuple(sorted({path.name.partition(".")[0] for path in (OURS / "locale").glob("*.toml")}))

    def words(self, language: str) -> Words:
        """A plugin changes none of the core's words, and of two plugins the first counts."""
        if language not in self.names:
            hint = f"There are: {', '.join(self.names)}."
            raise PlanningError(Category.NOT_FOUND, f"there is no language {language!r} beside English", hint)
        return join_words((load_words(OURS, language), *self._of_plugins(language)))

    def _of_plugins(self, language: str) -> Iterator[Words]:
        """A plugin whose words cannot be read speaks English: that is no reason to do without it."""
        for folder in self._plugins:
            try:
                yield load_words(folder, language)
            except (OpenqrmError, OSError) as error:
                log.warning("words of a plugin cannot be read", plugin=folder.name, why=str(error))
