from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensors import notes
from tests.sensors.encoders import encode_metamotion
from tracker.domain import (
    MEND_SETTINGS,
    Fault,
    FaultReason,
    Frame,
    Notification,
    TrackerError,
    UnknownNameError,
)
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import Advertisement, ClockKind, MalformedError
from tracker.sensors.metamotion import METAMOTION, MetaMotionDecoder
from tracker.sensors.metamotion.protocol import (
    COMMAND_UUID,
    IMPLEMENTATIONS,
    MODULES,
    NOTIFY_UUID,
    REGISTERS,
    SERVICE_UUID,
    Chip,
    MetaMotionConfig,
    Stream,
    counts_per_unit,
    decode_samples,
)
from tracker.sensors.registry import as_document, decode_transcript, parse_settings

NOTE = "05-metamotion.md"


LEVEL = np.tile([0.0, 0.0, STANDARD_GRAVITY_MPS2], (3, 1))


TURNING = np.tile([0.0, 100.0 * RADPS_PER_DPS, 0.0], (3, 1))


ACC = encode_metamotion(Stream.ACC, Chip.BMI160, 8, LEVEL)


GYRO = encode_metamotion(Stream.GYRO, Chip.BMI160, 1000, TURNING)


def feed(
    decoder: MetaMotionDecoder, *payloads: bytes, start_s: float = 0.0
) -> list[Frame | Fault]:
    """Send notifications, each second one right behind the one before."""
    results: list[Frame | Fault] = []
    for index, data in enumerate(payloads):
        received_s = start_s + index // 2 * 0.03 + index % 2 * 0.001
        results += decoder.feed(Notification(round(received_s * 1e9), NOTIFY_UUID, data))
    return results


def reasons(results: list[Frame | Fault]) -> list[str]:
    return [result.reason.value for result in results if isinstance(result, Fault)]


@pytest.mark.parametrize(
    ("data", "given_settings", "stream", "values", "_source"),
    notes.table(NOTE, "Vectors", "hex"),
)
@pytest.mark.parametrize("with_module", [True, False])
def test_the_vectors_come_out_as_published(
    data: str, given_settings: str, stream: str, values: str, _source: str, with_module: bool
) -> None:
    settings = parse_settings(given_settings.split())
    if not with_module:
        settings.pop("module")

    (frame,) = decode_transcript(METAMOTION, [data], settings=settings)

    assert isinstance(frame, Frame)
    expected = [[float(word) for word in row.split()] for row in values.split(",")]
    if stream == "acc":
        acc_g = frame.acc_mps2 / STANDARD_GRAVITY_MPS2
        np.testing.assert_allclose(acc_g, expected, atol=1e-3)
        assert frame.gyro_radps is None
    else:
        assert frame.gyro_radps is not None
        np.testing.assert_allclose(frame.gyro_radps / RADPS_PER_DPS, expected, atol=1e-3)
        assert frame.acc_mps2.shape == (0, 3)
    assert frame.stamps_s is None


@pytest.mark.parametrize("row", notes.table(NOTE, "Vectors", "refused"), ids=lambda row: row[1])
def test_what_other_programs_left_behind_gives_no_samples(row: list[str]) -> None:
    assert reasons(feed(MetaMotionDecoder(), bytes.fromhex(row[0]))) == ["format"]


@pytest.mark.parametrize("row", notes.table(NOTE, "Vectors", "answer"), ids=lambda row: row[1])
def test_answers_give_neither_samples_nor_faults(row: list[str]) -> None:
    assert feed(MetaMotionDecoder(), bytes.fromhex(row[0])) == []


def test_a_round_of_both_is_one_frame() -> None:
    (frame,) = feed(MetaMotionDecoder(), ACC, GYRO)

    assert isinstance(frame, Frame)
    np.testing.assert_allclose(frame.acc_mps2, LEVEL, atol=1e-3)
    assert frame.gyro_radps is not None
    np.testing.assert_allclose(frame.gyro_radps, TURNING, atol=1e-3)
    assert frame.received_s == 0.001
    assert not frame.saturated
    assert METAMOTION.clock is ClockKind.NONE


def test_a_loss_is_a_fault_with_the_count_and_shifts_nothing() -> None:
    decoder = MetaMotionDecoder()
    assert reasons(feed(decoder, *(ACC, GYRO) * 50)) == []

    results = feed(decoder, ACC, ACC, GYRO, ACC, GYRO, start_s=1.5)

    fault, first, second = results
    assert isinstance(fault, Fault)
    assert (fault.reason, fault.count) == (FaultReason.LOST, 3)
    assert "gyro" in fault.detail
    assert all(isinstance(frame, Frame) for frame in (first, second))


def test_what_the_board_answers_sets_the_scale() -> None:
    decoder = MetaMotionDecoder()
    told = ("03800400", "13800100", "03 83 a8 03", "13 83 28 00")
    acc = encode_metamotion(Stream.ACC, Chip.BMI270, 16, LEVEL)
    gyro = encode_metamotion(Stream.GYRO, Chip.BMI270, 2000, TURNING)

    (frame,) = feed(decoder, *(bytes.fromhex(answer) for answer in told), acc, gyro)

    assert isinstance(frame, Frame)
    np.testing.assert_allclose(frame.acc_mps2, LEVEL, atol=1e-3)
    assert frame.gyro_radps is not None
    np.testing.assert_allclose(frame.gyro_radps, TURNING, atol=1e-3)
    # The register of the other chip is none of this one's any more.
    assert reasons(feed(decoder, ACC)) == ["format"]


def test_what_waits_does_not_outlive_a_new_start() -> None:
    decoder = MetaMotionDecoder(MetaMotionConfig(Chip.BMI160))
    feed(decoder, ACC)

    assert feed(decoder, bytes.fromhex("03832808"), GYRO) == []


def test_a_board_without_a_gyroscope_gives_its_acceleration_at_once() -> None:
    (frame,) = feed(MetaMotionDecoder(), b"\x13\x80", ACC)

    assert isinstance(frame, Frame)
    assert frame.gyro_radps is None


def test_a_gyroscope_that_stays_silent_does_not_end_the_session() -> None:
    decoder = MetaMotionDecoder()

    results = feed(decoder, *[ACC] * 20)

    assert reasons(results) == ["lost"]
    frames = [result for result in results if isinstance(result, Frame)]
    assert sum(len(frame.acc_mps2) for frame in frames) == 60
    assert all(frame.gyro_radps is None for frame in frames)


def test_a_count_at_the_end_of_the_range_is_flagged() -> None:
    clipped = encode_metamotion(Stream.ACC, Chip.BMI160, 8, LEVEL * 9)

    (frame,) = feed(MetaMotionDecoder(), clipped, GYRO)

    assert isinstance(frame, Frame)
    assert frame.saturated


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "length"),
        ("03", "length"),
        ("031c00", "length"),
        ("0380", "format"),
        ("03832808", "unconfigured"),
    ],
)
def test_bytes_that_mean_nothing_are_faults(data: str, reason: str) -> None:
    assert reasons(feed(MetaMotionDecoder(), bytes.fromhex(data))) == [reason]


def test_every_fault_of_the_note_exists() -> None:
    named = {row[1] for row in notes.table(NOTE, "Faults", "what came")}

    assert named == {"length", "format", "unconfigured", "lost", "unknown_channel"}
    assert named <= {reason.value for reason in FaultReason}


def test_other_channels_are_silent_or_unknown() -> None:
    (fault,) = MetaMotionDecoder().feed(Notification(0, "other", ACC))

    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.UNKNOWN_CHANNEL
    assert MetaMotionDecoder().feed(Notification(0, COMMAND_UUID, ACC)) == ()


def test_a_transcript_of_both_streams_needs_no_settings() -> None:
    document = as_document(decode_transcript(METAMOTION, [ACC.hex(), GYRO.hex()]))

    (frame,) = document["frames"]
    assert len(frame["acc_mps2"]) == 3
    assert frame["gyro_radps"] is not None
    assert frame["device_time_s"] is None


@pytest.mark.parametrize(
    ("settings", "data", "reason"),
    [
        ({"module": "acc"}, GYRO, "format"),
        ({"module": "gyro"}, ACC, "format"),
        ({"module": "acc", "packed": "false"}, ACC, "format"),
        ({"module": "acc", "packed": "True"}, ACC, None),
        ({"module": "acc", "impl": "BMI270"}, ACC, "format"),
    ],
)
def test_settings_that_the_bytes_contradict_make_a_fault(
    settings: dict[str, str], data: bytes, reason: str | None
) -> None:
    results = decode_transcript(METAMOTION, [data.hex()], settings=settings)

    assert reasons(list(results)) == ([] if reason is None else [reason])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"impl": "BMA255"}, "impl cannot be BMA255"),
        ({"range_g": "3"}, "range_g cannot be 3"),
        ({"range_dps": "300"}, "range_dps cannot be 300"),
        ({"module": "mag"}, "module cannot be mag"),
        ({"packed": "maybe"}, "packed cannot be maybe"),
        ({"range_g": "wide"}, "range_g must be a whole number"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(TrackerError, match=message):
        METAMOTION.decoder(settings)


def test_the_settings_of_the_note_are_the_known_ones() -> None:
    with pytest.raises(UnknownNameError) as caught:
        METAMOTION.decoder({"colour": "red"})

    own = [row[0] for row in notes.table(NOTE, "Settings", "setting")]
    assert sorted(caught.value.known) == sorted([*own, *MEND_SETTINGS])


@pytest.mark.parametrize(
    ("advertisement", "expected"),
    [
        (Advertisement("MetaWear"), True),
        (Advertisement("MetaMotionS"), True),
        (Advertisement("left hip", (SERVICE_UUID.upper(),)), True),
        (Advertisement("MetaBoot"), True),
        (Advertisement("left hip"), False),
        (Advertisement(None), False),
    ],
)
def test_it_is_recognised_by_service_or_name(advertisement: Advertisement, expected: bool) -> None:
    assert METAMOTION.recognises(advertisement) is expected


def test_a_board_that_waits_for_a_firmware_is_refused_in_words() -> None:
    assert "install one" in (METAMOTION.refuses(Advertisement("MetaBoot")) or "")
    assert METAMOTION.refuses(Advertisement("MetaWear")) is None
    assert METAMOTION.refuses(Advertisement(None)) is None


RANGES = {Stream.ACC: (2, 4, 8, 16), Stream.GYRO: (125, 250, 500, 1000, 2000)}


def test_the_ids_are_those_of_the_note() -> None:
    ids = {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")}

    assert ids.pop("service") == SERVICE_UUID
    assert ids == dict(METAMOTION.channels)


def test_modules_and_registers_are_those_of_the_note() -> None:
    registers = {}
    for stream, chip, one, three, _confidence in notes.table(NOTE, "Samples", "stream"):
        registers[Stream(stream), Chip(chip)] = (int(one, 16), int(three, 16))
    modules = {row[2]: int(row[0], 16) for row in notes.table(NOTE, "Frames", "module") if row[2]}
    kinds = {
        (int(module, 16), int(kind)): Chip(chip)
        for module, kind, chip in notes.table(NOTE, "Module information", "module")
    }

    assert registers == REGISTERS
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
