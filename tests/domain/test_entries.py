from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_plan import plans
from tracker.domain import (
    ENTRY_CHANNEL,
    Entry,
    Fault,
    InputError,
    LoadEntered,
    NoteEntered,
    Notification,
    PainEntered,
    PainMoment,
    PlanChosen,
    RepsAdjusted,
    RpeEntered,
    UserInput,
    check_entry,
    entry_from_object,
    entry_notification,
    entry_object,
    read_control_message,
)

numbers = st.integers(1, 99)
entries = st.one_of(
    st.builds(PlanChosen, plans),
    st.builds(RepsAdjusted, numbers, st.integers(-200, 200)),
    st.builds(LoadEntered, numbers, st.floats(0.0, 1000.0)),
    st.builds(RpeEntered, numbers, st.floats(0.0, 10.0)),
    st.builds(PainEntered, st.integers(0, 10), st.sampled_from(PainMoment), st.none() | numbers),
    st.builds(NoteEntered, st.text(st.characters(exclude_categories=["Cs"])), st.none() | numbers),
)


@given(entries)
def test_an_entry_survives_the_stream(entry: Entry) -> None:
    check_entry(entry)
    assert entry_from_object(json.loads(json.dumps(entry_object(entry)))) == entry
    assert read_control_message(entry_notification(2_500_000_000, entry)) == UserInput(2.5, entry)


@given(st.binary(max_size=40))
def test_bytes_that_are_no_entry_are_a_fault(data: bytes) -> None:
    assert isinstance(read_control_message(Notification(0, ENTRY_CHANNEL, data)), Fault)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(["plan", "reps", "load", "rpe", "pain", "note", "mood"]),
    st.sampled_from(["plan", "set_index", "by", "load_kg", "rpe", "score", "text", "moment"]),
)
def test_any_object_is_an_entry_or_a_fault(value: Any, kind: str, key: str) -> None:
    whole = {"set_index": 1, "by": 1, "load_kg": 1, "rpe": 1, "score": 1, "text": "", "plan": {}}
    text = json.dumps(whole | {"moment": "after", "kind": kind, key: value})
    event = read_control_message(Notification(0, ENTRY_CHANNEL, text.encode()))
    assert isinstance(event, UserInput | Fault)


@pytest.mark.parametrize(
    "entry",
    [
        PainEntered(11, PainMoment.AFTER),
        PainEntered(-1, PainMoment.AFTER),
        RpeEntered(1, 10.5),
        RpeEntered(0, 5.0),
        LoadEntered(1, -2.0),
        RepsAdjusted(1, 500),
        NoteEntered("x" * 3000),
        NoteEntered("", 0),
    ],
)
def test_what_cannot_be_meant_is_refused(entry: Entry) -> None:
    with pytest.raises(InputError, match=r"expected|numbered"):
        check_entry(entry)
