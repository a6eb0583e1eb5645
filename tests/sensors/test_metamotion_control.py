from __future__ import annotations

import re

import pytest

from tests.sensors import notes
from tracker.domain import FaultReason, Notification, SensorError
from tracker.sensors.base import (
    Attempt,
    Decide,
    Expect,
    MalformedError,
    Step,
    Subscribe,
    Unsubscribe,
    Write,
)
from tracker.sensors.metamotion.protocol import (
    ACC_RANGE_CODES,
    ACC_RATE_CODES,
    BATTERY,
    COMMAND_UUID,
    GYRO_RANGE_CODES,
    GYRO_RATE_CODES,
    NOTIFY_UUID,
    READ_BATTERY,
    REMOVE_EVENTS,
    REMOVE_PROCESSORS,
    RESET,
    SILENCE_FUSION,
    START,
    STOP,
    STOP_FUSION,
    Chip,
    MetaMotionConfig,
    Stream,
    acc_config,
    connection_parameters,
    gyro_config,
    power,
    read_config,
    read_info,
    sampling,
    subscription,
    updated,
)

COMMANDS = notes.table("05-metamotion.md", "Commands", "command")


FIXED = {
    "fusion stop": STOP_FUSION,
    "fusion silent": SILENCE_FUSION,
    "remove processors": REMOVE_PROCESSORS,
    "remove events": REMOVE_EVENTS,
    "read battery": READ_BATTERY,
    "reset": RESET,
    "acc read info": read_info(Stream.ACC),
    "gyro read info": read_info(Stream.GYRO),
    "acc read config": read_config(Stream.ACC),
    "gyro read config": read_config(Stream.GYRO),
}


def command(meaning: str) -> bytes:
    """Return the command that the words of the note ask for."""
    if meaning in FIXED:
        return FIXED[meaning]
    if found := re.fullmatch(r"acc (\w+) ([\d.]+) Hz (\d+) g", meaning):
        return acc_config(Chip(found[1]), float(found[2]), int(found[3]))
    if found := re.fullmatch(r"gyro ([\d.]+) Hz (\d+) dps", meaning):
        return gyro_config(float(found[1]), int(found[2]))
    if found := re.fullmatch(r"(\w+) power (on|off)", meaning):
        return power(Stream(found[1]), on=found[2] == "on")
    if found := re.fullmatch(r"(\w+) sampling (on|off)", meaning):
        return sampling(Stream(found[1]), on=found[2] == "on")
    if found := re.fullmatch(r"(\w+) (\w+) (plain|packed) (on|off)", meaning):
        return subscription(
            Stream(found[1]), Chip(found[2]), packed=found[3] == "packed", on=found[4] == "on"
        )
    numbers = [int(number) for number in re.findall(r"\d+", meaning)]
    assert meaning.startswith("connection")
    return connection_parameters(*numbers)


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row[1])
def test_every_command_is_as_the_note_has_it(row: list[str]) -> None:
    assert command(row[1]) == bytes.fromhex(row[0])


def test_the_published_commands_name_their_source() -> None:
    published = [row for row in COMMANDS if len(row) == 3]

    assert len(published) == 49
    assert all(row[2].startswith("test/test_") for row in published)


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


BOARD_R = ("03800101", "13800001")


BOARD_S = ("03800400", "13800100")


def heard(*answers: str) -> tuple[Notification, ...]:
    return tuple(Notification(0, NOTIFY_UUID, bytes.fromhex(answer)) for answer in answers)


def commands(steps: tuple[Step, ...]) -> list[str]:
    for step in steps:
        if isinstance(step, Write):
            assert step.channel == COMMAND_UUID
            assert not step.with_response
    return [step.data.hex() for step in steps if isinstance(step, Write)]


def configured(*answers: str) -> tuple[Step, ...]:
    decide = START[-1]
    assert isinstance(decide, Decide)
    return decide.steps(heard(*answers))


def test_everything_that_may_be_left_over_is_stopped_before_the_board_is_asked() -> None:
    asked = [step for step in START if isinstance(step, Expect)]

    assert START[0] == Subscribe(NOTIFY_UUID)
    assert commands(START) == [
        "190100",
        "1903007f",
        "130100",
        "030100",
        "13020001",
        "03020001",
        "0908",
        "0a05",
        "1109" + "0600" + "1800" + "0000" + "5802",
        "0380",
        "1380",
    ]
    assert [step.prefix.hex() for step in asked] == ["0380", "1380"]


def test_a_bmi160_is_set_up_by_its_own_registers_and_codes() -> None:
    assert commands(configured(*BOARD_R)) == [
        *("030400", "031c00", "130500", "130700"),
        *("03032808", "13032801"),
        *("0383", "1383"),
        *("031c01", "130701"),
        *("03020100", "13020100", "030101", "130101"),
    ]


def test_a_bmi270_is_set_up_by_its_own_registers_and_codes() -> None:
    assert commands(configured(*BOARD_S)) == [
        *("030400", "030500", "130400", "130500"),
        *("0303a802", "13032801"),
        *("0383", "1383"),
        *("030501", "130501"),
        *("03020100", "13020100", "030101", "130101"),
    ]


def test_an_old_bmi160_sends_one_by_one_and_half_as_often() -> None:
    told = commands(configured("03800100", "13800000"))

    assert "03032708" in told
    assert "13032701" in told
    assert told[-6:-4] == ["030401", "130501"]


def test_a_board_without_a_gyroscope_streams_its_accelerometer() -> None:
    told = commands(configured("03800101", "1380"))

    assert told == ["030400", "031c00", "03032808", "0383", "031c01", "03020100", "030101"]


@pytest.mark.parametrize(
    ("answers", "expected"), [(BOARD_R, "031c"), (BOARD_S, "0305"), (("03800100", "1380"), "0304")]
)
def test_a_board_that_stays_silent_is_reset_and_the_wearer_told(
    answers: tuple[str, ...], expected: str
) -> None:
    attempt = configured(*answers)[-1]

    assert isinstance(attempt, Attempt)
    (expect,) = attempt.steps
    assert isinstance(expect, Expect)
    assert expect.prefix.hex() == expected
    reset, tell = attempt.otherwise
    assert commands((reset,)) == ["fe01"]
    assert isinstance(tell, Decide)
    with pytest.raises(SensorError, match="Connect again in 5 s"):
        tell.steps(())


@pytest.mark.parametrize("answers", [("0380", "1380"), ("03800301", "1380"), ("1380",)])
def test_a_board_that_is_not_known_ends_the_start(answers: tuple[str, ...]) -> None:
    with pytest.raises(SensorError, match="not supported"):
        configured(*answers)


def test_the_stop_works_on_either_chip() -> None:
    assert commands(STOP) == ["130100", "030100", "13020001", "03020001"]
    assert STOP[-1] == Unsubscribe(NOTIFY_UUID)


@pytest.mark.parametrize(
    ("answer", "percent"),
    [
        ("118c633410", 99),
        ("118c003410", 0),
        ("118cff3410", None),
        ("118c", None),
        ("118b63", None),
    ],
)
def test_the_battery_is_read_from_its_answer(answer: str, percent: int | None) -> None:
    assert commands(BATTERY.steps) == ["118c"]
    assert BATTERY.answer(heard(answer)) == percent
    assert BATTERY.answer(()) is None
