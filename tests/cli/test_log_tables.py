from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.cli.logged import open_log
from tests.store.test_log import SESSION
from tests.workouts import TWO_SETS
from tracker.cli.tables import (
    edit_words,
    history_table,
    kept_lines,
    log_object,
    summary_object,
    trend_table,
    week_object,
)
from tracker.store import Edit, Field, weeks

if TYPE_CHECKING:
    from pathlib import Path


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
        (Edit(Field.LOAD, 72.5, 2), "load kg of set 2 = 72.5"),
        (Edit(Field.LOAD, 80.0, 2), "load kg of set 2 = 80"),
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
    *_, line = kept_lines(kept)
    assert line.endswith("reps of set 2 = 5 (kept, but at 1:00–1:15 no set is found any more)")
    (edit,) = json.loads(json.dumps(log_object(kept)))["edits"]
    assert edit["applies"] is False


def test_objects_are_json_with_nulls() -> None:
    line = json.loads(json.dumps(summary_object(replace(SESSION, rom_deg=1 / 3, load_kg=None))))
    assert (line["rom_deg"], line["load_kg"], line["recording"]) == (0.3333, None, None)
    week = json.loads(json.dumps(week_object(weeks([SESSION])[0])))
    assert week["monday"] == date(2026, 2, 9).isoformat()
