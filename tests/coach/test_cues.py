from __future__ import annotations

import math
import os
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.coach.lifters import counted, cues_of, events_of, next_count_s, on_tempo, session
from tests.coach.sets import QUIET, coached, cues_in, kinds, rep, told
from tracker.coach import Coach
from tracker.coach.rules import SPACING_S
from tracker.domain import (
    HIP_THRUST,
    Cue,
    CueKind,
    Event,
    Flag,
    Gap,
    Phase,
    PhaseStarted,
    Plan,
    PlanChosen,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    RepsAdjusted,
    SetEnded,
    SetStarted,
    UserInput,
    exercise_named,
    parse_tempo,
)
from tracker.sim import LifterPlan, Touch

if TYPE_CHECKING:
    from tracker.sim import RepPlan

OTHERS = {
    CueKind.BREATHE_OUT,
    CueKind.PRAISE,
    CueKind.TARGET_REACHED,
    CueKind.VELOCITY_LOSS,
}
"""What corrects nothing."""

SHORT, DROP, TILT = Flag.SHORT_OF_LOCKOUT, Flag.DROPPED_ECCENTRIC, Flag.TILTED


def through(coach: Coach, events: list[Event]) -> list[Cue]:
    return cues_in(coach.process(events))


# --- events written down -----------------------------------------------------------------------


def test_good_reps_are_left_alone() -> None:
    assert coached([rep()] * 12) == []


def test_a_cue_follows_at_once_on_the_event_that_gave_rise_to_it() -> None:
    said = Coach(HIP_THRUST).process(told([rep(), rep(2, SHORT, rom_deg=30.0), rep()]))
    (place,) = (
        number
        for number, event in enumerate(said)
        if isinstance(event, Cue) and event.kind is CueKind.REACH_LOCKOUT
    )
    before = said[place - 1]
    assert isinstance(before, RepCompleted)
    assert before.rep.index == 2
    cue = said[place]
    assert cue.at_s == before.at_s


def test_events_come_out_as_they_went_in() -> None:
    events = told([rep(), rep(2, DROP, down_s=0.5), rep()], plan=Plan(target_reps=2))
    said = Coach(HIP_THRUST).process(events)
    assert [event for event in said if not isinstance(event, Cue)] == events


def test_what_was_asked_for_is_praised_with_the_next_rep_that_does_it() -> None:
    brief = rep(hold_s=0.4)
    cues = coached([brief, brief, rep(), rep()])
    assert kinds(cues) == [(CueKind.HOLD_LONGER, 1), (CueKind.PRAISE, 3)]
    assert cues[1].text == "Good hold."


def test_the_plan_of_a_set_is_the_one_that_held_when_it_began() -> None:
    coach = Coach(HIP_THRUST)
    long_holds = Plan(lockout_goal_s=4.0, breathing=False)
    events = told([rep(), rep()])
    at = next(number for number, event in enumerate(events) if isinstance(event, RepCounted))
    events.insert(at, UserInput(11.0, PlanChosen(long_holds)))
    assert through(coach, events) == []
    (cue, *_) = through(coach, told([rep(), rep()], plan=None, set_index=2, start_s=100.0))
    assert cue.text == "Hold the top for 4 seconds."


def test_the_target_counts_reps_as_the_wearer_corrects_them() -> None:
    plan = Plan(target_reps=3, breathing=False)
    events = told([rep(), rep()], plan=plan)
    assert through(Coach(HIP_THRUST), events) == []
    adjusted = UserInput(30.0, RepsAdjusted(1, 1))
    (cue,) = through(Coach(HIP_THRUST), [*events[:-1], adjusted, events[-1]])
    assert (cue.kind, cue.at_s) == (CueKind.TARGET_REACHED, 30.0)
    assert through(Coach(HIP_THRUST), [*events, adjusted]) == []
    (early,) = through(Coach(HIP_THRUST), [adjusted, *events])
    assert early.rep_index == 2


OPEN = Plan(target_reps=2, sets=2, or_more=True, breathing=False)


def sets_in_a_row(*reps: int, plan: Plan = OPEN) -> list[Event]:
    """Return the events of sets of so many reps."""
    events: list[Event] = []
    for number, amount in enumerate(reps, start=1):
        said = plan if number == 1 else None
        each = [rep(down_s=3.0, bottom_s=0.5) for _ in range(amount)]
        events += told(each, plan=said, set_index=number, start_s=100.0 * number)
    return events


def test_the_last_set_goes_on_and_its_extra_reps_are_counted_aloud() -> None:
    cues = through(Coach(HIP_THRUST), sets_in_a_row(2, 4))
    assert [(cue.kind, cue.set_index, cue.text) for cue in cues] == [
        (CueKind.TARGET_REACHED, 1, "2 reps: target reached. Lower slowly."),
        (CueKind.EXTRA_REP, 2, "2 reps: go on while clean, keep one spare."),
        (CueKind.EXTRA_REP, 2, "1 more."),
        (CueKind.EXTRA_REP, 2, "2 more."),
    ]


def test_an_open_set_ends_after_six_extra_reps() -> None:
    cues = through(Coach(HIP_THRUST), sets_in_a_row(2, 10))
    assert cues[-1].text == "6 more: enough. Lower slowly."
    assert cues[-1].rep_index == 8


def test_warm_ups_and_other_sides_are_no_sets_of_the_plan() -> None:
    warm = replace(OPEN, warm_up=True)
    events = [*sets_in_a_row(2, plan=warm), UserInput(150.0, PlanChosen(OPEN))]
    events += told([rep(down_s=3.0)] * 3, plan=None, set_index=2, start_s=200.0)
    kinds_said = {cue.kind for cue in through(Coach(HIP_THRUST), events)}
    assert CueKind.EXTRA_REP not in kinds_said, "the first working set is not the last"


def test_resting_on_the_floor_is_known_when_the_next_rep_is_counted() -> None:
    plan = Plan(keep_tension=True, breathing=False)
    rested = rep(1, Flag.RESTED_AT_BOTTOM, bottom_s=3.0)
    said = Coach(HIP_THRUST).process(told([rested, rep(), rep()], plan=plan))
    cues = cues_in(said)
    assert kinds(cues) == [(CueKind.KEEP_TENSION, 1), (CueKind.PRAISE, 2)]
    before = said[said.index(cues[0]) - 1]
    assert isinstance(before, RepRevised)
    # It is said when it is known, although the revision is dated back to its rep.
    assert cues[0].at_s > before.at_s


@pytest.mark.parametrize("flag", [Flag.GAP, Flag.SATURATED])
def test_nothing_is_said_about_what_cannot_be_known(flag: Flag) -> None:
    bad = rep(1, flag, SHORT, TILT, Flag.PAST_LOCKOUT, Flag.SAGGED, velocity_mps=0.1)
    plan = Plan(velocity_loss=0.2, breathing=False)
    assert coached([rep(), rep(), bad, bad], plan) == []


def withdrawn(events: list[Event]) -> list[Event]:
    """Return a set that turns out to be none, as it is told."""
    reps = [event.index for event in events if isinstance(event, RepCounted)]
    taken_back: list[Event] = [
        RepRevised(11.0, 1, number, None, "no rep") for number in reversed(reps)
    ]
    return [*events[:-1], *taken_back, SetEnded(11.0, 1, 0)]


def test_a_set_that_is_withdrawn_leaves_nothing() -> None:
    bad = rep(hold_s=0.3)
    later = told([bad, rep(), rep(2, SHORT, rom_deg=30.0)], plan=None, start_s=60.0)
    coach = Coach(HIP_THRUST)
    assert through(coach, withdrawn(told([bad], plan=QUIET)))
    fresh = Coach(HIP_THRUST)
    fresh.process([UserInput(0.0, PlanChosen(QUIET))])
    assert coach.process(later) == fresh.process(later)


def test_reps_that_are_all_withdrawn_leave_nothing_of_their_set() -> None:
    coach = Coach(HIP_THRUST)
    first = told([rep(hold_s=0.3)], plan=QUIET)
    through(coach, [*first[:-1], RepRevised(11.0, 1, 1, None, "not alike")])
    again = told([rep(hold_s=0.3), rep()], plan=None, start_s=30.0)
    said = through(coach, [event for event in again if not isinstance(event, SetStarted)])
    assert kinds(said) == [(CueKind.HOLD_LONGER, 1), (CueKind.PRAISE, 2)]


def test_a_rep_that_is_withdrawn_is_not_to_be_made_good() -> None:
    events = told([rep(), rep(), rep(hold_s=0.3)])
    coach = Coach(HIP_THRUST)
    assert kinds(through(coach, events[:-1])) == [(CueKind.HOLD_LONGER, 3)]
    coach.process([RepRevised(20.0, 1, 3, None, "the movement went on and was no rep")])
    for number in (3, 4):
        at_s = 20.0 + 5.0 * number
        counted_and_whole: list[Event] = [
            RepCounted(at_s, 1, number),
            RepCompleted(at_s + 4.0, 1, rep(number, start_s=at_s - 1.0)),
        ]
        assert through(coach, counted_and_whole) == []


def test_the_end_of_a_set_is_no_time_for_its_first_reps() -> None:
    events = told([rep(), rep(), rep()])
    late = [
        RepRevised(11.0, 1, number, rep(number, SHORT, rom_deg=30.0), "the set is over")
        for number in (1, 2, 3)
    ]
    assert through(Coach(HIP_THRUST), [*events[:-1], *late, events[-1]]) == []


def test_what_belongs_to_no_set_is_passed_on() -> None:
    events: list[Event] = [
        Gap(1.0, 2.0),
        PhaseStarted(3.0, 1, Phase.CONCENTRIC),
        RepCounted(4.0, 1, 1),
        RepCompleted(5.0, 1, rep(hold_s=0.1)),
        SetEnded(5.0, 1, 1),
    ]
    assert list(Coach(HIP_THRUST).process(events)) == events


def test_squats_are_coached_by_what_is_known_of_them() -> None:
    squat = exercise_named("squat")
    assert coached([rep(hold_s=0.1, down_s=0.5)] * 4, QUIET, squat) == []
    paced = Plan(tempo=parse_tempo("3-0-1-0"), breathing=False)
    (cue,) = coached([rep(hold_s=0.1, down_s=0.5)] * 2, paced, squat)
    assert cue.text == "Lower more slowly: 3 seconds."


# --- laws --------------------------------------------------------------------------------------

flags = st.lists(st.sampled_from(Flag), max_size=3, unique=True)
reps = st.builds(
    lambda up_s, hold_s, down_s, bottom_s, rom_deg, velocity, shown, complete: rep(
        1,
        *shown,
        up_s=up_s,
        hold_s=hold_s,
        down_s=down_s,
        bottom_s=bottom_s,
        rom_deg=rom_deg,
        velocity_mps=velocity,
        complete=complete,
    ),
    st.floats(0.3, 4.0),
    st.floats(0.0, 4.0),
    st.floats(0.3, 4.0),
    st.floats(0.0, 3.0),
    st.none() | st.floats(15.0, 70.0),
    st.none() | st.floats(0.05, 1.5),
    flags,
    st.booleans(),
)
plans = st.builds(
    Plan,
    target_reps=st.none() | st.integers(1, 8),
    tempo=st.sampled_from([None, *map(parse_tempo, ("3-0-1-2", "20X0", "2-1-2-1"))]),
    lockout_goal_s=st.none() | st.floats(0.0, 5.0),
    velocity_loss=st.none() | st.floats(0.05, 0.6),
    keep_tension=st.booleans(),
    breathing=st.booleans(),
)
sets_of_reps = st.lists(reps, min_size=1, max_size=9)


@st.composite
def streams(draw: st.DrawFn) -> list[Event]:
    """Return sets one after the other, some of which are withdrawn, with corrections between."""
    events: list[Event] = []
    index, start_s = 1, 10.0
    for _ in range(draw(st.integers(1, 3))):
        one = told(
            draw(sets_of_reps), plan=draw(plans | st.none()), set_index=index, start_s=start_s
        )
        if draw(st.booleans()):
            by = draw(st.integers(-3, 3))
            place = draw(st.integers(0, len(one)))
            one.insert(place, UserInput(start_s, RepsAdjusted(index, by)))
        if draw(st.integers(0, 3)) == 0:
            one = [
                replace(event, set_index=index) if isinstance(event, RepRevised) else event
                for event in withdrawn(one)
            ]
            one[-1] = SetEnded(start_s, index, 0)
        else:
            index += 1
        events += one
        start_s = max(event.at_s for event in events) + 20.0
    return events


@settings(max_examples=40, deadline=None)
@given(events=streams(), data=st.data())
def test_any_cut_of_the_events_gives_the_same_cues(
    events: list[Event], data: st.DataObject
) -> None:
    whole = Coach(HIP_THRUST).process(events)
    cuts = data.draw(st.lists(st.integers(0, len(events)), max_size=9))
    coach = Coach(HIP_THRUST)
    edges = [0, *sorted(cuts), len(events)]
    pieces = [coach.process(events[first:last]) for first, last in pairwise(edges)]
    assert tuple(event for piece in pieces for event in piece) == whole


@settings(max_examples=80, deadline=None)
@given(one=sets_of_reps, plan=plans)
def test_whatever_is_done_the_coach_speaks_little(one: list[Rep], plan: Plan) -> None:
    cues = coached(one, plan)
    correcting = [cue for cue in cues if cue.kind not in OTHERS]
    assert len({cue.rep_index for cue in correcting}) == len(correcting)
    for kind in (CueKind.TARGET_REACHED, CueKind.VELOCITY_LOSS):
        assert sum(cue.kind is kind for cue in cues) <= 1
    assert sum(cue.kind is CueKind.BREATHE_OUT for cue in cues) <= 2
    for before, after in pairwise(correcting):
        assert after.strong or after.at_s - before.at_s >= SPACING_S
    for before, after in pairwise(cues):
        assert after.at_s >= before.at_s
    for cue in cues:
        assert "{" not in cue.text
        assert math.isfinite(cue.at_s)
    if not plan.breathing:
        assert not any(cue.kind is CueKind.BREATHE_OUT for cue in cues)


@settings(max_examples=60, deadline=None)
@given(one=sets_of_reps, plan=plans)
def test_there_is_no_praise_before_something_was_asked(one: list[Rep], plan: Plan) -> None:
    asked = 0
    for cue in coached(one, plan):
        asked += cue.kind not in OTHERS
        asked -= cue.kind is CueKind.PRAISE
        assert asked >= 0


@settings(max_examples=60, deadline=None)
@given(one=sets_of_reps, plan=plans)
def test_a_rep_with_a_gap_is_never_corrected(one: list[Rep], plan: Plan) -> None:
    gaps = [replace(each, flags=(*each.flags, Flag.GAP)) for each in one]
    assert {cue.kind for cue in coached(gaps, plan)} <= {
        CueKind.TARGET_REACHED,
        CueKind.BREATHE_OUT,
    }


# --- simulated lifters -------------------------------------------------------------------------

TEMPO = parse_tempo("2-1-1-2")
GOOD = on_tempo(TEMPO)


heavy = pytest.mark.skipif(
    not os.environ.get("TRACKER_HEAVY"), reason="one of its kind is enough outside make check"
)


@pytest.mark.parametrize(
    "code", ["2-1-X-1", pytest.param("2-1-1-2", marks=heavy), pytest.param("3-1-2-2", marks=heavy)]
)
def test_a_perfect_lifter_on_plan_is_not_corrected(code: str) -> None:
    goal = Plan(
        target_reps=6, tempo=parse_tempo(code), velocity_loss=0.2, keep_tension=True, load_kg=60.0
    )
    events = events_of(session([on_tempo(parse_tempo(code))] * 6), goal)
    assert counted(events) == 6
    assert kinds(cues_in(events)) == [(CueKind.TARGET_REACHED, 6)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fourth", "kind"),
    [
        (replace(GOOD, hold_s=0.1), CueKind.HOLD_LONGER),
        (replace(GOOD, reach=0.72), CueKind.REACH_LOCKOUT),
        (replace(GOOD, reach=1.21), CueKind.PAST_LEVEL),
        (replace(GOOD, reach=1.4), CueKind.PAST_LEVEL),
        (replace(GOOD, hold_s=3.0, dips=1, dip_share=0.3), CueKind.HIPS_SINK),
        (replace(GOOD, eccentric_s=0.6, touch=Touch.FLOOR, knock_g=2.0), CueKind.DROPPED),
        (replace(GOOD, bottom_s=3.0), CueKind.KEEP_TENSION),
    ],
    ids=["brief", "short", "past level", "far past level", "sinks", "drops", "rests"],
)
def test_each_fault_gets_its_cue_at_its_rep_and_is_praised_after_it(
    fourth: RepPlan, kind: CueKind
) -> None:
    # What the bottom was is known, and praised, one rep later.
    reps = [GOOD, GOOD, GOOD, fourth, GOOD, *[GOOD] * (kind is CueKind.KEEP_TENSION)]
    goal = Plan(lockout_goal_s=2.0, keep_tension=True, breathing=False)
    events = events_of(session(reps), goal)
    cues = cues_in(events)
    assert kinds(cues) == [(kind, 4), (CueKind.PRAISE, 5)]
    assert cues[0].strong is (fourth.reach == 1.4)
    if kind is CueKind.KEEP_TENSION:
        assert cues[0].at_s <= next_count_s(events, cues[0])
    else:
        assert cues[0].at_s < next_count_s(events, cues[0]) - GOOD.concentric_s


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "kind", "text"),
    [
        ({"concentric_s": 2.2}, CueKind.TOO_SLOW, "Faster on the way up: 1 second."),
        ({"concentric_s": 0.75}, CueKind.TOO_FAST, "Slower on the way up: 1 second."),
        ({"eccentric_s": 4.0}, CueKind.TOO_SLOW, "Lower a little faster: 2 seconds."),
        ({"eccentric_s": 1.6}, CueKind.LOWER_SLOWER, "Lower more slowly: 2 seconds."),
        ({"hold_s": 3.0}, CueKind.TOO_SLOW, "Shorter hold: 2 seconds."),
        ({"bottom_s": 2.0}, CueKind.TOO_SLOW, "Shorter pause at the bottom: 1 second."),
    ],
)
def test_each_phase_that_is_off_tempo_is_told(
    changed: dict[str, float], kind: CueKind, text: str
) -> None:
    off = on_tempo(TEMPO, **changed)
    cues = cues_of(session([GOOD, GOOD, off, GOOD, GOOD]), Plan(tempo=TEMPO, breathing=False))
    assert kinds(cues) == [(kind, 3), (CueKind.PRAISE, 4)]
    assert cues[0].text == text


def test_degrees_that_are_missing_are_those_of_the_lifter() -> None:
    lifter = LifterPlan()
    short = replace(GOOD, reach=0.7)
    (cue, *_) = cues_of(session([GOOD, GOOD, GOOD, short, GOOD], lifter), QUIET)
    assert cue.text.startswith("Higher: ")
    degrees = int(cue.text.split()[1])
    assert degrees == pytest.approx(0.3 * lifter.swing_deg, abs=2.0)


def test_hips_that_sway_are_told_to_be_level_at_the_first_rep_that_shows_it() -> None:
    events = events_of(session([GOOD] * 4, LifterPlan(sway_deg=5.0)), QUIET)
    tilted = [
        event.rep.index
        for event in events
        if isinstance(event, RepCompleted) and TILT in event.rep.flags
    ]
    level = [cue.rep_index for cue in cues_in(events) if cue.kind is CueKind.LEVEL_HIPS]
    assert level == tilted[:1] != []


@pytest.mark.slow
def test_a_range_that_shrinks_is_noticed_before_reps_are_short() -> None:
    reaches = (1.0, 1.0, 1.0, 0.95, 0.88, 0.88, 0.88)
    cues = cues_of(session([replace(GOOD, reach=each) for each in reaches]), QUIET)
    assert kinds(cues) == [(CueKind.RANGE_SHRINKS, 6)]


@pytest.mark.slow
def test_a_lifter_who_slows_down_is_told_to_end_the_set() -> None:
    reps = [replace(GOOD, concentric_s=1.0 + 0.1 * number) for number in range(8)]
    cues = cues_of(session(reps), Plan(velocity_loss=0.25, breathing=False))
    ((kind, number),) = kinds(cues)
    assert kind is CueKind.VELOCITY_LOSS
    # Against the second-fastest rep, 1.1 s: the first that takes a third longer.
    assert number in (5, 6)
    assert cues[0].strong
