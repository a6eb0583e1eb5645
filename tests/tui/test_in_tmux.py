"""A whole training in a real terminal, by keys alone, and what is left of it afterwards."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.languages import NEW, english_in, speaker
from tests.tui.multiplexer import MISSING, TMUX, tmux
from tracker.domain import (
    ENTRY_CHANNEL,
    AdviceGiven,
    NoteEntered,
    PainEntered,
    PainMoment,
    PlanChosen,
    RepsAdjusted,
    RpeEntered,
    UserInput,
    parse_tempo,
    read_control_message,
)
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.tui.multiplexer import Tmux
    from tracker.domain import Entry

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(TMUX is None, reason=MISSING),
    # A training of three sets, and whatever else the machine has to do.
    pytest.mark.timeout(300),
]

SPEED = "2.5"
"""A set takes fifteen seconds, a rest ten: time to type, and none to be bored."""

TRAIN = ("train", "--speed", SPEED, "--no-sound")

REST = r"Next set"
"""A key of the rest screen."""

LIVE = r"● recording\s*$"
"""The end of the line about the data, where there is room for it."""

FROZEN_S = 4.0
"""Longer than the buffer of a terminal lasts that nobody reads from."""


def tracker(home: Path, *arguments: str, form: Sequence[str] = ("--format", "json")) -> Any:
    """Run a command on what is left, and return the JSON that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tracker", *arguments, *form],
        capture_output=True,
        check=True,
        env={**os.environ, "TRACKER_HOME": str(home)},
    )
    return json.loads(done.stdout or b"null")


def recording_in(home: Path) -> Path:
    (path,) = (home / "data" / "recordings").glob("*.arrows")
    return path


def entries_in(path: Path) -> list[Entry]:
    """Return what the wearer said, in order."""
    return [
        said.entry
        for notification in open_recording(path)
        if notification.channel == ENTRY_CHANNEL
        and isinstance(said := read_control_message(notification), UserInput)
    ]


def done_on_screen(screen: Tmux) -> dict[int, int]:
    """Return the reps of each set on a summary that has room for all of them."""
    found = (re.match(r"[│ ]+set (\d+): (\d+)\b", line) for line in screen.lines)
    return {int(match[1]): int(match[2]) for match in found if match}


def to_the_set_up(screen: Tmux) -> None:
    screen.shows("Which sensor")
    screen.press("Enter")
    screen.shows(r"gyroscope yes")
    # At once: it goes on by itself when enough was seen.
    screen.press("Enter")
    screen.shows(r"Set-up")


def to_the_training(screen: Tmux) -> None:
    to_the_set_up(screen)
    screen.press("Enter")
    screen.shows(r"Before the first training")
    screen.press("Enter")


def count_of_the_set(screen: Tmux, index: int) -> int:
    """Return the reps of a set that is under way, from its row in the list."""
    return int(screen.shows(rf"▸ +{index} +(\d+) ")[1])


def fill(screen: Tmux, label: str, text: str) -> None:
    """Go to a field of the form and write over what it holds."""
    for _ in range(20):
        if screen.found(rf"^│?▸{label} "):
            screen.press("C-u")
            screen.type(text)
            return
        # What was typed may still come to the screen, so only the label tells where it is.
        at = screen.shows(r"^│?▸(\w+)")[1]
        screen.press("Tab")
        screen.shows_no(rf"^│?▸{at}\b")
    raise AssertionError(f"no field {label!r}")


def test_a_whole_training_by_keys_alone(tmp_path: Path) -> None:
    with tmux(tmp_path, *TRAIN) as screen:
        to_the_set_up(screen)
        fill(screen, "reps", "8")
        fill(screen, "load", "60")
        fill(screen, "tempo", "3-1-2")
        screen.press("Enter")
        screen.shows("which of the four is missing")
        fill(screen, "tempo", "3-0-1-2")
        screen.press("Enter")
        screen.shows(r"Before the first training")
        screen.press("Enter")

        # One less and one more while the lifter goes on, and a line about the set.
        screen.shows(r"of 8 · set 0:")
        screen.until(lambda: count_of_the_set(screen, 1) >= 2, "the second rep never came")
        screen.press("u", "u", "a")
        screen.press("n")
        screen.shows("Note on set 1")
        screen.type("left foot further out")
        screen.press("Enter")
        # The number alone, as large as it gets, and everything again.
        screen.press("d")
        screen.shows_no("streaming")
        screen.press("d")
        screen.shows("streaming")

        # The rest comes by itself, and goes by itself.
        screen.shows(REST)
        screen.shows(r"set 1: \d+ of 8 reps")
        screen.shows(r"▸ +2 ")
        for columns, rows in ((120, 40), (200, 60), (80, 24)):
            screen.resize(columns, rows)
            screen.shows(rf"^.{{{columns - 12},{columns}}}\d:\d\d$")
            screen.shows(r"▸ +2 ")

        # After the third one the lifter is through, so the last rest lasts.
        screen.shows(r"▸ +3 ")
        screen.shows(r"set 3: \d+ of 8 reps")
        screen.shows("Sensor stream ended")
        screen.type("8,5")
        screen.press("Tab")
        screen.type("2")
        screen.press("f")
        screen.shows("about the session")
        screen.type("3")
        screen.press("Tab")
        screen.type("all fine")
        screen.resize(120, 60)
        screen.shows(r"note +all fine")
        screen.shows(r"set 3: \d+ of 8 reps")
        done = done_on_screen(screen)
        screen.resize(80, 24)
        screen.press("Enter")
        screen.shows("Which sensor")

        screen.press("h")
        screen.shows(rf"sim +Hip thrust +3 +{sum(done.values())} +60.0 ")
        screen.press("Enter")
        screen.shows(r"pain after set \d: 2, after: 3")
        screen.press("r")
        screen.shows(r"REPLAY of a simulated session .* \d:\d\d / ")
        screen.press("Space")
        screen.shows("PAUSED")
        held = screen.shows(r"(\d+):(\d\d) / ")
        screen.press("Right")
        held_s = 60 * int(held[1]) + int(held[2])
        onward_s = (held_s + 5, held_s + 6)
        screen.shows("|".join(rf"paused  {at // 60}:{at % 60:02} / " for at in onward_s))
        screen.press("Escape")
        screen.shows(r"pain after set \d: 2, after: 3")
        screen.press("q")
        assert screen.ended() == 0

    path = recording_in(tmp_path)
    recording = open_recording(path)
    assert recording.damage == ()
    said = entries_in(path)
    plan = next(each.plan for each in said if isinstance(each, PlanChosen))
    assert (plan.load_kg, plan.target_reps, plan.tempo) == (60.0, 8, parse_tempo("3-0-1-2"))
    advice, *during = said[1:]
    assert isinstance(advice, AdviceGiven)
    assert not advice.followed, "it said bodyweight, and was given 60 kg"
    assert during == [
        RepsAdjusted(1, -1),
        RepsAdjusted(1, -1),
        RepsAdjusted(1, 1),
        NoteEntered("left foot further out", 1),
        RpeEntered(3, 8.5),
        PainEntered(2, PainMoment.BETWEEN, 3),
        PainEntered(3, PainMoment.AFTER),
        NoteEntered("all fine"),
    ]

    again = tracker(tmp_path, "analyze", str(path))
    assert {each["index"]: each["reps_done"] for each in again["sets"]} == done
    assert again["sets"][0]["reps_done"] == len(again["sets"][0]["reps"]) - 1
    logged = tracker(tmp_path, "show", "last")
    assert logged["log"]["recording"] == str(path)
    assert logged["sets"] == again["sets"]
    assert (logged["pain"], logged["note"]) == (again["pain"], "all fine")
    assert [each["score"] for each in logged["pain"]] == [2, 3]
    assert [each["rpe"] for each in logged["sets"]] == [None, None, 8.5]
    assert logged["sets"][0]["note"] == "left foot further out"
    assert (logged["source"]["gaps"], logged["source"]["faults"]) == ([], {})


@pytest.mark.parametrize("code", NEW)
def test_a_whole_training_in_another_language(tmp_path: Path, code: str) -> None:
    say = speaker(code)
    seen: list[str] = []

    def shows(text: str, keys: str = "") -> None:
        """Wait for a text on the screen, remember all that is there, and press a key."""
        screen.shows(re.escape(say(text).partition("{")[0]))
        seen.extend(screen.lines)
        if keys:
            screen.press(keys)

    tracker(tmp_path, "config", "language", code, form=())
    with tmux(tmp_path, "train", "--speed", "6", "--no-sound") as screen:
        shows("Which sensor?", "Enter")
        shows("gyroscope yes", "Enter")
        shows("Set-up · {sensor}", "Enter")
        shows("Before the first training", "Enter")
        shows("of {target}")
        screen.until(lambda: count_of_the_set(screen, 1) >= 2, "the second rep never came")
        shows("streaming", "n")
        shows("Note on set {index}", "Escape")
        shows("Next set")
        screen.press("f")
        shows("about the session", "Enter")
        shows("Which sensor?", "?")
        shows("Help", "Escape")
        shows("Which sensor?", "h")
        shows("Past sessions", "c")
        shows("Past sessions", "Escape")
        shows("Which sensor?", "q")
        assert screen.ended() == 0
    assert english_in("\n".join(seen), code) == []


def test_a_terminal_that_hangs_in_a_set_costs_nothing(tmp_path: Path) -> None:
    with tmux(tmp_path, *TRAIN) as screen:
        to_the_training(screen)
        screen.until(lambda: count_of_the_set(screen, 1) >= 2, "the second rep never came")
        path = recording_in(tmp_path)
        seen_bytes, frozen_bytes = path.stat().st_size, 0
        screen.freeze()
        until_s = time.monotonic() + FROZEN_S
        while time.monotonic() < until_s or frozen_bytes <= seen_bytes:
            assert time.monotonic() < until_s + 60.0, "it does not record while nobody looks"
            time.sleep(0.1)
            frozen_bytes = path.stat().st_size
        screen.thaw()

        # What is shown is now, not what should have been shown then.
        screen.shows(REST)
        screen.shows(r"set 1: \d+ of 10 reps")
        screen.press("f")
        screen.shows("about the session")
        screen.resize(120, 60)
        done = int(screen.shows(r"1 set · (\d+) reps")[1])
        screen.press("Enter")
        screen.shows("Which sensor")
        screen.press("q")
        assert screen.ended() == 0

    assert open_recording(path).damage == ()
    again = tracker(tmp_path, "analyze", str(path))
    assert again["source"]["gaps"] == []
    first = again["sets"][0]
    assert done == first["reps_done"] == len(first["reps"])
    assert tracker(tmp_path, "show", "last")["sets"] == again["sets"]
