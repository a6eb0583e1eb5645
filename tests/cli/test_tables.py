from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.cli.logged import open_log
from tests.store.test_log import SESSION
from tests.workouts import TWO_SETS
from tracker.app.text import flag_words
from tracker.cli.tables import (
    detail_lines,
    edit_words,
    history_table,
    log_object,
    session_table,
    summary_object,
    trend_table,
    week_object,
)
from tracker.domain import (
    Event,
    Fault,
    FaultReason,
    Flag,
    Gap,
    LoadEntered,
    Phase,
    PhaseSpan,
    Plan,
    PlanChosen,
    Rep,
    RepCompleted,
    RepCounted,
    RepsAdjusted,
    RpeEntered,
    SessionInfo,
    SessionState,
    SetEnded,
    SetStarted,
    SourceFacts,
    UserInput,
    workout_of,
)
from tracker.store import Edit, Field, weeks

if TYPE_CHECKING:
    from pathlib import Path


INFO = SessionInfo(sensor="samples")
FACTS = SourceFacts("walk.csv", "csv", 100.0, 61.0, 6101)

FIRST = Rep(
    index=1,
    start_s=10.0,
    end_s=14.0,
    complete=True,
    phases=(
        PhaseSpan(Phase.CONCENTRIC, 10.0, 10.9),
        PhaseSpan(Phase.LOCKOUT, 10.9, 12.5),
        PhaseSpan(Phase.ECCENTRIC, 12.5, 14.0),
    ),
    rom_deg=44.6,
    rise_m=0.312,
    mean_velocity_mps=0.36,
    peak_velocity_mps=0.61,
    tilt_deg=1.9,
    bottom_s=0.4,
)
LAST = Rep(
    index=2,
    start_s=14.4,
    end_s=16.0,
    complete=False,
    phases=(PhaseSpan(Phase.CONCENTRIC, 14.4, 15.5),),
    flags=(Flag.SHORT_OF_LOCKOUT,),
)


def ledger(*reps: Rep, more: tuple[Event, ...] = ()) -> SessionState:
    result = SessionState()
    events: list[Event] = [SetStarted(reps[0].start_s, 1)] if reps else []
    for rep in reps:
        events += [RepCounted(rep.end_s, 1, rep.index), RepCompleted(rep.end_s, 1, rep)]
    if reps:
        events.append(SetEnded(reps[-1].end_s, 1, len(reps)))
    result.accept([*events, *more])
    return result


def lines(*reps: Rep, more: tuple[Event, ...] = ()) -> list[str]:
    return session_table(workout_of(INFO, ledger(*reps, more=more), FACTS)).splitlines()


def test_the_file_comes_first() -> None:
    assert lines()[:2] == [
        "walk.csv",
        "Hip thrust · csv · 100.0 Hz · 61.0 s · 6101 samples · 0 gaps",
    ]


def test_each_rep_has_its_tempo_both_ways() -> None:
    shown = lines(FIRST)
    assert shown[3] == "set 1: 1 rep, 0:10–0:14"
    assert shown[4].split() == [
        *("rep", "tempo", "up", "hold", "down", "floor"),
        *("range", "top", "rise", "velocity", "peak", "tilt", "remarks"),
    ]
    assert shown[5].split() == [
        *("1", "1.5-0.4-0.9-1.6", "0.9", "1.6", "1.5", "0.4"),
        *("45°", "–", "0.31", "0.36", "0.61", "2°"),
    ]


def test_what_is_unknown_is_a_dash_and_what_is_unfinished_is_said() -> None:
    row = lines(FIRST, LAST)[6]
    assert row.split()[:7] == ["2", "–-–-1.1-–", "1.1", "–", "–", "–", "–"]
    assert row.endswith("short of lockout, not finished")


@pytest.mark.parametrize("width", [70, 80, 120, 200])
def test_a_table_fits_its_terminal_and_no_remark_is_lost(width: int) -> None:
    flags = (Flag.SHORT_OF_LOCKOUT, Flag.LOW_CONFIDENCE_VELOCITY, Flag.RESTED_AT_BOTTOM)
    workout = workout_of(INFO, ledger(replace(FIRST, flags=flags), LAST), FACTS)
    whole = session_table(workout)
    narrow = session_table(workout, width=width)
    table = narrow.splitlines()[4:-2]
    assert max(map(len, table)) <= width
    assert " ".join(flag_words(flags).split()) in " ".join(narrow.split()).replace("  ", " ")
    titles = table[0].split()
    assert set(titles) >= {"rep", "tempo", "range", "velocity"}
    assert ("tilt" in titles) == (width >= 120)
    assert (narrow == whole) == (width == 200)


@pytest.mark.parametrize("width", [80, 120])
def test_lists_fit_a_terminal_with_what_matters(width: int, tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        number = log.add(TWO_SETS, version="1")
        log.edit(number, [Edit(Field.NOTE, "a long note about how the whole training went today")])
        log.edit(number, [Edit(Field.EXERCISE, "feet_elevated_hip_thrust")])
        table = history_table(log.list(), width)
        trend = trend_table(weeks(log.list(), None), width)
    assert max(map(len, [*table.splitlines(), *trend.splitlines()])) <= width
    for title in ("id", "when", "exercise", "reps", "load", "pain"):
        assert title in table.splitlines()[0].split()
    assert "feet_elevated_hip_thrust" in table
    assert "note about how" in " ".join(table.split())


def test_several_reps_have_a_mean_over_what_is_known() -> None:
    row = lines(FIRST, LAST)[7]
    assert row.split()[:6] == ["mean", "1.5-0.4-1.0-1.6", "1.0", "1.6", "1.5", "0.4"]


def test_columns_stand_under_each_other() -> None:
    header, first, last = lines(FIRST, LAST)[4:7]
    for title, one, other in (("hold", "1.6", "–"), ("down", "1.5", "–")):
        end = header.index(title) + len(title)
        assert first[:end].endswith(one)
        assert last[:end].endswith(other)


def test_gaps_and_faults_are_listed() -> None:
    shown = lines(more=(Gap(31.0, 31.6), Fault(5.0, FaultReason.OUT_OF_ORDER, "", count=3)))
    assert shown[1].endswith("1 gap")
    assert shown[2:4] == ["gap at 31.0 s for 0.6 s", "fault out of order: 3×"]


def test_a_file_without_a_set_says_so() -> None:
    last = lines()[-1]
    assert last.startswith("No sets found. If it was another exercise, name it: glute_bridge,")
    assert last.endswith("squat, sit_to_stand.")


def test_a_file_that_is_too_short_for_a_set_says_so() -> None:
    facts = SourceFacts("x.csv", "csv", rate_hz=100.0, duration_s=4.5, samples=450)
    text = session_table(workout_of(SessionInfo(sensor="samples"), SessionState(), facts))
    assert "4.5 s are too short for one" in text
    assert "another exercise" not in text


def test_a_simulated_session_says_so() -> None:
    info = SessionInfo(sensor="profile", origin="synthetic")
    assert (
        session_table(workout_of(info, SessionState(), FACTS))
        .splitlines()[1]
        .startswith("simulated · ")
    )


def test_what_was_planned_and_said_of_a_set_stands_above_its_reps() -> None:
    said = (
        UserInput(0.0, PlanChosen(Plan(load_kg=60.0))),
        *(SetStarted(10.0, 1), RepCounted(14.0, 1, 1), RepCompleted(14.0, 1, FIRST)),
        UserInput(15.0, RepsAdjusted(1, 1)),
    )
    workout = workout_of(INFO, ledger(more=said), FACTS)
    assert "set 1: 1 rep, 0:10–0:14\n2 reps done · 60 kg planned\n" in session_table(workout)
    more = (UserInput(16.0, LoadEntered(1, 62.5)), UserInput(16.0, RpeEntered(1, 8.0)))
    workout = workout_of(INFO, ledger(more=(*said, *more)), FACTS)
    edited = frozenset({(1, "rpe"), (2, "reps"), (None, "note")})
    assert "2 reps done · 62.5 kg · RPE 8 (edited)\n" in session_table(workout, edited)


def test_columns_stand_under_each_other_and_unknown_is_a_dash() -> None:
    unknown = replace(SESSION, id=12, volume_kg=None, load_kg=None, pain_before=None)
    titles, first, second = history_table([SESSION, unknown]).splitlines()
    place = titles.index("volume") + len("volume")
    assert first[:place].endswith("2400 kg")
    assert second[:place].endswith("–")
    assert "4→2" in first
    assert "–→2" in second


def test_a_long_note_is_cut_to_a_line() -> None:
    note = "word\nword " * 20
    line = history_table([replace(SESSION, shown_note=note, edited=True)]).splitlines()[1]
    assert "edited, word word" in line
    assert line.endswith("…")
    assert len(line) < 160


def test_weeks_have_a_legend() -> None:
    table = trend_table(weeks([SESSION]))
    assert table.splitlines()[1].split()[:4] == ["2026-02-09", "1", "3", "30"]
    assert "Weeks begin on the Monday shown." in table


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (Edit(Field.LOAD, 72.5, 2), "load of set 2 = 72.5 kg"),
        (Edit(Field.LOAD, 80.0, 2), "load of set 2 = 80 kg"),
        (Edit(Field.NOTE, "fine"), "note = fine"),
    ],
)
def test_an_edit_in_words(edit: Edit, words: str) -> None:
    assert edit_words(edit) == words


def test_an_edit_whose_set_is_gone_says_so(log_home: Path) -> None:
    with open_log(log_home) as log:
        log.edit(1, [Edit(Field.REPS, 5, 2)])
        first_only = replace(TWO_SETS, sets=TWO_SETS.sets[:1])
        log.add(first_only, version="0.2.0", sha256="aa", recording="/r/a.arrows")
        kept = log.detail(1)
    *_, line = detail_lines(kept)
    assert line.endswith("reps of set 2 = 5 (not applied: there is no set at 1:00–1:15 any more)")
    (edit,) = json.loads(json.dumps(log_object(kept)))["edits"]
    assert edit["applies"] is False


def test_objects_are_json_with_nulls() -> None:
    line = json.loads(json.dumps(summary_object(replace(SESSION, rom_deg=1 / 3, load_kg=None))))
    assert (line["rom_deg"], line["load_kg"], line["recording"]) == (0.3333, None, None)
    week = json.loads(json.dumps(week_object(weeks([SESSION])[0])))
    assert week["monday"] == date(2026, 2, 9).isoformat()
