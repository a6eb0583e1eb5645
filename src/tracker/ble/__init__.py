"""The radio: the only room that names Bleak. Scans, connects, runs scripts, and comes back."""

from tracker.ble.checkup import Checkup, examine
from tracker.ble.errors import LATER, AdapterError, LinkError
from tracker.ble.finding import AmbiguousNameError, NotFoundError, Wanted
from tracker.ble.identity import Sensor
from tracker.ble.ports import Radio
from tracker.ble.radio import BleakRadio
from tracker.ble.scan import SCAN_S, Scan, Sighting
from tracker.ble.source import RadioSource, open_radio
from tracker.ble.verdict import Finding, Severity, findings

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
