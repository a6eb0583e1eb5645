from __future__ import annotations

import math
from dataclasses import replace

from tests.export.workouts import EMPTY, WORKOUT
from tracker.domain import SetEntries, Workout
from tracker.export.app_terms import figures_of, rounded, session_text, set_texts
from tracker.export.columns import SetRow

BARE = replace(
    WORKOUT.sets[1],
    reps=(replace(WORKOUT.sets[1].reps[0], phases=(), bottom_s=None, rom_deg=None),),
    entries=SetEntries(),
    counted=1,
)


def with_sets(*sets: object) -> Workout:
    return replace(WORKOUT, sets=sets)  # type: ignore[arg-type]


def test_a_set_in_a_line_and_the_words_of_the_wearer_after_it() -> None:
    first, second = set_texts(WORKOUT)
    assert first == (
        "tempo 1.5-0.5-1.0-1.5 (up 1.0 · hold 1.5 · down 1.5 · floor 0.5); 0.45 m/s, loss 20 %; "
        "range 45°; set 13 s; planned 2-0-1-2 (up 1 · hold 2 · down 2 · floor 0)\n"
        'said "heavy", then went on'
    )
    assert "rest before 60 s; sensor counted 2" in second


def test_what_is_unknown_is_left_out() -> None:
    assert set_texts(with_sets(BARE)) == ["set 8 s"]


def test_an_unknown_phase_of_a_tempo_is_a_dash() -> None:
    record = replace(BARE, reps=(replace(WORKOUT.sets[1].reps[0], bottom_s=None),))
    (text,) = set_texts(with_sets(record))
    assert text.startswith("tempo 1.5-–-1.0-1.5 (up 1.0 · hold 1.5 · down 1.5 · floor –); ")


def test_pain_follows_the_note_of_the_session() -> None:
    assert session_text(WORKOUT).splitlines()[2:] == [
        "Pain before: 1 of 10",
        "Pain between (set 1): 2 of 10",
        "Pain after (set 2): 3 of 10",
    ]
    assert session_text(EMPTY) == ""


def test_figures_are_finite_or_missing() -> None:
    reps = (replace(WORKOUT.sets[0].reps[0], rom_deg=math.nan),)
    figures = figures_of(SetRow(WORKOUT, replace(WORKOUT.sets[0], reps=reps)))
    assert "mean_rom_deg" not in figures
    assert figures["mean_lockout_s"] == 1.5
    assert "rest_before_s" not in figures


def test_rounding_keeps_what_is_unknown() -> None:
    assert rounded(0.1 + 0.2) == 0.3
    assert rounded(None) is None
