from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tracker.ble.diagnostics import Severity, SignalQuality, diagnose, examine
from tracker.domain import Fault, FaultReason, Frame
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Iterator


RNG_SEED = 7


def frames(
    *,
    seconds: float = 5.0,
    rate_hz: float = 100.0,
    gravity_g: float = 1.0,
    noise_mps2: float = 0.02,
    bias_dps: float | None = 0.5,
    moved_until_s: float = 0.0,
    samples_per_packet: int = 5,
) -> Iterator[Frame]:
    """Yield what a sensor on a table sends, whose z axis points up."""
    rng = np.random.default_rng(RNG_SEED)
    packet_s = samples_per_packet / rate_hz
    for number in range(int(seconds / packet_s)):
        shape = (samples_per_packet, 3)
        acc = rng.normal(0.0, noise_mps2, shape)
        acc[:, 2] += gravity_g * STANDARD_GRAVITY_MPS2
        if number * packet_s < moved_until_s:
            acc += rng.normal(0.0, 3.0, shape)
        gyro = None
        if bias_dps is not None:
            gyro = rng.normal(0.0, 0.05, shape) * RADPS_PER_DPS
            gyro[:, 0] += bias_dps * RADPS_PER_DPS
        yield Frame(acc, gyro, None, number * packet_s)


def test_a_good_sensor_at_rest() -> None:
    checkup = examine(frames(), battery_percent=87)
    assert checkup.samples == 500
    assert checkup.rate_hz == pytest.approx(100.0)
    assert checkup.still
    assert checkup.gravity_mps2 == pytest.approx(STANDARD_GRAVITY_MPS2, abs=0.01)
    assert checkup.acc_noise_mps2 == pytest.approx(0.02, abs=0.005)
    assert checkup.gyro_bias_dps == pytest.approx(0.5, abs=0.02)
    assert (checkup.lost, checkup.refused, checkup.battery_percent) == (0, 0, 87)


def test_one_quiet_second_is_enough() -> None:
    checkup = examine(frames(moved_until_s=3.7))
    assert checkup.still
    assert checkup.gravity_mps2 == pytest.approx(STANDARD_GRAVITY_MPS2, abs=0.01)


def test_of_one_that_is_never_still_only_the_flow_is_known() -> None:
    checkup = examine(frames(moved_until_s=9.0))
    assert not checkup.still
    assert checkup.rate_hz == pytest.approx(100.0)
    assert (checkup.gravity_mps2, checkup.gyro_bias_dps) == (None, None)
    assert checkup.has_gyroscope


def test_without_a_gyroscope_there_is_no_bias() -> None:
    checkup = examine(frames(bias_dps=None))
    assert checkup.still
    assert not checkup.has_gyroscope
    assert checkup.gyro_bias_dps is None


@pytest.mark.parametrize("amount", [0, 1])
def test_too_little_has_no_rate(amount: int) -> None:
    checkup = examine(list(frames())[:amount])
    assert (checkup.samples, checkup.rate_hz, checkup.still) == (5 * amount, None, False)


def test_packets_that_come_at_once_have_no_rate() -> None:
    first = next(frames())
    assert examine([first, first]).rate_hz is None


def test_less_than_a_second_is_not_judged() -> None:
    assert not examine(frames(seconds=0.5)).still


def test_losses_and_refusals_are_told_apart() -> None:
    checkup = examine(
        [
            *frames(),
            Fault(1.0, FaultReason.LOST, "", 7),
            Fault(1.0, FaultReason.LENGTH, ""),
            Fault(1.0, FaultReason.FORMAT, "", 2),
        ]
    )
    assert (checkup.lost, checkup.refused) == (7, 3)


GOOD = SignalQuality(
    samples=500,
    rate_hz=100.0,
    still=True,
    gravity_mps2=9.81,
    acc_noise_mps2=0.02,
    has_gyroscope=True,
    gyro_bias_dps=0.5,
    battery_percent=87,
)


def worst(checkup: SignalQuality) -> tuple[Severity, str]:
    first = diagnose(checkup)[0]
    return first.severity, first.text


def test_a_good_sensor_gets_good_words_only() -> None:
    said = diagnose(GOOD)
    assert {finding.severity for finding in said} == {Severity.GOOD}
    words = " ".join(finding.text for finding in said)
    for figure in ("100.0", "1.000 g", "0.020", "0.50", "87 %"):
        assert figure in words


UNMOVED = {"still": False, "gravity_mps2": None, "acc_noise_mps2": None, "gyro_bias_dps": None}


@pytest.mark.parametrize(
    ("change", "severity", "words"),
    [
        ({"samples": 0, "rate_hz": None, **UNMOVED}, Severity.PROBLEM, "no samples came"),
        (
            {"samples": 0, "rate_hz": None, "refused": 40, **UNMOVED},
            Severity.PROBLEM,
            "40 packets came and none could be decoded",
        ),
        ({"rate_hz": 5.0}, Severity.PROBLEM, "5.0 samples a second"),
        ({"rate_hz": None, **UNMOVED}, Severity.PROBLEM, "hardly any samples"),
        ({"rate_hz": 25.0}, Severity.REMARK, "coarsely"),
        (
            {"rate_hz": 88.4, "promised_hz": 104.0},
            Severity.REMARK,
            "15% fewer than the 104 that it promises: the sensor loses samples before",
        ),
        (
            {"rate_hz": 88.4, "promised_hz": 104.0, "lost": 1},
            Severity.REMARK,
            "15% fewer than the 104 that it promises: some were lost on the way",
        ),
        (UNMOVED, Severity.REMARK, "it was moved"),
        ({"gravity_mps2": 9.81 * 2}, Severity.PROBLEM, "2.00 g instead of 1 g"),
        ({"gravity_mps2": 0.0}, Severity.PROBLEM, "0.00 g instead of 1 g"),
        ({"gravity_mps2": 9.81 * 1.08}, Severity.REMARK, "calibrate"),
        ({"acc_noise_mps2": 0.0}, Severity.PROBLEM, "keeps sending the same values"),
        ({"acc_noise_mps2": 0.3}, Severity.REMARK, "noise of 0.30"),
        ({"has_gyroscope": False, "gyro_bias_dps": None}, Severity.REMARK, "no gyroscope"),
        ({"gyro_bias_dps": 9.0}, Severity.REMARK, "9.0°/s"),
        ({"lost": 20}, Severity.REMARK, "20 packets or samples were lost"),
        ({"refused": 1}, Severity.REMARK, "1 packet could not be decoded"),
        ({"battery_percent": 14}, Severity.REMARK, "14 %"),
        ({"battery_percent": None}, Severity.REMARK, "battery unknown"),
    ],
)
def test_what_is_wrong_is_said_first_and_in_plain_words(
    change: dict[str, float], severity: Severity, words: str
) -> None:
    found, text = worst(replace(GOOD, **change))  # type: ignore[arg-type]
    assert found is severity
    assert words in text


@pytest.mark.parametrize(
    "change",
    [
        {"rate_hz": 40.0},
        {"rate_hz": 97.0, "promised_hz": 104.0},
        {"rate_hz": 101.0, "promised_hz": 100.0},
        {"gravity_mps2": 9.81 * 1.04},
        {"gyro_bias_dps": 5.0},
        {"lost": 10},
        {"battery_percent": 15},
    ],
)
def test_what_is_good_enough_is_not_remarked_on(change: dict[str, float]) -> None:
    assert worst(replace(GOOD, **change))[0] is Severity.GOOD  # type: ignore[arg-type]
