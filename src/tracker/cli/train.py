"""`tracker train`: a live session, recorded from its first byte on.

The arguments become a request to the `TrainingService`. What it opens is shown on the screen where
there is one, otherwise as lines: two front ends over the same training.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from tracker.app.paths import own_command, tracker_paths
from tracker.app.register import PERSON_VARIABLE
from tracker.cli.completion import sensors_or_simulated
from tracker.cli.events import STDOUT, event_outputs
from tracker.cli.exits import ExitCode, interruption
from tracker.cli.options import (
    DEFAULT_SOUND,
    MAX_SPEED,
    ExerciseName,
    PositiveNumber,
    RoutineName,
    events_option,
    examples,
    headless_option,
    kind_option,
    plain_option,
    plan_options,
    screen_is_there,
    second_option,
    setting_option,
    sound_beside_lines,
    sound_options,
    terminal_is_there,
)
from tracker.cli.playback import DEFAULT_SEED, total
from tracker.cli.terminal import LinePrinter, last_words, print_text, say
from tracker.domain import HIP_THRUST, NO_PLAN, TrackerError, exercise_named
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.app.devices import SensorRequest
    from tracker.app.training import Training, TrainingRequest, TrainingService
    from tracker.cli.exits import Interruption
    from tracker.cli.options import SoundOptions
    from tracker.domain import Plan
    from tracker.tui import TrackerApp
    from tracker.tui.app import Flow

SIMULATED: Final = "sim"
"""Name of the sensor that nobody wears."""

LONGEST_S: Final = 7200.0
"""Longest simulated training, s: it is made before it begins, which takes memory and time."""


@click.command(
    epilog=examples(
        ("tracker train", _("on the screen, from the list of sensors; else with the paired one")),
        ("tracker train --sensor WT901BLE67", _("with another one, by its name or address")),
        ("tracker train --exercise glute_bridge --headless", _("plain lines, another exercise")),
        ("tracker train --load-kg 60 --reps 8 --tempo 3-0-1-2", _("with a plan for the cues")),
        ("tracker train --routine full --headless --sound", _("led by voice through a routine")),
        ("tracker train --headless --events -", _("the live events on stdout, for a program")),
        ("tracker train --lane Anna=WT901BLE67 --lane Bea=sim", _("several lifters at once")),
        ("tracker train --sensor sim", _("on the screen, with a simulated lifter")),
        ("tracker train --sensor sim --headless --speed max", _("the same without waiting")),
        ("tracker train --plain", _("by questions and sentences, for a screen reader")),
    )
)
@click.option(
    "--sensor",
    shell_complete=sensors_or_simulated,
    metavar="ADDRESS_OR_NAME|sim",
    help=_("Which sensor; 'sim' is a simulated lifter.  [default: the paired one]"),
)
@click.option(
    "--lane",
    "lanes",
    multiple=True,
    metavar="NAME=ADDRESS",
    help=_(
        "One of two to eight lifters at once: a person and their sensor, or 'sim'; NAME alone "
        "takes the sensor that they have paired. Once for each. See docs/people.md."
    ),
)
@second_option
@kind_option
@setting_option
@click.option(
    "--exercise",
    type=ExerciseName(),
    help=_(
        "What is trained; the simulated lifter does hip thrusts and bridges.  [default: "
        "hip_thrust; from the list, what was trained last]"
    ),
)
@plan_options
@click.option(
    "--routine",
    type=RoutineName(),
    metavar="warm_up|full",
    help=_(
        "Lead through a warm-up and the exercise, or a full routine with others, core and "
        "stretches: in lines, and spoken with --sound. Sets are as planned, else as advised. It "
        "ends after the last part."
    ),
)
@sound_options
@headless_option
@plain_option
@click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help=_(
        "End so many seconds after the sensor began to stream.  [default: when you end it; the "
        "simulated lifter ends after three sets]"
    ),
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help=_("Another seed is another simulated lifter.  [default: {seed}]").format(
        seed=DEFAULT_SEED
    ),
)
@click.option(
    "--speed",
    type=PositiveNumber(MAX_SPEED),
    metavar="X|max",
    help=_("How many times as fast the simulated lifter trains.  [default: 1, as it happens]"),
)
@events_option
def train(
    sensor: str | None,
    lanes: tuple[str, ...],
    second: str | None,
    kind: str | None,
    settings: tuple[str, ...],
    exercise: str | None,
    headless: bool,
    plain: bool,
    seconds: float | None,
    seed: int | None,
    speed: float | None,
    plan: Plan | None,
    routine: str | None,
    sound: SoundOptions,
    events: tuple[str, ...],
) -> None:
    """Train with a sensor: count, time and record.

    On a terminal and without --sensor, it begins with a list of the sensors nearby, the last one
    first, and a set-up that remembers its plan.

    The recording is written while you train, so whatever ends the session costs at most its last
    second. Its path is printed on stderr; `tracker replay` shows it again. If a sensor is lost,
    the search for it goes on until it is back, and so does the set.
    """
    if lanes:
        single: dict[str, object] = {
            "--sensor": sensor,
            "--second": second,
            "--kind": kind,
            "--setting": settings,
            "--events": events,
            "--routine": routine,
            "--sound": True if sound.beside_lines else None,
        }
        _refuse(single, _("is for one lifter, not for --lane."))
        if not any(each.endswith(f"={SIMULATED}") for each in lanes):
            _refuse({"--seed": seed, "--speed": speed}, _("is for simulated lifters: NAME=sim."))
        with interruption() as interrupted:
            # The engine costs SciPy (0.6 s).
            from tracker.app.training import Simulated
            from tracker.cli.lanes import train_lanes

            train_lanes(
                lanes,
                interrupted,
                exercise=exercise or HIP_THRUST.name,
                plan=plan,
                seconds=seconds,
                simulated=Simulated(
                    DEFAULT_SEED if seed is None else seed, 1.0 if speed is None else speed
                ),
                headless=headless,
            )
        return
    simulated = sensor == SIMULATED
    # They take stdout for themselves.
    headless |= STDOUT in events
    in_lines = (
        begins_with_the_list(None if simulated else sensor, second, kind, settings, seconds)
        and not headless
        and plain_is_wanted(plain)
    )
    if plain and not in_lines:
        raise click.UsageError(
            _(
                "--plain leads from the list of sensors to the summary: leave out --headless, "
                "--second, --kind, --setting and --seconds, and any --sensor but sim"
            )
        )
    from_list = not in_lines and (
        begins_with_the_list(sensor, second, kind, settings, seconds)
        and not headless
        and screen_is_there()
    )
    if simulated:
        real: dict[str, object] = {"--second": second, "--kind": kind, "--setting": settings}
        _refuse(real, _("is for real sensors."))
        if seconds is not None and seconds > LONGEST_S:
            raise click.BadParameter(
                _("the simulated lifter trains for at most {seconds:.0f} s.").format(
                    seconds=LONGEST_S
                ),
                param_hint="'--seconds'",
            )
    elif not from_list and not in_lines:
        _refuse(
            {"--seed": seed, "--speed": speed}, _("is for the simulated lifter: --sensor sim.")
        )

    with interruption() as interrupted, event_outputs(events, interrupted) as outputs:
        sensors: tuple[SensorRequest, ...] = ()
        if not simulated and not from_list and not in_lines:
            from tracker.cli.radio import requested_sensors

            sensors = requested_sensors(sensor, second, kind, settings)

        # The engine costs SciPy (0.6 s), which a sensor that is not even named need not wait for.
        from tracker.app.training import Simulated, TrainingRequest, TrainingService

        service = TrainingService(
            tracker_paths(),
            simulated=Simulated(
                DEFAULT_SEED if seed is None else seed, 1.0 if speed is None else speed
            ),
            exercise=exercise,
            plan=plan,
            tell=say,
            attach=outputs.attach,
        )
        if in_lines:
            _train_in_lines(service, interrupted, sound, routine or "", simulated=simulated)
        elif from_list:
            train_from_the_list(service, interrupted, sound, routine or "")
        else:
            request = TrainingRequest(sensors, exercise or HIP_THRUST.name, plan, seconds=seconds)
            if routine is not None:
                request = _with_steps(service, request, routine)
            train_once(
                service,
                request,
                interrupted,
                headless=headless,
                sound=sound,
                write=say if STDOUT in events else print_text,
            )


def _refuse(options: dict[str, object], why: str) -> None:
    for name, value in options.items():
        if value is not None and value != ():
            raise click.BadParameter(why, param_hint=f"'{name}'")


def begins_with_the_list(*named: object) -> bool:
    """Return whether no option names a sensor, so that it is chosen on the screen."""
    return not any(each is not None and each != () for each in named)


def _with_steps(
    service: TrainingService, request: TrainingRequest, routine: str
) -> TrainingRequest:
    """Return a request with the steps of a routine: as planned, else as advised."""
    from tracker.app.clock import local_now
    from tracker.coach import steps_of

    plan = request.plan
    if plan is None and (advisor := service.advisor()) is not None:
        judgement = advisor.judge(local_now(), request.exercise)
        plan = judgement.plan if judgement.exercise == request.exercise else None
    steps = steps_of(routine, request.exercise, plan or NO_PLAN)
    return replace(request, plan=plan, steps=steps)


def train_from_the_list(
    service: TrainingService, interrupted: Interruption, sound: SoundOptions, routine: str = ""
) -> None:
    """Train from the list of sensors until the wearer quits; raises the last `TrackerError`."""
    # Textual costs 0.2 s.
    from tracker.tui import coaching

    ask_who = PERSON_VARIABLE not in os.environ
    _lead(coaching(service, routine, ask_who=ask_who), service, interrupted, sound)


def plain_is_wanted(asked: bool) -> bool:
    """Return whether to train in lines: on request, by choice, or as the terminal can't draw.

    Without a terminal only a request counts: what comes from a pipe was not typed by somebody who
    was asked.
    """
    if asked:
        return True
    if not terminal_is_there():
        return False
    if os.environ.get("TERM") == "dumb":
        return True
    # The coach's rooms cost 0.1 s, which a wrong argument need not wait for.
    from tracker.app.config import load_config

    return load_config(tracker_paths().config_file).screen.plain


def _train_in_lines(
    service: TrainingService,
    interrupted: Interruption,
    sound: SoundOptions,
    routine: str = "",
    *,
    simulated: bool = False,
) -> None:
    import asyncio

    from tracker.app.devices import SIMULATED as LIFTER
    from tracker.cli.plain import train_in_lines

    if not interrupted.happened:
        device = LIFTER if simulated else None
        told = asyncio.run(train_in_lines(service, interrupted, sound, device, routine))
        _leave_if(not told, interrupted)


def begin_in_lines() -> None:
    """Lead through a training in lines, from the list of sensors; raises `TrackerError`."""
    with interruption() as interrupted:
        from tracker.app.training import TrainingService

        service = TrainingService(tracker_paths(), tell=say)
        _train_in_lines(service, interrupted, DEFAULT_SOUND)


def begin_at_home() -> None:
    """Show the home screen, and what one goes to from there; raises the last `TrackerError`."""
    with interruption() as interrupted:
        from tracker.app.training import TrainingService
        from tracker.cli.doctor import examined
        from tracker.tui import at_home

        service = TrainingService(tracker_paths(), tell=say)
        _lead(at_home(service, examined), service, interrupted, DEFAULT_SOUND)


def _lead(
    flow: Flow, service: TrainingService, interrupted: Interruption, sound: SoundOptions
) -> None:
    import asyncio

    # A configuration that can't be read is reported here, where there is no screen over it.
    muted = not (service.config.training.sound or sound.beside_lines)
    if not interrupted.happened:
        app = asyncio.run(_show(flow, service, interrupted, sound, muted=muted))
        _leave_if(app.stuck, interrupted)
        if app.last_error is not None:
            raise app.last_error


def train_once(
    service: TrainingService,
    request: TrainingRequest,
    interrupted: Interruption,
    *,
    headless: bool,
    sound: SoundOptions = DEFAULT_SOUND,
    write: Callable[[str], None] = print_text,
) -> None:
    """Train until the stream or the wearer ends it; raises `TrackerError` if that fails."""
    import asyncio

    from tracker.app.routine import RoutineLead
    from tracker.app.text import TextOutput

    on_screen = not headless and screen_is_there()
    from tracker.cli.radio import refuse_undecodable, use_sensors

    if on_screen:
        # Not while packets arrive: it would delay their time stamps.
        import tracker.tui  # noqa: F401

    request = _advised(service, request)
    trainings: list[Training] = []
    apps: list[TrackerApp] = []
    stuck: list[bool] = []

    async def use(training: Training) -> None:
        trainings.append(training)
        session = training.session
        if service.person:
            say(_("training of {name}").format(name=service.person))
        say(training.title)
        say(_("recording to {file}").format(file=training.recording))
        if on_screen:
            from tracker.tui import one_training

            flow = one_training(session, service.advisor, request.steps)
            apps.append(await _show(flow, service, interrupted, sound))
        else:
            lines = LinePrinter()
            exercise = exercise_named(session.info.exercise)
            session.add_sink(TextOutput(partial(lines.put, write), exercise))
            session.recording.tell = partial(lines.put, say)
            try:
                with interrupted.ending(session.stop):
                    async with sound_beside_lines(sound, session) as speak:
                        if request.steps:
                            RoutineLead(session, request.steps, partial(lines.put, write), speak)
                        await session.run()
            finally:
                # In a thread: a sensor that is still to be stopped does not wait for a terminal.
                stuck.append(not await asyncio.to_thread(lines.close))

    opening = service.training(request, until_stopped=on_screen)
    try:
        use_sensors(opening, request.sensors, interrupted, use)
    finally:
        stuck += [app.stuck for app in apps]
        _leave_if(any(stuck), interrupted)
        # The sensor has been stopped and the session logged, whatever the terminal takes now.
        with last_words(ExitCode.INTERRUPTED if interrupted.happened else ExitCode.OK):
            for training in trainings:
                _sum_up(training, write)
    for training in trainings:
        ended = training.session.snapshot()
        failure = ended.failure or ended.recording_failure
        if failure is not None:
            raise TrackerError(failure)
        refuse_undecodable(ended)


def _advised(service: TrainingService, request: TrainingRequest) -> TrainingRequest:
    """Say if today is no day to train, and keep with the training that it began all the same."""
    from tracker.app.advice import advice_given, advice_lines
    from tracker.app.clock import local_now
    from tracker.coach import Verdict

    advisor = service.advisor() if request.sensors else None
    if advisor is None:
        return request
    judgement = advisor.judge(local_now(), request.exercise)
    if judgement.verdict not in (Verdict.REST, Verdict.STOP):
        return request
    say("\n".join(advice_lines(judgement)))
    advice = advice_given(judgement, request.exercise, request.plan or NO_PLAN)
    return replace(request, advice=advice)


def _leave_if(stuck: bool, interrupted: Interruption) -> None:
    """End the process here if its terminal is stuck: even the last flush would wait for it."""
    if stuck:
        os._exit(ExitCode.INTERRUPTED if interrupted.happened else ExitCode.OK)


def _sum_up(training: Training, write: Callable[[str], None]) -> None:
    """Say what was done, and where it is."""
    from tracker.app.training_log import NOT_LOGGED

    # A pipe or a terminal that is gone is no reason to hide what went wrong.
    with suppress(OSError):
        write(total(training.session.snapshot().sets))
    if training.log_error is not None:
        say(
            _("not logged: {problem}. {advice}").format(
                problem=training.log_error.message, advice=NOT_LOGGED
            )
        )
    elif training.session_id is not None:
        number = training.session_id
        say(
            _("logged as session {number}: {command}").format(
                number=number, command=own_command(f"show {number}")
            )
        )
    elif training.session.workout("").empty:
        say(_("not logged: no set was found, and nothing was entered"))
        again = own_command(f"rescore {training.recording}")
        say(_("to log it all the same: {command}").format(command=again))


async def _show(
    flow: Flow,
    service: TrainingService,
    interrupted: Interruption,
    sound: SoundOptions,
    *,
    muted: bool = False,
) -> TrackerApp:
    """Show screens until the wearer quits, and return what showed them."""
    from tracker.tui import TrackerApp

    app = TrackerApp(
        flow,
        theme=service.config.training.theme,
        remember_theme=lambda theme: service.remember(theme=theme),
        remember_language=service.remember_language,
        open_sound=sound.opener(),
        muted=muted,
    )
    with interrupted.ending(app.leave):
        await app.run_async()
    return app
