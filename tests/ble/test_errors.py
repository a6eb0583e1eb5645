from __future__ import annotations

import asyncio

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from tracker.ble.errors import AdapterError, LinkError, platform_errors, sensor_error
from tracker.domain import SensorError

PLATFORMS = ("linux", "darwin", "win32")


def not_available(reason: BleakBluetoothNotAvailableReason) -> Exception:
    return BleakBluetoothNotAvailableError("technical words", reason)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("reason", BleakBluetoothNotAvailableReason)
def test_every_reason_has_words_and_two_lines_of_advice(
    reason: BleakBluetoothNotAvailableReason, platform: str
) -> None:
    error = sensor_error(not_available(reason), platform)
    assert isinstance(error, AdapterError)
    assert "technical" not in error.message
    assert error.advice is not None
    assert len(error.advice.splitlines()) == 2


@pytest.mark.parametrize(
    ("platform", "word"), [("linux", "bluetoothctl"), ("darwin", "System"), ("win32", "Settings")]
)
def test_advice_is_that_of_the_system(platform: str, word: str) -> None:
    for reason in (
        BleakBluetoothNotAvailableReason.POWERED_OFF,
        BleakBluetoothNotAvailableReason.DENIED_BY_USER,
    ):
        advice = sensor_error(not_available(reason), platform).advice
        assert advice is not None
        assert word in advice or (platform == "linux" and "usermod" in advice)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (BleakDeviceNotFoundError("C0:FF"), LinkError, "C0:FF is not there any more"),
        (
            BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["The name org.bluez"]),
            AdapterError,
            "bluetoothd",
        ),
        (
            BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["Rejected send"]),
            AdapterError,
            "may not use",
        ),
        (BleakDBusError("org.bluez.Error.NotReady", ["x"]), AdapterError, "switched off"),
        (
            BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]),
            LinkError,
            "le-connection-abort-by-local",
        ),
        (BleakDBusError("org.bluez.Error.Failed", []), LinkError, "org.bluez.Error.Failed"),
        (BleakGATTProtocolError(0x05), LinkError, "paired with this computer"),
        (BleakGATTProtocolError(0x0E), LinkError, "Unlikely Error"),
        (BleakCharacteristicNotFoundError("1234"), LinkError, "1234"),
        (BleakError("Not connected"), LinkError, "Not connected."),
        (TimeoutError(), LinkError, "did not answer in time"),
        (PermissionError(13, "Permission denied"), AdapterError, "may not use"),
        (FileNotFoundError(2, "No such file or directory"), AdapterError, "system bus"),
        (ConnectionRefusedError(111, "Connection refused"), AdapterError, "system bus"),
        (EOFError(), AdapterError, "system bus"),
        (ValueError("Characteristic notifications already started"), LinkError, "already"),
    ],
)
def test_what_linux_raises_is_said_in_words(
    error: Exception, kind: type[SensorError], words: str
) -> None:
    said = sensor_error(error, "linux")
    assert type(said) is kind
    assert words in said.message
    assert "\n" not in said.message
    assert said.advice is not None
    assert len(said.advice.splitlines()) == 2


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_there_is_no_bus_to_blame(platform: str) -> None:
    said = sensor_error(OSError(-2147023673, "The operation was canceled by the user"), platform)
    assert type(said) is LinkError
    assert "canceled by the user" in said.message


@pytest.mark.parametrize(
    "error", [BleakError("Not connected"), AssertionError(), KeyError("path")]
)
def test_inside_everything_leaves_as_ours_and_remembers_what_it_was(error: Exception) -> None:
    with pytest.raises(SensorError) as caught, platform_errors():
        raise error
    assert caught.value.__cause__ is error


def test_our_own_errors_stay_what_they_are() -> None:
    error = SensorError("It offers no accelerometer.")
    with pytest.raises(SensorError) as caught, platform_errors():
        raise error
    assert caught.value is error


def test_a_cancellation_is_no_error() -> None:
    with pytest.raises(asyncio.CancelledError), platform_errors():
        raise asyncio.CancelledError
