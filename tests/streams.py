"""Streams that a sensor may legally send, whatever they hold, and the laws of what comes out.

Movement, noise, nonsense and their mixtures, at any rate, with holes, clipping, spikes, values
that stand still, clocks that stutter, straps that slip, and with a gyroscope, without, or with one
that comes and goes. They come as imported samples, cut anywhere, or as packets of a sensor that
says when its range ends, handed over any number at a time; keys may be pressed meanwhile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.domain import (
    EXERCISES,
    MARK_CHANNEL,
    Fault,
    FaultReason,
    MarkKind,
    Notification,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    SessionInfo,
    SessionState,
    SetEnded,
    SetStarted,
)
from tracker.domain.units import STANDARD_GRAVITY_MPS2, ns_from_s
from tracker.engine import build_engine
from tracker.sensors import SAMPLES_CHANNEL, encode_samples
from tracker.sensors.profile import PROFILE
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    HIGHEST_RATE_HZ,
    IMU_UUID,
    LOWEST_RATE_HZ,
    ProfileConfig,
    encode_packet,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from tracker.domain import Event

    Array = NDArray[np.float64]
    Groups = Iterator[tuple[Notification, ...]]

MOST_RISE_M: Final = 1.5
"""More than any hips rise in one movement."""

PACKET_SAMPLES: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """Samples of one session."""

    exercise: str
    time_s: Array
    acc_mps2: Array
    gyro_radps: Array | None
    """NaN while the gyroscope is away."""
    keys: tuple[tuple[int, MarkKind], ...] = ()
    """Before which sample which key was pressed."""
    ranges: tuple[int, int] | None = None
    """Where a sensor clips, g and degrees/s; None for imported samples."""

    @property
    def info(self) -> SessionInfo:
        """The head of the session."""
        kind = "samples" if self.ranges is None else PROFILE.kind
        return SessionInfo(sensor=kind, exercise=self.exercise)

    def groups(self, cuts: Iterable[int]) -> Groups:
        """Yield what is handed over at once if the stream is cut before each of some samples.

        What was measured is never cut another way: a packet stays one, and a key stays where it
        was pressed.
        """
        return self._pieces(cuts) if self.ranges is None else self._packets(cuts)

    def _key(self, sample: int) -> Notification | None:
        for at, kind in self.keys:
            if at == sample:
                at_ns = ns_from_s(float(self.time_s[max(at - 1, 0)]))
                return Notification(at_ns, MARK_CHANNEL, kind.value.encode())
        return None

    def _pieces(self, cuts: Iterable[int]) -> Groups:
        away = np.zeros(len(self.time_s), dtype=bool)
        if self.gyro_radps is not None:
            away = np.isnan(self.gyro_radps[:, 0])
        turns = np.flatnonzero(np.diff(away)) + 1
        edges = {0, *cuts, *turns.tolist(), *(at for at, _ in self.keys), len(away)}
        for first, last in pairwise(sorted(edges)):
            if (key := self._key(first)) is not None:
                yield (key,)
            part = slice(first, last)
            known = self.gyro_radps is not None and not away[first]
            gyro = self.gyro_radps[part] if known and self.gyro_radps is not None else None
            payload = encode_samples(self.time_s[part], self.acc_mps2[part], gyro)
            at_ns = ns_from_s(float(self.time_s[last - 1]))
            yield (Notification(at_ns, SAMPLES_CHANNEL, payload),)

    def _packets(self, cuts: Iterable[int]) -> Groups:
        assert self.ranges is not None
        acc_g, gyro_dps = self.ranges
        gyro_range = None if self.gyro_radps is None else gyro_dps
        config = ProfileConfig(acc_range_g=acc_g, gyro_range_dps=gyro_range)
        acc = config.acc_counts(self.acc_mps2)
        gyro = None if self.gyro_radps is None else config.gyro_counts(self.gyro_radps)
        at_ns = ns_from_s(float(self.time_s[0]))
        group = [Notification(at_ns, CONFIG_UUID, config.encode())]
        ends = {each // PACKET_SAMPLES for each in cuts}
        for number, first in enumerate(range(0, len(acc), PACKET_SAMPLES)):
            if number in ends and group:
                yield tuple(group)
                group = []
            part = slice(first, first + PACKET_SAMPLES)
            group += [key for at in range(*part.indices(len(acc))) if (key := self._key(at))]
            stamp_us = round(float(self.time_s[first]) * 1e6)
            rates = None if gyro is None else gyro[part]
            data = encode_packet(config, number, stamp_us, acc[part], rates)
            at_ns = ns_from_s(float(self.time_s[part][-1]))
            group.append(Notification(at_ns, IMU_UUID, data))
        yield tuple(group)


def drawn(rng: np.random.Generator) -> Stream:
    """Draw a stream."""
    packed = rng.random() < 0.25
    least_hz, most_hz = (LOWEST_RATE_HZ, HIGHEST_RATE_HZ) if packed else (10.0, 1000.0)
    rate_hz = float(np.exp(rng.uniform(np.log(least_hz), np.log(most_hz))))
    count = int(rate_hz * rng.uniform(4.0, 25.0)) + 2
    time_s = _clock(rng, rate_hz, count)
    acc, gyro = _motion(rng, time_s)
    for spoil in (_spikes, _clipping, _standing_still, _flips, _slip):
        if rng.random() < 0.25:
            spoil(rng, acc, gyro)
    if rng.random() < 0.05:
        _constant(rng, acc, gyro)
    exercise = str(rng.choice(list(EXERCISES)))
    rates = None if rng.random() < 0.25 else gyro
    if rates is not None and not packed and rng.random() < 0.15:
        _goes_away(rng, rates)
    ranges = (int(rng.choice([2, 4, 16])), int(rng.choice([125, 500, 2000]))) if packed else None
    return Stream(exercise, time_s, acc, rates, _keys(rng, count), ranges)


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


def _slip(rng: np.random.Generator, acc: Array, gyro: Array) -> None:
    """Turn the sensor on its wearer, from one sample to the next."""
    turned, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    turned *= np.linalg.det(turned)
    at = int(rng.integers(len(acc)))
    acc[at:] = acc[at:] @ turned
    gyro[at:] = gyro[at:] @ turned


def _constant(rng: np.random.Generator, acc: Array, gyro: Array) -> None:
    """Let some axes, or all, say one thing from beginning to end."""
    for signal in (acc, gyro):
        stuck = rng.random(3) < 0.6
        signal[:, stuck] = float(rng.choice([0.0, 0.0, 1.0, STANDARD_GRAVITY_MPS2]))


def _goes_away(rng: np.random.Generator, gyro: Array) -> None:
    first, last = sorted(rng.integers(len(gyro), size=2).tolist())
    gyro[first:last] = np.nan


def _keys(rng: np.random.Generator, count: int) -> tuple[tuple[int, MarkKind], ...]:
    if rng.random() < 0.8:
        return ()
    at = sorted(set(rng.integers(count, size=int(rng.integers(1, 5))).tolist()))
    return tuple((each, list(MarkKind)[int(rng.integers(len(MarkKind)))]) for each in at)


def events_of(stream: Stream, cuts: Iterable[int], *, looked_at: bool = False) -> list[Event]:
    """Return what the engine makes of a stream that is cut somewhere, and perhaps drawn."""
    engine = build_engine(stream.info)
    events: list[Event] = []
    for group in stream.groups(cuts):
        events += engine.feed_many(group)
        if looked_at:
            assert np.isfinite(engine.trace.pitch_deg).all()
    return [*events, *engine.finish()]


def broken_laws(events: Sequence[Event]) -> list[str]:
    """Return what is impossible about events, in words."""
    broken: list[str] = []
    for event in events:
        broken += [f"{event}" for number in _numbers(event) if not math.isfinite(number)]
        if isinstance(event, RepCompleted | RepRevised) and event.rep is not None:
            broken += [f"{law}: {event.rep}" for law in _laws_of(event.rep)]
        if isinstance(event, SetEnded) and not 0.0 <= (event.count_confidence or 0.0) <= 1.0:
            broken.append(f"no probability: {event}")
        if isinstance(event, Fault) and event.reason is FaultReason.DETECTOR_RESTARTED:
            broken.append(event.detail)
    return [*broken, *disorder(events), *_overlaps(events)]


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
    if rep.tilt_deg is not None and not 0.0 <= rep.tilt_deg <= 180.0:
        yield "tilts too far"
    if rep.bottom_s is not None and rep.bottom_s < 0.0:
        yield "a negative pause"
    if rep.confidence is not None and not 0.0 <= rep.confidence <= 1.0:
        yield "no probability"


def disorder(events: Sequence[Event]) -> Iterable[str]:
    """Yield what happens to a set that is not under way, or to a rep that was not counted."""
    newest, under_way = 0, False
    withdrawn = False
    """Whether the newest set turned out to be none: then its number is free again."""
    counted: dict[int, float] = {}
    completed: set[int] = set()
    for event in events:
        match event:
            case SetStarted(set_index=number):
                if under_way or number not in (newest + 1, newest if withdrawn else newest + 1):
                    yield f"a set out of order: {event}"
                newest, under_way = number, True
                counted, completed = {}, set()
            case RepCounted(set_index=number, index=index, at_s=at_s):
                if not under_way or number != newest or index in counted:
                    yield f"a count out of order: {event}"
                if counted and (index <= max(counted) or at_s < max(counted.values())):
                    yield f"counted before the one before it: {event}"
                counted[index] = at_s
            case RepCompleted(set_index=number, rep=rep):
                if not under_way or number != newest or rep.index not in counted:
                    yield f"a rep that was not counted: {event}"
                if rep.index in completed:
                    yield f"completed twice: {event}"
                completed.add(rep.index)
            case RepRevised(set_index=number, index=index):
                if number == newest and index not in counted:
                    yield f"a revision of nothing: {event}"
                if number == newest and event.rep is None:
                    del counted[index]
                    completed.discard(index)
            case SetEnded(set_index=number, reps=reps):
                if not under_way or number != newest or reps != len(counted):
                    yield f"an end out of order, of {len(counted)}: {event}"
                under_way, withdrawn = False, reps == 0
            case _:
                pass
    if under_way:
        yield "a set without an end"


def _overlaps(events: Sequence[Event]) -> Iterable[str]:
    """Yield reps and sets that begin before the ones before them are over."""
    ledger = SessionState()
    ledger.accept(events)
    reached_s = -math.inf
    for rep in (rep for record in ledger.sets for rep in record.reps):
        if rep.start_s < reached_s:
            yield f"begins before {reached_s}: {rep}"
        reached_s = rep.end_s


def harm_of(number: int, seed: int = 2026) -> list[str]:
    """Return what goes wrong with the stream of a number; the same cuts each time."""
    rng = np.random.default_rng((seed, number))
    stream = drawn(rng)
    whole = events_of(stream, ())
    harm = broken_laws(whole)
    cuts = _cuts(rng, len(stream.time_s))
    if events_of(stream, cuts, looked_at=True) != whole:
        harm.append(f"another end when cut at {cuts}")
    return harm


def _cuts(rng: np.random.Generator, count: int) -> list[int]:
    """Return some cuts anywhere, or blocks of one size, as a radio sends them."""
    if rng.random() < 0.7:
        return sorted(set(rng.integers(1, count, size=int(rng.integers(1, 60))).tolist()))
    size = max(int(np.exp(rng.uniform(0.0, np.log(500.0)))), count // 300, 1)
    return list(range(size, count, size))
