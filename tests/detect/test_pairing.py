from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.detect.motions import BOTTOM_DEG, LEFT, TOP_DEG, movement
from tracker.detect.pairing import CandidateState, CandidateUpdate, Direction, RepPairer
from tracker.detect.segmentation import SegmentState
from tracker.domain import EXERCISES, HIP_THRUST

if TYPE_CHECKING:
    from tracker.detect.features import Movement

SQUAT = EXERCISES["squat"]


def up(number: int, start_s: float, end_s: float, to_deg: float = TOP_DEG) -> Movement:
    return movement(number, start_s, end_s, BOTTOM_DEG, to_deg)


def down(number: int, start_s: float, end_s: float, from_deg: float = TOP_DEG) -> Movement:
    return movement(number, start_s, end_s, from_deg, BOTTOM_DEG)


def squat(number: int, start_s: float, end_s: float, rise_m: float) -> Movement:
    plain = movement(number, start_s, end_s)
    direction = 1 if rise_m > 0.0 else -1
    return replace(plain, direction=direction, rise_m=rise_m, size=abs(rise_m))


def fed(pairer: RepPairer, *movements: Movement) -> list[CandidateUpdate]:
    return [news for each in movements for news in pairer.feed(each)]


def test_a_way_up_and_a_way_down_are_a_candidate() -> None:
    first, second = up(1, 2.0, 3.0), down(2, 4.0, 5.5)
    gone, returned = fed(RepPairer(HIP_THRUST), first, second)
    assert (gone.state, returned.state) == (CandidateState.GONE, CandidateState.RETURNED)
    assert gone.candidate.concentric is first
    assert gone.candidate.eccentric is None
    assert returned.candidate.concentric is first
    assert returned.candidate.eccentric is second
    assert returned.candidate.number == gone.candidate.number == 1
    assert returned.candidate.first is first
    assert returned.candidate.end_s == 5.5


def test_movements_under_way_are_told() -> None:
    pairer = RepPairer(HIP_THRUST)
    news = fed(
        pairer,
        replace(up(1, 2.0, 2.6), state=SegmentState.BEGUN),
        up(1, 2.0, 3.0),
        replace(down(2, 4.0, 4.6), state=SegmentState.BEGUN),
        down(2, 4.0, 5.5),
    )
    assert [each.state for each in news] == [
        CandidateState.GOING,
        CandidateState.GONE,
        CandidateState.RETURNING,
        CandidateState.RETURNED,
    ]


def test_a_way_down_without_a_way_up_is_nothing() -> None:
    assert fed(RepPairer(HIP_THRUST), down(1, 2.0, 3.0)) == []


def test_a_squat_starts_with_the_way_down() -> None:
    lowered, raised = squat(1, 2.0, 3.2, -0.4), squat(2, 3.6, 4.6, 0.4)
    gone, returned = fed(RepPairer(SQUAT), lowered, raised)
    assert gone.candidate.concentric is None
    assert gone.candidate.eccentric is lowered
    assert returned.candidate.concentric is raised
    assert fed(RepPairer(SQUAT), raised) == []


def test_every_way_up_starts_a_candidate_of_its_own() -> None:
    news = fed(
        RepPairer(HIP_THRUST),
        up(1, 2.0, 3.0),
        down(2, 4.0, 5.5),
        up(3, 6.0, 7.0),
        down(4, 8.0, 9.5),
    )
    assert [each.candidate.number for each in news] == [1, 1, 3, 3]


def test_a_small_sag_does_not_complete_a_rep() -> None:
    sag = movement(2, 3.5, 4.0, TOP_DEG, -2.0)
    news = fed(RepPairer(HIP_THRUST), up(1, 2.0, 3.0), sag)
    assert [each.state for each in news] == [CandidateState.GONE]


@pytest.mark.parametrize(("sd_m", "completes"), [(0.01, False), (0.05, True)])
def test_heights_that_may_be_half_complete_a_squat(sd_m: float, completes: bool) -> None:
    lowered, raised = squat(1, 2.0, 3.2, -0.8), squat(2, 3.6, 4.6, 0.37)
    news = fed(RepPairer(SQUAT), *(replace(leg, rise_sd_m=sd_m) for leg in (lowered, raised)))
    assert (news[-1].state is CandidateState.RETURNED) == completes


def test_a_way_back_that_turns_out_to_go_up_is_none() -> None:
    seemed = replace(down(2, 3.1, 3.4), state=SegmentState.ENDING)
    news = fed(RepPairer(HIP_THRUST), up(1, 2.0, 3.0), seemed, up(2, 3.1, 4.0))
    assert [(each.candidate.number, each.state) for each in news] == [
        (1, CandidateState.GONE),
        (1, CandidateState.RETURNED),
        (1, CandidateState.GONE),
        (2, CandidateState.GONE),
    ]
    assert all(each.candidate.eccentric is None for each in news[2:])


def test_a_sag_that_is_made_good_belongs_to_the_hold() -> None:
    sag = movement(2, 3.5, 4.0, TOP_DEG, -8.0)
    again = movement(3, 4.2, 4.7, -8.0, TOP_DEG)
    news = fed(RepPairer(HIP_THRUST), up(1, 2.0, 3.0), sag, again, down(4, 6.0, 7.0))
    assert [each.candidate.number for each in news] == [1, 1]
    assert news[-1].candidate.concentric is not None
    assert news[-1].candidate.concentric.end_s == 3.0
    assert news[-1].candidate.eccentric is not None
    assert news[-1].candidate.eccentric.start_s == 6.0


def test_a_way_up_in_two_segments_is_one() -> None:
    lower, upper = movement(1, 2.0, 2.6, BOTTOM_DEG, -14.0), movement(2, 3.0, 3.7, -14.0, TOP_DEG)
    news = fed(RepPairer(HIP_THRUST), lower, upper)
    whole = news[-1].candidate.concentric
    assert whole is not None
    assert (whole.start_s, whole.end_s) == (2.0, 3.7)
    assert whole.rise_m == pytest.approx(up(9, 0.0, 1.0).rise_m)
    assert whole.rotation_rad == pytest.approx(np.radians(TOP_DEG - BOTTOM_DEG))
    assert news[-1].candidate.number == news[0].candidate.number


def test_a_long_rest_half_way_up_starts_a_new_candidate() -> None:
    lower, upper = movement(1, 2.0, 2.6, BOTTOM_DEG, -14.0), movement(2, 9.0, 9.7, -14.0, TOP_DEG)
    news = fed(RepPairer(HIP_THRUST), lower, upper)
    assert [each.candidate.number for each in news] == [1, 2]


def test_a_hole_makes_the_half_rep_before_it_unknown() -> None:
    pairer = RepPairer(HIP_THRUST)
    fed(pairer, up(1, 2.0, 3.0))
    pairer.restart()
    assert fed(pairer, down(2, 8.0, 9.0)) == []


def test_the_axis_of_a_believed_lift_tells_up_from_down() -> None:
    """A vertical acceleration that says nothing, as in a very slow rep, does not matter then."""
    pairer = RepPairer(HIP_THRUST)
    slow_up = replace(up(5, 20.0, 28.0), rise_m=-0.01)
    slow_down = replace(down(6, 20.0, 28.0), rise_m=0.01)
    pairer.believe(up(1, 2.0, 3.0), sure=True)
    assert pairer.way(slow_up) is Direction.UP
    assert pairer.way(slow_down) is Direction.DOWN


def test_a_turn_about_another_axis_is_neither_up_nor_down() -> None:
    pairer = RepPairer(HIP_THRUST)
    pairer.believe(up(1, 2.0, 3.0), sure=True)
    aside = replace(up(2, 5.0, 6.0), axis=np.array([0.0, 1.0, 0.0]))
    assert pairer.way(aside) is Direction.NEITHER
    turned = replace(up(2, 5.0, 6.0), axis=np.array([np.cos(0.3), np.sin(0.3), 0.0]))
    assert pairer.way(turned) is Direction.UP


ACROSS = np.array([0.0, 1.0, 0.0])


def aside(number: int, start_s: float, share: float) -> Movement:
    """Return a finished turn about another axis by a share of a whole lift."""
    top_deg = BOTTOM_DEG + share * (TOP_DEG - BOTTOM_DEG)
    turn = movement(
        number, start_s, start_s + 0.8, BOTTOM_DEG, top_deg, state=SegmentState.FINISHED
    )
    return replace(turn, axis=ACROSS)


@pytest.mark.parametrize(("share", "kept"), [(0.2, True), (0.48, True), (0.52, False)])
def test_a_movement_some_other_way_ends_a_rep_if_it_is_half_as_large(
    share: float, kept: bool
) -> None:
    pairer = RepPairer(HIP_THRUST)
    pairer.believe(up(1, 2.0, 3.0), sure=True)
    fed(pairer, up(3, 8.0, 9.0))
    assert fed(pairer, aside(4, 10.0, share)) == []
    assert [news.candidate.number for news in fed(pairer, down(5, 11.0, 12.5))] == [3] * kept


def test_a_movement_some_other_way_ends_no_rep_before_it_is_over() -> None:
    pairer = RepPairer(HIP_THRUST)
    pairer.believe(up(1, 2.0, 3.0), sure=True)
    fed(pairer, up(3, 8.0, 9.0), replace(aside(4, 10.0, 1.0), state=SegmentState.SETTLED))
    assert [news.candidate.number for news in fed(pairer, down(5, 11.0, 12.5))] == [3]


def halves(
    stop_s: float, second_from_deg: float = -14.0, by_deg: float = 25.0
) -> tuple[Movement, Movement]:
    """Return a concentric in two halves with a stop between them."""
    return (
        movement(5, 10.0, 10.6, BOTTOM_DEG, -14.0),
        movement(6, 10.6 + stop_s, 11.3 + stop_s, second_from_deg, second_from_deg + by_deg),
    )


@pytest.mark.parametrize(
    ("stop_s", "reps_before", "joined"),
    [
        (0.9, 0, True),
        (1.1, 0, False),
        (1.1, 1, True),
        (4.9, 1, True),
        (5.1, 1, False),
        (1.1, 2, True),
        (4.9, 2, True),
        (5.1, 2, False),
    ],
)
def test_the_second_half_of_a_way_up_joins_after_a_long_stop_in_a_set_only(
    stop_s: float, reps_before: int, joined: bool
) -> None:
    """Before a rep that is as large as both together, the movements may have been anything."""
    pairer = RepPairer(HIP_THRUST)
    for number in range(reps_before):
        pairer.believe(up(1 + number, 2.0, 3.0), sure=number > 0)
    news = fed(pairer, *halves(stop_s))
    assert [each.candidate.number for each in news] == ([5, 5] if joined else [5, 6])
    whole = news[-1].candidate.concentric
    assert whole is not None
    assert whole.start_s == (10.0 if joined else 10.6 + stop_s)


def test_after_one_rep_a_second_half_that_makes_a_larger_one_does_not_join() -> None:
    pairer = RepPairer(HIP_THRUST)
    pairer.believe(up(1, 2.0, 3.0), sure=False)
    news = fed(pairer, *halves(1.1, by_deg=37.0))
    assert [each.candidate.number for each in news] == [5, 6]


@pytest.mark.parametrize(("to_deg", "joined"), [(BOTTOM_DEG, True), (-14.0, False)])
def test_how_far_the_way_back_comes_tells_whether_the_way_up_was_in_steps(
    to_deg: float, *, joined: bool
) -> None:
    """What went up before a first rep was settling in, or its first half."""
    first, second = halves(2.0)
    back = movement(7, 14.0, 15.5, TOP_DEG, to_deg)
    *_, last = fed(RepPairer(HIP_THRUST), first, second, back)
    assert last.candidate.concentric is not None
    assert last.candidate.concentric.start_s == (first if joined else second).start_s


def test_the_way_back_may_come_in_steps() -> None:
    down_in_steps = movement(3, 5.0, 5.8, TOP_DEG, -14.0), movement(4, 8.0, 8.8, -14.0, BOTTOM_DEG)
    *_, last = fed(RepPairer(HIP_THRUST), up(1, 2.0, 3.0), *down_in_steps)
    assert last.candidate.eccentric is not None
    assert (last.candidate.eccentric.start_s, last.candidate.end_s) == (5.0, 8.8)


def test_a_set_that_is_over_is_not_under_way() -> None:
    pairer = RepPairer(HIP_THRUST)
    for number in (1, 3):
        pairer.believe(up(number, 2.0, 3.0), sure=number > 1)
    pairer.forget()
    assert [each.candidate.number for each in fed(pairer, *halves(2.0))] == [5, 6]


def test_a_way_up_goes_on_from_where_it_stopped_and_not_from_the_bottom() -> None:
    again = fed(RepPairer(HIP_THRUST), *halves(0.5, second_from_deg=BOTTOM_DEG))
    assert [each.candidate.number for each in again] == [5, 6]


@pytest.mark.parametrize("to_deg", [48.0, 60.0], ids=["far", "too far"])
def test_a_movement_that_is_whole_by_itself_is_no_rest_of_another(to_deg: float) -> None:
    """Who leans back against the bench turns the same way as the first rep after it."""
    lower = movement(5, 10.0, 10.6, BOTTOM_DEG, 9.0)
    news = fed(RepPairer(HIP_THRUST), lower, movement(6, 11.0, 11.7, 9.0, to_deg))
    assert [each.candidate.number for each in news] == [5, 6]


def test_what_begins_as_the_rest_of_a_movement_may_grow_into_one_of_its_own() -> None:
    pairer = RepPairer(HIP_THRUST)
    for number in (1, 3):
        pairer.believe(up(number, 2.0, 3.0), sure=number > 1)
    lower = movement(5, 10.0, 10.6, BOTTOM_DEG, BOTTOM_DEG + 30.0)
    small = movement(6, 11.0, 11.3, BOTTOM_DEG + 30.0, BOTTOM_DEG + 40.0)
    grown = movement(6, 11.0, 12.0, BOTTOM_DEG + 30.0, BOTTOM_DEG + 85.0)
    news = fed(pairer, lower, replace(small, state=SegmentState.BEGUN), grown)
    assert [each.candidate.number for each in news] == [5, 5, 6]


@pytest.mark.parametrize(
    ("share", "sure", "expected"),
    [
        (1.6, False, Direction.UP),
        (1.6, True, Direction.DOWN),
    ],
    ids=["than a provisional rep", "than a rep of a set"],
)
def test_what_is_much_larger_than_a_provisional_rep_decides_its_own_way(
    share: float, sure: bool, expected: Direction
) -> None:
    """A provisional rep may have been a set-up move: sitting down, say, with its axis reversed."""
    provisional = movement(1, 2.0, 3.0, BOTTOM_DEG, BOTTOM_DEG + 20.0)
    pairer = RepPairer(HIP_THRUST)
    pairer.believe(replace(provisional, axis=-provisional.axis), sure=sure)
    lift = movement(3, 6.0, 7.0, BOTTOM_DEG, BOTTOM_DEG + 20.0 * share)
    assert pairer.way(lift) is expected


def test_what_a_provisional_rep_grows_into_is_still_the_way_up() -> None:
    """Whoever counted it early has to hear of it, to take it back."""
    pairer = RepPairer(HIP_THRUST)
    begun = replace(up(1, 2.0, 3.0), state=SegmentState.ENDING)
    fed(pairer, begun)
    pairer.believe(begun, sure=False)
    sat_up = movement(1, 2.0, 4.0, BOTTOM_DEG, 55.0, state=SegmentState.FINISHED)
    (news,) = fed(pairer, sat_up)
    assert (news.state, news.candidate.number) == (CandidateState.GONE, 1)
    assert news.candidate.concentric is sat_up
    assert fed(pairer, replace(sat_up, number=3)) == []


def test_a_turn_about_another_axis_than_a_provisional_rep_decides_its_own_way() -> None:
    pairer = RepPairer(HIP_THRUST)
    pairer.believe(replace(up(1, 2.0, 3.0), axis=ACROSS), sure=False)
    assert pairer.way(up(3, 6.0, 7.0)) is Direction.UP
    assert pairer.way(down(4, 8.0, 9.0)) is Direction.DOWN


@pytest.mark.parametrize(("angle_deg", "along"), [(35.0, True), (39.0, False)])
def test_a_slipped_strap_and_a_rolling_pelvis_leave_the_axis(
    angle_deg: float, along: bool
) -> None:
    pairer = RepPairer(HIP_THRUST)
    pairer.believe(up(1, 2.0, 3.0), sure=True)
    slipped = np.radians(angle_deg)
    turned = replace(up(2, 5.0, 6.0), axis=np.array([np.cos(slipped), np.sin(slipped), 0.0]))
    assert pairer.way(turned) is (Direction.UP if along else Direction.NEITHER)


@pytest.mark.parametrize(("angle_deg", "along"), [(58.0, True), (62.0, False)])
def test_the_axis_of_an_arc_may_be_further_off(angle_deg: float, along: bool) -> None:
    pairer = RepPairer(HIP_THRUST)
    pairer.believe(up(1, 2.0, 3.0), sure=True)
    trembled = np.radians(angle_deg)
    axis = np.array([np.cos(trembled), np.sin(trembled), 0.0])
    assert pairer.way(replace(up(2, 5.0, 6.0), axis=axis, by_gyroscope=False)) is (
        Direction.UP if along else Direction.NEITHER
    )


def test_a_way_back_is_not_lost_to_what_seemed_to_go_on_from_it() -> None:
    pairer, back = RepPairer(HIP_THRUST), down(2, 4.0, 5.5)
    settling = replace(
        movement(3, 6.0, 6.1, BOTTOM_DEG + 2.0, BOTTOM_DEG), state=SegmentState.ENDED
    )
    *_, kept, gone = fed(pairer, up(1, 2.0, 3.0), back, settling, up(3, 6.0, 7.0))
    assert kept.candidate.eccentric is back
    assert gone.candidate.concentric is not None
    assert gone.candidate.concentric.number == 3


def test_the_sign_of_an_axis_is_the_way() -> None:
    assert up(1, 0.0, 1.0).axis @ LEFT == pytest.approx(1.0)
    assert down(1, 0.0, 1.0).axis @ LEFT == pytest.approx(-1.0)


def test_without_a_gyroscope_a_sway_in_a_hold_is_no_second_part_of_its_rep() -> None:
    pairer = RepPairer(HIP_THRUST)
    lift = replace(up(1, 2.0, 3.0), by_gyroscope=False)
    (gone,) = fed(pairer, lift)
    pairer.believe(lift, sure=True)
    sway = replace(movement(2, 4.0, 4.4, TOP_DEG - 5.0, TOP_DEG), by_gyroscope=False)
    assert fed(pairer, sway) == []
    (returned,) = fed(pairer, replace(down(3, 6.0, 7.0), by_gyroscope=False))
    assert returned.candidate.concentric is gone.candidate.concentric


def test_hips_that_sway_upwards_in_a_hold_end_no_rep() -> None:
    pairer = RepPairer(HIP_THRUST)
    first, way_down = up(3, 7.0, 8.0), down(5, 30.0, 31.5)
    fed(pairer, up(1, 2.0, 3.0), down(2, 4.0, 5.5))
    for concentric in (up(1, 2.0, 3.0), first):
        pairer.believe(concentric, sure=True)
    *_, returned = fed(pairer, first, movement(4, 20.0, 21.0, 4.0, 13.0), way_down)
    assert returned.candidate.concentric is first
    assert returned.candidate.eccentric is way_down
