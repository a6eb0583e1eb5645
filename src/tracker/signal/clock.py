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
from tracker.signal.offset import ArrivalOffset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tracker.domain import Frame, FrameRun

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
        self._offset = ArrivalOffset()

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
            self._offset.note(newest_s, each.received_s - newest_s)
        return tuple(
            TimedFrame(
                device_s + self._offset.follow(float(device_s[-1])),
                each.acc_mps2,
                each.gyro_radps,
                each.saturated,
            )
            for each, device_s in timed
        )

    def process_run(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield the frames with times, equal to those that `process` gives one by one."""
        known = 0
        for frame in run.frames():
            if len(self._spacings_s) == PERIOD_MEMORY and self._since:
                break
            yield from self.process(frame)
            known += 1
        rest = run[known:]
        if len(rest.stamp_s):
            yield from self._at_once(rest)

    def _at_once(self, run: FrameRun) -> Iterator[TimedFrame]:
        """Yield frames with times, once there are enough packets before them."""
        assert self._last_stamp_s is not None
        size, stamp_s = run.samples_per_frame, run.stamp_s
        step_s = np.diff(stamp_s, prepend=self._last_stamp_s)
        spacings_s = step_s / size
        spacings_s[0] = step_s[0] / self._since
        spacings_s = np.concatenate((list(self._spacings_s)[1:], spacings_s))
        last_ones = np.lib.stride_tricks.sliding_window_view(spacings_s, PERIOD_MEMORY)
        period_s = np.partition(last_ones, PERIOD_MEMORY // 2, axis=1)[:, PERIOD_MEMORY // 2]
        device_s = stamp_s + np.arange(size)[:, None] * period_s
        newest_s = device_s[-1]
        if not self._offset.can_run(newest_s):
            # Among others where the clock began anew: then its time falls.
            for frame in run.frames():
                yield from self.process(frame)
            return
        self._spacings_s.extend(spacings_s[-PERIOD_MEMORY:].tolist())
        self._last_stamp_s, self._since = float(stamp_s[-1]), size
        offset_s = self._offset.run(newest_s, run.received_s - newest_s)
        time_s = (device_s + offset_s).T.reshape(-1)
        yield TimedFrame(time_s, run.acc_mps2, run.gyro_radps, run.saturated)

    def _agreed(self) -> bool:
        """Return whether the sample period can be read from the spacings so far."""
        shortest_s = sorted(self._spacings_s)[:2]
        agree = len(shortest_s) == 2 and shortest_s[1] <= SAME_SPACING * shortest_s[0]
        return agree or len(self._waiting) == MOST_WAITING

    def _restart(self) -> None:
        """Forget a clock that no longer runs; the sample period stays what it was."""
        self._since = 0
        self._waiting.clear()
        self._offset.restart()


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
