from __future__ import annotations

import pytest

from tests.export.report.trainings import rep, training_set
from tracker.domain import Flag
from tracker.export.report.wording import (
    FLAG_TEXTS,
    has_form_flag,
    names,
    remarks_of_session,
    remarks_of_set,
)


@pytest.mark.parametrize("flag", Flag)
def test_every_flag_is_said_in_words_for_people(flag: Flag) -> None:
    text = FLAG_TEXTS[flag]
    for sentence in (text.meaning, text.advice):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert "_" not in text.name + text.meaning + text.advice


def test_flags_have_names() -> None:
    assert names(()) == ""
    assert names((Flag.SAGGED, Flag.GAP)) == "sank in the hold, samples missing"


def test_a_flaw_of_the_data_is_none_of_form() -> None:
    assert has_form_flag(rep(1, flags=(Flag.SAGGED,)))
    assert not has_form_flag(rep(1, flags=(Flag.GAP,)))
    assert not has_form_flag(rep(1))


def test_remarks_of_a_set_name_its_reps() -> None:
    record = training_set(1, reps=3, flags=(Flag.SAGGED, Flag.GAP))
    assert [(each.name, each.where) for each in remarks_of_set(record)] == [
        ("Sank in the hold", "rep 3"),
        ("Samples missing", "rep 3"),
    ]


def test_remarks_of_a_session_are_counted_and_the_most_frequent_is_first() -> None:
    sets = (
        training_set(1, reps=3, flags=(Flag.SAGGED, Flag.DROPPED_ECCENTRIC)),
        training_set(2, reps=2, flags=(Flag.DROPPED_ECCENTRIC, Flag.GAP)),
    )
    assert [(each.name, each.where) for each in remarks_of_session(sets, of_form=True)] == [
        ("Dropped", "2 of 5 reps (set 1: 1, set 2: 1)"),
        ("Sank in the hold", "1 of 5 reps (set 1: 1)"),
    ]
    assert [each.name for each in remarks_of_session(sets, of_form=False)] == ["Samples missing"]
