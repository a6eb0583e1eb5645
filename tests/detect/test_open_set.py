from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.detect.motions import BOTTOM_DEG, TOP_DEG, movement
from tracker.detect.open_set import Counted, OpenSet, size_of
from tracker.detect.reps import Draft
from tracker.domain import HIP_THRUST

RANGE_DEG = TOP_DEG - BOTTOM_DEG


def draft(
    number: int, share: float = 1.0, from_deg: float = BOTTOM_DEG, *, whole: bool = True
) -> Draft:
    """Return a lift by a share of the usual range that starts 4 s after the one before."""
    start_s, to_deg = 4.0 * number, from_deg + share * RANGE_DEG
    up = movement(2 * number, start_s, start_s + 1.0, from_deg, to_deg)
    down = movement(2 * number + 1, start_s + 2.0, start_s + 3.0, to_deg, from_deg)
    return Draft(2 * number, up, down if whole else None)


def opened(*drafts: Draft, by_hand: bool = False) -> OpenSet:
    reps = [Counted(each, index) for index, each in enumerate(drafts, start=1)]
    return OpenSet(1, by_hand, 4.0, HIP_THRUST, reps)


def turned(one: Draft, angle_rad: float) -> Draft:
    """Return a draft whose way up turned about another axis."""
    assert one.concentric is not None
    axis = np.array([np.cos(angle_rad), np.sin(angle_rad), 0.0])
    return replace(one, concentric=replace(one.concentric, axis=axis))


def test_an_empty_set_takes_anything() -> None:
    assert opened().takes(draft(1))
    assert opened().reference_size is None


@pytest.mark.parametrize(("share", "taken"), [(0.45, False), (0.55, True), (1.0, True)])
def test_half_of_the_range_is_what_a_rep_needs(share: float, taken: bool) -> None:
    assert opened(draft(1), draft(2)).takes(draft(3, share)) is taken


def test_the_range_is_that_of_the_largest_reps() -> None:
    whole_rad = float(np.radians(RANGE_DEG))
    partial = opened(draft(1), draft(2), draft(3), draft(4, 0.6), draft(5, 0.6))
    assert partial.reference_size == pytest.approx(whole_rad)
    assert opened(draft(1), draft(2, 0.6)).reference_size == pytest.approx(0.8 * whole_rad)


def test_reps_of_a_set_start_from_one_posture() -> None:
    known = opened(draft(1), draft(2))
    assert known.takes(draft(3, from_deg=BOTTOM_DEG + 15.0))
    assert not known.takes(draft(3, from_deg=BOTTOM_DEG + 45.0))


def test_the_second_rep_must_turn_about_the_axis_of_the_first() -> None:
    assert opened(draft(1)).takes(turned(draft(2), np.radians(15.0)))
    assert not opened(draft(1)).takes(turned(draft(2), np.radians(40.0)))
    assert opened(draft(1), draft(2)).takes(turned(draft(3), np.radians(40.0)))


def test_a_first_rep_that_never_came_down_has_no_second() -> None:
    assert not opened(draft(1, whole=False)).takes(draft(2))


def test_two_whole_reps_or_the_wearer_make_a_set() -> None:
    assert not opened(draft(1)).confirmed
    assert opened(draft(1), by_hand=True).confirmed
    assert opened(draft(1), draft(2)).confirmed
    assert opened(draft(1), draft(2)).lasts(cut_short=False)
    assert not opened(draft(1), draft(2, whole=False)).lasts(cut_short=False)
    assert opened(draft(1), draft(2, whole=False)).lasts(cut_short=True)
    assert opened(draft(1, whole=False), by_hand=True).lasts(cut_short=False)


def test_a_rep_lost_in_a_hole_is_one() -> None:
    cut = opened(draft(1), draft(2, whole=False))
    cut.reps[1].gap = True
    assert cut.lasts(cut_short=False)


def test_reps_are_found_by_their_draft_and_know_who_follows() -> None:
    known = opened(draft(1), draft(2))
    first = known.find(replace(draft(1), eccentric=None))
    assert first is known.reps[0]
    assert known.find(draft(7)) is None
    assert known.next_start_s(known.reps[0]) == 8.0
    assert known.next_start_s(known.reps[1]) is None


def test_a_rival_is_another_movement_of_that_size_and_posture() -> None:
    known = opened(draft(1))
    assert not known.has_rival_like(draft(2, 0.4))
    known.rival = draft(2, 0.4)
    assert not known.has_rival_like(draft(2, 0.4))
    assert known.has_rival_like(draft(3, 0.4))
    assert not known.has_rival_like(draft(3, 1.0))
    assert not known.has_rival_like(draft(3, 0.4, from_deg=30.0))


def test_the_size_of_a_draft_is_that_of_its_way_up() -> None:
    assert size_of(draft(1, 0.5)) == pytest.approx(np.radians(0.5 * RANGE_DEG))
    with pytest.raises(ValueError, match="no way up"):
        size_of(replace(draft(1), concentric=None))
