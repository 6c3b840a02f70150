"""How far long work is, in words."""

from __future__ import annotations


def render_progress(done: int, total: int) -> str:
    """Percent and bytes; never the whole, which only the end of the work tells."""
    percent = min(99, done * 100 // total) if total else 0
    return f"{percent} %, {render_size(done)} of {render_size(total)},"


def render_size(size_bytes: int) -> str:
    """In MB, or in GB with one digit behind the point."""
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.0f} MB"
