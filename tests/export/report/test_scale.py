from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.export.report.plots import scale_over


def test_ticks_are_round_and_hold_the_values() -> None:
    scale = scale_over([36.2, 46.2], 160.0, 12.0, least_span=10.0)
    assert scale.ticks == (35.0, 40.0, 45.0, 50.0)
    assert scale.decimals == 0
    assert scale.px(35.0) == 160.0
    assert scale.px(50.0) == 12.0
    assert scale.px(42.5) == 86.0


def test_a_wiggle_of_nothing_is_not_pulled_apart() -> None:
    scale = scale_over([45.0, 45.01], 160.0, 12.0, least_span=10.0)
    assert scale.most - scale.least >= 10.0


def test_an_axis_can_begin_at_zero_whatever_its_values() -> None:
    assert scale_over([2.0, 2.1], 0.0, 100.0, least_span=1.0, from_zero=True).least == 0.0
    assert scale_over([0.0], 0.0, 100.0, least_span=1.0, from_zero=True).ticks[-1] == 1.0


@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20),
    from_zero=st.booleans(),
)
def test_every_value_is_inside_and_ticks_are_few(values: list[float], from_zero: bool) -> None:
    scale = scale_over(values, 0.0, 100.0, least_span=0.1, from_zero=from_zero)
    assert 2 <= len(scale.ticks) <= 7
    for value in values:
        assert -0.1 <= scale.px(value) <= 100.1
    shown = [f"{tick:.{scale.decimals}f}" for tick in scale.ticks]
    assert len(set(shown)) == len(shown)
    for text, tick in zip(shown, scale.ticks, strict=True):
        assert float(text) == pytest.approx(tick, abs=1e-9)
