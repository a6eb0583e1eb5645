from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracker.coach import BRANCHES, OTHER_RED_FLAGS, PROGRAMME, URGENT_RED_FLAGS
from tracker.coach.rules import RULES, Observation, Rule, text_of
from tracker.domain import PHASE_WORDS, CueKind, Phase

DOCS = Path(__file__).parents[2] / "docs" / "coaching.md"
COLUMNS = ("cue", "sees", "threshold", "reason", "source", "cannot know")

SAID = ("cue", "phase", "priority", "pause", "most in a set", "words")

MOST_WORDS = 9
"""What is said in two seconds."""


def tables() -> list[list[list[str]]]:
    """Return the tables of the page as rows of cells, each with its heading."""
    found: list[list[list[str]]] = [[]]
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return found


def rows_below(*heading: str) -> list[list[str]]:
    (rows,) = (rows for rows in tables() if rows and tuple(rows[0]) == heading)
    assert all(len(row) == len(heading) for row in rows)
    return rows[2:]


@pytest.mark.parametrize("kind", CueKind)
def test_every_kind_has_its_row_with_every_column(kind: CueKind) -> None:
    (row,) = (row for row in rows_below(*COLUMNS) if row[0] == f"`{kind.value}`")
    assert all(row), f"{kind.value} leaves a column empty"


def test_the_table_has_no_other_rows() -> None:
    assert {row[0] for row in rows_below(*COLUMNS)} == {f"`{kind.value}`" for kind in CueKind}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.texts[0])
def test_the_page_says_when_how_often_and_in_which_words(rule: Rule) -> None:
    same = [f"`{rule.kind.value}`", "" if rule.phase is None else PHASE_WORDS[rule.phase]]
    (row,) = (row for row in rows_below(*SAID) if row[:2] == same)
    reps = "1 rep" if rule.again_reps == 1 else f"{rule.again_reps} reps"
    assert row[2:5] == [str(rule.priority), f"{reps}, {rule.again_s:g} s", str(rule.most)]
    for text in (*rule.texts, rule.plain, rule.strong, rule.praise):
        assert text in row[5]


def test_every_kind_has_a_rule() -> None:
    assert {kind for kind, _ in RULES} == set(CueKind)


def said_by(rule: Rule) -> list[str]:
    texts = (*rule.texts, rule.plain, rule.strong, rule.praise)
    return [text.format(amount="2.5 seconds") for text in texts if text]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.texts[0])
def test_every_text_is_short_and_a_sentence(rule: Rule) -> None:
    for text in said_by(rule):
        assert len(text.split()) <= MOST_WORDS
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
        assert "!" not in text


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.texts[0])
def test_what_is_asked_for_is_praised_when_it_is_done(rule: Rule) -> None:
    outcomes = {
        CueKind.BREATHE_OUT,
        CueKind.TARGET_REACHED,
        CueKind.EXTRA_REP,
        CueKind.VELOCITY_LOSS,
        CueKind.PRAISE,
    }
    assert bool(rule.praise) is (rule.kind not in outcomes)


def test_no_text_speaks_of_what_a_sensor_on_the_pelvis_cannot_see() -> None:
    words = re.compile(r"injur|diagnos|disc|lumbar|spine|damage", re.IGNORECASE)
    assert not [text for rule in RULES.values() for text in said_by(rule) if words.search(text)]


def test_the_first_text_is_said_first_and_the_last_one_stays() -> None:
    rule = RULES[CueKind.HOLD_LONGER, None]
    observation = Observation(CueKind.HOLD_LONGER, wrong=True, amount="2 seconds")
    assert [text_of(rule, observation, times) for times in range(3)] == [
        "Hold the top for 2 seconds.",
        "Squeeze and hold: 2 seconds.",
        "Squeeze and hold: 2 seconds.",
    ]


def test_without_an_amount_the_plain_text_is_said() -> None:
    rule = RULES[CueKind.TOO_SLOW, Phase.CONCENTRIC]
    observation = Observation(CueKind.TOO_SLOW, wrong=True, phase=Phase.CONCENTRIC)
    assert text_of(rule, observation, 0) == "Push up as fast as you can."


def test_the_strong_form_has_words_of_its_own() -> None:
    rule = RULES[CueKind.PAST_LEVEL, None]
    mild, strong = (
        text_of(rule, Observation(CueKind.PAST_LEVEL, wrong=True, strong=each), 0)
        for each in (False, True)
    )
    assert mild != strong == rule.strong


def test_every_rule_of_the_programme_has_its_row_with_its_source() -> None:
    rows = rows_below("rule", "when", "next session", "source")
    assert [(row[0], row[3]) for row in rows] == [(rule.name, rule.source) for rule in PROGRAMME]
    assert all(all(row) for row in rows)


def test_the_page_has_every_sign_of_danger_and_every_branch_in_its_words() -> None:
    page = " ".join(DOCS.read_text(encoding="utf-8").split())
    first = " ".join((DOCS.parent / "first-session.md").read_text(encoding="utf-8").split())
    for words in (*URGENT_RED_FLAGS, *OTHER_RED_FLAGS):
        assert words in page
        assert words in first
    for words in BRANCHES.values():
        assert words in page
