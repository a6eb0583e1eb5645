"""An emulated `org.bluez` on a D-Bus of its own, for the unmodified Bleak to talk to."""

from tests.radio.bluez.adapter import Adapter
from tests.radio.bluez.bench import BUS_VARIABLE, Bench
from tests.radio.bluez.daemon import DAEMON, MISSING, daemon_is_there, private_bus
from tests.radio.bluez.device import HANG, Device, Disturbance
from tests.radio.bluez.errors import (
    ABORTED_BY_LOCAL,
    CONNECTION_REFUSED,
    CONNECTION_TIMEOUT,
    AttError,
)
from tests.radio.bluez.journal import Act, Entry, Journal
from tests.radio.bluez.peripheral import (
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
