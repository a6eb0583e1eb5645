from __future__ import annotations

import pytest

from tracker.domain import Notification, SensorError
from tracker.sensors.base import Attempt, Decide, Expect, Step, Subscribe, Unsubscribe, Write
from tracker.sensors.metamotion.control import BATTERY, START, STOP
from tracker.sensors.metamotion.packets import COMMAND_UUID, NOTIFY_UUID

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
