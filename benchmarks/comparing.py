"""What was measured of a rep against what is true of it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from targets import SLOW_CONCENTRIC_S

from tracker.domain import Flag, Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Rep

TIMED_CONCENTRIC_S: Final = (0.8, 1.5)
"""Concentrics that the velocity is promised for, s."""

HELD_S: Final = 0.25
"""A shorter lockout is a turn at the top; one block of samples of a slow sensor is as long."""

LATE_S: Final = 0.5
"""A lockout that was announced further from the end of the concentric is another one's."""


class What(Enum):
    """The differences that are added up, found less true; a hit is 1, a miss is 0."""

    BOUNDARY_S = "phase boundary with a gyroscope, s"
    ARC_BOUNDARY_S = "phase boundary without a gyroscope, s"
    ARC_BOUNDARY_SHARE = "the same as a share of the movement"
    LOCKOUT_S = "lockout with a gyroscope, s"
    ARC_LOCKOUT_S = "lockout without a gyroscope, s"
    ARC_LOCKOUT_SHARE = "the same as a share of the movements before and after"
    LATENCY_S = "announced after the lockout began, s"
    LOWERING_S = "end of a hold told after it, s"
    LIVE = "announced before the eccentric began"
    LIVE_HELD = "the same, of reps that were held"
    ROM_DEG = "range of motion, degrees"
    RISE_M = "rise, m"
    VELOCITY_MPS = "mean velocity of timed concentrics, m/s"
    SLOW_FLAGGED = "slow concentric with the flag"
    CONFIDENT = "set told with a confidence of 0.95 or more"
    CONFIDENT_EXACT = "the count of such a set is exact"


Differences = dict[What, list[float]]


def compare(
    differences: Differences,
    true: Rep,
    got: Rep | None,
    announcements: Sequence[tuple[float, float]],
    lowerings: Sequence[tuple[float, float]],
    *,
    gyroscope: bool,
) -> None:
    """Note the differences of one rep; a missed one was not announced either."""
    up, lockout, down = true.phases
    announced_s = None if got is None else _announced_s(got, announcements)
    live = announced_s is not None and announced_s < down.start_s
    note(differences, What.LIVE, live)
    if lockout.duration_s >= HELD_S:
        note(differences, What.LIVE_HELD, live)
    if got is None:
        return
    if announced_s is not None:
        note(differences, What.LATENCY_S, announced_s - lockout.start_s)
    sunk_s = [told_s for at_s, told_s in lowerings if abs(at_s - down.start_s) < LATE_S]
    if sunk_s:
        note(differences, What.LOWERING_S, min(sunk_s) - down.start_s)
    _compare_phases(differences, true, got, gyroscope=gyroscope)
    if got.rom_deg is not None and true.rom_deg is not None:
        note(differences, What.ROM_DEG, got.rom_deg - true.rom_deg)
    if got.rise_m is not None and true.rise_m is not None:
        note(differences, What.RISE_M, got.rise_m - true.rise_m)
    timed = TIMED_CONCENTRIC_S[0] <= up.duration_s <= TIMED_CONCENTRIC_S[1]
    if timed and got.mean_velocity_mps is not None and true.mean_velocity_mps is not None:
        note(differences, What.VELOCITY_MPS, got.mean_velocity_mps - true.mean_velocity_mps)
    if up.duration_s > SLOW_CONCENTRIC_S:
        note(differences, What.SLOW_FLAGGED, Flag.LOW_CONFIDENCE_VELOCITY in got.flags)


def note(differences: Differences, what: What, value: float) -> None:
    differences.setdefault(what, []).append(float(value))


def _compare_phases(differences: Differences, true: Rep, got: Rep, *, gyroscope: bool) -> None:
    found = {span.phase: span for span in got.phases}
    for span in true.phases:
        other = found.get(span.phase)
        if other is None:
            continue
        if span.phase is Phase.LOCKOUT:
            longer_s = other.duration_s - span.duration_s
            moving_s = true.end_s - true.start_s - span.duration_s
            if gyroscope:
                note(differences, What.LOCKOUT_S, longer_s)
            else:
                note(differences, What.ARC_LOCKOUT_S, longer_s)
                note(differences, What.ARC_LOCKOUT_SHARE, longer_s / moving_s)
            continue
        for off_s in (other.start_s - span.start_s, other.end_s - span.end_s):
            if gyroscope:
                note(differences, What.BOUNDARY_S, off_s)
            else:
                note(differences, What.ARC_BOUNDARY_S, off_s)
                note(differences, What.ARC_BOUNDARY_SHARE, off_s / span.duration_s)


def _announced_s(got: Rep, announcements: Sequence[tuple[float, float]]) -> float | None:
    """Return when the rep was announced to stay, s; None if it never was while it happened."""
    concentric = got.phases[0]
    said = [
        newest_s
        for at_s, newest_s in announcements
        if concentric.start_s < at_s <= concentric.end_s + LATE_S
    ]
    return max(said, default=None)
