"""The radio: the only room that names Bleak. Scans, connects, runs scripts, and comes back."""

from tracker.ble.backend import BleakRadio
from tracker.ble.diagnostics import Checkup, Finding, Severity, examine, findings
from tracker.ble.discovery import AmbiguousNameError, NotFoundError, Sensor, Wanted
from tracker.ble.errors import LATER, AdapterError, LinkError
from tracker.ble.link import RadioSource, open_radio
from tracker.ble.ports import SCAN_S, Radio, Scan, Sighting

__all__ = [
    "LATER",
    "SCAN_S",
    "AdapterError",
    "AmbiguousNameError",
    "BleakRadio",
    "Checkup",
    "Finding",
    "LinkError",
    "NotFoundError",
    "Radio",
    "RadioSource",
    "Scan",
    "Sensor",
    "Severity",
    "Sighting",
    "Wanted",
    "examine",
    "findings",
    "open_radio",
]
