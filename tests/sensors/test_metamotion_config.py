from __future__ import annotations

import pytest

from tests.sensors import notes
from tracker.domain import FaultReason
from tracker.sensors.base import MalformedError
from tracker.sensors.metamotion.control import (
    ACC_RANGE_CODES,
    ACC_RATE_CODES,
    GYRO_RANGE_CODES,
    GYRO_RATE_CODES,
    MetaMotionConfig,
    acc_config,
    gyro_config,
    updated,
)
from tracker.sensors.metamotion.packets import Chip, Stream

NOTE = "05-metamotion.md"
ANSWERS = notes.table(NOTE, "Vectors", "answer")


def test_the_codes_are_those_of_the_note() -> None:
    rates = {
        float(rate): int(code, 16) for rate, code in notes.table(NOTE, "Configuration", "rate_hz")
    }
    gyro_ranges = {
        int(range_dps): int(code)
        for range_dps, code in notes.table(NOTE, "Configuration", "gyro_range_dps")
    }
    filters, acc_ranges = {}, {}
    for name, full_power, resting, *codes in notes.table(NOTE, "Configuration", "chip"):
        chip = Chip(name)
        filters[chip] = [int(full_power, 16), int(resting, 16)]
        acc_ranges[chip] = dict(zip((2, 4, 8, 16), (int(code, 16) for code in codes), strict=True))

    assert rates == {**ACC_RATE_CODES, **GYRO_RATE_CODES}
    assert dict(GYRO_RANGE_CODES) == gyro_ranges
    assert {chip: dict(codes) for chip, codes in ACC_RANGE_CODES.items()} == acc_ranges
    assert {
        chip: [acc_config(chip, rate_hz, 8)[2] & 0xF0 for rate_hz in (12.5, 6.25)] for chip in Chip
    } == filters


@pytest.mark.parametrize(("answer", "of", "chip", "_source"), ANSWERS)
def test_the_published_answers_tell_the_chip_or_nothing(
    answer: str, of: str, chip: str, _source: str
) -> None:
    config = updated(MetaMotionConfig(), bytes.fromhex(answer))

    assert config == MetaMotionConfig(chip=None if chip == "-" else Chip(chip)), of


@pytest.mark.parametrize("chip", Chip)
@pytest.mark.parametrize("rate_hz", sorted(ACC_RATE_CODES))
@pytest.mark.parametrize("range_g", [2, 4, 8, 16])
def test_what_was_set_is_understood_when_it_is_read_back(
    chip: Chip, rate_hz: float, range_g: int
) -> None:
    command = acc_config(chip, rate_hz, range_g)
    answer = bytes((command[0], command[1] | 0x80)) + command[2:]

    config = updated(MetaMotionConfig(chip), answer)

    assert config == MetaMotionConfig(chip, acc_range_g=range_g, rate_hz=rate_hz)


@pytest.mark.parametrize("range_dps", GYRO_RANGE_CODES)
def test_the_range_of_the_gyroscope_is_read_back_as_well(range_dps: int) -> None:
    command = gyro_config(100.0, range_dps)
    answer = bytes((command[0], command[1] | 0x80)) + command[2:]

    config = updated(MetaMotionConfig(Chip.BMI270), answer)

    assert config.full_range(Stream.GYRO) == range_dps
    assert config.full_range(Stream.ACC) == 8


def test_a_board_may_have_no_gyroscope() -> None:
    assert not updated(MetaMotionConfig(), b"\x13\x80").has_gyro


@pytest.mark.parametrize(
    ("answer", "chip", "reason"),
    [
        ("", None, FaultReason.LENGTH),
        ("03", None, FaultReason.LENGTH),
        ("0380", None, FaultReason.FORMAT),
        ("03800001", None, FaultReason.FORMAT),
        ("13800200", None, FaultReason.FORMAT),
        ("03832808", None, FaultReason.UNCONFIGURED),
        ("038328", Chip.BMI160, FaultReason.LENGTH),
        ("03832802", Chip.BMI160, FaultReason.FORMAT),
        ("0383a808", Chip.BMI270, FaultReason.FORMAT),
        ("0383af08", Chip.BMI160, FaultReason.FORMAT),
        ("13832809", Chip.BMI160, FaultReason.FORMAT),
    ],
)
def test_an_answer_that_cannot_be_understood_is_refused(
    answer: str, chip: Chip | None, reason: FaultReason
) -> None:
    with pytest.raises(MalformedError) as caught:
        updated(MetaMotionConfig(chip), bytes.fromhex(answer))

    assert caught.value.reason is reason


@pytest.mark.parametrize("answer", ["0384", "118c633410", "13ff00"])
def test_other_answers_change_nothing(answer: str) -> None:
    config = MetaMotionConfig(Chip.BMI160)

    assert updated(config, bytes.fromhex(answer)) == config
