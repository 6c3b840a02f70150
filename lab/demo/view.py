"""What the audience sees: chapters, and under each the steps of the plan that is being carried out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

MARKS = {
    "done": "[green]✔[/]",
    "found so": "[green]=[/]",
    "failed": "[red]✘[/]",
    "undone": "[yellow]↶[/]",
}


class View:
    """A live view on a terminal; plain lines elsewhere."""

    def __init__(self, console: Console, suffix: str = "") -> None:
        self.console, self._suffix = console, suffix
        self._live: Live | None = None
        self._told: set[str] = set()

    def say(self, text: str) -> None:
        """One line that stays, below a heading."""
        self.line(f"  {text}")

    def line(self, text: str) -> None:
        """One line that stays."""
        self.console.print(f"{text}{self._suffix}", highlight=False, soft_wrap=True)

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        """A heading, and below it whatever `watch` is shown meanwhile."""
        self.line(f"\n[bold]{title}[/]")
        self._told = set()
        if not self.console.is_terminal:
            yield
            return
        with Live(Spinner("dots"), console=self.console, refresh_per_second=8, transient=True) as self._live:
            yield
        self._live = None

    def watch(self, plan: dict[str, Any], milestone: str = "") -> None:
        """Show how far a plan has come, and how far the machine it waits for."""
        for step in plan["steps"]:
            key = f"{step['id']} {step['state']}"
            if step["state"] in MARKS and key not in self._told:
                self._told.add(key)
                note = f"  [dim]{step.get('note', '')}[/]"
                self.say(f"{MARKS[step['state']]} {step['what']}{note}")
        if self._live:
            self._live.update(self._now(plan, milestone))

    def wait(self, text: str) -> None:
        """Show what is being waited for."""
        if self._live:
            self._live.update(Spinner("dots", text))

    def _now(self, plan: dict[str, Any], milestone: str) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        for step in plan["steps"]:
            if step["state"] not in MARKS:
                text = Text(step["what"], style="dim" if step["state"] == "waiting" else "")
                table.add_row("  ", Spinner("dots", text) if step["state"] == "at work" else text)
        return Group(table, Text(f"     milestone: {milestone}", style="cyan")) if milestone else table
