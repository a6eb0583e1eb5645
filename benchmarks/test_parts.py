"""What each part of the engine takes of an hour, fed with what the part before it gave."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from measuring import best_of

from tracker.decoding import PIECE_NOTIFICATIONS
from tracker.detect import Detector
from tracker.domain import HIP_THRUST, Fault, Frame, ImuBlock
from tracker.sensors.profile import ProfileDecoder
from tracker.signal import GRID_RATE_HZ, DeviceClock, MotionStage, Resampler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from measuring import Report

    from tracker.domain import FrameRun, MotionBlock, Notification, TimedFrame

T = TypeVar("T")


def decode(packets: Sequence[Notification]) -> list[Frame | FrameRun]:
    decoder = ProfileDecoder()
    pieces = (
        decoder.feed_run(packets[first : first + PIECE_NOTIFICATIONS])
        for first in range(0, len(packets), PIECE_NOTIFICATIONS)
    )
    return [each for each in chain.from_iterable(pieces) if not isinstance(each, Fault)]


def give_times(frames: Sequence[Frame | FrameRun]) -> Iterator[TimedFrame]:
    clock = DeviceClock()
    for each in frames:
        yield from clock.process(each) if isinstance(each, Frame) else clock.process_run(each)


def resample(frames: Sequence[TimedFrame]) -> list[ImuBlock]:
    grid = Resampler()
    results = (each for frame in frames for each in grid.process(frame))
    return [each for each in results if isinstance(each, ImuBlock)]


def move(blocks: Sequence[ImuBlock]) -> list[MotionBlock]:
    stage = MotionStage(GRID_RATE_HZ)
    return [stage.process(block) for block in blocks]


def detect(motion: Sequence[MotionBlock]) -> int:
    detector = Detector(HIP_THRUST, GRID_RATE_HZ)
    return sum(1 for block in motion for _ in detector.process(block))


def timed(work: Callable[[], T], rounds: int = 5) -> tuple[T, float]:
    results: list[T] = []
    taken_s = best_of(rounds, lambda: results.append(work()))
    return results[-1], taken_s


def test_parts_of_the_engine(
    packets: tuple[Notification, ...], base_hour_s: float, report: Report
) -> None:
    sensed = [packet for packet in packets if packet.channel not in ("link", "mark")]
    frames, decode_s = timed(lambda: decode(sensed))
    timed_frames, clock_s = timed(lambda: list(give_times(frames)))
    blocks, grid_s = timed(lambda: resample(timed_frames))
    motion, motion_s = timed(lambda: move(blocks))
    events, detect_s = timed(lambda: detect(motion), 3)
    for name, taken_s in (
        ("decode", decode_s),
        ("clock", clock_s),
        ("grid", grid_s),
        ("motion", motion_s),
        ("detect", detect_s),
    ):
        report(f"  of it {name}", f"{taken_s * 1e3:.0f} ms", f"{taken_s / base_hour_s:.1f} ×")
    assert events > 1000
