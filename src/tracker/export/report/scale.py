"""Round numbers along an axis, and where a value is on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to pixels."""

    least: float
    most: float
    start_px: float
    """Where `least` is."""
    end_px: float
    """Where `most` is."""
    ticks: tuple[float, ...]
    """Round values from `least` to `most`."""
    decimals: int
    """Decimals that tell ticks apart."""

    def px(self, value: float) -> float:
        """Return where a value is, to a tenth of a pixel."""
        share = (value - self.least) / (self.most - self.least)
        return round(self.start_px + share * (self.end_px - self.start_px), 1)


def scale_over(
    values: Sequence[float],
    start_px: float,
    end_px: float,
    *,
    least_span: float,
    from_zero: bool = False,
    steps: int = 4,
) -> Scale:
    """Return an axis with about `steps` round steps that holds all `values`.

    Parameters
    ----------
    values
        At least one.
    start_px, end_px
        Where the axis begins and ends.
    least_span
        Values that differ by less are not pulled apart: a wiggle of nothing would look like one.
    from_zero
        Whether the axis begins at 0 unless a value is below.
    steps
        About how many steps.
    """
    least, most = min(values), max(values)
    if from_zero:
        least = min(least, 0.0)
    lacking = least_span - (most - least)
    if lacking > 0.0:
        most += lacking if from_zero else lacking / 2.0
        least -= 0.0 if from_zero else lacking / 2.0
    step = _round_step((most - least) / steps)
    first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
    ticks = tuple(index * step for index in range(first, last + 1))
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return Scale(ticks[0], ticks[-1], start_px, end_px, ticks, decimals)


def _round_step(rough: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * each for each in (1.0, 2.0, 5.0, 10.0) if power * each >= rough * 0.999999)
