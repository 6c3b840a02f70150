"""Pauses between attempts: doubling, with jitter, so that thousands do not come back at once."""

import asyncio
import random

_LONGEST_S = 30.0


class Backoff:
    """The pauses of one who keeps asking."""

    def __init__(self, first_s: float) -> None:
        self._first_s = self._next_s = first_s

    async def pause(self) -> None:
        """Wait before the next attempt."""
        await asyncio.sleep(self._next_s * random.uniform(0.5, 1.5))
        self._next_s = min(_LONGEST_S, 2 * self._next_s)

    def restart(self) -> None:
        """It worked: the next pause is a short one again."""
        self._next_s = self._first_s
