from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.sensors import examples, notes
from tests.sensors.encoders import encode_deltas, encode_polar
from tracker.domain import FaultReason
from tracker.sensors.base import BATTERY_LEVEL_UUID, FIRMWARE_REVISION_UUID, MalformedError
from tracker.sensors.polar import protocol as wire
from tracker.sensors.polar.protocol import (
    BLOCK,
    COMPRESSED,
    HEADER,
    LAYOUTS,
    MOST_SAMPLES,
    FrameHeader,
    Measurement,
    decode_deltas,
    decode_header,
    decode_samples,
)

NOTE = "04-polar.md"


UNITS = {"ACC": 1e-3, "GYRO": 1.0}


"""What the published samples are in: thousandths of a g, degrees/s."""


def samples_of(data: bytes, factor: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    header, content = decode_header(data)
    return decode_samples(header, content, factor)


def test_the_ids_are_those_of_the_note() -> None:
    assert {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")} == {
        "service": wire.SERVICE_UUID,
        "control": wire.CONTROL_UUID,
        "data": wire.DATA_UUID,
        "battery": BATTERY_LEVEL_UUID,
        "firmware": FIRMWARE_REVISION_UUID,
    }


def test_measurements_are_those_of_the_note() -> None:
    stated = {row[0]: int(row[1]) for row in notes.table(NOTE, "Features", "measurement")}

    assert stated == {each.name: each.value for each in Measurement}


def test_the_frame_and_its_types_are_those_of_the_note() -> None:
    header, offsets = notes.layout(NOTE, "Frame")
    block, block_offsets = notes.layout(NOTE, "Compressed samples")
    stated = {
        (Measurement[name].value, int(number) | (COMPRESSED if compressed == "yes" else 0)): (
            int(first.split()[0]) // 8,
            "factor" in count,
            "float32" in count,
        )
        for name, compressed, number, first, count in notes.table(NOTE, "Frame", "measurement")
    }

    assert (header, offsets) == (HEADER.format, [0, 1, 9])
    assert (block, block_offsets) == (BLOCK.format, [0, 1])
    assert stated == {
        key: (layout.value_bytes, layout.scaled, layout.floats) for key, layout in LAYOUTS.items()
    }


@pytest.mark.parametrize("block", examples.blocks(NOTE, "frame"), ids=examples.titles)
def test_frames_are_read_as_their_sources_publish_them(block: dict[str, Any]) -> None:
    data = bytes.fromhex(block["hex"])
    samples = samples_of(data, block["factor"]) / UNITS[block["measurement"]]

    assert len(samples) == block["samples"]
    atol = block.get("tolerance", 1e-9)
    for name in block.keys() & {"first", "derived"}:
        np.testing.assert_allclose(samples[: len(block[name])], block[name], atol=atol)
    if "derived" in block:
        assert len(block["derived"]) == len(samples)
    if "last_ns" in block:
        assert decode_header(data)[0].stamp_ns == block["last_ns"]


@pytest.mark.parametrize("block", examples.blocks(NOTE, "sequence"), ids=examples.titles)
def test_recordings_are_read_as_their_sources_publish_them(block: dict[str, Any]) -> None:
    frames = [bytes.fromhex(text) for text in block["hex"]]
    header, _ = decode_header(frames[0])
    unit = UNITS[Measurement(header.measurement).name]
    samples = [samples_of(data, block["factor"]) / unit for data in frames]

    np.testing.assert_allclose(samples[0][: len(block["first"])], block["first"], rtol=1e-12)
    assert [len(each) for each in samples] == block["derived_samples"]
    for number, each in enumerate(samples):
        counts = np.array(block[f"derived_counts_{number}"])
        np.testing.assert_allclose(each, counts * block["factor"], rtol=1e-12, atol=1e-9)
    assert decode_header(frames[-1])[0].stamp_ns == block["last_ns"]


@pytest.mark.parametrize("block", examples.blocks(NOTE, "header"), ids=examples.titles)
def test_headers_are_read_as_their_sources_publish_them(block: dict[str, Any]) -> None:
    header, content = decode_header(bytes.fromhex(block["hex"]))

    frame_type = block["number"] | (COMPRESSED if block["compressed"] else 0)
    measurement = Measurement[block["measurement"]]
    assert header == FrameHeader(measurement, block["stamp_ns"], frame_type)
    assert content.hex() == block["content"]
    with pytest.raises(MalformedError, match="compressed frame type 3"):
        decode_samples(header, content, 1.0)


@pytest.mark.parametrize("block", examples.blocks(NOTE, "deltas"), ids=examples.titles)
def test_differences_are_read_as_their_sources_publish_them(block: dict[str, Any]) -> None:
    data, bits = bytes.fromhex(block["hex"]), block["bits"]
    if "reference" in block:
        assert decode_deltas(data, block["channels"], bits).tolist() == [block["reference"]]
        return
    counts = decode_deltas(data, block["channels"], bits)

    assert len(counts) == block["samples"]
    assert counts[:2].tolist() == block["first"]
    if "derived" in block:
        assert counts.tolist() == block["derived"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "length"),
        ("0000000000", "length"),
        ("000000000000 06", "length"),
        ("000000000000 0602 7b0f08", "length"),
        ("000000000000 2101 00000000000000000000000000", "format"),
        ("000000000000" + "00ff" * 5, "format"),
    ],
)
def test_blocks_that_do_not_fit_are_refused(content: str, reason: str) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_deltas(bytes.fromhex(content), 3, 16)

    assert caught.value.reason is FaultReason(reason)


def test_a_block_of_no_bits_repeats_the_sample() -> None:
    counts = decode_deltas(bytes.fromhex("0100 0200 0300 0004"), 3, 16)

    assert counts.tolist() == [[1, 2, 3]] * 5
    assert MOST_SAMPLES > 255 * 4


def test_plain_samples_of_every_size_are_signed() -> None:
    for number, data in ((0, "ff7f80"), (1, "ffffff7f0080"), (2, "ffffffffff7f000080")):
        values = samples_of(HEADER.pack(2, 5, number) + bytes.fromhex(data), 1.0) / 1e-3
        top = 1 << (8 * (number + 1) - 1)
        np.testing.assert_allclose(values, [[-1, top - 1, -top]])


WHOLE = sorted(key for key, layout in LAYOUTS.items() if not layout.floats)


@given(
    arrays.arrays(
        np.int64, st.tuples(st.integers(1, 60), st.just(3)), elements=st.integers(-32768, 32767)
    )
)
def test_differences_come_back_exactly(counts: np.ndarray[Any, np.dtype[np.int64]]) -> None:
    assert decode_deltas(encode_deltas(counts, 16), 3, 16).tolist() == counts.tolist()


@pytest.mark.parametrize(("measurement", "frame_type"), WHOLE)
@given(
    seed=st.integers(0, 1000),
    n=st.integers(1, 36),
    stamp_ns=st.integers(0, (1 << 64) - 1),
    spread=st.floats(0.01, 4.0),
)
def test_what_was_encoded_comes_back_to_half_a_count(
    measurement: int, frame_type: int, seed: int, n: int, stamp_ns: int, spread: float
) -> None:
    values = np.random.default_rng(seed).normal(0.0, spread, (n, 3))
    layout = LAYOUTS[measurement, frame_type]
    if layout.value_bytes == 1:
        values /= 100.0
    factor = 0.07

    data = encode_polar(Measurement(measurement), stamp_ns, values, frame_type, factor)

    header, content = decode_header(data)
    assert (header.measurement, header.stamp_ns) == (measurement, stamp_ns)
    count = layout.unit * (factor if layout.scaled else 1.0)
    top = 1 << (8 * layout.value_bytes - 1)
    stated = np.clip(values, -top * count, (top - 1) * count)
    read = decode_samples(header, content, factor)
    np.testing.assert_allclose(read, stated, atol=count / 2 + 1e-12)


def test_values_beyond_the_counts_are_cut_off_and_never_wrap() -> None:
    header, content = decode_header(
        encode_polar(Measurement.ACC, 1, np.array([[40.0, -40.0, 0.0]]), frame_type=1)
    )

    np.testing.assert_allclose(
        decode_samples(header, content, 1.0), [[32.767, -32.768, 0.0]], rtol=1e-12
    )


def test_a_sensor_at_rest_sends_less() -> None:
    rest = encode_polar(Measurement.ACC, 1, np.tile([0.0, 0.0, 1.0], (50, 1)))
    moving = encode_polar(Measurement.ACC, 1, np.random.default_rng(1).normal(0, 1, (50, 3)))

    assert len(rest) < 30 < len(moving)


@pytest.mark.parametrize("values", [np.empty((0, 3)), np.zeros((1, 3))])
def test_what_no_sensor_sends_is_refused(values: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    frame_type = COMPRESSED | (1 if len(values) else 0)
    with pytest.raises(ValueError, match="whole counts"):
        encode_polar(Measurement.GYRO, 1, values, frame_type)
