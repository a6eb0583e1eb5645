from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.coach.pain import (
    OTHER_RED_FLAGS,
    URGENT_RED_FLAGS,
    PainLight,
    PainRecord,
    judge_pain,
    pain_trend,
    red_flag_lines,
)
from tracker.coach.texts import ASK_FIRST, FLAG_WORDS, FOR_EVERYBODY, HOW_TO, NO_DIAGNOSIS, WARM_UP
from tracker.domain import EXERCISES, Flag, PainEntered, PainMoment

moments = st.sampled_from(PainMoment)


entries = st.lists(st.builds(PainEntered, st.integers(0, 10), moments), min_size=1, max_size=6)


def said(before: int | None, *after: int) -> list[PainEntered]:
    first = [] if before is None else [PainEntered(before, PainMoment.BEFORE)]
    return [*first, *(PainEntered(score, PainMoment.AFTER, 1) for score in after)]


@pytest.mark.parametrize(
    ("before", "after", "light"),
    [
        (0, (0,), PainLight.GREEN),
        (2, (2, 1), PainLight.GREEN),
        (1, (2,), PainLight.AMBER),
        (3, (3,), PainLight.AMBER),
        (4, (1,), PainLight.AMBER),
        (0, (2,), PainLight.RED),
        (1, (3, 0), PainLight.RED),
        (5, (5,), PainLight.RED),
        (6, (2,), PainLight.RED),
        (None, (4,), PainLight.AMBER),
        (None, (5,), PainLight.RED),
        (2, (), PainLight.GREEN),
    ],
)
def test_what_scores_mean(before: int | None, after: tuple[int, ...], light: PainLight) -> None:
    verdict = judge_pain(said(before, *after))
    assert verdict is not None
    assert verdict.light is light
    assert verdict.stops is (light is PainLight.RED)


def test_nothing_said_means_nothing() -> None:
    assert judge_pain([]) is None


def test_a_rise_is_unknown_without_both() -> None:
    for scores in (said(None, 3), said(3)):
        verdict = judge_pain(scores)
        assert verdict is not None
        assert verdict.rise is None


@given(entries)
def test_a_rise_of_two_or_a_score_of_five_always_stops(scores: list[PainEntered]) -> None:
    verdict = judge_pain(scores)
    assert verdict is not None
    assert verdict.stops is (
        verdict.worst >= 5 or (verdict.rise is not None and verdict.rise >= 2)
    )
    if verdict.stops:
        assert "doctor or physiotherapist" in verdict.words
        assert "cannot tell" in verdict.words


def test_the_signs_that_are_emergencies_come_first() -> None:
    lines = red_flag_lines()
    assert len(lines) == len(URGENT_RED_FLAGS) + len(OTHER_RED_FLAGS) + 3
    emergency, others = "\n".join(lines).split("See a doctor first:")
    for word in ("urine", "bowels", "saddle", "weakness"):
        assert word in emergency
    for word in ("fall", "night", "fever", "losing weight"):
        assert word in others


ROOM = 99


"""Columns of a wide terminal."""


def test_every_exercise_has_two_lines_that_fit() -> None:
    assert set(HOW_TO) == set(EXERCISES)
    for lines in HOW_TO.values():
        assert len(lines) == 2
    for line in (*WARM_UP, *FOR_EVERYBODY, *(line for lines in HOW_TO.values() for line in lines)):
        assert len(line) <= ROOM


def test_who_is_in_pain_is_sent_to_somebody_who_knows() -> None:
    assert "doctor" in ASK_FIRST
    assert "diagnosis" in NO_DIAGNOSIS


def test_every_flag_has_its_words() -> None:
    assert set(FLAG_WORDS) == set(Flag)
    assert len(set(FLAG_WORDS.values())) == len(Flag)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (0, 2, "Pain went up from 0 to 2. Stop for today and ask a doctor"),
        (5, 5, "Pain of 5 is too much to train on. Stop for today"),
        (1, 2, "Pain went up from 1 to 2. Train as before"),
        (3, 3, "Pain reached 3. Train as before"),
        (1, 1, "Pain is low and did not go up."),
    ],
)
def test_a_verdict_gives_its_reason_and_then_advice(before: int, after: int, words: str) -> None:
    verdict = judge_pain(said(before, after))
    assert verdict is not None
    assert verdict.words.startswith(words)
    assert verdict.words.startswith(verdict.reason)


NOW = datetime(2026, 3, 30, 18, tzinfo=UTC)


def over(days: float, *levels: int | None) -> list[PainRecord]:
    """Return trainings with these levels before them, evenly over so many days up to now."""
    step = days / max(1, len(levels) - 1)
    return [
        PainRecord(NOW - timedelta(days=days - step * number), level)
        for number, level in enumerate(levels)
    ]


@pytest.mark.parametrize(
    ("records", "rises", "falls"),
    [
        (over(28, 0, 1, 2, 3), True, False),
        (over(28, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3), True, False),
        (over(28, 5, 5, 5, 5, 5, 5), False, False),
        (over(28, 2, 3, 2, 3, 2, 3, 2, 3), False, False),
        (over(28, 0, 0, 0, 0, 7, 0, 0, 0), False, False),
        (over(28, 0, 1, 0, 1, 1, 1), False, False),
        (over(28, 5, 4, 3, 2, 1), False, True),
    ],
    ids=["a point a week", "slowly", "stable 5", "noise", "one bad day", "one point", "better"],
)
def test_a_trend_is_a_change_that_can_be_noticed_and_is_steady(
    records: list[PainRecord], rises: bool, falls: bool
) -> None:
    trend = pain_trend(records, NOW)
    assert trend is not None
    assert (trend.rises, trend.falls) == (rises, falls)
    assert bool(trend.words) is (rises or falls)


def test_a_few_trainings_or_days_are_no_trend() -> None:
    assert pain_trend(over(28, 0, 2, 4), NOW) is None
    assert pain_trend(over(10, 0, 1, 2, 3, 4), NOW) is None
    assert pain_trend(over(28, 0, None, None, 3), NOW) is None


@given(st.lists(st.integers(0, 10), min_size=4, max_size=14), st.integers(0, 10))
def test_the_same_shift_of_every_score_is_no_trend(levels: list[int], by: int) -> None:
    shifted = [level + by for level in levels]
    one, other = pain_trend(over(28, *levels), NOW), pain_trend(over(28, *shifted), NOW)
    assert one is not None
    assert other is not None
    assert one.agreement == other.agreement


@pytest.mark.parametrize(
    ("before", "morning", "light"),
    [
        (1, 1, PainLight.GREEN),
        (1, 2, PainLight.AMBER),
        (1, 3, PainLight.RED),
        (None, 5, PainLight.RED),
    ],
)
def test_what_training_brought_must_settle_by_the_next_morning(
    before: int | None, morning: int, light: PainLight
) -> None:
    scores = [PainEntered(morning, PainMoment.NEXT_MORNING)]
    if before is not None:
        scores.insert(0, PainEntered(before, PainMoment.BEFORE))
    verdict = judge_pain(scores)
    assert verdict is not None
    assert verdict.light is light


@given(entries, st.integers(2, 8))
def test_a_higher_limit_never_turns_a_light_stricter(
    scores: list[PainEntered], limit: int
) -> None:
    order = list(PainLight)
    lower, higher = judge_pain(scores, limit), judge_pain(scores, limit + 1)
    assert lower is not None
    assert higher is not None
    assert order.index(higher.light) <= order.index(lower.light)
