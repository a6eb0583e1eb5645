"""The events of a session, as live outlets get them, and as `analyze` prints them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.simulated import demo
from tracker.app.playback import analyze_notifications
from tracker.domain.foreign_text import json_text
from tracker.engine import build_engine
from tracker.export import event_object
from tracker.outlets import Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Event
    from tracker.outlets import Outlet


@cache
def emitted() -> tuple[tuple[Event, float | None], ...]:
    """Return the events of the demo, each with the time of the newest sample."""
    simulated = demo()
    engine = build_engine(simulated.info)
    return tuple(analyze_notifications(engine, simulated.notifications(), 1))


def as_lines(events: Sequence[tuple[Event, float | None]]) -> list[str]:
    return [json_text(event_object(event, emitted_s)) for event, emitted_s in events]


class Attached:
    """A session that only takes sinks and taps."""

    def __init__(self) -> None:
        self.info = demo().info

    def add_sink(self, sink: object, *, singly: bool = False) -> None:
        assert singly

    def add_tap(self, tap: object) -> None:
        raise AssertionError("no outlet of events alone wants bytes")


def delivery_to(outlet: Outlet, told: list[str]) -> Delivery:
    delivery = Delivery(outlet, told.append)
    delivery.attach(Attached())
    return delivery


def deliver(delivery: Delivery, events: Sequence[tuple[Event, float | None]]) -> None:
    for event, emitted_s in events:
        delivery.accept((event,), emitted_s)
