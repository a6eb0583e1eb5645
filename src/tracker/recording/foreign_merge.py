"""Two sensors that sample at times of their own become rows that have both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tracker.recording.foreign_part import Part

LONGEST_BRIDGE_S: Final = 0.25
"""Longest hole that is interpolated: the shortest way up lasts twice as long."""


def values_at(
    time_s: NDArray[np.float64], other: Part, shift_s: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return another sensor's values at given times, and where there are any.

    Parameters
    ----------
    time_s
        Times, s, shape (n,).
    other
        The other sensor.
    shift_s
        What to add to its times, s.

    Returns
    -------
    values
        Interpolated, shape (n, 3); without meaning where there are none.
    known
        Shape (n,); False before its first sample, after its last, and inside its holes.
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
    """Return what to add to the other part's times so that they count as the first one's do, s."""
    if first.epoch_s is None or other.epoch_s is None:
        return 0.0
    return other.epoch_s - first.epoch_s


def refuse_apart(first: Part, other: Part, shift_s: float, known: NDArray[np.bool_]) -> None:
    """Raise `InputError` if two sensors have no time in common."""
    if known.any():
        return
    starts_s, ends_s = other.time_s[[0, -1]] + shift_s
    raise InputError(
        str(other.path),
        f"was sampled from {starts_s:.9g} to {ends_s:.9g} s, and {first.path.name} "
        f"from {first.time_s[0]:.9g} to {first.time_s[-1]:.9g} s: never at the same time",
        "Name the two files of one session.",
    )
