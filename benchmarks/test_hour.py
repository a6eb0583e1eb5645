"""How long a whole hour takes: the engine alone, and the command with its file and its table."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from conftest import base_filter_s
from hours import HOURS
from measuring import best_of
from seat import NOT_INSTALLED, published_detector

from tracker.app.session_files import BIG_BLOCK_SAMPLES, open_session_file
from tracker.domain import HIP_THRUST, SessionInfo, SessionState
from tracker.engine import build_engine
from tracker.sensors import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hours import Hour
    from measuring import Measure, Report

    from tracker.domain import Notification, Workout
    from tracker.sim import SimulatedSession

RATE_HZ: Final = 100.0

BATCH_NOTIFICATIONS: Final = 20_000
"""As many as a caller likes to hand over at once; the engine takes them in its own pieces."""


def test_hour_of_notifications(
    measure: Measure,
    hour: SimulatedSession,
    packets: tuple[Notification, ...],
    base_hour_s: float,
    report: Report,
) -> None:
    def analyze() -> SessionState:
        engine, ledger = build_engine(hour.info), SessionState()
        for first in range(0, len(packets), BATCH_NOTIFICATIONS):
            ledger.accept(engine.feed_many(packets[first : first + BATCH_NOTIFICATIONS]))
        ledger.accept(engine.finish())
        return ledger

    ledger, taken_s = measure(analyze, 5)
    _tell(report, "hour of notifications, engine alone", taken_s, base_hour_s)
    assert len(ledger.sets) > 10


@pytest.mark.parametrize("kind", HOURS)
def test_hour_of_one_kind(kind: str, measure: Measure, report: Report) -> None:
    """Samples in blocks, as from a file: what the stages cost, whatever is done in the hour."""
    whole = HOURS[kind]()
    notifications = tuple(whole.notifications())

    def analyze() -> int:
        engine = build_engine(SessionInfo(sensor=SAMPLES.kind, exercise=HIP_THRUST.name))
        for notification in notifications:
            engine.feed_many((notification,))
        engine.finish()
        return engine.samples

    samples, taken_s = measure(analyze, 3)
    base_s = base_filter_s(len(whole.time_s))
    _tell(report, f"hour of {kind}, engine alone", taken_s, base_s)
    assert samples == len(whole.time_s)
    for name, work in _others(whole):
        if work is None:
            report(name, NOT_INSTALLED)
        else:
            _tell(report, name, best_of(3, work), base_s)


def _others(whole: Hour) -> Iterator[tuple[str, Callable[[], object] | None]]:
    """Yield what else there is for the hour, for scale; None where it is not installed.

    A compiled filter does one of the parts of `motion`, and a published detector finds another
    movement of the hips, in the accelerations alone.
    """
    acc = np.ascontiguousarray(whole.acc_mps2)
    if whole.gyro_radps is not None:
        gyro = np.ascontiguousarray(whole.gyro_radps)
        try:
            vqf = import_module("vqf")
        except ImportError:
            yield "  VQF of it, orientation alone", None
        else:
            yield (
                "  VQF of it, orientation alone",
                lambda: vqf.VQF(1.0 / RATE_HZ).updateBatch(gyro, acc),
            )
    detect = published_detector()
    work = None if detect is None else partial(detect, whole.time_s, acc)
    yield "  sit-to-stands in it, by skdh", work


def test_hour_of_a_recording(
    measure: Measure, recording: Path, base_hour_s: float, report: Report
) -> None:
    def analyze() -> Workout:
        return open_session_file(recording).workout()

    workout, taken_s = measure(analyze, 3)
    _tell(report, "hour from a recording, file to totals", taken_s, base_hour_s)
    assert len(workout.sets) > 10


def test_hour_of_a_sample_csv(
    measure: Measure, sample_csv: Path, base_hour_s: float, report: Report
) -> None:
    def analyze() -> Workout:
        return open_session_file(sample_csv, block_samples=BIG_BLOCK_SAMPLES).workout()

    workout, taken_s = measure(analyze, 3)
    _tell(report, "hour from a sample CSV, file to totals", taken_s, base_hour_s)
    assert len(workout.sets) > 10


@pytest.mark.parametrize("kind", ["recording", "sample_csv"])
def test_whole_command(kind: str, request: pytest.FixtureRequest, report: Report) -> None:
    """With the start of Python and the imports, by the clock on the wall."""
    path: Path = request.getfixturevalue(kind)
    start_s = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tracker", "analyze", str(path), "--format", "json"],
        check=True,
        capture_output=True,
    )
    taken_s = time.perf_counter() - start_s
    report(f"tracker analyze {path.name}", f"{taken_s:.2f} s", "whole command, on the wall")


def _tell(report: Report, what: str, taken_s: float, base_s: float) -> None:
    compared = f"{taken_s / base_s:.1f} × sosfilt of the hour ({base_s * 1e3:.1f} ms)"
    report(what, f"{taken_s * 1e3:.0f} ms", compared)
