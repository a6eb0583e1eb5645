"""Against an inlet of the Lab Streaming Layer."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pytest

from tests.outlets.emitted import as_lines
from tests.simulated import demo
from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.playback import analyze_notifications
from tracker.app.session import Session
from tracker.decoding import timed_samples
from tracker.engine import build_engine
from tracker.outlets import Delivery, open_outlet
from tracker.recording import ReplaySource

if TYPE_CHECKING:
    from tracker.domain import Notification

pylsl = pytest.importorskip("pylsl")
pytestmark = pytest.mark.slow

SECONDS = 8.0
CLOCK_ERROR_S = 0.005


def inlet(kind: str, name: str) -> Any:
    (found,) = pylsl.resolve_byprop("name", f"{name} {kind}", timeout=20.0)
    opened = pylsl.StreamInlet(found)
    opened.open_stream(timeout=20.0)
    return opened


def test_an_inlet_gets_samples_and_events_at_the_time_they_happened() -> None:
    simulated = demo()
    notifications: tuple[Notification, ...] = tuple(simulated.notifications(SECONDS))
    name = f"hips-{uuid4().hex[:8]}"
    delivery = Delivery(open_outlet(f"lsl:{name}"), print)
    source = ReplaySource(simulated.info, lambda: iter(notifications), SYSTEM_CLOCK, speed=1.0)
    session = Session(source, build_engine(simulated.info), info=simulated.info)
    delivery.attach(session)
    samples, events = inlet("samples", name), inlet("events", name)

    began_s = pylsl.local_clock()
    asyncio.run(session.run())
    rows: list[list[float]] = []
    stamps_s: list[float] = []
    lines: list[str] = []
    expected = timed_samples(simulated.info, notifications)
    said = as_lines(
        list(analyze_notifications(build_engine(simulated.info), iter(notifications), 1))
    )
    while len(stamps_s) < len(expected.time_s) or len(lines) < len(said):
        chunk, times_s = samples.pull_chunk(timeout=0.2)
        rows += chunk
        stamps_s += times_s
        text, _ = events.pull_sample(timeout=0.2)
        lines += text or []
    delivery.end()
    assert delivery.wait(10.0)

    assert lines == said
    assert np.array_equal(np.array(rows)[:, :3], expected.acc_mps2)
    # All on the same computer: second 0 is when the session began to play.
    zero_s = np.array(stamps_s) - expected.time_s
    error_s = np.abs(zero_s - np.median(zero_s))
    assert np.percentile(error_s, 95.0) <= CLOCK_ERROR_S
    assert abs(float(np.median(zero_s)) - began_s) < 1.0
    assert all(later >= earlier for earlier, later in pairwise(stamps_s))
