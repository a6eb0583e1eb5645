"""One module per sensor family: how it advertises, starts, stops, and what its bytes mean."""

from tracker.sensors.base import (
    MAX_RESPONSES,
    SMALLEST_MTU,
    Advertisement,
    Attempt,
    ClockKind,
    Decide,
    Expect,
    Inquiry,
    Pause,
    Read,
    Responses,
    SensorFamily,
    Step,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
)
from tracker.sensors.metamotion import METAMOTION
from tracker.sensors.microbit import MICROBIT
from tracker.sensors.movesense import MOVESENSE
from tracker.sensors.nus import NUS
from tracker.sensors.polar import POLAR
from tracker.sensors.profile import PROFILE, ProfileDecoder
from tracker.sensors.profile.packets import ProfileConfig, encode_packet
from tracker.sensors.registry import (
    as_document,
    decode_transcript,
    families,
    family,
    identify,
    identify_connected,
    parse_settings,
)
from tracker.sensors.samples import SAMPLES, SAMPLES_CHANNEL, encode_samples
from tracker.sensors.thingy52 import THINGY52
from tracker.sensors.witmotion import WITMOTION
from tracker.sensors.xsens_dot import XSENS_DOT

__all__ = [
    "MAX_RESPONSES",
    "METAMOTION",
    "MICROBIT",
    "MOVESENSE",
    "NUS",
    "POLAR",
    "PROFILE",
    "SAMPLES",
    "SAMPLES_CHANNEL",
    "SMALLEST_MTU",
    "THINGY52",
    "WITMOTION",
    "XSENS_DOT",
    "Advertisement",
    "Attempt",
    "ClockKind",
    "Decide",
    "Expect",
    "Inquiry",
    "Pause",
    "ProfileConfig",
    "ProfileDecoder",
    "Read",
    "Responses",
    "SensorFamily",
    "Step",
    "Subscribe",
    "Unsubscribe",
    "Where",
    "Write",
    "as_document",
    "decode_transcript",
    "encode_packet",
    "encode_samples",
    "families",
    "family",
    "identify",
    "identify_connected",
    "parse_settings",
]
