"""Streams that are neither our simulator's nor of people who lift: other models, real movements.

`docs/accuracy.md` says how much of each folder was looked at while the detection was built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import targets
from people import listen, told_misses
from scoring import CONFIDENT
from table import Part, Row, at_least, at_most

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from people import Listened

DAILY: Final = (
    ("hip_thrust", targets.GHOSTS_PER_HOUR),
    ("glute_bridge", targets.GHOSTS_PER_HOUR_OF_BRIDGES),
)


def hard_part(folder: Path, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of another simulator's corners."""
    heard = listen(folder, "synthetic_hard")
    told_misses(heard, on_miss)
    sets = sum(len(each.label["sets"]) for each in heard)
    exact = [_exact(each) for each in heard]
    sure = [
        right
        for each, rights in zip(heard, exact, strict=True)
        for confidence, right in zip(each.outcome.confidences, rights, strict=False)
        if (confidence or 0.0) >= CONFIDENT
    ]
    return Part(
        "SIMULATED by another model: long holds, rehab tempo, cheap boards, 25 Hz, sitting up",
        (
            at_least(
                "sets with the exact count", sets, sum(map(sum, exact)), targets.HARD_EXACT_SHARE
            ),
            at_least("told with confidence ≥ 0.95", sets, len(sure), targets.CONFIDENT_SHARE),
            at_least("of these, exact", len(sure), sum(sure), targets.CONFIDENT_EXACT_SHARE),
        ),
    )


def _exact(heard: Listened) -> list[bool]:
    """Return for each true set whether the set in its place has its number of reps."""
    true = [each["reps"] for each in heard.label["sets"]]
    found = [len(reps) for reps in heard.outcome.sets]
    if len(found) != len(true):
        return [False] * len(true)
    return [one == other for one, other in zip(true, found, strict=True)]


def shapes_part(folder: Path, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of movements that people did, as a virtual sensor shows them."""
    rows = []
    for pattern, what in (
        ("ht_*", "virtual hip thrusts with their time course: files exact"),
        ("opt_*", "chair rises and squats, from optical markers: files exact"),
    ):
        heard = listen(folder, "real_shapes", pattern=pattern)
        told_misses(heard, on_miss)
        rows.append(_exact_files(what, heard))
    return Part("REAL movement, VIRTUAL sensor at the pelvis", tuple(rows))


def _exact_files(what: str, heard: Sequence[Listened]) -> Row:
    return at_least(what, len(heard), sum(not each.off_by(each.counted) for each in heard), 1.0)


def daily_part(folder: Path, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of daily life with a phone at the waist: nobody lifts."""
    rows, hours = [], 0.0
    for exercise, most in DAILY:
        heard = listen(folder, "daily_waist", exercise)
        told_misses(heard, on_miss)
        hours = sum(each.samples.time_s[-1] - each.samples.time_s[0] for each in heard) / 3600
        ghosts = sum(each.counted for each in heard)
        rows.append(
            at_most(
                f"reps counted as {exercise}, per hour",
                len(heard),
                ghosts / hours if hours else 0.0,
                most,
                "{:.1f}",
                figure=f"{ghosts / hours if hours else 0.0:.1f} ({ghosts} in all)",
            )
        )
    return Part(
        f"REAL daily life with stairs, phone at the waist: nothing to count in {hours:.1f} hours",
        tuple(rows),
    )
