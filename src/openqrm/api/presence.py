"""Whether somebody is still there at a terminal."""

from __future__ import annotations

from collections.abc import Callable

from openqrm.domain.terminal import SCREEN

BY_HAND = frozenset(b"\x04\x05\x06\xff")  # RFB's messages of keys, mouse and clipboard: all others come by themselves


class Presence:
    """When something happened last, and whether anything was typed since that was asked.

    The page itself asks a screen for its next picture, and a cursor blinks: there only hands count.
    """

    def __init__(self, line: str, now_s: Callable[[], float]) -> None:
        self.is_screen, self._now_s = line == SCREEN, now_s
        self._last_s, self._typed = now_s(), False

    def shown(self) -> None:
        """Something came from the machine."""
        if not self.is_screen:
            self._last_s = self._now_s()

    def typed(self, message: bytes) -> None:
        """This came from the user."""
        if not self.is_screen or message[0] in BY_HAND:
            self._last_s, self._typed = self._now_s(), True

    def idle_s(self) -> float:
        """Since something happened."""
        return self._now_s() - self._last_s

    def take_typed(self) -> bool:
        """Whether anything was typed since this was asked last."""
        typed, self._typed = self._typed, False
        return typed
