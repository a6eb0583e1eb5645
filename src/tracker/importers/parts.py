"""Samples of one sensor by the clock of its file, and how two sensors are joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import InputError
from tracker.language import _, localized

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Samples of one sensor."""

    path: Path
    """The file, for messages."""
    time_s: NDArray[np.float64]
    """Time by the file's clock, s, shape (n,); never falls."""
    values: NDArray[np.float64]
    """Samples in the unit of the file, shape (n, 3)."""
    epoch_s: float | None
    """Unix time of its second 0; None if the file does not say."""
    zone: tzinfo | None = None
    """Zone of the wearer's clock; None if the file does not say."""
    lines: NDArray[np.intp] | None = None
    """Line of each sample in the file, shape (n,); None if there are none."""

    def line(self, row: int) -> int:
        """Return the line of a sample."""
        # Below the header; the apps write no empty lines.
        return row + 2 if self.lines is None else int(self.lines[row])


LONGEST_BRIDGE_S: Final = 0.25
"""Longest gap that is interpolated, s: the shortest concentric lasts twice as long."""

_ABSOLUTE_S: Final = 1e6
"""Eleven days: a time beyond counts from an origin that all files of a sensor share."""


def values_at(
    time_s: NDArray[np.float64], other: Part, shift_s: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Interpolate another sensor's values at given times, s, shape (n,).

    `shift_s` is added to the other's times. Returns the values, shape (n, 3), and where they are
    known, shape (n,): not before its first sample, after its last, and in its gaps.
    """
    theirs_s = other.time_s + shift_s
    after = np.searchsorted(theirs_s, time_s, side="left")
    inside = (time_s >= theirs_s[0]) & (time_s <= theirs_s[-1])
    right = np.clip(after, 0, len(theirs_s) - 1)
    left = np.maximum(right - 1, 0)
    exact = theirs_s[right] == time_s
    close = theirs_s[right] - theirs_s[left] <= LONGEST_BRIDGE_S
    values = np.column_stack([np.interp(time_s, theirs_s, column) for column in other.values.T])
    return values, inside & (exact | close)


def shift_between(first: Part, other: Part) -> float:
    """Return what to add to the times of `other` to put them on the clock of `first`, s."""
    if all(len(part.time_s) and part.time_s[0] > _ABSOLUTE_S for part in (first, other)):
        # One clock of the sensor; the phone's stamps beside it are when packets arrived.
        return 0.0
    if first.epoch_s is None or other.epoch_s is None:
        return 0.0
    return other.epoch_s - first.epoch_s


def refuse_apart(first: Part, other: Part, shift_s: float, known: NDArray[np.bool_]) -> None:
    """Raise `InputError` if two sensors never sampled at the same time."""
    if known.any():
        return
    times_s = (*(other.time_s[[0, -1]] + shift_s), *first.time_s[[0, -1]])
    starts, ends, others_start, others_end = (localized(f"{each:.9g}") for each in times_s)
    raise InputError(
        str(other.path),
        _(
            "was sampled from {starts} to {ends} s, and {other} from {others_start} to "
            "{others_end} s: never at the same time"
        ).format(
            starts=starts,
            ends=ends,
            other=first.path.name,
            others_start=others_start,
            others_end=others_end,
        ),
        _("Name the two files of one session."),
    )
