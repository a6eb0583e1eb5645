from __future__ import annotations

from dataclasses import replace

import pytest

from tests.export.report.trainings import rep, training, training_set
from tracker.detect import likeness
from tracker.domain import FaultReason, Flag, Gap, SessionInfo, SourceFacts, Workout
from tracker.export.report.page import FAULT_WORDS, TRAIT_WORDS, quality_of


def facts(workout: Workout) -> dict[str, str]:
    return dict(quality_of(workout).facts)


@pytest.mark.parametrize("reason", FaultReason)
def test_every_kind_of_fault_is_said_in_words(reason: FaultReason) -> None:
    assert "_" not in FAULT_WORDS[reason]


def test_every_trait_that_raises_doubt_is_said_in_words() -> None:
    with open(likeness.__file__, encoding="utf-8") as source:
        text = source.read()
    named = {
        line.split('"')[1]
        for line in text.replace("(\n", "(").replace("( ", "(").splitlines()
        if 'at_least("' in line or 'at_most("' in line
    }
    # One call has its name on a line of its own.
    assert named | {"least_turn_rad"} == set(TRAIT_WORDS)


def test_the_facts_are_those_of_the_recording() -> None:
    shown = facts(training())
    assert shown["Sensor"] == "WT901 (witmotion)"
    assert shown["Measured rate"] == "100.0\N{NO-BREAK SPACE}samples per second"
    assert shown["Samples"] == "47885"
    assert shown["Without samples"] == "0.45\N{NO-BREAK SPACE}s in 1 gap, 0.1 % of the time"


def test_gaps_and_faults_are_listed() -> None:
    quality = quality_of(training())
    assert quality.gaps == (("3:20", "0.45"),)
    assert quality.faults == (("packets or samples that never arrived", 3),)


def test_a_recording_without_flaws_is_good() -> None:
    quality = quality_of(training(gaps=(), faults={}))
    assert quality.verdict.startswith("Good: nothing is missing")
    assert dict(quality.facts)["Without samples"] == "nothing"


def test_a_recording_with_small_flaws_is_good_with_a_word_about_it() -> None:
    assert quality_of(training()).verdict.startswith("Good, with small disturbances")


def test_much_missing_is_said_first() -> None:
    quality = quality_of(training(gaps=(Gap(100.0, 105.0),)))
    assert quality.verdict.startswith("Part of the data is missing")
    assert quality.is_flawed
    assert not quality_of(training()).is_flawed


def test_nothing_is_not_called_good() -> None:
    empty = Workout(SessionInfo("csv"), SourceFacts("x.csv", "csv", None, None, 0), (), (), {})
    quality = quality_of(empty)
    assert quality.verdict == "There are no samples to judge."
    assert dict(quality.facts)["Measured rate"] == "–"


def test_doubt_is_given_with_its_reason_where_there_is_some() -> None:
    record = replace(
        training_set(1),
        reps=(
            rep(1, doubt=0.0, doubt_trait="coherence"),
            rep(2, doubt=0.41, doubt_trait="coherence"),
            rep(3, doubt=0.2, doubt_trait="a trait of tomorrow"),
            rep(4, doubt=None, doubt_trait=None),
        ),
    )
    (rows,) = quality_of(training(sets=(record,))).sets
    assert [(row.doubt, row.trait) for row in rows.rows] == [
        ("0.00", ""),
        ("0.41", "did not rise as it turned"),
        ("0.20", "a trait of tomorrow"),
        ("–", ""),
    ]


def test_a_rep_that_was_cut_off_is_said_to_be() -> None:
    record = replace(
        training_set(1), reps=(rep(1, flags=(Flag.GAP,)), replace(rep(2), complete=False))
    )
    (rows,) = quality_of(training(sets=(record,))).sets
    assert [row.flags for row in rows.rows] == ["samples missing", "cut off before its end"]
