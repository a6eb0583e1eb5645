"""However its stream is cut, a stage gives the same output, bit for bit."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.heavy import HEAVY
from tests.stages import Output, Stage, cut_at, one_by_one, same, stages, whole, with_empty_ends


@cache
def in_one_piece(stage: Stage) -> Output:
    return stage.run(whole(stage.size))


every_stage = pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.name)


@every_stage
def test_the_stream_produces_output(stage: Stage) -> None:
    assert any(len(column) for column in in_one_piece(stage).values())


@pytest.mark.slow
@every_stage
def test_one_sample_at_a_time_is_the_whole(stage: Stage) -> None:
    same(stage.run(one_by_one(stage.size)), in_one_piece(stage), stage.tolerance)


@every_stage
@settings(max_examples=12 if HEAVY else 4)
@given(data=st.data())
def test_any_cut_is_the_whole(stage: Stage, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, stage.size), max_size=9))
    same(stage.run(cut_at(stage.size, cuts)), in_one_piece(stage), stage.tolerance)


@every_stage
def test_empty_pieces_first_between_and_last_change_nothing(stage: Stage) -> None:
    middle = stage.size // 2
    pieces = with_empty_ends(cut_at(stage.size, (middle, middle)), stage.size)
    same(stage.run(pieces), in_one_piece(stage), stage.tolerance)
