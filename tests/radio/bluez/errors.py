"""How BlueZ says no, in the names and words that Bleak reads.

They are BlueZ' own: `src/error.c`, and `create_gatt_dbus_error` in `src/gatt-client.c`.
"""

from __future__ import annotations

from typing import Final

FAILED: Final = "org.bluez.Error.Failed"

CONNECTION_REFUSED: Final = "le-connection-refused"
CONNECTION_TIMEOUT: Final = "le-connection-timeout"
ABORTED_BY_LOCAL: Final = "le-connection-abort-by-local"
"""BlueZ was connected for a moment; Bleak tries again by itself."""


class BluezError(Exception):
    """Ends a method call with a D-Bus error."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text


class AttError(Exception):
    """What a firmware answers a read or write that it does not like."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error {code:#04x}")
        self.code = code


def failed(text: str) -> BluezError:
    """Return the error that covers most things."""
    return BluezError(FAILED, text)


def not_connected() -> BluezError:
    """Return what a characteristic says while there is no link."""
    return failed("Not connected")


def not_ready() -> BluezError:
    """Return what an adapter says that is switched off."""
    return BluezError("org.bluez.Error.NotReady", "Resource Not Ready")


def in_progress() -> BluezError:
    """Return what is said to who asks twice at once."""
    return BluezError("org.bluez.Error.InProgress", "Operation already in progress")


def not_supported() -> BluezError:
    """Return what a characteristic says to what its properties do not promise."""
    return BluezError("org.bluez.Error.NotSupported", "Operation is not supported")


def does_not_exist() -> BluezError:
    """Return what is said about a device that is not there."""
    return BluezError("org.bluez.Error.DoesNotExist", "Does Not Exist")


def from_att(error: AttError) -> BluezError:
    """Return what BlueZ makes of an ATT error."""
    match error.code:
        case 0x02:
            return BluezError("org.bluez.Error.NotPermitted", "Read not permitted")
        case 0x03:
            return BluezError("org.bluez.Error.NotPermitted", "Write not permitted")
        case 0x05 | 0x0F:
            return BluezError("org.bluez.Error.NotPermitted", "Not paired")
        case 0x06:
            return not_supported()
        case 0x07:
            return BluezError("org.bluez.Error.InvalidArguments", "Invalid offset")
        case 0x0D:
            return BluezError("org.bluez.Error.InvalidArguments", "Invalid Length")
        case code:
            return failed(f"Operation failed with ATT error: 0x{code:02x}")
