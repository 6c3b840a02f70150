"""What every part stands on."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from openqrm.adapters.database import Database
from openqrm.plugin_host.host import PluginHost
from openqrm.services.site_settings import SiteSettings


@dataclass(frozen=True)
class Ground:
    """Settings, folder, plugins and database. What `parts` are told of ends in the reverse order of its start."""

    parts: ExitStack
    settings: SiteSettings
    base: Path
    plugins: PluginHost
    database: Database

    @property
    def own_key(self) -> Path:
        """The key that openQRM signs in elsewhere with."""
        return self.base / "ssh_key"
