"""The set under way: its reps so far, and what they are like."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.detect.plausibility import (
    CALIBRATED,
    SetModel,
    confidence,
    membership,
    model_of,
)
from tracker.detect.rep_report import (
    CONFIDENT,
    FIRST_REPS,
    starts_s,
)
from tracker.detect.vectors import dot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.detect.features import Movement
    from tracker.detect.lockout import LockoutReference
    from tracker.detect.pairing import RepCandidate
    from tracker.domain import Exercise, Rep


SAME_POSTURE: Final = float(np.cos(np.radians(30.0)))
"""Movements that compete with a set are alike if they start from one posture."""

WEIGHED_REPS: Final = 50
"""Confidence of as many reps is multiplied up at the end of a set; before them, as they come."""

SURE_WITH_HOLES: Final = 0.85
SURE_WITHOUT_GYROSCOPE: Final = 0.93
SURE_UNFINISHED: Final = 0.9
"""Shares of such sets whose count is exact."""

MOST_COMPARED: Final = 8
"""A concentric is compared with the latest reps: the strap slips, and the lifter tires."""

MODELS_KEPT: Final = 8
"""All news of one rep asks for what its set is like, with and without it."""

SETTLED_SHARE: Final = 0.75
"""A first way back of a smaller share of the way there leaves room for another movement before."""

REFERENCE_REPS: Final = 3
"""The set's range is the median of its largest reps: one partial must not lower the mark."""


@dataclass(slots=True, eq=False)
class CountedRep:
    """An announced rep and what was last published of it."""

    candidate: RepCandidate
    index: int
    """Number in the set, from 1."""
    gap: bool = False
    """Whether a gap in the stream cut it."""
    from_rest: bool = True
    """Whether the start of its concentric was seen."""
    hole_after: bool = False
    """Whether the stream had a gap between its end and the next rep."""
    saturated: bool = False
    """Whether the sensor hit the end of its range inside."""
    sag_rad: float | None = None
    """How far the hips sank during the hold, rad; None if unknown."""
    still_s: float | None = None
    """Longest stillness at the bottom after it, s; None if unknown."""
    touched: bool | None = None
    """Whether the hips touched the floor there; None if unknown."""
    beyond_rad: float | None = None
    """How far its top lies beyond those of the set's first reps, rad; None if unknown."""
    compared: tuple[Movement, ...] = ()
    """The concentrics that this was told from."""
    watched: RepCandidate | None = None
    """The candidate whose hold was looked at."""
    level: LockoutReference | None = None
    """The wearer's level when it was done; None without a calibration."""
    leveled: bool = False
    """Whether that is settled, because the rep surely counts."""
    evidence: float = 0.0
    """How much spoke for it when it was last judged, nats."""
    told_from: tuple[object, ...] | None = None
    """What it was told from when it was last looked at, to see that nothing has changed."""
    published: Rep | None = None
    """None until its end, or the lack of one, was published."""


@dataclass(slots=True, eq=False)
class OpenSet:
    """A set while reps may still be added to it."""

    index: int
    """Number in the session, from 1."""
    by_hand: bool
    """Whether the wearer started it."""
    start_s: float
    """Start of its first rep, or time of the key, s."""
    exercise: Exercise
    reps: list[CountedRep] = field(default_factory=list)
    competing: list[RepCandidate] = field(default_factory=list)
    """The latest movements that did not count and are alike; enough of them are a set."""
    refused: dict[int, float] = field(default_factory=dict)
    """Evidence of concentrics that did not count, by the numbers of their segments, nats."""
    doubted: float = 0.0
    """Probability that one of the reps that are weighed no more is none."""
    settled: int = 0
    """As many of the first reps have their level."""
    _largest: list[float] = field(default_factory=list)
    _models: dict[tuple[float, tuple[Movement, ...]], SetModel] = field(default_factory=dict)
    """What was worked out last, by the size and the concentrics that it is of."""

    @property
    def confirmed(self) -> bool:
        """Whether a second rep like the first, or the wearer, has made it a set."""
        return self.by_hand or len(self.reps) > 1

    def lasts(self, *, cut_short: bool) -> bool:
        """Return whether it is a set now that it is over.

        That takes two reps whose end was seen or lost in a gap. A last rep of which the stream or
        a key cut the end off is one as well; one that just never ended was none.
        """
        whole = [rep for rep in self.reps if rep.candidate.eccentric is not None or rep.gap]
        return self.by_hand or len(whole) + cut_short > 1

    @property
    def reference_size(self) -> float | None:
        """Travel of a full rep, in the unit of the track; None before the first."""
        latest = [way_of(rep).size for rep in self.reps[-2:]]
        sizes = sorted((*self._largest, *latest), reverse=True)[:REFERENCE_REPS]
        return (sizes[(len(sizes) - 1) // 2] + sizes[len(sizes) // 2]) / 2.0 if sizes else None

    def add(self, counted: CountedRep) -> None:
        """Take a rep; of those whose size no longer changes only the largest are kept in mind."""
        if len(self.reps) > 1:
            sizes = sorted((*self._largest, way_of(self.reps[-2]).size), reverse=True)
            self._largest = sizes[:REFERENCE_REPS]
        self.reps.append(counted)
        if len(self.reps) > WEIGHED_REPS:
            past = self.reps[-WEIGHED_REPS - 1]
            self.doubted = 1.0 - (1.0 - self.doubted) * confidence(past.evidence)
            # What is kept of an old rep must be little: collecting garbage looks at all of it.
            past.told_from, past.compared = None, ()
            for leg in (past.candidate.concentric, past.candidate.eccentric):
                if leg is not None:
                    leg.keep()

    def model(self, without: RepCandidate | None = None) -> SetModel | None:
        """Return what the latest reps are like, but for a candidate; None before the first."""
        reps = self.reps[-MOST_COMPARED:]
        ways = [way_of(rep) for rep in reps if rep.candidate is not without]
        if not ways:
            return None
        size = self.reference_size or ways[-1].size
        of = size, tuple(ways)
        model = self._models.get(of)
        if model is None:
            if len(self._models) >= MODELS_KEPT:
                self._models.clear()
            model = self._models[of] = model_of(ways, size)
        return model

    def weigh_before(self, passed: Iterable[RepCandidate]) -> None:
        """Weigh movements that passed before the first rep, and may have been reps of the set."""
        model, starts_s = self.model(), self.reps[0].candidate.first.start_s
        for candidate in sorted(passed, key=lambda each: -each.end_s):
            up, rested_s = candidate.concentric, starts_s - candidate.end_s
            if model is None or up is None or not 0.0 <= rested_s <= self.exercise.set_gap_s:
                continue
            said = membership(self.exercise, model, up, confirmed=True)
            if said > -math.inf:
                self.refused[candidate.number] = said
            if said > 0.0:
                starts_s = candidate.first.start_s

    def count_confidence(self) -> float:
        """Return the probability that the number of reps is exact.

        It is exact if every counted rep was one and no refused concentric was. Gaps, a missing
        gyroscope and a last rep whose end was not seen lower it further.
        """
        sure = 1.0 - self.doubted
        for counted in self.reps[-WEIGHED_REPS:]:
            sure *= confidence(counted.evidence)
        for refused in self.refused.values():
            sure *= 1.0 - confidence(refused - CALIBRATED)
        if any(counted.gap or counted.hole_after for counted in self.reps):
            sure *= SURE_WITH_HOLES
        if not concentric_of(self.reps[-1].candidate).by_gyroscope:
            sure *= SURE_WITHOUT_GYROSCOPE
        if self.reps[-1].candidate.eccentric is None:
            sure *= SURE_UNFINISHED
        return sure

    def find(self, candidate: RepCandidate) -> CountedRep | None:
        """Return the rep that was announced for a candidate."""
        for rep in reversed(self.reps):
            if rep.candidate.number <= candidate.number:
                return rep if rep.candidate.number == candidate.number else None
        return None

    def next_start_s(self, counted: CountedRep) -> float | None:
        """Return when the rep after this one starts, s; None after the last.

        With a gap before it nobody knows: there may have been another in between.
        """
        if counted.hole_after:
            return None
        following = self.reps[counted.index : counted.index + 1]
        return starts_s(following[0].candidate, self.exercise) if following else None

    def end_before_s(self, counted: CountedRep) -> float:
        """Return the published end of the rep before this one, s; minus infinity without one."""
        for before in self.reps[counted.index - 2 : counted.index - 1]:
            if before.published is not None:
                return before.published.end_s
        return -math.inf

    def told_from(
        self, counted: CountedRep, next_start_s: float | None
    ) -> tuple[object, ...] | None:
        """Return all that a rep is told from; None if it depends on more than that."""
        if confidence(counted.evidence) < CONFIDENT:
            return None
        return (
            counted.candidate,
            counted.level,
            counted.evidence,
            counted.still_s,
            counted.touched,
            counted.gap,
            counted.from_rest,
            counted.saturated,
            next_start_s,
            self.end_before_s(counted),
            self.reference_size,
            self.first_concentrics(counted),
        )

    def first_concentrics(self, counted: CountedRep) -> tuple[Movement, ...]:
        """Return the concentrics of the set's first reps before this one: its own lockouts."""
        before = self.reps[: min(counted.index - 1, FIRST_REPS)]
        return tuple(concentric_of(rep.candidate) for rep in before)

    def compete(self, candidate: RepCandidate) -> None:
        """Keep a movement that did not count, with those before it if they are like it."""
        kept = [each for each in self.competing if each.number != candidate.number]
        if kept and not (
            0.5 <= size_of(candidate) / size_of(kept[-1]) <= 2.0
            and _one_posture(kept[-1], candidate)
        ):
            kept = []
        self.competing = [*kept[-MOST_COMPARED:], candidate]


def size_of(candidate: RepCandidate) -> float:
    """Return the travel of the concentric, in the unit of the track."""
    return concentric_of(candidate).size


def way_of(rep: CountedRep) -> Movement:
    """Return a concentric as the reps after it are compared with it.

    Who settles in and lifts at once goes further up than back: a first rep begins where it ends.
    """
    up, back = concentric_of(rep.candidate), rep.candidate.eccentric
    if rep.index > 1 or back is None or back.start_s < up.start_s:
        return up
    if back.size > SETTLED_SHARE * up.size:
        return up
    return replace(up, size=back.size, axis=-back.axis, from_up=back.to_up)


def _one_posture(first: RepCandidate, second: RepCandidate) -> bool:
    """Return whether two candidates began in one posture."""
    return dot(concentric_of(first).from_up, concentric_of(second).from_up) >= SAME_POSTURE


def concentric_of(candidate: RepCandidate) -> Movement:
    """Return the concentric of a candidate that has come so far."""
    if candidate.concentric is None:
        raise ValueError("the candidate has no concentric yet")
    return candidate.concentric
