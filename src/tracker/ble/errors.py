"""The one place where what the platform raises becomes an error with advice."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from tracker.domain import SensorError

if TYPE_CHECKING:
    from collections.abc import Iterator

LATER: Final = "Then check with: tracker doctor"
"""Second line of most advice."""


class AdapterError(SensorError):
    """Bluetooth itself cannot be used, whatever the sensor."""


class LinkError(SensorError):
    """A sensor that was there did not do what it should; trying again may help."""


_SWITCH_ON: Final = {
    "linux": "Switch it on: bluetoothctl power on, and if that fails: rfkill unblock bluetooth",
    "darwin": "Switch it on in the menu bar or in System Settings > Bluetooth.",
    "win32": "Switch it on in Settings > Bluetooth & devices.",
}
_ALLOW: Final = {
    "linux": "Add yourself to the group of your distribution: sudo usermod -aG bluetooth $USER, "
    "and log in again.",
    "darwin": "Allow your terminal in System Settings > Privacy & Security > Bluetooth, and start "
    "it again.",
    "win32": "Allow it in Settings > Privacy & security > Radios, for desktop apps as well.",
}
_NO_ADAPTER_ADVICE: Final = (
    "Plug in a Bluetooth adapter (4.0 or newer); a container or virtual machine has none unless "
    "it is passed through.\nWithout any sensor: tracker demo"
)

# Names of D-Bus errors, by what they mean here.
_NO_SERVICE: Final = frozenset(
    {
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.NoReply",
        "org.freedesktop.DBus.Error.Disconnected",
    }
)
_DENIED: Final = frozenset(
    {"org.freedesktop.DBus.Error.AccessDenied", "org.bluez.Error.NotAuthorized"}
)
_UNBONDED: Final = frozenset(
    {
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
    }
)
_NOT_READY: Final = "org.bluez.Error.NotReady"


@contextmanager
def platform_errors() -> Iterator[None]:
    """Let whatever is raised inside leave as a `SensorError`; only for calls into Bleak.

    It is `Exception` and no list: below Bleak there are three operating systems and their
    bindings, which raise what they like, and no set may end because of that.
    """
    try:
        yield
    except SensorError:
        raise
    except Exception as error:
        raise sensor_error(error) from error


def sensor_error(error: Exception, platform: str = sys.platform) -> SensorError:
    """Return what a platform's error means and what to try.

    Parameters
    ----------
    error
        What was raised.
    platform
        `sys.platform`; the advice differs.
    """
    match error:
        case BleakBluetoothNotAvailableError(reason=reason):
            return _not_available(reason, platform)
        case BleakDeviceNotFoundError(identifier=address):
            return LinkError(
                f"{address} is not there any more.", "Wake it up and bring it near.\n" + LATER
            )
        case BleakDBusError(dbus_error=name) if name in _NO_SERVICE:
            return AdapterError(
                "The Bluetooth service (bluetoothd) does not answer.",
                "Install BlueZ and start it: sudo systemctl enable --now bluetooth\n" + LATER,
            )
        case BleakDBusError(dbus_error=name) if name in _DENIED:
            return _denied(platform)
        case BleakDBusError(dbus_error=name) if name == _NOT_READY:
            return _powered_off(platform)
        case BleakGATTProtocolError(code=code) if code in _UNBONDED:
            return LinkError(
                "The sensor wants to be paired with this computer first.",
                "Pair it in the Bluetooth settings of the system, or switch that off in the "
                "sensor.\n" + LATER,
            )
        case PermissionError():
            return _denied(platform)
        case TimeoutError():
            return LinkError(
                "The sensor did not answer in time.",
                "Bring it near and charge it; if that does not help, switch it off and on.\n"
                + LATER,
            )
        case OSError() | EOFError() if platform == "linux":
            return AdapterError(
                f"The system bus (D-Bus) cannot be reached: {_words(error)}",
                "Start it (sudo systemctl start dbus); in a container, mount "
                "/run/dbus/system_bus_socket.\n" + LATER,
            )
        case _:
            return LinkError(
                f"Bluetooth reports: {_words(error)}", "Switch the sensor off and on.\n" + LATER
            )


def _not_available(reason: BleakBluetoothNotAvailableReason, platform: str) -> AdapterError:
    reasons = BleakBluetoothNotAvailableReason
    match reason:
        case reasons.POWERED_OFF:
            return _powered_off(platform)
        case reasons.NO_BLUETOOTH:
            return AdapterError("There is no Bluetooth adapter.", _NO_ADAPTER_ADVICE)
        case reasons.NO_BLE_CENTRAL_ROLE:
            return AdapterError(
                "The Bluetooth adapter does not speak Bluetooth LE.", _NO_ADAPTER_ADVICE
            )
        case reasons.DENIED_BY_USER | reasons.DENIED_BY_SYSTEM | reasons.DENIED_BY_UNKNOWN:
            return _denied(platform)
        case _:
            return AdapterError(
                "Bluetooth cannot be used, and the system does not say why.",
                "Switch it off and on, and start again.\n" + LATER,
            )


def _powered_off(platform: str) -> AdapterError:
    return AdapterError(
        "Bluetooth is switched off.", f"{_SWITCH_ON.get(platform, 'Switch it on.')}\n{LATER}"
    )


def _denied(platform: str) -> AdapterError:
    return AdapterError(
        "This program may not use Bluetooth.",
        f"{_ALLOW.get(platform, 'Give it the permission.')}\n{LATER}",
    )


def _words(error: Exception) -> str:
    """Return what an error says, on one line, as a sentence."""
    text = str(error)
    if isinstance(error, BleakDBusError) and error.dbus_error_details:
        text = error.dbus_error_details
    elif isinstance(error, OSError) and error.strerror:
        text = error.strerror
    text = " ".join(text.split()) or type(error).__name__
    return text if text.endswith(".") else f"{text}."
