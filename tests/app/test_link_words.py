from __future__ import annotations

import pytest

from tracker.app.text import LinkLines, LinkWords
from tracker.domain import BatteryRead, LinkChanged, LinkState, SetStarted


def said(*events: LinkChanged | BatteryRead) -> list[str]:
    words = LinkWords()
    return [line for event in events if (line := words.line(event)) is not None]


def link(at_s: float, state: LinkState, device: int = 0, detail: str = "") -> LinkChanged:
    return LinkChanged(at_s, state, device, detail)


OPENING = [
    link(0.0, LinkState.SEARCHING),
    link(0.5, LinkState.CONNECTING),
    link(0.6, LinkState.CONFIGURING),
    link(0.7, LinkState.STREAMING),
]


def test_a_usual_beginning_is_no_news() -> None:
    assert said(*OPENING) == []


def test_trouble_and_its_end_are() -> None:
    lines = said(
        *OPENING,
        link(31.0, LinkState.LOST, detail="The connection broke."),
        link(31.0, LinkState.RECONNECTING),
        link(31.1, LinkState.RECONNECTING, detail="Bluetooth is switched off."),
        link(95.0, LinkState.GONE),
        link(99.0, LinkState.CONFIGURING),
        link(100.0, LinkState.STREAMING),
    )
    assert lines == [
        "! sensor lost at 0:31: The connection broke.",
        "! sensor not reached: Bluetooth is switched off.",
        "! sensor gone for a minute, still searching at 1:35",
        "sensor back at 1:40",
    ]


def test_each_sensor_has_its_own_troubles() -> None:
    assert said(link(5.0, LinkState.STALLED, 1), link(6.0, LinkState.STREAMING)) == [
        "! second sensor sends nothing at 0:05"
    ]


@pytest.mark.parametrize(("percent", "news"), [(15, False), (14, True), (0, True)])
def test_a_low_battery_is_told(percent: int, news: bool) -> None:
    assert bool(said(BatteryRead(1.0, percent))) is news


def test_and_only_once_for_each_sensor() -> None:
    lines = said(
        *(BatteryRead(float(at), 14 - at, device) for at in range(3) for device in (0, 1))
    )
    assert lines == [
        "! battery of the sensor at 14 %: charge it soon",
        "! battery of the second sensor at 14 %: charge it soon",
    ]


def test_whoever_wants_nothing_else_gets_these_lines_alone() -> None:
    lines: list[str] = []
    sink = LinkLines(lines.append)
    sink.accept([*OPENING, SetStarted(1.0, 1), link(31.0, LinkState.LOST)], 31.0)
    assert lines == ["! sensor lost at 0:31"]
