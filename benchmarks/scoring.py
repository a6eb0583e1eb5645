"""Which sets were found: simulated truth against what the engine and the peak counter say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from comparing import What, compare, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comparing import Differences
    from running import Outcome

    from tracker.domain import Gap, Rep
    from tracker.sim import SessionTruth, SetTruth

LONG_GAP_S: Final = 0.25
"""A rep with a longer hole inside may be missed, but not invented."""

CONFIDENT: Final = 0.95
"""A set told with this confidence is told as sure."""

PEAK_MARGIN_S: Final = 1.0
"""A peak this far outside a set still is of its first or last rep."""


@dataclass(slots=True)
class Tally:
    """How one counter did."""

    exact: int = 0
    within_one: int = 0
    ghosts: int = 0

    def add(self, other: Tally) -> None:
        """Take the sums of another."""
        self.exact += other.exact
        self.within_one += other.within_one
        self.ghosts += other.ghosts


@dataclass(slots=True)
class Score:
    """Adds up sessions of one kind."""

    sessions: int = 0
    without_gyroscope: int = 0
    sets: int = 0
    ours: Tally = field(default_factory=Tally)
    peaks: Tally = field(default_factory=Tally)
    differences: Differences = field(default_factory=dict)

    def add(self, other: Score) -> None:
        """Take the sums of another score."""
        self.sessions += other.sessions
        self.without_gyroscope += other.without_gyroscope
        self.sets += other.sets
        self.ours.add(other.ours)
        self.peaks.add(other.peaks)
        for what, values in other.differences.items():
            self.differences.setdefault(what, []).extend(values)


def score_session(
    truth: SessionTruth, outcome: Outcome, peaks_s: Sequence[float], *, gyroscope: bool
) -> Score:
    """Score one simulated session.

    A found rep belongs to the true one whose concentric it overlaps most. A set is exact if each
    of its reps was found once, in one set, and nothing was found besides. Reps with a hole of
    more than 0.25 s inside may be missing.
    """
    gaps = [gap for gap in truth.gaps if gap.end_s - gap.start_s > LONG_GAP_S]
    found = [(number, rep) for number, reps in enumerate(outcome.sets) for rep in reps]
    score = Score(sessions=1, without_gyroscope=not gyroscope, peaks=_tally(truth, peaks_s))
    matched: set[int] = set()
    for true_set in truth.sets:
        pairs = _pairs(true_set, found, matched)
        homes = {pair[0] for _, pair in pairs if pair is not None}
        whole = [(rep, pair) for rep, pair in pairs if not _cut(rep, gaps)]
        missing = sum(pair is None for _, pair in whole)
        strangers = sum(
            1
            for _, rep in found
            if true_set.start_s <= rep.start_s <= true_set.end_s and id(rep) not in matched
        )
        score.sets += 1
        exact = missing == 0 and strangers == 0 and len(homes) <= 1
        score.ours.exact += exact
        for home in homes:
            sure = (outcome.confidences[home] or 0.0) >= CONFIDENT
            note(score.differences, What.CONFIDENT, sure)
            if sure:
                note(score.differences, What.CONFIDENT_EXACT, exact)
        score.ours.within_one += missing + strangers <= 1
        for rep, pair in whole:
            got = None if pair is None else pair[1]
            compare(
                score.differences,
                rep,
                got,
                outcome.announcements,
                outcome.lowerings,
                gyroscope=gyroscope,
            )
    score.ours.ghosts = sum(id(rep) not in matched for _, rep in found)
    return score


def _cut(rep: Rep, gaps: list[Gap]) -> bool:
    return any(rep.start_s < gap.end_s and rep.end_s > gap.start_s for gap in gaps)


def _pairs(
    true_set: SetTruth, found: list[tuple[int, Rep]], matched: set[int]
) -> list[tuple[Rep, tuple[int, Rep] | None]]:
    """Return each true rep with the found one that is it, if any."""
    pairs: list[tuple[Rep, tuple[int, Rep] | None]] = []
    for rep in true_set.reps:
        concentric = rep.phases[0]
        overlaps = [
            (
                min(got.phases[0].end_s, concentric.end_s)
                - max(got.phases[0].start_s, concentric.start_s),
                number,
            )
            for number, (_, got) in enumerate(found)
            if id(got) not in matched
        ]
        most, number = max(overlaps, default=(0.0, -1))
        if most > 0.0:
            matched.add(id(found[number][1]))
        pairs.append((rep, found[number] if most > 0.0 else None))
    return pairs


def _tally(truth: SessionTruth, peaks_s: Sequence[float]) -> Tally:
    """Return how the peak counter did, to which every peak near a set is a rep of it."""
    tally, near = Tally(), 0
    for true_set in truth.sets:
        first_s, last_s = true_set.start_s - PEAK_MARGIN_S, true_set.end_s + PEAK_MARGIN_S
        counted = sum(first_s <= peak_s <= last_s for peak_s in peaks_s)
        tally.exact += counted == len(true_set.reps)
        tally.within_one += abs(counted - len(true_set.reps)) <= 1
        near += counted
    tally.ghosts = len(peaks_s) - near
    return tally
