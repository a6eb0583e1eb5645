from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tests.sensors.encoders import encode_metamotion
from tracker.domain import FaultReason
from tracker.sensors.base import MalformedError
from tracker.sensors.metamotion import METAMOTION
from tracker.sensors.metamotion.packets import (
    IMPLEMENTATIONS,
    MODULES,
    PACKED_REGISTERS,
    PLAIN_REGISTERS,
    SERVICE_UUID,
    Chip,
    Stream,
    counts_per_unit,
    decode_samples,
)

NOTE = "05-metamotion.md"
RANGES = {Stream.ACC: (2, 4, 8, 16), Stream.GYRO: (125, 250, 500, 1000, 2000)}


def test_the_ids_are_those_of_the_note() -> None:
    ids = {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")}

    assert ids.pop("service") == SERVICE_UUID
    assert ids == dict(METAMOTION.channels)


def test_modules_and_registers_are_those_of_the_note() -> None:
    plain, packed = {}, {}
    for stream, chip, one, three, _confidence in notes.table(NOTE, "Samples", "stream"):
        plain[Stream(stream), Chip(chip)] = int(one, 16)
        packed[Stream(stream), Chip(chip)] = int(three, 16)
    modules = {row[2]: int(row[0], 16) for row in notes.table(NOTE, "Frames", "module") if row[2]}
    kinds = {
        (int(module, 16), int(kind)): Chip(chip)
        for module, kind, chip in notes.table(NOTE, "Module information", "module")
    }

    assert plain == dict(PLAIN_REGISTERS)
    assert packed == dict(PACKED_REGISTERS)
    assert modules == {stream.value: module for stream, module in MODULES.items()}
    assert kinds == dict(IMPLEMENTATIONS)


@given(
    st.sampled_from(Stream),
    st.sampled_from(Chip),
    st.sampled_from([1, 3]),
    st.booleans(),
    st.data(),
)
def test_what_was_encoded_comes_back(
    stream: Stream, chip: Chip, samples: int, chip_is_known: bool, data: st.DataObject
) -> None:
    full_range = data.draw(st.sampled_from(RANGES[stream]))
    count = st.integers(-32767, 32766)
    counts = np.array(
        data.draw(st.lists(st.tuples(count, count, count), min_size=samples, max_size=samples))
    )
    values = counts / counts_per_unit(stream, full_range)

    encoded = encode_metamotion(stream, chip, full_range, values)
    decoded = decode_samples(encoded, chip if chip_is_known else None)

    assert len(encoded) == 2 + 6 * samples
    assert decoded.stream is stream
    assert decoded.counts.tolist() == counts.tolist()
    assert decoded.saturated is bool((counts == -32768).any())


def test_what_is_beyond_the_range_is_cut_to_it_and_marked() -> None:
    encoded = encode_metamotion(Stream.ACC, Chip.BMI270, 8, np.array([[100.0, -100.0, 0.0]]))

    decoded = decode_samples(encoded, Chip.BMI270)

    assert decoded.counts.tolist() == [[32767, -32768, 0]]
    assert decoded.saturated


@pytest.mark.parametrize("shape", [(0, 3), (2, 3), (4, 3), (3, 1)])
def test_a_notification_holds_one_sample_or_three(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"shape \(1, 3\) or \(3, 3\)"):
        encode_metamotion(Stream.ACC, Chip.BMI160, 8, np.zeros(shape))


@pytest.mark.parametrize(
    ("data", "chip", "reason"),
    [
        ("0304" + "00" * 18, None, FaultReason.LENGTH),
        ("0304" + "00" * 5, Chip.BMI160, FaultReason.LENGTH),
        ("1305" + "00" * 18, Chip.BMI160, FaultReason.LENGTH),
        ("1305" + "00" * 6, Chip.BMI270, FaultReason.LENGTH),
        ("1305" + "00" * 7, None, FaultReason.LENGTH),
        ("031c" + "00" * 18, Chip.BMI270, FaultReason.FORMAT),
        ("0305" + "00" * 18, Chip.BMI160, FaultReason.FORMAT),
        ("0306" + "00" * 6, None, FaultReason.FORMAT),
        ("0101" + "00" * 6, None, FaultReason.FORMAT),
    ],
)
def test_what_holds_no_samples_is_refused(
    data: str, chip: Chip | None, reason: FaultReason
) -> None:
    with pytest.raises(MalformedError) as caught:
        decode_samples(bytes.fromhex(data), chip)

    assert caught.value.reason is reason


def test_one_register_of_two_meanings_is_told_by_the_length() -> None:
    assert len(decode_samples(b"\x13\x05" + bytes(6), None).counts) == 1
    assert len(decode_samples(b"\x13\x05" + bytes(18), None).counts) == 3
