"""Tells that a device has stopped asking for frames."""

from __future__ import annotations

from typing import Final

STALLED_S: Final = 2.0
"""Devices ask every 10 to 40 ms; some take a second to wake up."""


class StallWatch:
    """Compares how often a device has asked with the time."""

    def __init__(self, now_s: float) -> None:
        self._asked = 0
        self._since_s = now_s

    def is_stalled(self, asked: int, now_s: float) -> bool:
        """Say whether nothing was asked for, for too long.

        Parameters
        ----------
        asked
            How often the device has asked by now.
        now_s
            The time.
        """
        if asked != self._asked:
            self._asked = asked
            self._since_s = now_s
        return now_s - self._since_s > STALLED_S
