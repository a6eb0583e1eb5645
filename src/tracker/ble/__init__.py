"""The radio: the only room that names Bleak. Scans, connects, runs scripts, and comes back."""

from tracker.ble.backend import BleakRadio
from tracker.ble.diagnostics import Diagnostic, Severity, SignalQuality, diagnose, examine
from tracker.ble.discovery import AmbiguousNameError, DeviceQuery, NotFoundError, Sensor
from tracker.ble.errors import LATER, AdapterError, LinkError
from tracker.ble.link import RadioSource, open_radio
from tracker.ble.ports import SCAN_S, DiscoveredDevice, Radio, Scan

__all__ = [
    "LATER",
    "SCAN_S",
    "AdapterError",
    "AmbiguousNameError",
    "BleakRadio",
    "DeviceQuery",
    "Diagnostic",
    "DiscoveredDevice",
    "LinkError",
    "NotFoundError",
    "Radio",
    "RadioSource",
    "Scan",
    "Sensor",
    "Severity",
    "SignalQuality",
    "diagnose",
    "examine",
    "open_radio",
]
