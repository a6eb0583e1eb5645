"""An emulated `org.bluez` on a D-Bus of its own, for the unmodified Bleak to talk to."""

from ble.bluez.adapter import Adapter
from ble.bluez.bench import BUS_VARIABLE, Bench
from ble.bluez.daemon import DAEMON, MISSING, daemon_is_there, private_bus
from ble.bluez.device import HANG, Device, Disturbance
from ble.bluez.errors import (
    ABORTED_BY_LOCAL,
    CONNECTION_REFUSED,
    CONNECTION_TIMEOUT,
    AttError,
)
from ble.bluez.journal import Act, Entry, Journal
from ble.bluez.peripheral import (
    Advert,
    Characteristic,
    Firmware,
    Link,
    Peripheral,
    Service,
)

__all__ = [
    "ABORTED_BY_LOCAL",
    "BUS_VARIABLE",
    "CONNECTION_REFUSED",
    "CONNECTION_TIMEOUT",
    "DAEMON",
    "HANG",
    "MISSING",
    "Act",
    "Adapter",
    "Advert",
    "AttError",
    "Bench",
    "Characteristic",
    "Device",
    "Disturbance",
    "Entry",
    "Firmware",
    "Journal",
    "Link",
    "Peripheral",
    "Service",
    "daemon_is_there",
    "private_bus",
]
