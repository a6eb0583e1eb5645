"""`tracker replay`: a recording, as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.examples import examples
from tracker.cli.options import (
    FILE,
    acc_points_option,
    acc_unit_option,
    exercise_option,
    gyro_unit_option,
    headless_option,
    speed_option,
)
from tracker.cli.sounds import sound_options

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.cli.sounds import SoundWish


@click.command(
    epilog=examples(
        ("tracker replay session.arrows", "on the screen, as it was"),
        ("tracker replay session.arrows --speed 0.25", "a lockout in slow motion"),
        ("tracker replay session.arrows --headless", "plain lines, at once"),
        ("tracker replay phone.csv --exercise squat", "a CSV of samples"),
    )
)
@click.argument("file", type=FILE)
@speed_option
@headless_option
@exercise_option
@acc_unit_option
@gyro_unit_option
@acc_points_option
@sound_options
def command(
    file: Path,
    speed: float | None,
    headless: bool,
    exercise: str | None,
    acc_unit: str | None,
    gyro_unit: str | None,
    acc_points: str | None,
    sound: SoundWish,
) -> None:
    """Watch a recording or a CSV of samples as if it happened now.

    On the screen, the keys pause, change the speed and go back and forth.
    """
    # Arrow and SciPy cost 0.8 s together.
    from tracker.cli.inputs import open_session_file, sayings_of
    from tracker.cli.playing import Piece, play

    session = open_session_file(
        file, exercise=exercise, sayings=sayings_of(acc_unit, gyro_unit, acc_points)
    )
    synthetic = "simulated " if session.info.origin == "synthetic" else ""
    piece = Piece(
        title=f"replay of {synthetic}{file.name}",
        info=session.info,
        notifications=session.notifications,
        end_s=session.end_s,
        recording_name=file.name,
    )
    play(piece, headless=headless, speed=speed, sound=sound)
