from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click
import pytest

from tests.app.doubles import GatedSource, ManualClock, ScriptedEngine
from tests.sound.listening import heard, onsets_s, pitch_hz
from tracker.app.playback import analyze_notifications
from tracker.app.session import Session
from tracker.cli.options import SoundOptions, sound_beside_lines, sound_options
from tracker.domain import RepCounted, SessionInfo
from tracker.domain.units import ns_from_s
from tracker.engine import build_engine
from tracker.recording import RecordingWriter, open_recording
from tracker.sound import MELODIES, Tone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.sim import SimulatedSession

    Tracker = Callable[..., Any]

pytestmark = pytest.mark.slow

SPEED = 3.0
"""Reps are more than a second apart, so that a tone belongs to one of them."""

LATE_S = 0.3
"""A sound comes so long after what it is about at most, on a machine that is busy, s."""

FIRST_NOTE = MELODIES[Tone.LOCKOUT][0]


def wished(*arguments: str) -> SoundOptions:
    """Return what a command is given for what was typed."""
    wishes: list[SoundOptions] = []

    @click.command()
    @sound_options
    def command(sound: SoundOptions) -> None:
        wishes.append(sound)

    command.main(list(arguments), standalone_mode=False)
    (wish,) = wishes
    return wish


def test_what_is_typed_is_what_is_wished_for(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    assert wished() == SoundOptions()
    assert wished("--sound") == SoundOptions(on=True)
    assert wished("--no-sound") == SoundOptions(on=False)
    assert wished("--sound-to", str(file)) == SoundOptions(file=file)


@pytest.mark.parametrize(
    ("wish", "beside_lines", "on_screen"),
    [
        (SoundOptions(), False, True),
        (SoundOptions(on=True), True, True),
        (SoundOptions(on=False), False, False),
    ],
)
def test_as_usual_the_screen_is_heard_and_lines_are_not(
    wish: SoundOptions, beside_lines: bool, on_screen: bool
) -> None:
    assert wish.beside_lines is beside_lines
    assert (wish.opener() is not None) is on_screen


def test_a_file_is_written_for_the_screen_and_beside_lines(tmp_path: Path) -> None:
    wish = SoundOptions(file=tmp_path / "a.wav")
    assert wish.beside_lines
    open_player = wish.opener()
    assert open_player is not None
    opened = open_player(lambda: None)
    opened.player.offer(Tone.LOCKOUT)
    opened.player.close()
    (onset_s,) = onsets_s(heard(tmp_path / "a.wav"), 1.0)
    assert onset_s < LATE_S


def test_nothing_is_opened_where_nobody_wants_to_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.sound.open_player", None)
    session = Session(
        GatedSource(()), ScriptedEngine(()), info=SessionInfo("scripted"), clock=ManualClock()
    )

    async def run() -> None:
        async with sound_beside_lines(SoundOptions(), session):
            pass

    asyncio.run(run())


def has_lockout(samples: Any, at_s: float) -> bool:
    """Say whether the lockout's tone begins within `LATE_S` of a time."""
    steps = range(round(LATE_S / 0.02))
    # Its first note alone; a word may be spoken over it.
    return any(
        abs(pitch_hz(samples, at_s + 0.02 * step, FIRST_NOTE.duration_s) / FIRST_NOTE.pitch_hz - 1)
        < 0.03
        for step in steps
    )


def lockouts_s(recording: Path) -> list[float]:
    """Return when each rep was counted, in seconds of the session."""
    kept = open_recording(recording)
    return [
        said.at_s
        for said, _ in analyze_notifications(build_engine(kept.info), kept, 1000)
        if isinstance(said, RepCounted)
    ]


def test_a_training_in_lines_is_heard_at_its_lockouts(
    tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    wav = tmp_path / "training.wav"
    limits = ("--headless", "--speed", SPEED, "--seconds", 20)
    result = tracker("train", "--sensor", "sim", *limits, "--sound-to", wav)
    assert result.code == 0, result.err
    (recording,) = (tmp_path / "data" / "recordings").glob("*.arrows")
    counted_s = lockouts_s(recording)
    assert len(counted_s) >= 3
    at_lockouts(wav, counted_s)


def test_a_replay_is_heard_as_it_was(
    tracker: Tracker, lifted: SimulatedSession, tmp_path: Path
) -> None:
    recording, wav = tmp_path / "short.arrows", tmp_path / "replay.wav"
    with RecordingWriter(recording, lifted.info) as writer:
        for notification in lifted.notifications():
            if notification.received_ns < ns_from_s(20.0):
                writer.write(notification)
    result = tracker("replay", recording, "--headless", "--speed", SPEED, "--sound-to", wav)
    assert result.code == 0, result.err
    at_lockouts(wav, lockouts_s(recording))


def at_lockouts(wav: Path, counted_s: list[float]) -> None:
    """Hold that there is a tone for each rep; the file begins a moment before the session."""
    samples = heard(wav)
    first_s = next(
        at_s for at_s in onsets_s(samples, 0.05) if has_lockout(samples, max(0.0, at_s - 0.02))
    )
    missing = [
        at_s
        for at_s in counted_s
        if not has_lockout(samples, first_s + (at_s - counted_s[0]) / SPEED - LATE_S / 2)
    ]
    assert missing == []
    # Where nothing was counted, there is no such tone: half way between two reps.
    between_s = [(one + other) / 2 for one, other in pairwise(counted_s)]
    assert not all(
        has_lockout(samples, first_s + (at_s - counted_s[0]) / SPEED - LATE_S / 2)
        for at_s in between_s
    )


def test_the_demo_is_heard(tracker: Tracker, tmp_path: Path) -> None:
    wav = tmp_path / "demo.wav"
    limits = ("--headless", "--speed", SPEED, "--seconds", 20)
    result = tracker("demo", *limits, "--sound-to", wav)
    assert result.code == 0, result.err
    reps = sum(line.startswith("  rep ") for line in result.out.splitlines())
    assert reps >= 2
    samples = heard(wav)
    assert sum(has_lockout(samples, max(0, at - 0.02)) for at in onsets_s(samples, 0.05)) >= 1


def test_a_file_that_cannot_be_written_is_told(tracker: Tracker, tmp_path: Path) -> None:
    result = tracker("demo", "--headless", "--sound-to", tmp_path / "nowhere" / "a.wav")
    assert result.code == 2
    assert "cannot be written" in result.err
    assert "Traceback" not in result.err


@pytest.mark.posix("there is no pseudo-terminal there")
def test_on_the_screen_it_is_written_as_well(tmp_path: Path) -> None:
    from tests.tui.terminal import terminal

    wav = tmp_path / "screen.wav"
    arguments = ("--sensor", "sim", "--speed", str(SPEED), "--sound-to", str(wav))
    with terminal(tmp_path / "home", "train", *arguments) as screen:
        screen.take_until(lambda: screen.recorded_bytes > 40_000)
        # In a set, q would ask first.
        screen.press("\x03")
        screen.take_to_the_end()
    samples = heard(wav)
    assert any(has_lockout(samples, max(0.0, at - 0.02)) for at in onsets_s(samples, 0.05))


def test_help_says_where_it_is_heard_without_opening_anything() -> None:
    script = "import sys; from tracker.cli import main; main(['train', '--help']); "
    script += "sys.exit('tracker.sound' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
