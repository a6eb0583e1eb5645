"""Streams that a sensor may legally send, whatever they hold, and the laws of what comes out.

Movement, noise, nonsense and their mixtures, at any rate, with holes, clipping, spikes, values
that stand still, clocks that stutter, and with or without a gyroscope.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.domain import (
    EXERCISES,
    Fault,
    FaultReason,
    Notification,
    Rep,
    RepCompleted,
    RepRevised,
    SessionInfo,
    SetEnded,
)
from tracker.domain.units import STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.engine import build_engine
from tracker.sensors import SAMPLES_CHANNEL, encode_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tracker.domain import Event

    Array = NDArray[np.float64]

MOST_RISE_M: Final = 1.5
"""More than any hips rise in one movement."""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Samples of one session."""

    exercise: str
    time_s: Array
    acc_mps2: Array
    gyro_radps: Array | None

    def notifications(self, cuts: Sequence[int]) -> list[Notification]:
        """Return the samples in pieces that end before each of `cuts`, and at the end."""
        ends = sorted({*cuts, len(self.time_s)} - {0})
        pieces, first = [], 0
        for last in ends:
            part = slice(first, last)
            gyro = None if self.gyro_radps is None else self.gyro_radps[part]
            payload = encode_samples(self.time_s[part], self.acc_mps2[part], gyro)
            at_ns = ns_from_s(float(self.time_s[last - 1]))
            pieces.append(Notification(at_ns, SAMPLES_CHANNEL, payload))
            first = last
        return pieces


def drawn(rng: np.random.Generator) -> Stream:
    """Draw a stream."""
    rate_hz = float(np.exp(rng.uniform(np.log(10.0), np.log(1000.0))))
    count = int(min(rate_hz * rng.uniform(4.0, 25.0), 3000)) + 2
    time_s = _clock(rng, rate_hz, count)
    acc, gyro = _motion(rng, time_s)
    for spoil in (_spikes, _clipping, _standing_still, _flips):
        if rng.random() < 0.25:
            spoil(rng, acc, gyro)
    exercise = str(rng.choice(list(EXERCISES)))
    return Stream(exercise, time_s, acc, None if rng.random() < 0.25 else gyro)


def _clock(rng: np.random.Generator, rate_hz: float, count: int) -> Array:
    steps = np.full(count, 1.0 / rate_hz)
    if rng.random() < 0.5:
        steps *= rng.uniform(0.3, 1.7, count)
    for _ in range(rng.integers(0, 4)):
        steps[rng.integers(count)] += rng.choice([0.1, 0.3, 2.0, 20.0])
    start_s = float(rng.choice([0.0, 5.0, 1e5]))
    return start_s + np.cumsum(steps)


def _motion(rng: np.random.Generator, time_s: Array) -> tuple[Array, Array]:
    """Return something that turns to and fro about an axis, and shakes."""
    axis = rng.normal(size=3)
    axis /= np.linalg.norm(axis)
    down = np.cross(axis, rng.normal(size=3))
    down /= np.linalg.norm(down)
    angle = np.zeros(len(time_s))
    for _ in range(rng.integers(1, 4)):
        hz, phase = np.exp(rng.uniform(np.log(0.05), np.log(8.0))), rng.uniform(0.0, 2.0 * np.pi)
        wave = np.sin(2.0 * np.pi * hz * time_s + phase)
        # A sine, or the same with long rests at both ends.
        shape = wave if rng.random() < 0.5 else np.clip(3.0 * wave, -1.0, 1.0)
        angle += rng.uniform(0.0, 0.6) * shape
    across = np.cross(axis, down)
    turned = np.outer(np.cos(angle), down) + np.outer(np.sin(angle), across)
    noise = float(rng.choice([0.0, 0.05, 1.0, 8.0]))
    acc = STANDARD_GRAVITY_MPS2 * turned + noise * rng.normal(size=turned.shape)
    lift = rng.uniform(0.0, 6.0) * np.sin(2.0 * np.pi * rng.uniform(0.1, 3.0) * time_s)
    acc += lift[:, None] * turned
    rate = np.gradient(angle, time_s)
    gyro = np.clip(np.outer(-rate, axis), -100.0, 100.0)
    return acc, gyro + 0.1 * noise * rng.normal(size=gyro.shape) + rng.normal(scale=0.1, size=3)


def _spikes(rng: np.random.Generator, acc: Array, gyro: Array) -> None:
    for at in rng.integers(len(acc), size=3):
        acc[at] += rng.normal(scale=150.0, size=3)
        gyro[at] += rng.normal(scale=30.0, size=3)


def _clipping(rng: np.random.Generator, acc: Array, gyro: Array) -> None:
    np.clip(acc, -12.0, 12.0, out=acc)
    np.clip(gyro, -1.0, 1.0, out=gyro)


def _standing_still(rng: np.random.Generator, acc: Array, gyro: Array) -> None:
    first = int(rng.integers(len(acc)))
    acc[first : first + len(acc) // 3] = acc[first] if rng.random() < 0.7 else 0.0
    gyro[first : first + len(acc) // 3] = gyro[first]


def _flips(rng: np.random.Generator, acc: Array, gyro: Array) -> None:
    acc[int(rng.integers(len(acc))) :] *= -1.0
    gyro[int(rng.integers(len(acc))) :] *= float(rng.choice([-1.0, 57.0, 0.0]))


def events_of(stream: Stream, cuts: Sequence[int]) -> list[Event]:
    """Return what the engine makes of a stream that is cut somewhere."""
    engine = build_engine(SessionInfo(sensor="samples", exercise=stream.exercise))
    events = [event for each in stream.notifications(cuts) for event in engine.feed(each)]
    return [*events, *engine.finish()]


def broken_laws(events: Iterable[Event]) -> list[str]:
    """Return what is impossible about events, in words."""
    broken: list[str] = []
    for event in events:
        broken += [f"{event}" for number in _numbers(event) if not math.isfinite(number)]
        if isinstance(event, RepCompleted | RepRevised) and event.rep is not None:
            broken += [f"{law}: {event.rep}" for law in _laws_of(event.rep)]
        if isinstance(event, SetEnded) and event.reps < 0:
            broken.append(f"{event}")
    return broken


def _numbers(value: Any) -> Iterable[float]:
    if isinstance(value, float):
        yield value
    elif hasattr(value, "__dataclass_fields__"):
        for part in fields(value):
            yield from _numbers(getattr(value, part.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from _numbers(each)


def _laws_of(rep: Rep) -> Iterable[str]:
    if not rep.start_s <= rep.end_s:
        yield "ends before it starts"
    reached_s = rep.start_s
    for span in rep.phases:
        if not reached_s <= span.start_s <= span.end_s:
            yield "phases overlap"
        reached_s = span.end_s
    if rep.rise_m is not None and abs(rep.rise_m) > MOST_RISE_M:
        yield "rises too far"
    if rep.rom_deg is not None and not 0.0 <= rep.rom_deg <= 180.0:
        yield "turns too far"
    if rep.bottom_s is not None and rep.bottom_s < 0.0:
        yield "a negative pause"
    if rep.confidence is not None and not 0.0 <= rep.confidence <= 1.0:
        yield "no probability"


def harm_of(number: int) -> list[str]:
    """Return what goes wrong with the stream of a number; the same cuts each time."""
    rng = np.random.default_rng((2026, number))
    stream = drawn(rng)
    whole = events_of(stream, ())
    harm = broken_laws(whole)
    harm += [each.detail for each in whole if isinstance(each, Fault) and _is_restart(each)]
    cuts = rng.integers(1, len(stream.time_s), size=int(rng.integers(1, 60))).tolist()
    return harm if events_of(stream, cuts) == whole else [*harm, f"another end when cut at {cuts}"]


def _is_restart(fault: Fault) -> bool:
    return fault.reason is FaultReason.DETECTOR_RESTARTED
