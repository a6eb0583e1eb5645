"""One module per sensor family: how it advertises, starts, stops, and what its bytes mean."""

from tracker.sensors.base import (
    MAX_RESPONSES,
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
from tracker.sensors.profile import ProfileDecoder
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

__all__ = [
    "MAX_RESPONSES",
    "SAMPLES",
    "SAMPLES_CHANNEL",
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
