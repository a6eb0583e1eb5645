"""Every streaming stage with a stream to cut: what goes in, and what came out as plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tests.sensors.encoders import encode_witmotion
from tracker.detect import Detector
from tracker.domain import (
    HIP_THRUST,
    MARK_CHANNEL,
    Frame,
    Gap,
    ImuBlock,
    MarkKind,
    MotionBlock,
    Notification,
    TimedFrame,
)
from tracker.domain.units import ns_from_s
from tracker.engine import Engine, build_engine
from tracker.sensors.profile import PROFILE
from tracker.sensors.witmotion import WITMOTION
from tracker.signal import GRID_RATE_HZ, DeviceClock, FileClock, MotionStage, Resampler
from tracker.signal.bias import GyroBiasEstimator
from tracker.signal.motion import HeightFilter
from tracker.signal.orientation import AccelOnlyInclination, InclinationFilter
from tracker.signal.smoothing import RunningMean, Smoother
from tracker.sim import Mounting, RepPlan, SensorPlan, SessionPlan, SetPlan, simulate
from tracker.sim.plan import Activity, ActivityPlan, Posture
from tracker.sim.sensor import LSM6DSOX

if TYPE_CHECKING:
    from tracker.domain import Event
    from tracker.sim import SimulatedSession

Pieces = Sequence[slice]
"""Cuts of a stream, in order and without a hole; some may be empty."""

Output = Mapping[str, NDArray[np.float64]]
"""What came out, joined over all pieces, by name."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A fresh stage for every run, fed one stream in pieces."""

    name: str
    size: int
    """Where the stream can be cut: rows, or notifications."""
    run: Callable[[Pieces], Output]
    tolerance: float = 0.0
    """How far two runs may differ; above 0 where a cut changes what goes in."""


def whole(size: int) -> Pieces:
    return (slice(0, size),)


def one_by_one(size: int) -> Pieces:
    return tuple(slice(at, at + 1) for at in range(size))


def cut_at(size: int, cuts: Iterable[int]) -> Pieces:
    """Return pieces between the cuts; a cut that is there twice makes an empty piece."""
    edges = [0, *sorted(cuts), size]
    return tuple(slice(first, last) for first, last in pairwise(edges))


def with_empty_ends(pieces: Pieces, size: int) -> Pieces:
    return (slice(0, 0), *pieces, slice(size, size))


def figures(value: object) -> list[float]:
    """Return all numbers inside an event, in the order of its fields."""
    if is_dataclass(value):
        return [each for part in fields(value) for each in figures(getattr(value, part.name))]
    if isinstance(value, tuple):
        return [each for part in value for each in figures(part)]
    if isinstance(value, float | int) and not isinstance(value, bool):
        return [float(value)]
    return []


def words(value: object) -> str:
    """Return everything inside an event that is not a number, as text."""
    if is_dataclass(value):
        parts = ", ".join(
            f"{part.name}={words(getattr(value, part.name))}" for part in fields(value)
        )
        return f"{type(value).__name__}({parts})"
    if isinstance(value, tuple):
        return f"({', '.join(words(part) for part in value)})"
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, float | int) and not isinstance(value, bool):
        return "_"
    return repr(value)


def said(events: Iterable[object]) -> Output:
    """Return events as one row of code points and one of numbers."""
    told = tuple(events)
    text = "\n".join(words(event) for event in told)
    return {
        "words": np.array([ord(letter) for letter in text], dtype=np.float64),
        "figures": np.array([each for event in told for each in figures(event)]),
    }


def same(one: Output, other: Output, tolerance: float = 0.0) -> None:
    """Compare two outputs, bit for bit unless told otherwise."""
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=0.0, atol=tolerance, err_msg=name)


def joined(parts: Sequence[Output]) -> Output:
    filled = [part for part in parts if any(len(column) for column in part.values())]
    names = (filled or list(parts))[0].keys()
    return {name: np.concatenate([part[name] for part in filled or parts]) for name in names}


def blocks_said(blocks: Iterable[ImuBlock | MotionBlock | Gap]) -> Output:
    """Return blocks as columns over all rows, each row with its time, and gaps beside them."""
    columns: list[Output] = []
    gaps: list[float] = []
    for block in blocks:
        if isinstance(block, Gap):
            gaps += [block.start_s, block.end_s]
            continue
        arrays = {
            part.name: getattr(block, part.name)
            for part in fields(block)
            if isinstance(getattr(block, part.name), np.ndarray)
        }
        rows = len(next(iter(arrays.values())))
        first = round(block.start_s * block.rate_hz)
        columns.append({"time_s": (first + np.arange(rows)) / block.rate_hz, **arrays})
    return {**joined(columns), "gaps": np.array(gaps)}


# --- streams -----------------------------------------------------------------------------------


@cache
def lifted(gyro_range_dps: int | None = 1000, reps: int = 2) -> SimulatedSession:
    """A few reps with a still moment before and after, on a sensor with all its faults."""
    rep = RepPlan(concentric_s=0.9, hold_s=0.6, eccentric_s=1.0, bottom_s=0.4)
    plan = SessionPlan(
        exercise=HIP_THRUST.name,
        blocks=(
            ActivityPlan(Activity.REST, 1.0),
            SetPlan((rep,) * reps),
            # A set ends 12 s after its last rep.
            ActivityPlan(Activity.REST, 12.5),
        ),
        starts=Posture.LYING,
        mounting=Mounting.drawn(np.random.default_rng(5)),
        sensor=SensorPlan(gyro_range_dps=gyro_range_dps, noise=LSM6DSOX),
    )
    return simulate(plan, seed=3)


def without_stamps(notifications: Iterable[Notification]) -> Iterable[Notification]:
    """Yield a session's packets as a WitMotion sensor would have sent them, when they arrived."""
    decoder = PROFILE.decoder({})
    for notification in notifications:
        for frame in decoder.feed(notification):
            if isinstance(frame, Frame) and frame.gyro_radps is not None:
                data = encode_witmotion(frame.acc_mps2, frame.gyro_radps)
                yield Notification(notification.received_ns, WITMOTION.default_channel, data)


@cache
def sampled(gyro_range_dps: int | None = 1000) -> tuple[NDArray[np.float64], TimedFrame]:
    """Return the session's samples and their times."""
    time_s, acc_mps2, gyro_radps = lifted(gyro_range_dps).samples()
    return time_s, TimedFrame(time_s, acc_mps2, gyro_radps)


@cache
def moved(gyro_range_dps: int | None = 1000) -> MotionBlock:
    """Return the session's motion in one block."""
    _, frame = sampled(gyro_range_dps)
    (block,) = Resampler().process(frame)
    assert isinstance(block, ImuBlock)
    return MotionStage(GRID_RATE_HZ).process(block)


def timed_rows(frame: TimedFrame, rows: slice) -> TimedFrame:
    gyro = None if frame.gyro_radps is None else frame.gyro_radps[rows]
    return TimedFrame(frame.time_s[rows], frame.acc_mps2[rows], gyro)


def imu_rows(frame: TimedFrame, rows: slice) -> ImuBlock:
    """Return rows of a stream that is taken to be on the grid already."""
    cut = timed_rows(frame, rows)
    start_s = rows.start / GRID_RATE_HZ
    return ImuBlock(start_s, GRID_RATE_HZ, cut.acc_mps2, cut.gyro_radps, restart=rows.start == 0)


def motion_rows(motion: MotionBlock, rows: slice) -> MotionBlock:
    arrays: dict[str, Any] = {
        name: getattr(motion, name)[rows]
        for name in ("up", "rate_radps", "vertical_mps2", "velocity_mps", "height_m")
    }
    start_s = motion.start_s + rows.start / motion.rate_hz
    restart = rows.start == 0 and rows.stop > 0
    return MotionBlock(
        start_s=start_s,
        rate_hz=motion.rate_hz,
        restart=restart,
        gyroscope=motion.gyroscope,
        **arrays,
    )


# --- stages ------------------------------------------------------------------------------------


def _arrays(
    name: str,
    make: Callable[[], Any],
    columns: Sequence[NDArray[np.float64]],
    names: Sequence[str],
) -> Stage:
    """Return a stage that takes arrays and returns arrays."""

    def run(pieces: Pieces) -> Output:
        stage = make()
        parts = []
        for piece in pieces:
            result = stage.process(*(column[piece] for column in columns))
            results = result if isinstance(result, tuple) else (result,)
            parts.append(dict(zip(names, results, strict=True)))
        return joined(parts)

    return Stage(name, len(columns[0]), run)


def _bias(acc_mps2: NDArray[np.float64], gyro_radps: NDArray[np.float64]) -> Stage:
    """Return the rates, and what is known of the accelerometer at each sample."""

    def run(pieces: Pieces) -> Output:
        stage = GyroBiasEstimator()
        parts = []
        for piece in pieces:
            rate, known = stage.process(acc_mps2[piece], gyro_radps[piece])
            offset, spread = np.zeros((len(rate), 6)), np.zeros((len(rate), 36))
            for sample, errors in known:
                offset[sample:], spread[sample:] = errors.mean, errors.spread.ravel()
            parts.append({"rate": rate, "offset": offset, "spread": spread})
        return joined(parts)

    return Stage("GyroBiasEstimator", len(acc_mps2), run)


def _running_mean() -> Stage:
    _, frame = sampled()

    def run(pieces: Pieces) -> Output:
        stage = RunningMean.lasting(0.5, GRID_RATE_HZ)
        return joined([{"mean": stage.process(frame.acc_mps2[piece].T).T} for piece in pieces])

    return Stage("RunningMean", len(frame.time_s), run)


def _grid() -> Stage:
    """Uneven steps, one hole that is filled and one that is not, and times that stand still."""
    rng = np.random.default_rng(2)
    time_s = np.cumsum(rng.exponential(0.012, 700))
    time_s[200:] += 0.2
    time_s[400:] += 0.7
    time_s[500:503] = time_s[499]
    acc_mps2 = rng.standard_normal((700, 3))
    frame = TimedFrame(time_s, acc_mps2, rng.standard_normal((700, 3)))

    def run(pieces: Pieces) -> Output:
        stage = Resampler()
        results = [each for piece in pieces for each in stage.process(timed_rows(frame, piece))]
        return {**blocks_said(results), "dropped": np.array([float(stage.dropped)])}

    return Stage("Resampler", len(time_s), run)


def _motion_stage(gyro_range_dps: int | None) -> Stage:
    time_s, frame = sampled(gyro_range_dps)

    def run(pieces: Pieces) -> Output:
        stage = MotionStage(GRID_RATE_HZ)
        blocks = [stage.process(imu_rows(frame, piece)) for piece in pieces]
        return blocks_said([*blocks, stage.finish()])

    sort = "with a gyroscope" if gyro_range_dps else "with an accelerometer alone"
    return Stage(f"MotionStage {sort}", len(time_s), run)


def _file_clock() -> Stage:
    time_s, frame = sampled()

    def run(pieces: Pieces) -> Output:
        stage = FileClock()
        frames: list[TimedFrame] = []
        for piece in pieces:
            rows = timed_rows(frame, piece)
            frames += stage.process(Frame(rows.acc_mps2, rows.gyro_radps, rows.time_s, 0.0))
        return joined([{"time_s": each.time_s, "acc": each.acc_mps2} for each in frames])

    return Stage("FileClock", len(time_s), run)


def _device_clock() -> Stage:
    """An even device clock and no delay: then the packets' sizes must not matter.

    The clock holds the first packets back until the third, so every run starts with the same two.
    """
    _, frame = sampled()
    first = (slice(0, 4), slice(4, 8))
    begin = first[-1].stop
    stamps_s = 40.0 + np.arange(len(frame.time_s)) / 104.0

    def packet(rows: slice) -> Frame:
        cut = timed_rows(frame, rows)
        carried = np.full(len(cut.time_s), np.nan)
        carried[:1] = stamps_s[rows][:1]
        received_s = float(stamps_s[max(rows.stop - 1, 0)]) - 37.0
        return Frame(cut.acc_mps2, cut.gyro_radps, carried, received_s)

    def run(pieces: Pieces) -> Output:
        stage = DeviceClock()
        frames = [each for rows in first for each in stage.process(packet(rows))]
        for piece in pieces:
            frames += stage.process(packet(slice(piece.start + begin, piece.stop + begin)))
        return joined([{"time_s": each.time_s, "acc": each.acc_mps2} for each in frames])

    # A packet carries one stamp, so packets of other sizes carry other stamps.
    return Stage("DeviceClock", len(stamps_s) - begin, run, tolerance=1e-9)


def _detector(gyro_range_dps: int | None) -> Stage:
    motion = moved(gyro_range_dps)

    def run(pieces: Pieces) -> Output:
        stage = Detector(HIP_THRUST, GRID_RATE_HZ)
        events: list[Event] = []
        for piece in pieces:
            events += stage.process(motion_rows(motion, piece))
        return said([*events, *stage.finish()])

    sort = "with a gyroscope" if gyro_range_dps else "with an accelerometer alone"
    return Stage(f"Detector {sort}", len(motion.up), run)


def _engine(gyro_range_dps: int | None) -> Stage:
    session = lifted(gyro_range_dps)
    notifications = tuple(session.notifications())

    def run(pieces: Pieces) -> Output:
        engine = build_engine(session.info)
        events: list[Event] = []
        for piece in pieces:
            events += engine.feed_many(notifications[piece])
        return said([*events, *engine.finish()])

    sort = "with a gyroscope" if gyro_range_dps else "with an accelerometer alone"
    return Stage(f"Engine {sort}", len(notifications), run)


def _engine_told_of_reference_reps() -> Stage:
    session = lifted(reps=4)
    key = Notification(ns_from_s(1.0), MARK_CHANNEL, MarkKind.REFERENCE_REPS.value.encode())
    stream = sorted((*session.notifications(), key), key=lambda each: each.received_ns)

    def run(pieces: Pieces) -> Output:
        engine = build_engine(session.info)
        events: list[Event] = []
        for piece in pieces:
            events += engine.feed_many(stream[piece])
        return said([*events, *engine.finish()])

    return Stage("Engine told of reference reps", len(stream), run)


def _engine_without_a_device_clock() -> Stage:
    """The same bodies on a sensor that sends no time: all that is known of it are arrivals."""
    session = lifted()
    notifications = tuple(without_stamps(session.notifications()))

    def run(pieces: Pieces) -> Output:
        engine = Engine(WITMOTION, HIP_THRUST)
        events: list[Event] = []
        for piece in pieces:
            events += engine.feed_many(notifications[piece])
        return said([*events, *engine.finish()])

    return Stage("Engine without a device clock", len(notifications), run)


@cache
def stages() -> tuple[Stage, ...]:
    """Return every streaming stage with a stream."""
    _, frame = sampled()
    acc_mps2, gyro_radps = frame.acc_mps2, frame.gyro_radps
    assert gyro_radps is not None
    both = (acc_mps2, gyro_radps)
    return (
        _arrays("Smoother", lambda: Smoother(5), (acc_mps2,), ("smooth",)),
        _running_mean(),
        _bias(acc_mps2, gyro_radps),
        _arrays(
            "InclinationFilter", lambda: InclinationFilter(GRID_RATE_HZ), both, ("up", "vertical")
        ),
        _arrays(
            "AccelOnlyInclination",
            lambda: AccelOnlyInclination(GRID_RATE_HZ),
            (acc_mps2,),
            ("up", "rate", "vertical"),
        ),
        _arrays(
            "HeightFilter",
            lambda: HeightFilter(GRID_RATE_HZ),
            (acc_mps2[:, 2],),
            ("velocity", "height"),
        ),
        _grid(),
        _motion_stage(1000),
        _motion_stage(None),
        _file_clock(),
        _device_clock(),
        _detector(1000),
        _detector(None),
        _engine(1000),
        _engine(None),
        _engine_told_of_reference_reps(),
        _engine_without_a_device_clock(),
    )
