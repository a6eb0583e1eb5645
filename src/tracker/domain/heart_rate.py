"""Heart rate beside motion: which sensor's counts, and its mean and peak over a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain.events import HeartRateRead

HEART_RATE_HOLDS_S: Final = 5.0
"""How long a reading is shown, s: straps send one a second, and a heart changes little meanwhile;
an older one would pass for the present."""

MOST_HEART_RATES: Final = 1 << 17
"""Readings that are kept of one sensor: 36 hours at one a second."""


@dataclass(frozen=True, slots=True)
class HeartRate:
    """One known reading."""

    at_s: float
    """When it arrived, s."""
    bpm: int
    """Beats per minute."""


@dataclass(frozen=True, slots=True)
class HeartRateSummary:
    """The heart rate over a time."""

    mean_bpm: float
    """Mean of the readings, beats per minute."""
    max_bpm: int
    """Highest reading, beats per minute."""


def heart_rate_over(
    readings: Sequence[HeartRate], start_s: float, end_s: float
) -> HeartRateSummary | None:
    """Return the heart rate from `start_s` to `end_s`, both included; None without a reading.

    The readings are in the order of their times.
    """
    first = bisect_left(readings, start_s, key=lambda each: each.at_s)
    last = bisect_right(readings, end_s, key=lambda each: each.at_s)
    return heart_rate_of(readings[first:last])


def heart_rate_of(readings: Sequence[HeartRate]) -> HeartRateSummary | None:
    """Return the heart rate over all readings; None without any."""
    if not readings:
        return None
    rates = [each.bpm for each in readings]
    return HeartRateSummary(sum(rates) / len(rates), max(rates))


@dataclass(slots=True)
class HeartRateLog:
    """Keeps the readings of a session, by sensor.

    Two sensors may send heart rate: a strap that is worn on the hips for its motion, and one that
    is worn for the heart. The second sensor counts as soon as it has known a rate.
    """

    _known: dict[int, list[HeartRate]] = field(default_factory=dict)
    _newest: dict[int, HeartRateRead] = field(default_factory=dict)

    def accept(self, event: HeartRateRead) -> None:
        """Take a reading; one without a rate only shows that there is none now."""
        self._newest[event.device] = event
        known = self._known.setdefault(event.device, [])
        if event.bpm is not None and len(known) < MOST_HEART_RATES:
            known.append(HeartRate(event.at_s, event.bpm))

    def forget(self, device: int) -> None:
        """Stop showing what a sensor sent last, because its link is gone."""
        self._newest.pop(device, None)

    @property
    def readings(self) -> tuple[HeartRate, ...]:
        """Every known reading of the sensor that counts, in order."""
        return tuple(self._known.get(self._counting, ()))

    def shown(self, now_s: float) -> HeartRateRead | None:
        """Return the newest reading for a screen, without its rate once that is old.

        None if no sensor sends heart rate.
        """
        newest = self._newest.get(self._counting)
        if newest is None or now_s - newest.at_s <= HEART_RATE_HOLDS_S:
            return newest
        return replace(newest, bpm=None)

    @property
    def _counting(self) -> int:
        """The number of the sensor that counts."""
        known = [device for device, readings in self._known.items() if readings]
        return max(known or self._known, default=0)
