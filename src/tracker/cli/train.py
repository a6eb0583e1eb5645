"""`tracker train`: a live session, recorded from its first byte on.

The whole way on the screen: from the list of sensors through the set-up to the summary.

Runs a live session and records it, always: on the screen where there is one, else as lines.
"""

from __future__ import annotations

import asyncio
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import click

from tracker.app.clock import local_now
from tracker.app.paths import tracker_paths
from tracker.app.text import TextOutput
from tracker.cli.exits import interruption, soon
from tracker.cli.options import (
    MAX_SPEED,
    USUAL,
    ExerciseName,
    PositiveNumber,
    examples,
    headless_option,
    heard_beside_lines,
    kind_option,
    plan_options,
    screen_is_there,
    second_option,
    setting_option,
    sound_options,
)
from tracker.cli.playback import total
from tracker.domain import TrackerError, exercise_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from tracker.app.session import Session
    from tracker.app.snapshot import SessionSnapshot
    from tracker.app.training import Simulated
    from tracker.cli.exits import Interruption
    from tracker.cli.options import SoundWish
    from tracker.domain import Notification, Plan, SessionInfo, Source, Workout

SIMULATED: Final = "sim"
"""Name of the sensor that nobody wears."""

LONGEST_S: Final = 7200.0
"""Longest simulated training, s: it is made before it begins, which takes memory and time."""

HIP_THRUST: Final = "hip_thrust"
"""What is trained where nothing else is said."""

DEFAULT_SEED: Final = 1
"""The same lifter every time, so that two recordings can be compared."""


@click.command(
    epilog=examples(
        ("tracker train", "on the screen, from the list of sensors; else with the paired one"),
        ("tracker train --sensor WT901BLE67", "with another one, by its name or address"),
        ("tracker train --exercise glute_bridge --headless", "plain lines, another exercise"),
        ("tracker train --load-kg 60 --reps 8 --tempo 3-0-1-2", "with a plan that cues keep to"),
        ("tracker train --sensor sim", "on the screen, with a simulated lifter"),
        ("tracker train --sensor sim --headless --speed max", "the same without waiting"),
    )
)
@click.option(
    "--sensor",
    metavar="ADDRESS_OR_NAME|sim",
    help="Which sensor; 'sim' is a simulated lifter.  [default: the paired one]",
)
@second_option
@kind_option
@setting_option
@click.option(
    "--exercise",
    type=ExerciseName(),
    help="What is trained; the simulated lifter does hip thrusts and bridges.  [default: "
    "hip_thrust; from the list, what was trained last]",
)
@plan_options
@sound_options
@headless_option
@click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help="End so many seconds after the sensor began to stream.  [default: when you end it; the "
    "simulated lifter ends after three sets]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"Another seed is another simulated lifter.  [default: {DEFAULT_SEED}]",
)
@click.option(
    "--speed",
    type=PositiveNumber(MAX_SPEED),
    metavar="X|max",
    help="How many times as fast the simulated lifter trains.  [default: 1, as it happens]",
)
def train(
    sensor: str | None,
    second: str | None,
    kind: str | None,
    settings: tuple[str, ...],
    exercise: str | None,
    headless: bool,
    seconds: float | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
    sound: SoundWish,
) -> None:
    """Train with a sensor: count, time and record.

    On a terminal and without --sensor, it begins with a list of the sensors that are around, the
    last one first, and a set-up that remembers its plan.

    The recording is written while you train, so whatever ends the session costs at most its last
    second. Where it is, is said on stderr; `tracker replay` shows it again. A sensor that is lost
    is looked for until it is back, and the set goes on.
    """
    if sensor == SIMULATED:
        for name, given in (("--second", second), ("--kind", kind), ("--setting", settings)):
            if given:
                raise click.BadParameter("is for real sensors.", param_hint=f"'{name}'")
        _train_simulated(exercise or HIP_THRUST, headless, seconds, seed, speed, plan, sound)
        return
    named = (sensor, second, kind, settings, seconds)
    if begins_with_the_list(*named) and not headless and screen_is_there():
        _train_from_the_list(exercise, seed, speed, plan, sound)
        return
    for name, value in (("--seed", seed), ("--speed", speed)):
        if value is not None:
            raise click.BadParameter(
                "is for the simulated lifter: --sensor sim.", param_hint=f"'{name}'"
            )

    with interruption() as interrupted:
        from tracker.cli.radio import another_sensor, chosen_sensor

        chosen = [chosen_sensor(sensor, kind, settings)]
        if second is not None:
            chosen.append(another_sensor(second, chosen[0]))

        # The engine costs SciPy (0.6 s), which a sensor that is not even named need not wait for.
        from tracker.cli.radio import train_with

        train_with(
            chosen,
            interrupted,
            exercise=exercise or HIP_THRUST,
            seconds=seconds,
            headless=headless,
            plan=plan,
            sound=sound,
        )


def begins_with_the_list(*named: object) -> bool:
    """Say whether nothing is said of a sensor, so that it is chosen on the screen.

    Parameters
    ----------
    named
        Each option that is about a sensor, or for a training without the list.
    """
    return not any(each is not None and each != () for each in named)


def _train_from_the_list(
    exercise: str | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
    sound: SoundWish,
) -> None:
    # The engine costs SciPy (0.6 s), the screen Textual (0.2 s).
    from tracker.app.training import Simulated

    simulated = Simulated(DEFAULT_SEED if seed is None else seed, 1.0 if speed is None else speed)
    train_from_the_list(simulated, exercise, plan, sound)


def _train_simulated(
    exercise: str,
    headless: bool,
    seconds: float | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
    sound: SoundWish,
) -> None:
    seed = DEFAULT_SEED if seed is None else seed
    if seconds is not None and seconds > LONGEST_S:
        raise click.BadParameter(
            f"the simulated lifter trains for at most {LONGEST_S:g} s.", param_hint="'--seconds'"
        )

    # The engine costs SciPy (0.6 s).
    from tracker.app.clock import SYSTEM_CLOCK
    from tracker.domain.units import ns_from_s
    from tracker.recording import ReplaySource
    from tracker.sim import simulate, training_plan

    simulated = simulate(training_plan(exercise, seed, seconds or 0.0), seed)
    end_ns = None if seconds is None else ns_from_s(seconds)

    def notifications() -> Iterator[Notification]:
        return takewhile(
            lambda each: end_ns is None or each.received_ns < end_ns, simulated.notifications()
        )

    train_live(
        f"simulated training, seed {seed}: no sensor is connected",
        simulated.info,
        ReplaySource(
            simulated.info, notifications, SYSTEM_CLOCK, speed=1.0 if speed is None else speed
        ),
        headless=headless,
        plan=plan,
        sound=sound,
    )


def train_from_the_list(
    simulated: Simulated, exercise: str | None, plan: Plan | None, sound: SoundWish
) -> None:
    """Show the list of sensors, and train from there until the wearer quits.

    Parameters
    ----------
    simulated
        How the simulated lifter trains.
    exercise
        Stands in the set-up at first; None for the one that was trained last.
    plan
        Stands in the set-up at first; None for the last one of the exercise.
    sound
        Whether it is heard, and where.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when everything is closed.
    TrackerError
        If what was chosen cannot be read, or the last training could not be kept to its end.
    """
    from tracker.app.training import TrainingDefaults, TrainingService
    from tracker.tui import TrackerApp

    studio = TrainingService(
        tracker_paths(), simulated=simulated, preset=TrainingDefaults(exercise, plan)
    )
    # A configuration that cannot be read is told here, where it can be read.
    muted = not (studio.config.training.sound or sound.beside_lines)

    async def run() -> None:
        app = TrackerApp(studio=studio, open_sound=sound.opener(), muted=muted)
        with interrupted.ending(lambda: soon(app.leave)):
            await app.run_async()
        if app.last_words is not None:
            raise app.last_words

    with interruption() as interrupted:
        asyncio.run(run())


def train_live(
    title: str,
    info: SessionInfo,
    source: Source,
    *,
    headless: bool,
    plan: Plan | None = None,
    sound: SoundWish = USUAL,
) -> None:
    """Train to the end of the source, or until the wearer ends it.

    Parameters
    ----------
    title
        What it is, in a line; says so if it is simulated.
    info
        Head of the session; the time of the start is added here.
    source
        Where the notifications come from.
    headless
        Print lines even where there is a screen.
    plan
        What is planned of every set; None leaves it open.
    sound
        Whether it is heard, and where.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when the recording is closed.
    OutputError
        If the recording cannot be created.
    TrackerError
        If the session ended early, or could not be recorded to its end.
    """
    with interruption() as interrupted:
        asyncio.run(
            run_live(
                title,
                info,
                source,
                started=local_now(),
                headless=headless,
                interrupted=interrupted,
                plan=plan,
                sound=sound,
            )
        )


async def run_live(
    title: str,
    info: SessionInfo,
    source: Source,
    *,
    started: datetime,
    headless: bool,
    interrupted: Interruption,
    plan: Plan | None = None,
    sound: SoundWish = USUAL,
) -> None:
    """Train on the loop that runs; see `train_live`.

    Parameters
    ----------
    title
        What it is, in a line.
    info
        Head of the session.
    source
        Where the notifications come from.
    started
        Time of session second 0.
    headless
        Print lines even where there is a screen.
    interrupted
        Tells of Ctrl-C.
    plan
        What is planned of every set; it is recorded before the first sample.
    sound
        Whether it is heard, and where.
    """
    from tracker.app.training import recorded_training

    folder = tracker_paths().recordings
    on_screen = not headless and screen_is_there()
    with recorded_training(
        source, info, started, folder, plan=plan, until_stopped=on_screen
    ) as training:
        session = training.session
        click.echo(f"{title}\nrecording to {training.recording}", err=True)
        try:
            if on_screen:
                ended = await _train_on_screen(session, interrupted, sound)
            else:
                ended = await _train_in_lines(session, interrupted, sound)
            click.echo(total(ended.sets))
        finally:
            training.close()
            # Not on the loop: the sensor is still to be stopped, whoever holds the log.
            workout = session.workout(str(training.recording))
            await asyncio.to_thread(_log, workout, training.recording)
    failure = ended.failure or ended.recording_failure
    if failure is not None:
        raise TrackerError(failure)


def _log(workout: Workout, recording: Path) -> None:
    """Put a session into the training log, or say in a line why it is not there."""
    # SQLAlchemy costs 0.2 s, which nobody should wait for before the first rep.
    from tracker.app.training import log_session

    try:
        session_id = log_session(workout, recording)
    except TrackerError as error:
        click.echo(
            f"not logged: {error.message}. The recording is kept; once that is mended, "
            "`tracker rescore --missing` adds it.",
            err=True,
        )
    else:
        if session_id is not None:
            click.echo(f"logged as session {session_id}: tracker show {session_id}", err=True)


async def _train_in_lines(
    session: Session, interrupted: Interruption, sound: SoundWish
) -> SessionSnapshot:
    session.add_sink(TextOutput(click.echo, exercise_named(session.info.exercise)))
    with interrupted.ending(lambda: soon(session.stop)):
        async with heard_beside_lines(sound, session):
            await session.run()
    return session.snapshot()


async def _train_on_screen(
    session: Session, interrupted: Interruption, sound: SoundWish
) -> SessionSnapshot:
    # Textual costs 0.2 s, which lines need not pay.
    from tracker.tui import TrackerApp

    app = TrackerApp(session, open_sound=sound.opener())
    with interrupted.ending(lambda: soon(app.leave)):
        await app.run_async()
    return session.snapshot()
