from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.app.playback import analyze_notifications
from tracker.domain import Cue, CueKind, Event, Notification, Trace

if TYPE_CHECKING:
    from collections.abc import Sequence


class EchoEngine:
    """Says each notification's payload, and goodbye at the end."""

    def __init__(self) -> None:
        self.newest_s: float | None = None
        self.samples = 0
        self.rate_hz: float | None = None
        self.trace = Trace(np.empty(0), np.empty(0))
        self.batches: list[int] = []

    def feed_many(self, notifications: Sequence[Notification]) -> tuple[Event, ...]:
        self.batches.append(len(notifications))
        self.newest_s = float(notifications[-1].received_ns)
        return tuple(
            Cue(
                float(notification.received_ns),
                notification.data.decode(),
                CueKind.HOLD_LONGER,
                1,
            )
            for notification in notifications
        )

    def finish(self) -> tuple[Event, ...]:
        return (Cue(self.newest_s or 0.0, "goodbye", CueKind.HOLD_LONGER, 1),)


def numbered(count: int) -> list[Notification]:
    return [Notification(number, "channel", str(number).encode()) for number in range(count)]


@given(count=st.integers(0, 40), batch=st.integers(1, 50))
def test_the_events_are_the_same_for_every_batch(count: int, batch: int) -> None:
    said = [event for event, _ in analyze_notifications(EchoEngine(), numbered(count), batch)]
    assert [event.text for event in said if isinstance(event, Cue)] == [
        *map(str, range(count)),
        "goodbye",
    ]


def test_an_event_is_said_when_its_batch_is() -> None:
    emitted = [emitted_s for _, emitted_s in analyze_notifications(EchoEngine(), numbered(5), 2)]
    assert emitted == [1.0, 1.0, 3.0, 3.0, 4.0, 4.0]


def test_a_stream_without_notifications_is_finished_all_the_same() -> None:
    assert list(analyze_notifications(EchoEngine(), [], 10)) == [
        (Cue(0.0, "goodbye", CueKind.HOLD_LONGER, 1), None)
    ]


def test_progress_is_told_after_each_batch() -> None:
    engine = EchoEngine()
    told: list[int] = []
    for _ in analyze_notifications(engine, numbered(5), 2, lambda batch: told.append(len(batch))):
        pass
    assert told == engine.batches == [2, 2, 1]


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one notification, not 0"):
        next(analyze_notifications(EchoEngine(), [], 0))
