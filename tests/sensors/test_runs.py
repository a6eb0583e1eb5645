"""Many notifications at once are decoded as one by one, for every family and however they are cut.

The streams are those of the benchmarks, and suffer what links, sensors and hosts do to them.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from families import FAMILIES, notified
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import fuzzing
from tests.heavy import tries
from tracker.decoding import SampleDecoder
from tracker.domain import Fault, FrameRun, Notification
from tracker.sensors import families, family

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import Frame, TimedFrame
    from tracker.sensors import PacketDecoder

RATE_HZ = 100.0
SECONDS = 4.0

Plain = tuple[object, ...]
"""A result to its last bit, in values that compare."""


@cache
def stream(kind: str) -> tuple[Notification, ...]:
    """Return a few seconds of a moving sensor of that kind."""
    rng = np.random.default_rng(len(kind))
    time_s = np.arange(0.0, SECONDS, 1.0 / RATE_HZ)
    phase = 2.0 * np.pi * time_s[:, None] * np.array([0.7, 1.1, 1.9])
    acc = 12.0 * np.sin(phase) + rng.normal(0.0, 0.1, phase.shape)
    gyro = 3.0 * np.cos(phase) + rng.normal(0.0, 0.02, phase.shape)
    return tuple(notified(kind, (time_s, acc, gyro)))


def suffer(
    notifications: list[Notification], what: str, place: int, amount: int
) -> list[Notification]:
    """Return a stream to which something has happened."""
    if not notifications:
        return notifications
    at = place % len(notifications)
    here, before, after = notifications[at], notifications[:at], notifications[at + 1 :]
    data = bytearray(here.data)
    match what:
        case "lose":
            return before + after[amount:]
        case "repeat":
            return [*before, here, *notifications[at:]]
        case "swap":
            return [*before, *after[:1], here, *after[1:]]
        case "cut":
            data = data[: amount % (len(data) + 1)]
        case "join":
            data += after[0].data if after else b""
        case "corrupt" if data:
            data[amount % len(data)] ^= 1 << place % 8
        case "extreme" if data:
            data[-1] = 0x7F
        case "other channel":
            return [*before, Notification(here.received_ns, "elsewhere", here.data), *after]
        case "silence":
            return before + [
                Notification(each.received_ns + amount * 50_000_000, each.channel, each.data)
                for each in notifications[at:]
            ]
    return [*before, Notification(here.received_ns, here.channel, bytes(data)), *after]


MISHAPS = (
    *("lose", "repeat", "swap", "cut", "join", "corrupt", "extreme", "other channel", "silence"),
)
mishaps = st.lists(
    st.tuples(st.sampled_from(MISHAPS), st.integers(0, 5000), st.integers(1, 70)), max_size=6
)
cuts = st.lists(st.integers(0, 2000), max_size=4)


def plain(result: Frame | Fault) -> Plain:
    if isinstance(result, Fault):
        return (result,)
    arrays = (result.acc_mps2, result.gyro_radps, result.stamps_s)
    bits = [None if each is None else (each.shape, each.tobytes()) for each in arrays]
    return (*bits, result.received_s, result.saturated)


def one_by_one(decoder: PacketDecoder, notifications: Iterable[Notification]) -> list[Plain]:
    return [plain(result) for each in notifications for result in decoder.feed(each)]


def in_runs(decoder: PacketDecoder, notifications: Sequence[Notification]) -> list[Plain]:
    results: list[Plain] = []
    for each in decoder.feed_run(notifications):
        results += map(plain, each.frames() if isinstance(each, FrameRun) else (each,))
    return results


def pieces(notifications: Sequence[Notification], cuts: list[int]) -> list[Sequence[Notification]]:
    edges = [0, *sorted(min(cut, len(notifications)) for cut in cuts), len(notifications)]
    return [notifications[start:stop] for start, stop in pairwise(edges)]


@pytest.mark.parametrize("kind", FAMILIES)
@settings(max_examples=tries(60), deadline=None)
@given(mishaps, cuts)
def test_runs_are_the_same_to_the_last_bit(
    kind: str, happened: list[tuple[str, int, int]], cuts: list[int]
) -> None:
    notifications = list(stream(kind))
    for mishap in happened:
        notifications = suffer(notifications, *mishap)
    _, decoder_settings = FAMILIES[kind]
    decoder = family(kind).decoder(decoder_settings)

    together = [
        result for piece in pieces(notifications, cuts) for result in in_runs(decoder, piece)
    ]

    assert together == one_by_one(family(kind).decoder(decoder_settings), notifications)


@pytest.mark.parametrize("kind", families())
@pytest.mark.parametrize("seed", range(3))
def test_bytes_of_any_kind_in_runs_are_the_same(kind: str, seed: int) -> None:
    """From the examples of the notes, with everything that is wrong about them."""
    for decoder_settings, notifications in fuzzing.seeds(family(kind)):
        rng = np.random.default_rng(seed)
        many = [
            Notification(
                number * 7_000_000,
                each.channel,
                fuzzing.mutated(each.data, notifications[0].data, rng)
                if rng.random() < 0.2
                else each.data,
            )
            for number, each in enumerate(notifications * 6)
        ]
        expected = one_by_one(family(kind).decoder(decoder_settings), many)
        assert in_runs(family(kind).decoder(decoder_settings), many) == expected


def timed(results: Iterable[TimedFrame | Fault]) -> tuple[bytes, bytes, bytes | None, list[Fault]]:
    results = list(results)
    frames = [each for each in results if not isinstance(each, Fault)]
    gyros = [each.gyro_radps for each in frames if each.gyro_radps is not None]
    return (
        np.concatenate([each.time_s for each in frames]).tobytes(),
        np.concatenate([each.acc_mps2 for each in frames]).tobytes(),
        np.concatenate(gyros).tobytes() if gyros else None,
        [each for each in results if isinstance(each, Fault)],
    )


@pytest.mark.parametrize("kind", FAMILIES)
@settings(max_examples=tries(20), deadline=None)
@given(mishaps, cuts)
def test_the_samples_of_runs_have_the_same_times(
    kind: str, happened: list[tuple[str, int, int]], cuts: list[int]
) -> None:
    notifications = list(stream(kind))
    for mishap in happened:
        notifications = suffer(notifications, *mishap)
    _, decoder_settings = FAMILIES[kind]
    whole, single = (SampleDecoder(family(kind), decoder_settings) for _ in range(2))

    together = timed(
        result for piece in pieces(notifications, cuts) for result in whole.feed(piece)
    )

    assert together == timed(result for each in notifications for result in single.feed([each]))


@pytest.mark.parametrize(
    "kind", ["witmotion", "nus", "thingy52", "microbit", "xsens_dot", "movesense"]
)
def test_what_nothing_happens_to_becomes_few_runs(kind: str) -> None:
    """Otherwise an hour of a file would cost as much as an hour of notifications."""
    notifications = stream(kind)
    _, decoder_settings = FAMILIES[kind]

    results = list(family(kind).decoder(decoder_settings).feed_run(notifications))

    assert not [each for each in results if isinstance(each, Fault)]
    assert len(results) < len(notifications) / 10
