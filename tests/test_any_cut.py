"""However its stream is cut, a stage gives the same output, bit for bit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stages import Stage, cut_at, one_by_one, same, stages, whole, with_empty_ends

every_stage = pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.name)


@every_stage
def test_the_stream_makes_the_stage_say_something(stage: Stage) -> None:
    assert any(len(column) for column in stage.run(whole(stage.size)).values())


@every_stage
def test_one_sample_at_a_time_is_the_whole(stage: Stage) -> None:
    same(stage.run(one_by_one(stage.size)), stage.run(whole(stage.size)), stage.tolerance)


@every_stage
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_cut_is_the_whole(stage: Stage, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, stage.size), max_size=9))
    same(stage.run(cut_at(stage.size, cuts)), stage.run(whole(stage.size)), stage.tolerance)


@every_stage
def test_empty_pieces_first_between_and_last_change_nothing(stage: Stage) -> None:
    middle = stage.size // 2
    pieces = with_empty_ends(cut_at(stage.size, (middle, middle)), stage.size)
    same(stage.run(pieces), stage.run(whole(stage.size)), stage.tolerance)


@every_stage
def test_two_runs_are_the_same(stage: Stage) -> None:
    pieces = cut_at(stage.size, (stage.size // 3,))
    first, second = stage.run(pieces), stage.run(pieces)
    assert all((first[name] == second[name]).all() for name in first)
