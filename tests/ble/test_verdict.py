from __future__ import annotations

from dataclasses import replace

import pytest

from tracker.ble.diagnostics import Severity, SignalQuality, diagnose

GOOD = SignalQuality(
    samples=500,
    rate_hz=100.0,
    still=True,
    gravity_mps2=9.81,
    acc_noise_mps2=0.02,
    has_gyroscope=True,
    gyro_bias_dps=0.5,
    gyro_noise_dps=0.05,
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
            "40 packets came and none could be read",
        ),
        ({"rate_hz": 5.0}, Severity.PROBLEM, "5.0 samples a second"),
        ({"rate_hz": None, **UNMOVED}, Severity.PROBLEM, "hardly any samples"),
        ({"rate_hz": 25.0}, Severity.REMARK, "coarsely"),
        (UNMOVED, Severity.REMARK, "it was moved"),
        ({"gravity_mps2": 9.81 * 2}, Severity.PROBLEM, "2.00 g instead of 1 g"),
        ({"gravity_mps2": 0.0}, Severity.PROBLEM, "0.00 g instead of 1 g"),
        ({"gravity_mps2": 9.81 * 1.08}, Severity.REMARK, "calibrate"),
        ({"acc_noise_mps2": 0.0}, Severity.PROBLEM, "same values all the time"),
        ({"acc_noise_mps2": 0.3}, Severity.REMARK, "noise of 0.30"),
        ({"has_gyroscope": False, "gyro_bias_dps": None}, Severity.REMARK, "no gyroscope"),
        ({"gyro_bias_dps": 9.0}, Severity.REMARK, "9.0°/s"),
        ({"lost": 20}, Severity.REMARK, "20 packets or samples were lost"),
        ({"refused": 1}, Severity.REMARK, "1 packets could not be read"),
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
        {"gravity_mps2": 9.81 * 1.04},
        {"gyro_bias_dps": 5.0},
        {"lost": 10},
        {"battery_percent": 15},
    ],
)
def test_what_is_good_enough_is_not_remarked_on(change: dict[str, float]) -> None:
    assert worst(replace(GOOD, **change))[0] is Severity.GOOD  # type: ignore[arg-type]
