"""The radio, and the only room that names Bleak: scans, connects, runs scripts, reconnects."""

from tracker.ble.backend import BleakRadio
from tracker.ble.conformance import Conformance, examine_profile
from tracker.ble.diagnostics import Severity, SignalQuality, diagnose, examine
from tracker.ble.discovery import SCAN_S, DeviceQuery, NotFoundError, Scan, Sensor
from tracker.ble.link import RadioSource, open_radio
from tracker.ble.ports import LATER, AdapterError, DiscoveredDevice, LinkError, Radio

__all__ = [
    "LATER",
    "SCAN_S",
    "AdapterError",
    "BleakRadio",
    "Conformance",
    "DeviceQuery",
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
    "examine_profile",
    "open_radio",
]
