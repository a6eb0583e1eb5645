"""How much a movement speaks for being part of a rep, and for being one of its set.

Each criterion compares two stories: the movement is of a rep, or it is anything else that hips do.
Its evidence is the logarithm of how much more likely the measure is under the first than under
the second, in nats: positive for a rep, negative against, near zero where the measure is too
uncertain to tell. Evidence adds up. A movement counts if the sum, with what is known beforehand,
is positive: the choice that is wrong least often.

What a measure is uncertain by is part of both stories. The radius of a slow lift is known to 30 cm
before the accelerometer's offset is, and then says nothing; that of a brisk one to 2 cm, and then
a sit-up cannot pass for a lift. The densities are wide on purpose: they are of people, tempi and
sensors that nobody here has seen, and each has a share of outliers so that no single measure
decides against all others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tracker.detect.features import RADIUS_M, WHOLE_OF_ARC
from tracker.domain import LiftSignal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tracker.detect.features import Movement
    from tracker.detect.segmentation import Segment
    from tracker.domain import Exercise

MOST_ROTATION_RAD: Final = float(np.radians(90.0))
"""The longest hip thrust turns by 55°; sitting up from lying turns by more than this."""

SHORTEST_WAY_S: Final = 0.2
"""Hips lifted by 15° as fast as anybody can, between the boundaries; a step of walking takes
0.3 s."""

SHORTEST_WAY_OF_ARC_S: Final = 0.1
"""The same without a gyroscope, where only the middle 70 % of the travel is counted, which takes
0.41 of a movement, and less where pushing and braking lean gravity as well."""

LONGEST_WAY_S: Final = 12.0
"""A slower movement is not part of a rep: rehab reps take up to 8 s in all."""

MOST_ROTATION_OF_ARC_RAD: Final = float(np.radians(75.0))
"""The longest hip thrust, some give of the lower back, and what its acceleration tilts gravity by;
knees that roll from side to side turn a thigh by more."""

BEFORE: Final = -3.0
"""Prior of a movement that no set waits for: one in twenty of them is a rep."""

BEFORE_OF_ARC: Final = -2.3
"""The same without a gyroscope, which finds no segment where hips turn about the vertical: one in
eleven."""

PENDING: Final = -4.0
"""A movement with more evidence than this is kept in mind: if reps like it follow, it was the
first of them."""

IN_SET: Final = 1.0
"""Prior of a movement in a set that is under way: most of them are the next rep."""

MOST_AGAINST: Final = 8.0
"""One criterion never says more than this against a rep (nor for one): 1 in 3000."""

MOST_FOR_SET: Final = 2.5
"""Steps are alike as well: being like a set says more against a movement than for it."""

MOST_FOR_OWN: Final = 2.0
"""The same for how a movement in a set goes: sitting up after it is as smooth and straight."""

LATEST_TEMPO: Final = 3
"""As many of the latest reps show a set's tempo: lifters tire."""

MOST_FOR_SMOOTH: Final = 3.0
"""Nats that the criteria of `OF_SMOOTHNESS` say for a young set at most: one in twenty of other
things done over and over goes as smoothly."""

OF_SMOOTHNESS: Final = ("coherence", "planarity", "about_vertical", "duration")
"""Criteria of how a movement goes, which whatever is done with care fulfils together."""

HOVER: Final = 0.08
"""Hips that hover between reps come back to within this share of the range, in the mean."""

AT_ONCE_S: Final = 0.05
TURNED_AT_ONCE: Final = 0.04
"""The same where they turn round within so little, from boundary to boundary: a rep that touches
and goes turns at its bottom, a dip in a hold anywhere."""

BACK_SHARE: Final = 0.35
"""Whoever swings about the middle begins with half a swing, less where it fades in."""

BACK_BEFORE_SET: Final = 0.03
BACK_BEFORE_SET_OF_ARC: Final = 0.1
BACK_BEFORE_ELSE: Final = 0.5
"""Shares that began with the way back: of sets those whose first rep was missed, without a
gyroscope often as one with lying down; of what else is done over and over one half, because it
begins at the one end as often as at the other."""

OF_THE_SET: Final = ("turn", "radius", "upright", "across")
"""Criteria in whose place a set has its own measure."""

CALIBRATED: Final = 2.0
"""Nats that turn evidence into the share of reps that are such, on sessions with a known count."""

SAME_RADIUS_M: Final = 0.07
"""Reps of a set, and the ways of a rep, have the same radius give or take this."""

OTHER_RADIUS_M: Final = 0.4
"""The same for movements that have nothing to do with each other."""

MOST_FOR_RETURN: Final = 0.3
"""Nats that `returns` says for a set at most: most other repeated movements also come back the way
they went. Standing up from a chair does not."""

RADIUS_SD_M: Final = 0.09
"""What `RADIUS_M` is off by: of people, and of where the sensor is worn."""

LONG_RADIUS_SD_M: Final = 0.15
"""The same for longer ones: a back that arches on the way up turns the pelvis by less than the
trunk, by a quarter or so."""

THIGH_RADIUS_M: Final = 0.2
THIGH_RADIUS_SD_M: Final = 0.07
"""A thigh turns about the knee: a phone in a pocket is 0.1 to 0.3 m away from it."""

FULL_SHARE: Final = 0.8
"""A concentric of this share of the set's range shows what its top is like."""

AWAY_SD_DEG: Final = 15.0
"""What the turn away from upright is off by: sway, and where the steps or the set showed it."""

MOST_FOR_LYING: Final = 0.3
"""Whoever lies down for a set also stretches, rolls and sits up there."""

FOLDING_SD_M: Final = 0.1
"""Who sits up or leans turns about the hips, with the sensor within so much of them."""

TREMBLE_RADPS: Final = float(np.radians(5.0))
"""Hips that sway or shake turn at so much, whatever the lift's own speed."""

TREMBLERS: Final = 0.3
"""Share of lifters, or of their days, who do; gravity's arc always does."""


class Criterion(NamedTuple):
    """One measure of a movement, and what it says."""

    name: str
    value: float
    evidence: float
    """Nats for (positive) or against being of a rep."""


def criteria(exercise: Exercise, movement: Movement) -> tuple[Criterion, ...]:
    """Return what each measure of a movement, up or down, says about being of a rep.

    Notes
    -----
    Error models, each as (of a rep) against (of anything else):

    turn
        Normal about the exercise's usual range, a fifth of all reps anywhere between its limits;
        against evenly spread up to 150°.
    radius
        Normal about `RADIUS_M`; against folding about the hips, or anything. All with the standard
        deviation of the measured rise over the chord of the turn.
    coherence
        A rigid trunk rises as it turns: what is missing to 1 has a mean of 0.05, and more where
        the rise itself is uncertain; against 0.45, as in daily life.
    planarity, about_vertical
        Likewise for the share of turning about other axes, and about the vertical.
    duration
        Log-normal about 1.2 s; against 0.6 s. Steps are quicker than lifts.
    upright, across
        See `lying`.

    Without a gyroscope `lean_share` widens both stories of radius, coherence, planarity and
    duration, and jolts are taken for turns.
    """
    if exercise.signal is LiftSignal.HEIGHT:
        return ()
    if movement.weighed is None or movement.weighed[0] is not exercise:
        # It is asked for by everybody who judges the movement.
        movement.weighed = (exercise, _weighed(exercise, movement))
    found: tuple[Criterion, ...] = movement.weighed[1]
    return found


def _weighed(exercise: Exercise, movement: Movement) -> tuple[Criterion, ...]:
    radius_m, sd_m = abs(movement.radius_m), movement.radius_sd_m
    share, leaning = min(sd_m / RADIUS_M, 1.0), movement.lean_share
    mean = 0.05 + 0.5 * share * share + leaning
    coherence = _missing(1.0 - movement.coherence, mean, 0.45)
    size, duration_s = movement.size, max(movement.duration_s, 1e-3)
    if not movement.by_gyroscope:
        # From posture to posture; the travel was read while it trembled.
        size, duration_s = movement.rotation_rad, WHOLE_OF_ARC * duration_s
    turning = abs(math.log(max(movement.rotation_rad, 1e-6) / max(movement.size, 1e-6)))
    of_else = 0.5 * _decay(turning, 0.1) + 0.5 * _decay(turning, 0.8)
    lasts = _ratio(
        _lognormal(duration_s, 1.2, math.hypot(0.65, leaning)),
        _lognormal(duration_s, 0.6, math.hypot(0.8, leaning)),
    )
    return (
        Criterion("turn", size, _turn(exercise, size)),
        Criterion("radius", radius_m, _own_radius(exercise, movement, radius_m, sd_m)),
        Criterion("coherence", movement.coherence, coherence),
        Criterion("planarity", movement.planarity, _planarity(exercise, movement)),
        Criterion("about_vertical", turning, _ratio(_decay(turning, 0.08), of_else)),
        Criterion("duration", duration_s, lasts),
        *lying(exercise, movement),
    )


def lying(exercise: Exercise, movement: Movement) -> tuple[Criterion, ...]:
    """Return what the upright posture, if something has shown it, says about a movement.

    Notes
    -----
    Error models, of a rep against of anything else; with the probability `upright_doubt` the
    sensor is worn another way, and then a rep ends anywhere.

    upright
        Normal about the exercise's `top_deg`, for the angle between the posture at the top and
        upright; against half of all movements ending upright, within 15°, the others anywhere.
    across
        Half-normal, 15°, for how far the axis is from lying across the body; against half of all
        movements anywhere. Without a gyroscope the axis is too uncertain.
    """
    upright = movement.upright
    if upright is None:
        return ()
    ends = [_apart_deg(posture, upright) for posture in (movement.from_up, movement.to_up)]
    top = ends[rises(movement) > 0.0]
    usual, spread = exercise.top_deg
    doubt = movement.upright_doubt
    of_rep = (1.0 - doubt) * _normal(top, usual, spread) + doubt / 120.0
    of_else = 0.5 * _half_normal(top, 15.0) + 0.5 / 120.0
    found = Criterion("upright", top, min(_ratio(of_rep, of_else), MOST_FOR_LYING))
    if not movement.by_gyroscope:
        return (found,)
    aside = abs(90.0 - _apart_deg(movement.axis, upright))
    of_rep = (1.0 - doubt) * _half_normal(aside, 15.0) + doubt / 90.0
    of_else = 0.5 * _half_normal(aside, 15.0) + 0.5 / 90.0
    across = Criterion("across", aside, min(_ratio(of_rep, of_else), MOST_FOR_LYING))
    return (found, across)


def turns_away(movement: Movement) -> float:
    """Return how much the upright posture speaks for having gone up, nats; negative for down.

    Notes
    -----
    Hips that rise turn away from upright by all that they turn, and come back on the way down,
    give or take 15° of sway and of what was shown. It knows nothing of the accelerometer's offset.
    """
    if movement.upright is None:
        return 0.0
    before_deg, after_deg = (
        _apart_deg(posture, movement.upright) for posture in (movement.from_up, movement.to_up)
    )
    change, size = after_deg - before_deg, math.degrees(movement.size)
    sure, doubt = 1.0 - movement.upright_doubt, movement.upright_doubt
    up = sure * _normal(change, size, AWAY_SD_DEG) + doubt / 180.0
    down = sure * _normal(change, -size, AWAY_SD_DEG) + doubt / 180.0
    return _ratio(up, down)


def _planarity(exercise: Exercise, movement: Movement) -> float:
    """Return what the share of turning about other axes says: the slower, the more is tremble."""
    missing = 1.0 - movement.planarity
    steady = exercise.usual_unevenness + movement.lean_share
    turned_rad = TREMBLE_RADPS * movement.duration_s
    power = (turned_rad / max(movement.size, 1e-6)) ** 2
    trembling = steady + power / (1.0 + power)
    share = TREMBLERS if movement.by_gyroscope else 1.0
    of_rep = (1.0 - share) * _decay(missing, steady) + share * _decay(missing, trembling)
    return _ratio(of_rep, _decay(missing, 0.28))


def _turn(exercise: Exercise, size: float) -> float:
    usual, spread = exercise.usual_range_deg
    room_deg = math.degrees(MOST_ROTATION_RAD) - exercise.least_range_deg
    of_rep = 0.8 * _normal(math.degrees(size), usual, spread) + 0.2 / room_deg
    return _ratio(of_rep, 1.0 / 150.0)


def quietest(movement: Movement) -> float:
    """Return the jolt before a movement, or before the row of lifts that it goes on, m/s²."""
    return min(movement.jolt_before_mps2, movement.row_jolt_mps2)


def quiet(movement: Movement) -> Criterion:
    """Return what the seconds before a movement say about being the first rep of a set.

    Lifters lie before they lift, and so do people who sit up; people who walk jolt their hips.
    """
    jolt = max(quietest(movement), 0.01)
    of_else = 0.6 * _lognormal(jolt, 0.15, 0.9) + 0.4 * _lognormal(jolt, 1.8, 0.5)
    return Criterion("quiet", jolt, min(_ratio(_lognormal(jolt, 0.15, 0.9), of_else), 0.5))


def from_bottom(first: Movement) -> float:
    """Return what the movement just before the first of a set says, nats.

    A set begins at the bottom, from rest. Whoever bends over plates, sits down or swings goes the
    other way first, by as much, or by half of it.
    """
    back = BACK_BEFORE_SET if first.by_gyroscope else BACK_BEFORE_SET_OF_ARC
    if first.back_rad >= BACK_SHARE * first.size:
        return _ratio(back, BACK_BEFORE_ELSE)
    return _ratio(1.0 - back, 1.0 - BACK_BEFORE_ELSE)


def returns(up: Movement, down: Movement) -> float:
    """Return what the way back says next to the way up, nats.

    Hips come down about the pivot that they went up about, so rise and turn keep their ratio. Who
    stands up from a chair and sits down leans on the way, at one time or another. One rep in
    twenty loses it: plates that land, a seat that gives.
    """
    sd_m = math.hypot(up.radius_sd_m, down.radius_sd_m)
    # The turn has no sign: a fall has a radius below zero.
    apart_m = up.radius_m + down.radius_m
    of_else = _normal(apart_m, 0.0, math.hypot(OTHER_RADIUS_M, sd_m))
    of_rep = 0.95 * _normal(apart_m, 0.0, math.hypot(SAME_RADIUS_M, sd_m)) + 0.05 * of_else
    return min(_ratio(of_rep, of_else), MOST_FOR_RETURN)


def possible(exercise: Exercise, movement: Movement, range_rad: float = math.inf) -> bool:
    """Return whether size and duration are within what hips can do at all in the exercise."""
    if not movement.duration_s <= LONGEST_WAY_S:
        return False
    if exercise.signal is LiftSignal.HEIGHT:
        return movement.duration_s >= SHORTEST_WAY_S and movement.size >= exercise.least_rise_m
    if movement.by_gyroscope:
        least = min(math.radians(exercise.least_range_deg), exercise.rep_share * range_rad)
        brief = movement.duration_s < SHORTEST_WAY_S
        return not brief and least <= movement.size <= MOST_ROTATION_RAD
    least = math.radians(exercise.least_range_of_arc_deg)
    return (
        movement.duration_s >= SHORTEST_WAY_OF_ARC_S
        # From posture to posture; the travel was read while it trembled.
        and least <= movement.rotation_rad <= MOST_ROTATION_OF_ARC_RAD
    )


def possible_size(exercise: Exercise, segment: Segment) -> bool:
    """Return whether the size of a segment that is over is within what `possible` allows.

    Without a gyroscope its travel does not tell.
    """
    if exercise.signal is LiftSignal.HEIGHT or segment.axis is None:
        return True
    return math.radians(exercise.least_range_deg) <= segment.travel <= MOST_ROTATION_RAD


def worth_measuring(exercise: Exercise, segment: Segment, *, in_set: bool) -> bool:
    """Return whether a segment that goes on may be part of a rep, by its size alone."""
    if exercise.signal is LiftSignal.HEIGHT or segment.axis is None:
        return True
    least = math.radians(exercise.least_range_deg)
    return segment.travel >= (0.5 * least if in_set else least) and (
        segment.travel <= MOST_ROTATION_RAD
    )


def evidence(exercise: Exercise, movement: Movement, *, first: bool = True) -> float:
    """Return how much speaks for the movement, up or down, being part of a rep, nats.

    Parameters
    ----------
    exercise
        What is trained.
    movement
        The movement.
    first
        Whether no set waits for it, so that what came before it counts as well.

    Returns
    -------
    float
        The sum of all criteria and what is known beforehand; minus infinity where it is
        impossible.
    """
    if not possible(exercise, movement):
        return -math.inf
    if exercise.signal is LiftSignal.HEIGHT:
        return 3.0
    said = math.fsum(each.evidence for each in criteria(exercise, movement))
    return before(movement) + said + (quiet(movement).evidence if first else 0.0)


def before(movement: Movement) -> float:
    """Return what is known of a movement beforehand, nats."""
    return BEFORE if movement.by_gyroscope else BEFORE_OF_ARC


def of_a_row(exercise: Exercise, movement: Movement) -> bool:
    """Return whether the movement, up or down, may be one of a row of reps.

    Without a gyroscope that takes others like it to tell.
    """
    alike = 0.0 if movement.by_gyroscope else MOST_FOR_SET
    return evidence(exercise, movement, first=False) + alike > 0.0


def rises(movement: Movement) -> float:
    """Return how much speaks for having gone up, nats; negative for down.

    Notes
    -----
    Both stories have the same size, so only the sign of the rise and its uncertainty matter. The
    turn away from upright, where that is known, says it as well.
    """
    variance = RADIUS_SD_M**2 + movement.radius_sd_m**2
    return 2.0 * movement.radius_m * RADIUS_M / variance + turns_away(movement)


@dataclass(frozen=True, slots=True, eq=False)
class SetModel:
    """What the reps of a set are like, as far as they tell."""

    size: float
    """Travel of a full concentric, rad or m."""
    bottom: NDArray[np.float64]
    """Up in sensor axes at the bottom of the latest rep, shape (3,)."""
    top: NDArray[np.float64]
    """Up in sensor axes at the top of the latest full rep, shape (3,)."""
    axis: NDArray[np.float64]
    """Axis of the latest concentric, shape (3,)."""
    radius_m: float
    """Mean radius of the concentrics, weighted by what each is worth, m."""
    radius_sd_m: float
    """Standard deviation of what that mean is off by, m."""
    duration_s: float
    """Median duration of the latest concentrics, s."""


def model_of(ways: Sequence[Movement], size: float) -> SetModel:
    """Return what a set is like, from its concentrics, the latest last; a full one has `size`."""
    full = [up for up in ways if up.size >= FULL_SHARE * size] or ways
    weights = [1.0 / (RADIUS_SD_M**2 + up.radius_sd_m**2) for up in ways]
    # Before the first rep has told, the set's radius is that of anybody.
    usual = 1.0 / RADIUS_SD_M**2
    total = math.fsum((usual, *weights))
    radii = [w * up.radius_m for w, up in zip(weights, ways, strict=True)]
    radius_m = math.fsum((usual * RADIUS_M, *radii)) / total
    return SetModel(
        size=size,
        bottom=ways[-1].from_up,
        top=full[-1].to_up,
        axis=full[-1].axis,
        radius_m=radius_m,
        radius_sd_m=math.sqrt(1.0 / total),
        duration_s=median(up.duration_s for up in ways[-LATEST_TEMPO:]),
    )


def set_criteria(exercise: Exercise, model: SetModel, up: Movement) -> tuple[Criterion, ...]:
    """Return what each comparison of a concentric with its set says about being one of its reps.

    Notes
    -----
    Error models, of a rep of the set against of anything else:

    size
        Log-normal with 12 % about a full rep, one in eight a partial of half or more; against
        anything from a fifth to five times.
    bottom, top
        Half-normal angles of 6° about the postures of the latest reps, one in twenty with a strap
        that slipped, and a fifth of the tops with a lockout that was missed; against any posture.
    began
        How far above the bottom it begins, as a share of the range: mean 0.08, for hips that
        hover between reps, or 0.04 where they turn round at once; against anywhere. Counts only
        against: a lifter who starts half-way up is recovering from a dip.
    axis
        Half-normal with 12°; against half of them any.
    radius
        Normal about that of the set with 7 cm, and what both are off by.
    tempo
        Log-normal about the duration of the latest reps, with 35 %, one in seven like anything
        else: a last rep that grinds; against 80 %. A shorter way takes less time, by the root.

    Without a gyroscope sizes and angles are off by 1.6 times as much.
    """
    ratio = math.log(max(up.size, 1e-6) / max(model.size, 1e-6))
    height = exercise.signal is LiftSignal.HEIGHT
    loose = 1.0 if up.by_gyroscope and not height else 1.6
    if height:
        loose = 2.2
    least = math.log(exercise.rep_share)
    partial = 0.12 / (math.log(1.6) - least) if least <= ratio <= math.log(1.6) else 0.0
    found = [
        Criterion(
            "size",
            ratio,
            _ratio(0.88 * _normal(ratio, 0.0, 0.12 * loose) + partial, 1.0 / 3.2),
        )
    ]
    bottom = _apart_deg(up.from_up, model.bottom)
    of_else = 0.5 * _half_normal(bottom, 8.0 * loose) + 0.5 / 90.0
    of_rep = 0.95 * _half_normal(bottom, 6.0 * loose) + (0.05 / 40.0 if bottom < 40.0 else 0.0)
    found.append(Criterion("bottom", bottom, _ratio(of_rep, of_else)))
    if height:
        return tuple(found)
    above = _above_bottom(model, up)
    usual = TURNED_AT_ONCE if up.since_s < AT_ONCE_S else HOVER
    began = min(_ratio(_decay(above, usual * loose), 1.0), 0.0)
    found.append(Criterion("began", above, began))
    top = _apart_deg(up.to_up, model.top)
    of_rep = 0.8 * _half_normal(top, 6.0 * loose) + (0.2 / 30.0 if top < 30.0 else 0.0)
    found.append(Criterion("top", top, _ratio(of_rep, 1.0 / 120.0)))
    aside = _apart_deg(up.axis, model.axis)
    of_rep = _half_normal(aside, 12.0 * loose)
    of_else = 0.5 * of_rep + 0.5 / 90.0
    found.append(Criterion("axis", aside, _ratio(0.97 * of_rep + 0.03 / 90.0, of_else)))
    sd_m = math.hypot(up.radius_sd_m, model.radius_sd_m)
    same = _radius(up.radius_m, model.radius_m, SAME_RADIUS_M, SAME_RADIUS_M, sd_m)
    found.append(Criterion("radius", up.radius_m, same))
    slower = math.log(max(up.duration_s, 1e-3) / max(model.duration_s, 1e-3)) - 0.5 * ratio
    of_else = _normal(slower, 0.0, 0.8)
    of_rep = 0.85 * _normal(slower, 0.0, 0.35) + 0.15 * of_else
    found.append(Criterion("tempo", slower, _ratio(of_rep, of_else)))
    return tuple(found)


def _above_bottom(model: SetModel, up: Movement) -> float:
    """Return how far above the set's bottom a movement begins, as a share of the range."""
    range_deg = max(_apart_deg(model.top, model.bottom), 1.0)
    nearer_deg = range_deg - _apart_deg(up.from_up, model.top)
    return min(max(min(nearer_deg, _apart_deg(up.from_up, model.bottom)), 0.0) / range_deg, 1.0)


def membership(exercise: Exercise, model: SetModel, up: Movement, *, confirmed: bool) -> float:
    """Return how much speaks for a concentric being a rep of its set, nats.

    Parameters
    ----------
    exercise
        What is trained.
    model
        The set so far.
    up
        The concentric.
    confirmed
        Whether the set has two reps or was started by hand. Before, the concentric must be
        plausible by itself as well.
    """
    if not possible(exercise, up, model.size if confirmed else math.inf):
        return -math.inf
    alike = _capped(set_criteria(exercise, model, up), MOST_FOR_SET)
    if exercise.signal is LiftSignal.HEIGHT:
        return alike + (IN_SET + 1.0 if confirmed else IN_SET)
    if not confirmed:
        return alike + evidence(exercise, up, first=False) + 0.5 * quiet(up).evidence
    # The radius, the turn and the postures are judged by those of the set.
    own = [each for each in criteria(exercise, up) if each.name not in OF_THE_SET]
    return IN_SET + alike + _capped(own, MOST_FOR_OWN) + 0.5 * quiet(up).evidence


def pooled(
    exercise: Exercise, reps: Sequence[tuple[Movement, Movement | None]], first: Movement
) -> float:
    """Return how much speaks for a whole set being one, nats, from its reps.

    Parameters
    ----------
    exercise
        What is trained.
    reps
        The concentrics that were seen whole, the latest last, each with its eccentric; None before
        that has come.
    first
        The concentric that began the set.

    Notes
    -----
    The reps of a set are alike, and so are those of whatever else is done over and over: each is
    hardly news. So the criteria count once, in the mean over the reps, but for two. The errors of
    several radii come together, and the surest says how far off their mean is; and who was quiet
    before one rep does not walk. What is done over and over also goes smoothly, so that speaks for
    a set by `MOST_FOR_SMOOTH` at most; and it seldom begins at the bottom, as a set does.
    """
    if exercise.signal is LiftSignal.HEIGHT:
        return MOST_AGAINST
    ways = [up for up, _ in reps]
    weights = [1.0 / up.radius_sd_m**2 for up in ways]
    radii = [w * up.radius_m for w, up in zip(weights, ways, strict=True)]
    radius_m = math.fsum(radii) / math.fsum(weights)
    sd_m = 1.0 / math.sqrt(max(weights))
    said = _own_radius(exercise, first, radius_m, sd_m)
    for up in ways:
        own = criteria(exercise, up)
        smooth = (each for each in own if each.name in OF_SMOOTHNESS)
        rest = [each.evidence for each in own if each.name not in ("radius", *OF_SMOOTHNESS)]
        said += (_capped(smooth, MOST_FOR_SMOOTH) + math.fsum(rest)) / len(ways)
    back = [returns(up, down) for up, down in reps if down is not None]
    said += math.fsum(back) / max(len(back), 1)
    calmest = max(quiet(up).evidence for up in ways)
    return before(first) + said + calmest + from_bottom(first)


def _capped(found: Iterable[Criterion], most: float) -> float:
    """Return the sum of evidence, with no more than `most` of it for a rep."""
    each = [criterion.evidence for criterion in found]
    speaking_for = math.fsum(said for said in each if said > 0.0)
    return min(speaking_for, most) + math.fsum(said for said in each if said < 0.0)


def confidence(said: float) -> float:
    """Return the probability that a concentric with so much evidence is a rep of its set."""
    return 1.0 / (1.0 + math.exp(-min(max(said + CALIBRATED, -50.0), 50.0)))


def weakest(exercise: Exercise, up: Movement, model: SetModel | None) -> str | None:
    """Return the name of what speaks most against a concentric; None if nothing does."""
    found = list(criteria(exercise, up))
    if model is not None:
        found = [each for each in found if each.name not in OF_THE_SET]
        found += set_criteria(exercise, model, up)
    least = min(found, key=lambda each: each.evidence, default=None)
    if least is not None and least.evidence < 0.0:
        return least.name
    doubted = exercise.signal is LiftSignal.ROTATION and not up.by_gyroscope
    return "no_gyroscope" if doubted else None


def _own_radius(exercise: Exercise, movement: Movement, radius_m: float, sd_m: float) -> float:
    """Return what a radius says before a set has one of its own."""
    said = _radius(radius_m, RADIUS_M, RADIUS_SD_M, LONG_RADIUS_SD_M, sd_m)
    if movement.by_gyroscope or not exercise.on_thigh:
        return said
    thigh = _radius(radius_m, THIGH_RADIUS_M, THIGH_RADIUS_SD_M, THIGH_RADIUS_SD_M, sd_m)
    return math.log(0.5 * math.exp(said) + 0.5 * math.exp(thigh))


def _radius(
    radius_m: float,
    usual_m: float,
    spread_m: float,
    long_spread_m: float,
    sd_m: float,
) -> float:
    """Return what a radius says; both stories are blurred by what it is off by."""
    below, above = math.hypot(spread_m, sd_m), math.hypot(long_spread_m, sd_m)
    side = below if radius_m < usual_m else above
    of_rep = 0.997 * 2.0 * side / (below + above) * _normal(radius_m, usual_m, side) + 0.003 / 3.0
    folding = math.hypot(FOLDING_SD_M, sd_m)
    of_else = 0.5 * _normal(radius_m, 0.0, folding) + 0.5 * _normal(radius_m, 0.0, folding + 0.7)
    return _ratio(of_rep, of_else)


def _missing(missing: float, of_rep: float, of_else: float) -> float:
    """Return what a share says that is 1 but for what is missing to it."""
    return _ratio(_decay(missing, of_rep), _decay(missing, of_else))


def _ratio(of_rep: float, of_else: float) -> float:
    # Comparisons, not `min` and `max`: it is what most of the weighing consists of.
    of_rep = of_rep if of_rep > 1e-30 else 1e-30
    of_else = of_else if of_else > 1e-30 else 1e-30
    said = math.log(of_rep / of_else)
    if said > MOST_AGAINST:
        return MOST_AGAINST
    return said if said > -MOST_AGAINST else -MOST_AGAINST


def _normal(value: float, mean: float, sd: float) -> float:
    away = (value - mean) / sd
    return math.exp(-0.5 * away * away) / (2.5066282746 * sd)


def _half_normal(value: float, sd: float) -> float:
    return 2.0 * _normal(value, 0.0, sd)


def _lognormal(value: float, median: float, sd: float) -> float:
    """Return the density of the logarithm of a value."""
    return _normal(math.log(value / median), 0.0, sd)


def _decay(value: float, mean: float) -> float:
    return math.exp(-(value if value > 0.0 else 0.0) / mean) / mean


def _apart_deg(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    a, b, c = one.tolist()
    x, y, z = other.tolist()
    return math.degrees(math.acos(min(max(a * x + b * y + c * z, -1.0), 1.0)))
