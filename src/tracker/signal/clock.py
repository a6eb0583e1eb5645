"""Device ticks to session seconds.

Arrival times come in bursts and must never become sample times; the sensor's own stamps are even
but run on another crystal and another zero. The session clock keeps the spacing of the stamps and
takes only its offset from the arrivals: the smallest delay seen over the last seconds is the one
with no waiting in it, and the offset follows that slowly.
"""

from __future__ import annotations

from collections import deque
from statistics import median_low
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from tracker.domain import TimedFrame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.domain import Frame

DELAY_WINDOW_S: Final = 10.0
"""Arrivals of this long ago still tell the smallest delay; a radio stalls for up to 2 s or so."""

MAX_SLEW: Final = 0.01
"""Seconds of correction per second: the worst oscillator in the field runs 1 % off its name."""

PERIOD_MEMORY: Final = 15
"""Packets whose spacing gives the sample period; the median of them ignores single losses."""

SAME_SPACING: Final = 1.5
"""Spacings within this ratio agree; a lost packet at least doubles one."""

MOST_WAITING: Final = 5
"""Packets that may wait for spacings that agree: a quarter second, on a terrible link."""

REBOOT_S: Final = -0.5
"""Device time that falls by more than this is a new clock, not jitter."""


class SessionClock(Protocol):
    """Gives every sample of a frame its time on the session clock."""

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times, and any that waited for it."""


class FileClock:
    """For samples that carry session time already, as an imported file's do."""

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with its own stamps as times."""
        if frame.stamps_s is None:
            return ()
        return (TimedFrame(frame.stamps_s, frame.acc_mps2, frame.gyro_radps, frame.saturated),)


class DeviceClock:
    """For packets that carry stamps of the sensor's clock, at least one each."""

    def __init__(self) -> None:
        self._spacings_s: deque[float] = deque(maxlen=PERIOD_MEMORY)
        self._period_known = False
        self._waiting: list[tuple[Frame, NDArray[np.intp]]] = []
        self._last_stamp_s: float | None = None
        self._since = 0  # samples from the last stamp to the end of its frame
        self._delays_s: deque[tuple[float, float]] = deque()
        self._offset_s: float | None = None
        self._offset_at_s = 0.0

    def process(self, frame: Frame) -> tuple[TimedFrame, ...]:
        """Return the frame with times.

        The first packets wait until two spacings agree: one stamp says nothing about the spacing
        of the samples behind it, and one spacing may have a lost packet in it.
        """
        if frame.stamps_s is None:
            return ()
        carried = np.flatnonzero(np.isfinite(frame.stamps_s))
        if not len(carried):
            return ()
        stamp_s = float(frame.stamps_s[carried[0]])
        if self._last_stamp_s is not None and stamp_s - self._last_stamp_s < REBOOT_S:
            self._restart()
        if self._last_stamp_s is not None and self._since:
            between = self._since + int(carried[0])
            self._spacings_s.append((stamp_s - self._last_stamp_s) / between)
        self._last_stamp_s = stamp_s
        self._since = len(frame.stamps_s) - int(carried[0])
        self._waiting.append((frame, carried))
        self._period_known = self._period_known or self._agreed()
        if not self._period_known:
            return ()
        frames, self._waiting = self._waiting, []
        # A lost packet can only lengthen a spacing, so of two middle ones the shorter is right.
        period_s = median_low(self._spacings_s)
        timed = [(each, _spread(each, marks, period_s)) for each, marks in frames]
        for each, device_s in timed:
            newest_s = float(device_s[-1])
            self._note_delay(newest_s, each.received_s - newest_s)
        return tuple(
            TimedFrame(
                device_s + self._offset(float(device_s[-1])),
                each.acc_mps2,
                each.gyro_radps,
                each.saturated,
            )
            for each, device_s in timed
        )

    def _agreed(self) -> bool:
        """Return whether the sample period can be read from the spacings so far."""
        shortest_s = sorted(self._spacings_s)[:2]
        agree = len(shortest_s) == 2 and shortest_s[1] <= SAME_SPACING * shortest_s[0]
        return agree or len(self._waiting) == MOST_WAITING

    def _note_delay(self, device_s: float, delay_s: float) -> None:
        """Keep the delays that are or may become the smallest of the window."""
        while self._delays_s and self._delays_s[-1][1] >= delay_s:
            self._delays_s.pop()
        self._delays_s.append((device_s, delay_s))
        while device_s - self._delays_s[0][0] > DELAY_WINDOW_S:
            self._delays_s.popleft()

    def _offset(self, device_s: float) -> float:
        """Return session time minus device time, which follows the smallest recent delay."""
        smallest_s = self._delays_s[0][1]
        if self._offset_s is None:
            self._offset_s = smallest_s
        else:
            reach_s = MAX_SLEW * max(device_s - self._offset_at_s, 0.0)
            self._offset_s += min(max(smallest_s - self._offset_s, -reach_s), reach_s)
        self._offset_at_s = device_s
        return self._offset_s

    def _restart(self) -> None:
        """Forget a clock that no longer runs; the sample period stays what it was."""
        self._since = 0
        self._waiting.clear()
        self._delays_s.clear()
        self._offset_s = None


def _spread(frame: Frame, carried: NDArray[np.intp], period_s: float) -> NDArray[np.float64]:
    """Return a device time for every sample: carried stamps, and others `period_s` apart."""
    assert frame.stamps_s is not None
    stamps_s = frame.stamps_s
    position = np.arange(len(stamps_s))
    nearest: NDArray[np.intp] | np.intp = carried[0]
    if len(carried) > 1:
        nearest = carried[np.clip(np.searchsorted(carried, position, "right") - 1, 0, None)]
    spread: NDArray[np.float64] = stamps_s[nearest] + (position - nearest) * period_s
    return spread
