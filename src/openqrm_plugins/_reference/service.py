"""A child that prints new notes to the log."""

from __future__ import annotations

from openqrm.plugin_api.service import Child, Site
from openqrm_plugins._reference.settings import Settings


def children(settings: Settings, site: Site) -> tuple[Child, ...]:
    """`tail`, on a book of greetings made at its start."""
    book = site.directory / "book"
    first = f"{settings.greeting} from {site.address}\n".encode()
    return (Child(name="reader", argv=("tail", "-F", str(book)), files=((book, first),)),)
