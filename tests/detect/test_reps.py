from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.detect.motions import BOTTOM_DEG, LEFT, TOP_DEG, movement
from tracker.detect.reps import DraftNews, DraftState, Pairing, Way
from tracker.detect.strokes import StrokeState
from tracker.domain import EXERCISES, HIP_THRUST

if TYPE_CHECKING:
    from tracker.detect.movement import Movement

SQUAT = EXERCISES["squat"]


def up(number: int, start_s: float, end_s: float, to_deg: float = TOP_DEG) -> Movement:
    return movement(number, start_s, end_s, BOTTOM_DEG, to_deg)


def down(number: int, start_s: float, end_s: float, from_deg: float = TOP_DEG) -> Movement:
    return movement(number, start_s, end_s, from_deg, BOTTOM_DEG)


def squat(number: int, start_s: float, end_s: float, rise_m: float) -> Movement:
    plain = movement(number, start_s, end_s)
    direction = 1 if rise_m > 0.0 else -1
    return replace(plain, direction=direction, rise_m=rise_m, size=abs(rise_m))


def fed(pairing: Pairing, *movements: Movement) -> list[DraftNews]:
    return [news for each in movements for news in pairing.feed(each)]


def test_a_way_up_and_a_way_down_are_a_draft() -> None:
    first, second = up(1, 2.0, 3.0), down(2, 4.0, 5.5)
    gone, returned = fed(Pairing(HIP_THRUST), first, second)
    assert (gone.state, returned.state) == (DraftState.GONE, DraftState.RETURNED)
    assert gone.draft.concentric is first
    assert gone.draft.eccentric is None
    assert returned.draft.concentric is first
    assert returned.draft.eccentric is second
    assert returned.draft.number == gone.draft.number == 1
    assert returned.draft.first is first
    assert returned.draft.end_s == 5.5


def test_movements_under_way_are_told() -> None:
    pairing = Pairing(HIP_THRUST)
    news = fed(
        pairing,
        replace(up(1, 2.0, 2.6), state=StrokeState.BEGUN),
        up(1, 2.0, 3.0),
        replace(down(2, 4.0, 4.6), state=StrokeState.BEGUN),
        down(2, 4.0, 5.5),
    )
    assert [each.state for each in news] == [
        DraftState.GOING,
        DraftState.GONE,
        DraftState.RETURNING,
        DraftState.RETURNED,
    ]


def test_a_way_down_without_a_way_up_is_nothing() -> None:
    assert fed(Pairing(HIP_THRUST), down(1, 2.0, 3.0)) == []


def test_a_squat_starts_with_the_way_down() -> None:
    lowered, raised = squat(1, 2.0, 3.2, -0.4), squat(2, 3.6, 4.6, 0.4)
    gone, returned = fed(Pairing(SQUAT), lowered, raised)
    assert gone.draft.concentric is None
    assert gone.draft.eccentric is lowered
    assert returned.draft.concentric is raised
    assert fed(Pairing(SQUAT), raised) == []


def test_every_way_up_starts_a_draft_of_its_own() -> None:
    news = fed(
        Pairing(HIP_THRUST), up(1, 2.0, 3.0), down(2, 4.0, 5.5), up(3, 6.0, 7.0), down(4, 8.0, 9.5)
    )
    assert [each.draft.number for each in news] == [1, 1, 3, 3]


def test_a_small_sag_does_not_complete_a_rep() -> None:
    sag = movement(2, 3.5, 4.0, TOP_DEG, -2.0)
    news = fed(Pairing(HIP_THRUST), up(1, 2.0, 3.0), sag)
    assert [each.state for each in news] == [DraftState.GONE]


def test_a_sag_that_is_made_good_belongs_to_the_hold() -> None:
    sag = movement(2, 3.5, 4.0, TOP_DEG, -8.0)
    again = movement(3, 4.2, 4.7, -8.0, TOP_DEG)
    news = fed(Pairing(HIP_THRUST), up(1, 2.0, 3.0), sag, again, down(4, 6.0, 7.0))
    assert [each.draft.number for each in news] == [1, 1]
    assert news[-1].draft.concentric is not None
    assert news[-1].draft.concentric.end_s == 3.0
    assert news[-1].draft.eccentric is not None
    assert news[-1].draft.eccentric.start_s == 6.0


def test_a_way_up_in_two_strokes_is_one() -> None:
    lower, upper = movement(1, 2.0, 2.6, BOTTOM_DEG, -14.0), movement(2, 3.0, 3.7, -14.0, TOP_DEG)
    news = fed(Pairing(HIP_THRUST), lower, upper)
    whole = news[-1].draft.concentric
    assert whole is not None
    assert (whole.start_s, whole.end_s) == (2.0, 3.7)
    assert whole.rise_m == pytest.approx(up(9, 0.0, 1.0).rise_m)
    assert whole.rotation_rad == pytest.approx(np.radians(TOP_DEG - BOTTOM_DEG))
    assert news[-1].draft.number == news[0].draft.number


def test_a_long_rest_half_way_up_starts_a_new_draft() -> None:
    lower, upper = movement(1, 2.0, 2.6, BOTTOM_DEG, -14.0), movement(2, 9.0, 9.7, -14.0, TOP_DEG)
    news = fed(Pairing(HIP_THRUST), lower, upper)
    assert [each.draft.number for each in news] == [1, 2]


def test_a_hole_makes_the_half_rep_before_it_unknown() -> None:
    pairing = Pairing(HIP_THRUST)
    fed(pairing, up(1, 2.0, 3.0))
    pairing.restart()
    assert fed(pairing, down(2, 8.0, 9.0)) == []


def test_the_axis_of_a_believed_lift_tells_up_from_down() -> None:
    """A vertical acceleration that says nothing, as in a very slow rep, does not matter then."""
    pairing = Pairing(HIP_THRUST)
    slow_up = replace(up(5, 20.0, 28.0), rise_m=-0.01)
    slow_down = replace(down(6, 20.0, 28.0), rise_m=0.01)
    assert pairing.way(slow_up) is Way.NEITHER
    pairing.believe(up(1, 2.0, 3.0), sure=True)
    assert pairing.way(slow_up) is Way.UP
    assert pairing.way(slow_down) is Way.DOWN
    pairing.forget()
    assert pairing.way(slow_up) is Way.NEITHER


def test_a_turn_about_another_axis_is_neither_up_nor_down() -> None:
    pairing = Pairing(HIP_THRUST)
    pairing.believe(up(1, 2.0, 3.0), sure=True)
    aside = replace(up(2, 5.0, 6.0), axis=np.array([0.0, 1.0, 0.0]))
    assert pairing.way(aside) is Way.NEITHER
    turned = replace(up(2, 5.0, 6.0), axis=np.array([np.cos(0.3), np.sin(0.3), 0.0]))
    assert pairing.way(turned) is Way.UP


ACROSS = np.array([0.0, 1.0, 0.0])


def aside(number: int, start_s: float, share: float) -> Movement:
    """Return a finished turn about another axis by a share of a whole lift."""
    top_deg = BOTTOM_DEG + share * (TOP_DEG - BOTTOM_DEG)
    turn = movement(
        number, start_s, start_s + 0.8, BOTTOM_DEG, top_deg, state=StrokeState.FINISHED
    )
    return replace(turn, axis=ACROSS)


@pytest.mark.parametrize(("share", "kept"), [(0.2, True), (0.48, True), (0.52, False)])
def test_a_movement_some_other_way_ends_a_rep_if_it_is_half_as_large(
    share: float, kept: bool
) -> None:
    pairing = Pairing(HIP_THRUST)
    pairing.believe(up(1, 2.0, 3.0), sure=True)
    fed(pairing, up(3, 8.0, 9.0))
    assert fed(pairing, aside(4, 10.0, share)) == []
    assert [news.draft.number for news in fed(pairing, down(5, 11.0, 12.5))] == [3] * kept


def test_a_movement_some_other_way_ends_no_rep_before_it_is_over() -> None:
    pairing = Pairing(HIP_THRUST)
    pairing.believe(up(1, 2.0, 3.0), sure=True)
    fed(pairing, up(3, 8.0, 9.0), replace(aside(4, 10.0, 1.0), state=StrokeState.SETTLED))
    assert [news.draft.number for news in fed(pairing, down(5, 11.0, 12.5))] == [3]


def halves(stop_s: float, second_from_deg: float = -14.0) -> tuple[Movement, Movement]:
    """Return a way up in two halves with a stop between them."""
    return (
        movement(5, 10.0, 10.6, BOTTOM_DEG, -14.0),
        movement(6, 10.6 + stop_s, 11.3 + stop_s, second_from_deg, second_from_deg + 25.0),
    )


@pytest.mark.parametrize(
    ("stop_s", "reps_before", "joined"),
    [
        (0.9, 0, True),
        (1.1, 0, False),
        (1.1, 1, False),
        (1.1, 2, True),
        (4.9, 2, True),
        (5.1, 2, False),
    ],
)
def test_the_second_half_of_a_way_up_joins_after_a_long_stop_in_a_set_under_way_only(
    stop_s: float, reps_before: int, joined: bool
) -> None:
    """Before a second rep like the first, the movements may have been anything."""
    pairing = Pairing(HIP_THRUST)
    for number in range(reps_before):
        pairing.believe(up(1 + number, 2.0, 3.0), sure=number > 0)
    news = fed(pairing, *halves(stop_s))
    assert [each.draft.number for each in news] == ([5, 5] if joined else [5, 6])
    whole = news[-1].draft.concentric
    assert whole is not None
    assert whole.start_s == (10.0 if joined else 10.6 + stop_s)


def test_a_set_that_is_over_is_not_under_way() -> None:
    pairing = Pairing(HIP_THRUST)
    for number in (1, 3):
        pairing.believe(up(number, 2.0, 3.0), sure=number > 1)
    pairing.forget()
    assert [each.draft.number for each in fed(pairing, *halves(2.0))] == [5, 6]


def test_a_way_up_goes_on_from_where_it_stopped_and_not_from_the_bottom() -> None:
    again = fed(Pairing(HIP_THRUST), *halves(0.5, second_from_deg=BOTTOM_DEG))
    assert [each.draft.number for each in again] == [5, 6]


def test_two_movements_that_turn_too_far_together_are_no_way_up_in_two() -> None:
    lower = movement(5, 10.0, 10.6, BOTTOM_DEG, 9.0)
    news = fed(Pairing(HIP_THRUST), lower, movement(6, 11.0, 11.7, 9.0, 48.0))
    assert [each.draft.number for each in news] == [5, 5]
    news = fed(Pairing(HIP_THRUST), lower, movement(6, 11.0, 11.7, 9.0, 51.0))
    assert [each.draft.number for each in news] == [5, 6]


@pytest.mark.parametrize(
    ("share", "sure", "expected"),
    [
        (1.4, False, Way.DOWN),
        (1.6, False, Way.UP),
        (1.6, True, Way.DOWN),
    ],
    ids=["a little larger", "much larger", "much larger than a rep of a set"],
)
def test_what_is_much_larger_than_a_provisional_rep_decides_its_own_way(
    share: float, sure: bool, expected: Way
) -> None:
    """A provisional rep may have been a set-up move: sitting down, say, with its axis reversed."""
    provisional = movement(1, 2.0, 3.0, BOTTOM_DEG, BOTTOM_DEG + 20.0)
    pairing = Pairing(HIP_THRUST)
    pairing.believe(replace(provisional, axis=-provisional.axis), sure=sure)
    lift = movement(3, 6.0, 7.0, BOTTOM_DEG, BOTTOM_DEG + 20.0 * share)
    assert pairing.way(lift) is expected


def test_what_a_provisional_rep_grows_into_is_still_the_way_up() -> None:
    """Whoever counted it early has to hear of it, to take it back."""
    pairing = Pairing(HIP_THRUST)
    begun = replace(up(1, 2.0, 3.0), state=StrokeState.ENDING)
    fed(pairing, begun)
    pairing.believe(begun, sure=False)
    sat_up = movement(1, 2.0, 4.0, BOTTOM_DEG, 55.0, state=StrokeState.FINISHED)
    (news,) = fed(pairing, sat_up)
    assert (news.state, news.draft.number) == (DraftState.GONE, 1)
    assert news.draft.concentric is sat_up
    assert fed(pairing, replace(sat_up, number=3)) == []


def test_a_turn_about_another_axis_than_a_provisional_rep_decides_its_own_way() -> None:
    pairing = Pairing(HIP_THRUST)
    pairing.believe(replace(up(1, 2.0, 3.0), axis=ACROSS), sure=False)
    assert pairing.way(up(3, 6.0, 7.0)) is Way.UP
    assert pairing.way(down(4, 8.0, 9.0)) is Way.DOWN
    assert pairing.way(replace(up(3, 6.0, 7.0), rise_m=0.01)) is Way.NEITHER


@pytest.mark.parametrize(("angle_deg", "along"), [(35.0, True), (39.0, False)])
def test_a_slipped_strap_and_a_rolling_pelvis_leave_the_axis(
    angle_deg: float, along: bool
) -> None:
    pairing = Pairing(HIP_THRUST)
    pairing.believe(up(1, 2.0, 3.0), sure=True)
    slipped = np.radians(angle_deg)
    turned = replace(up(2, 5.0, 6.0), axis=np.array([np.cos(slipped), np.sin(slipped), 0.0]))
    assert pairing.way(turned) is (Way.UP if along else Way.NEITHER)


@pytest.mark.parametrize(("angle_deg", "along"), [(58.0, True), (62.0, False)])
def test_the_axis_of_an_arc_may_be_further_off(angle_deg: float, along: bool) -> None:
    pairing = Pairing(HIP_THRUST)
    pairing.believe(up(1, 2.0, 3.0), sure=True)
    trembled = np.radians(angle_deg)
    axis = np.array([np.cos(trembled), np.sin(trembled), 0.0])
    assert pairing.way(replace(up(2, 5.0, 6.0), axis=axis, by_gyroscope=False)) is (
        Way.UP if along else Way.NEITHER
    )


def test_the_sign_of_an_axis_is_the_way() -> None:
    assert up(1, 0.0, 1.0).axis @ LEFT == pytest.approx(1.0)
    assert down(1, 0.0, 1.0).axis @ LEFT == pytest.approx(-1.0)
