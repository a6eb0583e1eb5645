from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.ble.fake_radio import ADDRESS, NAME, FakeRadio, FakeSensor
from tracker.ble import AdapterError, DiscoveredDevice
from tracker.cli import sensors as sightings
from tracker.cli.sensors import show_json, show_table, sighting_object, table_lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

KNOWN = DiscoveredDevice(ADDRESS, NAME, -60, "profile")
STRANGER = DiscoveredDevice("AA:BB:CC:DD:EE:FF", None, None, None)


def test_a_table_has_its_columns_under_each_other() -> None:
    assert list(table_lines([KNOWN, STRANGER])) == [
        "address            name         dBm  kind",
        "C0:FF:EE:00:1A:2B  HipOne 1A2B  -60  profile",
        "AA:BB:CC:DD:EE:FF  –              –  –",
    ]


def test_what_cannot_be_used_is_marked() -> None:
    refused = DiscoveredDevice(ADDRESS, "WTVB01", -60, None, "it measures vibration")
    assert "cannot be used" in list(table_lines([refused]))[1]


def test_an_object_has_null_for_what_is_unknown() -> None:
    assert sighting_object(STRANGER) == {
        "address": "AA:BB:CC:DD:EE:FF",
        "name": None,
        "rssi_dbm": None,
        "kind": None,
    }


def test_json_is_a_list(
    around: Callable[..., FakeRadio], capsys: pytest.CaptureFixture[str]
) -> None:
    around(FakeSensor())
    show_json(0.3)
    out, err = capsys.readouterr()
    assert json.loads(out) == [sighting_object(KNOWN)]
    assert err == ""


def test_nobody_is_an_empty_list_and_advice(
    around: Callable[..., FakeRadio], capsys: pytest.CaptureFixture[str]
) -> None:
    around()
    show_json(0.1)
    assert json.loads(capsys.readouterr().out) == []
    show_table(0.1)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Switch the sensor on" in err


def test_without_a_terminal_the_table_is_printed_once(
    around: Callable[..., FakeRadio], capsys: pytest.CaptureFixture[str]
) -> None:
    around(FakeSensor())
    show_table(0.3)
    out = capsys.readouterr().out
    assert out.count(NAME) == 1
    assert "\x1b" not in out


def test_on_a_terminal_it_is_drawn_while_it_grows(
    around: Callable[..., FakeRadio],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    around(FakeSensor())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(sightings, "REDRAW_S", 0.1)
    show_table(1.0)
    out = capsys.readouterr().out
    assert out.count(NAME) >= 2
    # The last one stands where the live one was cleared away.
    assert out.rpartition("\x1b[J")[2].splitlines() == list(table_lines([KNOWN]))


def test_trouble_with_bluetooth_comes_through(around: Callable[..., FakeRadio]) -> None:
    around().trouble = AdapterError("Bluetooth is switched off.")
    with pytest.raises(AdapterError):
        show_json(0.1)


class InterruptedRadio(FakeRadio):
    """Presses Ctrl-C once something was heard."""

    async def _advertisements(self) -> AsyncIterator[DiscoveredDevice]:
        async for sighting in super()._advertisements():
            yield sighting
            signal.raise_signal(signal.SIGINT)


def test_whoever_has_seen_enough_still_gets_what_was_heard(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    radio = InterruptedRadio(FakeSensor())
    monkeypatch.setattr(sightings, "BleakRadio", lambda: radio)
    with pytest.raises(KeyboardInterrupt):
        show_table(60.0)
    assert capsys.readouterr().out.splitlines() == list(table_lines([KNOWN]))
    assert radio.busy == 0
