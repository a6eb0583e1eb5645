"""Packets that no sensor should send, made from those that sensors did send.

The packets to start from are those of the firmware notes: of every family, real and refused ones.
"""

from __future__ import annotations

import pickle
import re
from typing import TYPE_CHECKING

import numpy as np

from tests.sensors import notes
from tracker.domain import Fault, Frame, Notification
from tracker.sensors import families

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.domain import Decoder
    from tracker.sensors import SensorFamily

MOST_STATE_BYTES = 512 * 1024
"""What a decoder may keep, whatever it is fed: seconds of samples, not minutes."""

MOST_SAMPLES = 100_000
"""What one notification may complete; its bytes and what waited before are bounded."""

LONGEST_BYTES = 512
"""The longest value that Bluetooth carries."""

LOOK_EVERY = 500
"""Packets between two looks at what a decoder keeps."""


def note_of(family: SensorFamily) -> str:
    """Return the file name of a family's note, as the table of notes has it."""
    text = notes.text_of("README.md")
    found = re.search(rf"^\| \[[^]]+\]\(([^)]+)\) \| `{family.kind}` \|", text, re.MULTILINE)
    if found is None:
        raise LookupError(f"the table of notes has no {family.kind}")
    return found.group(1)


def seeds(family: SensorFamily) -> list[tuple[dict[str, str], list[Notification]]]:
    """Return the notifications of a family's examples, with the settings that they need."""
    channels = dict(family.channels)
    played: list[tuple[dict[str, str], list[Notification]]] = []
    for example in notes.examples(note_of(family)):
        settings = {name: str(value) for name, value in example.get("settings", {}).items()}
        played.append((settings, [notes.notification(step, channels) for step in example["feed"]]))
    played += vectors(family)
    return played or [({}, [Notification(0, family.default_channel, bytes(20))])]


def vectors(family: SensorFamily) -> list[tuple[dict[str, str], list[Notification]]]:
    """Return the packets of a note that stand in tables, by the settings in the next column."""
    by_settings: dict[str, list[Notification]] = {}
    rows = re.findall(
        r"^\| `((?:[0-9a-f]{2}){5,})` \| ([^|]*) \|", notes.text_of(note_of(family)), re.MULTILINE
    )
    for packet, cell in rows:
        settings = cell if re.fullmatch(r"(\w+=\S+ ?)+", cell) else ""
        if "module=" in settings:
            # One stream alone is for reading; what is fuzzed is the decoder that a session has.
            settings = ""
        sent_on = re.search(r"characteristic=(\S+)", settings)
        channel = next(
            (uuid for uuid in family.channels.values() if sent_on and uuid.startswith(sent_on[1])),
            family.default_channel,
        )
        by_settings.setdefault(settings, []).append(
            Notification(0, channel, bytes.fromhex(packet))
        )
    return [
        (dict(word.split("=", 1) for word in settings.split()), packets)
        for settings, packets in by_settings.items()
    ]


def mutated(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    """Return a packet after one thing that can go wrong with it."""
    if not data:
        return other
    at = int(rng.integers(len(data)))
    match int(rng.integers(9)):
        case 0:
            return data[:at]
        case 1:
            return data[at:]
        case 2:
            return data + other
        case 3:
            return data[:at] + other[at:]
        case 4:
            return data[:at] + data[at + 1 :]
        case 5:
            return rng.bytes(int(rng.integers(LONGEST_BYTES)))
        case 6:
            return data[:at] + rng.bytes(int(rng.integers(8))) + data[at:]
        case 7:
            extreme = bytes([int(rng.choice([0x00, 0x01, 0x7F, 0x80, 0xFF]))])
            return data[:at] + extreme + data[at + 1 :]
        case _:
            flipped = data[at] ^ 1 << int(rng.integers(8))
            return data[:at] + bytes([flipped]) + data[at + 1 :]


def packets(
    family: SensorFamily, given: list[Notification], count: int, rng: np.random.Generator
) -> Iterator[Notification]:
    """Yield notifications, a third of them unharmed, on channels that are mostly right."""
    channels = [*family.channels.values(), "link", "mark", "something else"]
    received_ns = 0
    for _ in range(count):
        base = given[int(rng.integers(len(given)))]
        data = base.data
        for _ in range(int(rng.integers(3))):
            data = mutated(data, given[int(rng.integers(len(given)))].data, rng)
        channel = base.channel
        if rng.random() < 0.05:
            channel = channels[int(rng.integers(len(channels)))]
        received_ns += int(rng.exponential(2e8))
        if rng.random() < 0.001:
            received_ns += int(1e13)
        yield Notification(received_ns, channel, data[:LONGEST_BYTES])


def check(result: Frame | Fault) -> None:
    """Check what every frame promises."""
    if isinstance(result, Fault):
        assert result.detail
        assert result.count >= 1
        return
    rows = len(result.acc_mps2)
    assert 1 <= rows <= MOST_SAMPLES
    assert result.acc_mps2.shape == (rows, 3)
    assert np.isfinite(result.acc_mps2).all()
    if result.gyro_radps is not None:
        assert result.gyro_radps.shape == (rows, 3)
        assert np.isfinite(result.gyro_radps).all()
    if result.stamps_s is not None:
        assert result.stamps_s.shape == (rows,)
        assert not np.isinf(result.stamps_s).any()


def state_bytes(decoder: Decoder) -> int:
    """Return how much a decoder keeps, as it would be written down."""
    return len(pickle.dumps(decoder))


def fuzz(kind: str, count: int, seed: int = 0) -> None:
    """Feed `count` packets to a family's decoder, spread over the settings of its examples."""
    family = families()[kind]
    rng = np.random.default_rng(seed)
    by_settings: dict[tuple[tuple[str, str], ...], list[Notification]] = {}
    for settings, given in seeds(family):
        by_settings.setdefault(tuple(sorted(settings.items())), []).extend(given)
    everything = [each for given in by_settings.values() for each in given]
    for pairs, given in by_settings.items():
        decoder = family.decoder(dict(pairs))
        share = max(count // len(by_settings), 1)
        # Packets of the other examples fit the settings badly, which is the point of them.
        for number, packet in enumerate(packets(family, [*given, *everything], share, rng)):
            for result in decoder.feed(packet):
                check(result)
            if number % LOOK_EVERY == 0:
                assert state_bytes(decoder) < MOST_STATE_BYTES
