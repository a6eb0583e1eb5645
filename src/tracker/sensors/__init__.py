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
from tracker.sensors.metamotion import METAMOTION, MetaMotionDecoder
from tracker.sensors.microbit import MICROBIT, MicrobitDecoder
from tracker.sensors.movesense import MOVESENSE
from tracker.sensors.nus import NUS, NusDecoder
from tracker.sensors.polar import POLAR
from tracker.sensors.profile import PROFILE, ProfileDecoder
from tracker.sensors.profile.packets import ProfileConfig, encode_packet, samples_per_packet
from tracker.sensors.registry import (
    Decoded,
    as_document,
    decode_transcript,
    families,
    family,
    identify,
    identify_connected,
    parse_settings,
)
from tracker.sensors.samples import SAMPLES, SAMPLES_CHANNEL, SamplesDecoder, encode_samples
from tracker.sensors.thingy52 import THINGY52, ThingyDecoder
from tracker.sensors.witmotion import WITMOTION
from tracker.sensors.xsens_dot import XSENS_DOT, XsensDotDecoder

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
    "Decoded",
    "Expect",
    "Inquiry",
    "MetaMotionDecoder",
    "MicrobitDecoder",
    "NusDecoder",
    "Pause",
    "ProfileConfig",
    "ProfileDecoder",
    "Read",
    "Responses",
    "SamplesDecoder",
    "SensorFamily",
    "Step",
    "Subscribe",
    "ThingyDecoder",
    "Unsubscribe",
    "Where",
    "Write",
    "XsensDotDecoder",
    "as_document",
    "decode_transcript",
    "encode_packet",
    "encode_samples",
    "families",
    "family",
    "identify",
    "identify_connected",
    "parse_settings",
    "samples_per_packet",
]
