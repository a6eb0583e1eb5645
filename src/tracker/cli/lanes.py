"""`tracker train --lane`: several lifters at once, as plain lines or side by side on a screen."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

from tracker.app.config import config_of
from tracker.app.lanes import LEAST_LANES, MOST_LANES, LaneRequest, Lanes
from tracker.app.paths import paths_of, shared_paths
from tracker.app.people import name_in
from tracker.app.text import TextOutput
from tracker.app.training import Simulated, TrainingRequest, TrainingService
from tracker.app.training_log import NOT_LOGGED
from tracker.cli.exits import ExitCode
from tracker.cli.options import screen_is_there
from tracker.cli.playback import total
from tracker.cli.radio import chosen_sensor, refuse_undecodable
from tracker.cli.terminal import LinePrinter, last_words, print_text, say
from tracker.domain import InputError, SensorError, TrackerError, exercise_named
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.app.devices import SensorRequest
    from tracker.app.lanes import Lane
    from tracker.cli.exits import Interruption
    from tracker.domain import Plan

SIMULATED: Final = "sim"


def train_lanes(
    words: Sequence[str],
    interrupted: Interruption,
    *,
    exercise: str,
    plan: Plan | None,
    seconds: float | None,
    simulated: Simulated,
    headless: bool,
) -> None:
    """Train on all lanes until each has ended; then raises `TrackerError` if one could not."""
    requests = lane_requests(
        words, exercise=exercise, plan=plan, seconds=seconds, simulated=simulated
    )
    if headless or not screen_is_there():
        lanes = _as_lines(requests, interrupted)
    else:
        lanes = _on_screen(requests, interrupted)
    # Every sensor has been stopped and every session logged, whatever the terminal takes now.
    with last_words(ExitCode.INTERRUPTED if interrupted.happened else ExitCode.OK):
        failed = [lane for lane in lanes.each if not _sum_up(lane)]
    if failed:
        kind = (
            SensorError
            if any(isinstance(_error(each), SensorError) for each in failed)
            else (TrackerError)
        )
        names = ", ".join(each.name for each in failed)
        raise kind(
            _("Not trained to the end: {names}.").format(names=names),
            _("The reason is above; the others are logged."),
        )


def lane_requests(
    words: Sequence[str],
    *,
    exercise: str,
    plan: Plan | None = None,
    seconds: float | None = None,
    simulated: Simulated | None = None,
) -> tuple[LaneRequest, ...]:
    """Return the lanes in words such as `Anna=C0:FF:EE:00:1A:2B`; raises `TrackerError`.

    A name alone is a person with the sensor that they have paired; `sim` is a simulated lifter,
    another one on each lane. Without a plan, everybody has the one that was last set up for them.
    """
    if not LEAST_LANES <= len(words) <= MOST_LANES:
        raise InputError(
            "--lane",
            _("expected {least} to {most} of them, got {amount}").format(
                least=LEAST_LANES, most=MOST_LANES, amount=len(words)
            ),
        )
    shared, first = shared_paths(), simulated or Simulated()
    adapter_lock = asyncio.Lock()
    requests: list[LaneRequest] = []
    for number, word in enumerate(words):
        name, equals, sensor = word.partition("=")
        paths = paths_of(name.strip(), shared)
        name = name_in(paths)
        own_plan = plan or config_of(paths).plan.get(exercise)
        sensors: tuple[SensorRequest, ...] = ()
        if sensor != SIMULATED:
            try:
                sensors = (chosen_sensor(sensor if equals else None, paths=paths),)
            except SensorError as error:
                advice = _(
                    "Name it: --lane {name!r}=ADDRESS, or pair it: tracker --person {name!r} pair"
                ).format(name=name)
                raise SensorError(f"{name}: {error.message}", advice) from error
        lifter = Simulated(first.seed + number, first.speed)
        service = TrainingService(
            paths,
            simulated=lifter,
            tell=partial(_say_of, name),
            adapter_lock=adapter_lock,
        )
        requests.append(
            LaneRequest(
                name, service, TrainingRequest(sensors, exercise, own_plan, seconds=seconds)
            )
        )
    _refuse_twice(_("names the person {name} twice"), [each.name for each in requests])
    queries = [query for each in requests for query in _queries(each)]
    _refuse_twice(_("names the sensor {name} twice"), queries)
    return tuple(requests)


def _queries(request: LaneRequest) -> list[str]:
    each = (sensor.query for sensor in request.training.sensors)
    return [query.address or query.text.casefold() for query in each]


def _refuse_twice(problem: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InputError("--lane", problem.format(name=name), _("Each lane needs its own."))


def _say_of(name: str, line: str) -> None:
    for each in line.splitlines():
        say(f"{name}: {each}")


def _as_lines(requests: Sequence[LaneRequest], interrupted: Interruption) -> Lanes:
    lines = LinePrinter()
    width = max(len(each.name) for each in requests)

    def write(name: str, to: Callable[[str], object], text: str) -> None:
        for line in text.splitlines():
            lines.put(to, f"{name:<{width}}  {line}")

    def opened(lane: Lane) -> None:
        assert lane.training is not None
        session = lane.training.session
        exercise = exercise_named(session.info.exercise)
        session.add_sink(TextOutput(partial(write, lane.name, print_text), exercise))
        session.recording.tell = partial(write, lane.name, say)
        write(
            lane.name,
            say,
            "\n".join(
                [
                    lane.training.title,
                    _("recording to {file}").format(file=lane.training.recording),
                ]
            ),
        )

    lanes = Lanes(requests, opened)

    async def run() -> None:
        try:
            with interrupted.ending(lanes.stop):
                await lanes.run()
        finally:
            # In a thread: nothing waits for a terminal that is stopped.
            await asyncio.to_thread(lines.close)

    if not interrupted.happened:
        asyncio.run(run())
    return lanes


def _on_screen(requests: Sequence[LaneRequest], interrupted: Interruption) -> Lanes:
    from tracker.tui import TrackerApp, training_lanes

    for request in requests:
        # The screen shows what each waits for.
        request.service.tell = lambda _text: None
    lanes = Lanes(requests)
    app = TrackerApp(training_lanes(lanes))

    async def run() -> None:
        with interrupted.ending(app.leave):
            await app.run_async()

    if not interrupted.happened:
        asyncio.run(run())
    return lanes


def _error(lane: Lane) -> TrackerError | None:
    """Return what went wrong on a lane, as `tracker train` would say it."""
    if lane.error is not None or lane.training is None:
        return lane.error
    ended = lane.training.session.snapshot()
    failure = ended.failure or ended.recording_failure
    if failure is not None:
        return TrackerError(failure)
    try:
        refuse_undecodable(ended)
    except SensorError as error:
        return error
    return None


def _sum_up(lane: Lane) -> bool:
    """Say what was done on a lane and where it is; return whether nothing went wrong."""
    training = lane.training
    if training is not None:
        print_text(f"{lane.name}: {total(training.session.snapshot().sets)}")
        if training.log_error is not None:
            _say_of(
                lane.name,
                _("not logged: {problem}. {advice}").format(
                    problem=training.log_error.message, advice=NOT_LOGGED
                ),
            )
        elif training.session_id is not None:
            number = training.session_id
            _say_of(
                lane.name,
                _("logged as session {number}: {command}").format(
                    number=number, command=f"tracker --person {lane.name!r} show {number}"
                ),
            )
        else:
            _say_of(lane.name, _("not logged: no set was found, and nothing was entered"))
    error = _error(lane)
    if error is not None:
        _say_of(lane.name, f"! {error}")
    return error is None
