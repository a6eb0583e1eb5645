from __future__ import annotations

from typing import TYPE_CHECKING

import coach
import pytest
from coach import STORIES, Figure, Story, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.words)
def test_a_written_pain_history_gets_the_verdict_of_the_rules(story: Story) -> None:
    assert verdict_of(story) == story.verdict


def test_every_verdict_is_written_about_and_there_are_twenty() -> None:
    assert len(STORIES) == 20
    assert {story.verdict for story in STORIES} == {"go", "same", "easier", "stop"}


def short(figures: Iterable[Figure]) -> list[Figure]:
    return [figure for figure in figures if not figure.met]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [14, 15, 16])
def test_the_own_line_halves_the_error_and_few_sets_end_by_chance(seed: int) -> None:
    assert short(coach.velocity_figures(seed)) == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twelve_weeks_lead_from_bodyweight_to_loads_in_every_time_zone() -> None:
    assert short(coach.programme_figures()) == []


@pytest.mark.slow
def test_a_pause_and_a_red_light_do_what_they_promise() -> None:
    assert short(coach.break_figures()) == []
