from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.units import (
    NS_PER_S,
    RADPS_PER_DPS,
    STANDARD_GRAVITY_MPS2,
    ns_from_s,
    s_from_ns,
)


@given(time_ns=st.integers(0, 10**13))
def test_nanoseconds_survive_being_seconds_for_hours(time_ns: int) -> None:
    """A float has 53 bits: below 2.5 hours it tells all nanoseconds apart, and this is 2.8."""
    assert abs(ns_from_s(s_from_ns(time_ns)) - time_ns) <= 1


def test_seconds_round_to_the_nearest_nanosecond() -> None:
    assert ns_from_s(1.4e-9) == 1
    assert ns_from_s(1.6e-9) == 2
    assert s_from_ns(1_500_000_000) == 1.5


def test_constants_are_those_of_the_textbook() -> None:
    assert pytest.approx(9.80665) == STANDARD_GRAVITY_MPS2
    assert math.degrees(RADPS_PER_DPS) == pytest.approx(1.0)
    assert NS_PER_S == 10**9
