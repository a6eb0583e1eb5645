"""What was found against what is true."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import Phase, RepCounted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import Event, Gap, Ledger, Rep
    from tracker.sim import SessionTruth, SetTruth

LONG_GAP_S = 0.25
"""A rep with a longer hole inside may be missed, but not invented."""


@dataclass(slots=True)
class Score:
    """Adds up sessions of one kind."""

    sets: int = 0
    exact: int = 0
    within_one: int = 0
    ghosts: int = 0
    baseline_exact: int = 0
    sessions: int = 0
    errors: dict[str, list[float]] = field(default_factory=dict)

    def add(self, other: Score) -> None:
        """Take the sums of another score."""
        self.sets += other.sets
        self.exact += other.exact
        self.within_one += other.within_one
        self.ghosts += other.ghosts
        self.baseline_exact += other.baseline_exact
        self.sessions += other.sessions
        for name, values in other.errors.items():
            self.errors.setdefault(name, []).extend(values)

    def error(self, name: str, value: float | None) -> None:
        """Note one difference between found and true."""
        if value is not None:
            self.errors.setdefault(name, []).append(value)


def score_session(
    truth: SessionTruth,
    ledger: Ledger,
    said: Sequence[tuple[Event, float | None]],
    baseline_count: int,
) -> Score:
    """Score one simulated session.

    A found rep belongs to the true one whose concentric it overlaps most. A set is exact if each
    of its reps was found once, in one set, and nothing was found besides. Reps with a hole of
    more than 0.25 s inside may be missing.
    """
    gaps = [gap for gap in truth.gaps if gap.end_s - gap.start_s > LONG_GAP_S]
    found = [(record.index, rep) for record in ledger.sets for rep in record.reps]
    counted_at = {
        round(event.at_s, 6): newest_s for event, newest_s in said if isinstance(event, RepCounted)
    }
    score = Score(sessions=1)
    matched: set[int] = set()
    for true_set in truth.sets:
        pairs = _pairs(true_set, found, matched)
        needed = [rep for rep in true_set.reps if not _cut(rep, gaps)]
        homes = {index for _, (index, _) in pairs}
        missing = len(needed) - sum(1 for rep, _ in pairs if not _cut(rep, gaps))
        strangers = sum(
            1
            for index, rep in found
            if true_set.start_s <= rep.start_s <= true_set.end_s and id(rep) not in matched
        )
        score.sets += 1
        score.exact += missing == 0 and strangers == 0 and len(homes) <= 1
        score.within_one += missing + strangers <= 1
        for rep, (_, got) in pairs:
            if not _cut(rep, gaps):
                _compare(score, rep, got, counted_at)
    score.ghosts = sum(1 for _, rep in found if id(rep) not in matched)
    score.baseline_exact = baseline_count == sum(len(true_set.reps) for true_set in truth.sets)
    return score


def spread(values: Iterable[float]) -> tuple[float, float, float, float]:
    """Return mean, standard deviation, median and 95th percentile of the absolute values."""
    array = np.array(list(values))
    size = np.abs(array)
    return (
        float(array.mean()),
        float(array.std()),
        float(np.median(size)),
        float(np.percentile(size, 95)),
    )


def _cut(rep: Rep, gaps: list[Gap]) -> bool:
    return any(rep.start_s < gap.end_s and rep.end_s > gap.start_s for gap in gaps)


def _pairs(
    true_set: SetTruth, found: list[tuple[int, Rep]], matched: set[int]
) -> list[tuple[Rep, tuple[int, Rep]]]:
    pairs = []
    for rep in true_set.reps:
        way_up = rep.phases[0]
        overlaps = [
            (
                min(got.phases[0].end_s, way_up.end_s)
                - max(got.phases[0].start_s, way_up.start_s),
                number,
            )
            for number, (_, got) in enumerate(found)
            if id(got) not in matched
        ]
        most, number = max(overlaps, default=(0.0, -1))
        if most > 0.0:
            matched.add(id(found[number][1]))
            pairs.append((rep, found[number]))
    return pairs


def _compare(score: Score, true: Rep, got: Rep, counted_at: dict[float, float | None]) -> None:
    true_spans = {span.phase: span for span in true.phases}
    for span in got.phases:
        score.error("phase boundary, s", span.start_s - true_spans[span.phase].start_s)
    last = true_spans.get(got.phases[-1].phase)
    if last is not None:
        score.error("phase boundary, s", got.end_s - last.end_s)
    if got.lockout_s is not None and true.lockout_s is not None:
        score.error("lockout duration, s", got.lockout_s - true.lockout_s)
    if got.rom_deg is not None and true.rom_deg is not None:
        score.error("range of motion, °", got.rom_deg - true.rom_deg)
    concentric_s = true.concentric_s or 0.0
    if 0.8 <= concentric_s <= 1.5:
        if got.rise_m is not None and true.rise_m is not None:
            score.error("rise, m (up in 0.8-1.5 s)", got.rise_m - true.rise_m)
        if got.mean_velocity_mps is not None and true.mean_velocity_mps is not None:
            score.error(
                "mean velocity, m/s (up in 0.8-1.5 s)",
                got.mean_velocity_mps - true.mean_velocity_mps,
            )
    newest_s = counted_at.get(round(true_spans[Phase.CONCENTRIC].end_s, 6))
    if newest_s is None:
        newest_s = _nearest(counted_at, got)
    if newest_s is not None:
        score.error("count latency, s", newest_s - true_spans[Phase.CONCENTRIC].end_s)


def _nearest(counted_at: dict[float, float | None], got: Rep) -> float | None:
    """Return when the rep was announced: the announcement within its concentric's last part."""
    way_up = got.phases[0]
    said = [
        newest_s
        for at_s, newest_s in counted_at.items()
        if newest_s is not None and way_up.start_s < at_s <= way_up.end_s + 0.5
    ]
    return said[0] if said else None
