"""What the demonstration measured and which of its parts were real, as JSON."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lab.demo.clock import Stretch


@dataclass
class Report:
    """Filled as the story goes; `real` and `simulated` name the parts."""

    real: list[str] = field(default_factory=list)
    simulated: list[str] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    failure: str = ""

    def write(self, path: Path) -> None:
        """Replace the report at PATH."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"ok": not self.failure, **asdict(self)}, indent=2) + "\n")
