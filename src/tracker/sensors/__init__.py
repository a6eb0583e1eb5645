"""One module per sensor family: how it advertises, starts, stops, and what its bytes mean."""

from tracker.sensors.family import Advertisement, ClockKind, SensorFamily
from tracker.sensors.profile import PROFILE
from tracker.sensors.profile_config import ProfileConfig
from tracker.sensors.profile_decoder import ProfileDecoder
from tracker.sensors.profile_wire import encode_packet, samples_per_packet
from tracker.sensors.registry import families, family, identify
from tracker.sensors.samples import SAMPLES, SAMPLES_CHANNEL, SamplesDecoder, encode_samples
from tracker.sensors.script import Expect, Pause, Read, Step, Subscribe, Unsubscribe, Write
from tracker.sensors.transcript import Decoded, as_document, decode_transcript, parse_settings

__all__ = [
    "PROFILE",
    "SAMPLES",
    "SAMPLES_CHANNEL",
    "Advertisement",
    "ClockKind",
    "Decoded",
    "Expect",
    "Pause",
    "ProfileConfig",
    "ProfileDecoder",
    "Read",
    "SamplesDecoder",
    "SensorFamily",
    "Step",
    "Subscribe",
    "Unsubscribe",
    "Write",
    "as_document",
    "decode_transcript",
    "encode_packet",
    "encode_samples",
    "families",
    "family",
    "identify",
    "parse_settings",
    "samples_per_packet",
]
