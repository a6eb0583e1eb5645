from __future__ import annotations

import struct
from typing import Any

import numpy as np
import pytest

from tests.sensors import notes
from tests.sensors.encoders import encode_reply, encode_witmotion
from tracker.sensors import witmotion as wire
from tracker.sensors.witmotion import (
    COLUMNS,
    COUNT,
    COUNTS_PER_RANGE,
    REPLY,
    REPLY_LAYOUT,
    SAMPLE,
    FrameSplitter,
    RegisterReply,
    Scale,
    decode_reply,
    read_command,
    write_command,
)

NOTE = "02-witmotion.md"
STEPS = [step for example in notes.examples(NOTE) for step in example["feed"]]


def frames_of(step: dict[str, Any], kind: int) -> list[bytes]:
    frames, _ = FrameSplitter().feed(bytes.fromhex(step["hex"]))
    return [frame for frame in frames if frame[1] == kind]


def test_the_ids_are_those_of_the_note() -> None:
    for name, uuid, _properties in notes.table(NOTE, "GATT table", "name"):
        assert getattr(wire, f"{name.upper()}_UUID") == uuid


def test_the_layouts_are_those_of_the_note() -> None:
    sample, sample_offsets = notes.layout(NOTE, "Sample")
    reply, reply_offsets = notes.layout(NOTE, "Register reply")

    assert sample == "<BB" + "h" * COLUMNS
    assert sample_offsets == [0, 1, 2, 8, 14]
    assert struct.calcsize(reply) == REPLY_LAYOUT.size == wire.FRAME_BYTES
    assert reply == "<BBHhhhhhhhh"
    assert reply_offsets == [0, 1, 2, 4]


def test_the_ranges_are_those_of_the_note() -> None:
    meanings = {row[2]: row[3] for row in notes.table(NOTE, "Sample", "offset")}

    assert meanings["acc"].endswith(f"{Scale().acc_range_g:.0f} g")
    assert meanings["gyro"].endswith(f"{Scale().gyro_range_dps:.0f} degrees/s")


@pytest.mark.parametrize("step", [step for step in STEPS if "angle_deg" in step])
def test_angles_are_where_the_note_says(step: dict[str, Any]) -> None:
    (frame,) = frames_of(step, SAMPLE)
    counts = np.frombuffer(frame[14:], COUNT)

    np.testing.assert_allclose(
        counts * 180.0 / COUNTS_PER_RANGE,
        step["angle_deg"][0],
        atol=step["frame"].get("tolerance", 1e-9),
    )


@pytest.mark.parametrize("step", [step for step in STEPS if "reply" in step])
def test_replies_are_read_as_the_note_says(step: dict[str, Any]) -> None:
    stated = step["reply"]
    (frame,) = frames_of(step, REPLY) or [bytes.fromhex(step["hex"])[13:33]]

    reply = decode_reply(frame)

    assert reply.register == stated["register"]
    if "words" in stated:
        assert list(reply.words[: len(stated["words"])]) == stated["words"]
    else:
        fractions = np.array(reply.words[: len(stated["fractions"])]) / COUNTS_PER_RANGE
        np.testing.assert_allclose(fractions, stated["fractions"], atol=stated["tolerance"])
    assert encode_reply(reply) == frame


def test_a_reply_with_fewer_registers_is_filled_up() -> None:
    assert decode_reply(encode_reply(RegisterReply(0x2E, (7,)))).words == (7, 0, 0, 0, 0, 0, 0, 0)


VALUES = {
    "save": (0x00, 0x0000),
    "restore defaults": (0x00, 0x0001),
    "accelerometer calibration": (0x01, 0x0001),
    "magnetic calibration start": (0x01, 0x0007),
    "quit calibration": (0x01, 0x0000),
    "rate 10 Hz": (wire.RATE_REGISTER, 0x06),
    "rate 50 Hz": (wire.RATE_REGISTER, 0x08),
    "rate 100 Hz": (wire.RATE_REGISTER, wire.RATE_100_HZ),
    "bandwidth 44 Hz": (wire.BANDWIDTH_REGISTER, wire.BANDWIDTH_44_HZ),
}
READS = {
    "read magnetic field": 0x3A,
    "read quaternion": 0x51,
    "read temperature": 0x40,
    "read battery": wire.BATTERY_REGISTER,
    "read version": wire.VERSION_REGISTER,
}


def test_the_commands_are_those_of_the_note() -> None:
    stated = {row[0]: bytes.fromhex(row[1]) for row in notes.table(NOTE, "Commands", "command")}

    assert stated == {
        "unlock": wire.UNLOCK,
        **{name: write_command(*change) for name, change in VALUES.items()},
        **{name: read_command(register) for name, register in READS.items()},
    }
    assert stated["save"] == wire.SAVE


def test_no_bytes_of_any_kind_grow_the_splitter() -> None:
    rng = np.random.default_rng(3)
    splitter = FrameSplitter()
    for _ in range(300):
        splitter.feed(
            rng.choice([0x55, 0x61, 0x71, 0x00], rng.integers(0, 80)).astype("u1").tobytes()
        )

        assert splitter.drop_rest() < wire.FRAME_BYTES


def test_every_byte_is_in_a_frame_skipped_or_waiting() -> None:
    rng = np.random.default_rng(4)
    stream = rng.choice([0x55, 0x61, 0x71, 0x00], 5000).astype("u1").tobytes()
    splitter = FrameSplitter()
    accounted = 0
    for at in range(0, len(stream), 37):
        frames, skipped = splitter.feed(stream[at : at + 37])
        accounted += sum(map(len, frames)) + skipped

    assert accounted + splitter.drop_rest() == len(stream)


def test_samples_are_encoded_one_behind_the_other() -> None:
    acc = np.array([[0.0, 0.0, 9.80665], [9.80665, 0.0, 0.0]])
    data = encode_witmotion(acc, np.zeros((2, 3)))

    assert data.hex() == (
        "5561 0000 0000 0008 0000 0000 0000 0000 0000 0000"
        "5561 0008 0000 0000 0000 0000 0000 0000 0000 0000"
    ).replace(" ", "")
