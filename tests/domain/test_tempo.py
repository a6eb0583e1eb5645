from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import InputError, Phase, Tempo, parse_tempo

PLANNED = Tempo(eccentric_s=3.0, bottom_s=0.0, concentric_s=1.0, lockout_s=2.0)

seconds = st.integers(1, 240).map(lambda quarters: quarters / 4)
pauses = st.integers(0, 240).map(lambda quarters: quarters / 4)
tempos = st.builds(Tempo, st.none() | seconds, pauses, st.none() | seconds, pauses)


@pytest.mark.parametrize(
    "text",
    [
        "3-0-1-2",
        "3012",
        " 3–0–1–2 ",
        "3.0-0-1.0-2",
        "up=1 hold=2 down=3 floor=0",
        "floor=0, down=3, hold=2, up=1",
        "up=1 hold=2 down=3",
        "UP=1 · HOLD=2 · DOWN=3",
    ],
)
def test_ways_to_write_one_tempo(text: str) -> None:
    assert parse_tempo(text) == PLANNED


@pytest.mark.parametrize("text", ["30X2", "3-0-x-2", "up=x hold=2 down=3"])
def test_x_is_as_fast_as_possible(text: str) -> None:
    tempo = parse_tempo(text)
    assert tempo.concentric_s is None
    assert tempo.code == "3-0-X-2"
    assert tempo.words == "up X · hold 2 · down 3 · floor 0"


def test_it_is_shown_both_ways() -> None:
    assert PLANNED.code == "3-0-1-2"
    assert PLANNED.words == "up 1 · hold 2 · down 3 · floor 0"
    assert [PLANNED.planned_s(phase) for phase in Phase] == [1.0, 2.0, 3.0, 0.0]


@given(tempos)
def test_what_is_written_can_be_read(tempo: Tempo) -> None:
    assert parse_tempo(tempo.code) == tempo
    assert parse_tempo(tempo.words.replace(" ", "=").replace("=·=", " ")) == tempo


@pytest.mark.parametrize(
    ("text", "ways"), [("311", ("3-0-1-1", "3-1-1-0")), ("3-1-X", ("3-0-1-X",))]
)
def test_three_places_are_refused_with_the_question(text: str, ways: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="which of the four is missing") as caught:
        parse_tempo(text)
    assert caught.value.advice is not None
    for way in ways:
        assert way in caught.value.advice


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no tempo"),
        ("fast", "is no tempo"),
        ("-3-0-1-2", "is no tempo"),
        ("3-0-1-2-1", "has 5 places"),
        ("30", "has 2 places"),
        ("3-X-1-2", "the floor cannot be X"),
        ("3-0-1-X", "the hold cannot be X"),
        ("0-0-1-2", "the way down takes longer"),
        ("3-0-0-2", "the way up takes longer"),
        ("99-0-1-2", "longer than 60 s"),
        ("up=1 hold=2", "down is missing"),
        ("up=1 up=2 down=3 hold=1", "up is there twice"),
        ("up=one down=3 hold=1", "'up=one' is no phase"),
        ("rise=1 down=3 hold=1", "'rise=1' is no phase"),
        ("up=nan down=3 hold=1", "is no phase"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        parse_tempo(text)


@given(st.text(max_size=12))
def test_any_text_is_a_tempo_or_refused(text: str) -> None:
    try:
        tempo = parse_tempo(text)
    except InputError:
        return
    assert parse_tempo(tempo.code) == tempo
