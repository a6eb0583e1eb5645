"""A training in lines, as a screen reader speaks it."""

from __future__ import annotations

import asyncio
import re
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pytest

from tests.tui.terminal import terminal
from tests.workouts import TWO_SETS
from tracker.app.paths import Paths
from tracker.app.training_log import open_training_log
from tracker.cli.conversation import Conversation, EndOfLinesError, heard, whole_or
from tracker.cli.exits import ExitCode
from tracker.cli.plain import plan_sentence, typed_load_kg
from tracker.cli.plain_training import set_sentences
from tracker.domain import Plan, parse_tempo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    Tracker = Callable[..., Any]


class Typist:
    """Types what the test says, and hears what is said."""

    def __init__(self, *lines: str) -> None:
        self.lines: SimpleQueue[str] = SimpleQueue()
        for line in lines:
            self.lines.put(f"{line}\n")
        self.said: list[str] = []

    def conversation(self) -> Conversation:
        return Conversation(self.lines.get, self.said.append)


async def test_a_wrong_answer_is_explained_and_asked_for_again() -> None:
    typist = Typist("12", "1,5", "", "7")
    talk = typist.conversation()
    read: list[int | None] = [
        await talk.ask("Pain?", lambda text: whole_or(text, 0, 10)) for _ in range(2)
    ]
    await asyncio.to_thread(talk.close)
    assert read == [None, 7]
    assert typist.said == [
        "Pain?",
        "Expected a whole number from 0 to 10, got '12'.",
        "Pain?",
        "Expected a whole number from 0 to 10, got '1,5'.",
        "Pain?",
        "Pain?",
    ]


async def test_one_of_several_is_chosen_by_its_number() -> None:
    typist = Typist("9", "3", "")
    talk = typist.conversation()
    titles = ("hip thrust", "squat", "bridge")
    assert [await talk.choose("What?", titles, taken=1) for _ in range(2)] == [2, 1]
    await asyncio.to_thread(talk.close)
    assert typist.said[:4] == [
        "1: hip thrust.",
        "2: squat.",
        "3: bridge.",
        "What? Type a number from 1 to 3, or enter for squat.",
    ]


async def test_a_closed_terminal_ends_every_question() -> None:
    typist = Typist()
    typist.lines.put("")
    talk = typist.conversation()
    for _ in range(2):
        with pytest.raises(EndOfLinesError):
            await talk.ask("Pain?", str)
    await asyncio.to_thread(talk.close)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("next time: Hip thrust: 3 × 12, 60 kg", "Next time: Hip thrust: 3 sets of 12, 60 kg."),
        ("★ heaviest set: 65 kg, before 60 kg", "Record: heaviest set: 65 kg, before 60 kg."),
        ("2× short of lockout", "2 times short of lockout."),
        ("7", "7"),
        ("Hold longer!", "Hold longer!"),
    ],
)
def test_what_was_written_for_the_eye_makes_sense_when_heard(line: str, sentence: str) -> None:
    assert heard(line) == sentence


def test_a_plan_and_a_set_are_sentences() -> None:
    plan = Plan(load_kg=62.5, target_reps=8, sets=3, tempo=parse_tempo("3-0-1-2"), or_more=True)
    assert plan_sentence(plan) == (
        "3 sets of 8 reps, 62.5 kg, tempo up 1, hold 2, down 3, floor 0, 90 seconds of rest, "
        "the last set goes on while it is clean"
    )
    for line in set_sentences(TWO_SETS.sets[0]):
        assert heard(line)[-1] == "."
        assert not set(heard(line)) & set("·→×★•°")


def test_a_typed_load_takes_comma_unit_and_silence() -> None:
    assert [typed_load_kg(each) for each in ("62,5", "62.5 kg", "")] == [62.5, 62.5, None]


def test_plain_refuses_what_it_cannot_ask_about(tracker: Tracker) -> None:
    for options in (("--headless",), ("--seconds", "5"), ("--kind", "polar")):
        result = tracker("train", "--plain", *options)
        assert (result.code, "--plain leads" in result.err) == (ExitCode.USAGE_OR_INPUT, True)
    result = tracker("--plain", "history")
    assert "tracker history --plain" in result.err


def test_plain_can_be_chosen_for_good(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    assert tracker("config", "plain").out == "no\n"
    assert tracker("config", "plain", "yes").code == ExitCode.OK
    assert tracker("config", "plain").out == "yes\n"
    assert "expected yes or no, got 'maybe'" in tracker("config", "plain", "maybe").err


@pytest.mark.slow
@pytest.mark.posix("there is no pseudo-terminal")
def test_a_whole_training_on_a_terminal_that_can_draw_nothing(tmp_path: Path) -> None:
    lifter = ("train", "--sensor", "sim", "--speed", "30")
    with terminal(tmp_path, *lifter, kind="dumb") as shown:
        taken = 0

        def answer(question: str, typed: str | None = None) -> None:
            nonlocal taken
            shown.take_until(lambda: question in shown.drawn[taken:].decode(errors="replace"))
            taken = len(shown.drawn)
            if typed is not None:
                shown.press(f"{typed}\n")

        answer("Enter goes on.", "")
        answer("What do you train?", "")
        answer("Pain now, before the training?", "a lot")
        answer("Expected a whole number from 0 to 10")
        shown.press("1\n")
        answer("c changes it.", "c")
        answer("Sets?", "2")
        answer("Reps in a set?", "6")
        answer("Load in kg", "62,5kg")
        answer("Tempo", "")
        answer("Seconds to hold", "1,5")
        answer("Seconds of rest?", "60")
        answer("Which routine?", "")
        answer("Show the sensor your lockout first?", "3")
        answer("2 sets of 6 reps, 62.5 kg, tempo up 1, hold 2, down 3, floor 0, hold 1.5")
        shown.press("\n")
        answer("Set 1 begins.")
        answer("Calibrated: this is your lockout.")
        answer("Load of this set in kg?", "60")
        answer("Effort, 0 to 10?", "8,5")
        answer("Pain now, 0 to 10?", "2")
        answer("Load of the next set in kg?", "65")
        answer("Set 2 begins.")
        answer("Load of this set in kg?", "f")
        answer("Pain now, after the training", "")
        answer("A note on the training?", "went well")
        answer("Enter ends the training.", "")
        shown.take_to_the_end()
        shown.take(0.2)
        assert shown.process.returncode == ExitCode.OK
        said = shown.drawn.decode()

    assert "Logged as session 1." in said
    assert "\x1b" not in said
    assert not re.search(r"[·→×★•]", said)
    counts = re.findall(r"^(\d+)\r$", said.partition("Set 1 begins.")[2], re.MULTILINE)
    assert counts[:6] == ["1", "2", "3", "4", "5", "6"]
    paths = Paths(tmp_path / "data", tmp_path / "config", tmp_path / "state")
    with open_training_log(paths) as log:
        workout = log.workout(1)
    first, second = workout.sets
    assert (first.load_kg, first.entries.rpe, second.load_kg) == (60.0, 8.5, 65.0)
    assert [each.score for each in workout.pain] == [1, 2]
    assert workout.note == "went well"


@pytest.mark.slow
def test_a_routine_is_led_through_in_sentences(tmp_path: Path) -> None:
    lifter = ("train", "--sensor", "sim", "--speed", "30", "--routine", "warm_up")
    with terminal(tmp_path, *lifter, kind="dumb") as shown:

        def wait_for(text: str) -> None:
            shown.take_until(lambda: text in shown.drawn.decode(errors="replace"))

        for question in (
            "Enter goes on.",
            "What do you train?",
            "Pain now, before",
            "c changes it",
        ):
            wait_for(question)
            shown.press("\n")
        wait_for("Routine: warm-up first.")
        wait_for("Set 1 begins.")
        # After the last part it sums up by itself.
        wait_for("The routine is done.")
        for question in ("Pain now, after the training", "A note on", "Enter ends the training."):
            wait_for(question)
            shown.press("\n")
        shown.take_to_the_end()
        shown.take(0.2)
        assert shown.process.returncode == ExitCode.OK
        said = shown.drawn.decode()
    assert "Logged as session 1." in said
    assert not re.search(r"[·→×★•▸]", said)
