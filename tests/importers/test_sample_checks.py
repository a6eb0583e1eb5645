from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tracker.domain import InputError
from tracker.importers import AccUnit, GyroUnit, SampleTable
from tracker.importers.samples import check_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLES = 500


def worn(*, rate_hz: float = 100.0) -> SampleTable:
    """Return a sensor that turns slowly while it feels gravity."""
    time_s = np.arange(SAMPLES) / rate_hz
    acc_mps2 = 9.81 * np.column_stack([np.sin(time_s), np.zeros(SAMPLES), np.cos(time_s)])
    return SampleTable(time_s, acc_mps2, np.full((SAMPLES, 3), 0.5))


def check(
    table: SampleTable, acc_unit: AccUnit = AccUnit.MPS2, gyro_unit: GyroUnit = GyroUnit.RADPS
) -> None:
    check_samples(Path("samples.csv"), table, acc_unit, gyro_unit, lambda row: row + 2)


def at(time_s: NDArray[np.float64]) -> SampleTable:
    return SampleTable(time_s, worn().acc_mps2[: time_s.size], None)


@pytest.mark.parametrize("rate_hz", [9.9, 10.0, 52.0, 100.0, 1000.0, 1010.0])
def test_every_usual_rate_passes(rate_hz: float) -> None:
    check(worn(rate_hz=rate_hz))


def test_a_coarse_clock_jitter_and_gaps_pass() -> None:
    time_s = worn().time_s
    check(at(np.floor(time_s / 0.015) * 0.015))
    check(at(np.sort(time_s + np.random.default_rng(1).uniform(0.0, 0.02, SAMPLES))))
    check(at(np.where(time_s > 2.0, time_s + 3600.0, time_s)))
    check(at(time_s + 1.7e9))
    check(at(time_s - 100.0))


@pytest.mark.parametrize(
    ("column", "value"), [(0, np.nan), (1, np.inf), (2, -np.inf), (2, np.nan)]
)
def test_a_value_that_is_not_finite_is_told_with_its_line(column: int, value: float) -> None:
    table = worn()
    assert table.gyro_radps is not None
    [table.time_s[:, None], table.acc_mps2, table.gyro_radps][column][40, 0] = value
    with pytest.raises(InputError, match="line 42: a value is not a finite number"):
        check(table)


def test_fewer_than_two_samples_are_told() -> None:
    with pytest.raises(InputError, match="has no samples"):
        check(at(np.empty(0)))
    with pytest.raises(InputError, match="has one sample"):
        check(at(np.zeros(1)))


def test_time_that_runs_backwards_is_told_with_its_line() -> None:
    time_s = worn().time_s
    time_s[7] = 0.01
    with pytest.raises(InputError, match=r"line 9: time runs backwards, from 0.06 to 0.01 s"):
        check(at(time_s))


def test_time_that_stands_still_is_told() -> None:
    with pytest.raises(InputError, match="all 500 samples have the same time, 3 s"):
        check(at(np.full(SAMPLES, 3.0)))


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1e3, "0.1 samples a second.*\n.*milliseconds"),
        (1e6, "microseconds"),
        (1e9, "nanoseconds"),
        (1 / 60.0, "6e[+]03 samples a second.*\n.*in seconds"),
        (1 / 15.0, "1.5e[+]03 samples a second"),
        (15.0, "6.67 samples a second.*\n.*in seconds"),
    ],
)
def test_a_rate_that_cannot_be_names_the_unit_that_it_looks_like(
    factor: float, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        check(at(worn().time_s * factor))


def test_a_time_that_does_not_fit_is_told() -> None:
    with pytest.raises(InputError, match="line 2: a time of 5e\\+09 s is out of range"):
        check(at(worn().time_s + 5e9))


def test_an_acceleration_in_g_is_not_taken_for_one_in_si() -> None:
    table = worn()
    in_g = SampleTable(table.time_s, table.acc_mps2 / 9.81, None)
    with pytest.raises(InputError, match=r"mostly 1, which in m/s2 is not gravity.*\n.*unit g$"):
        check(in_g)
    in_si_twice = SampleTable(table.time_s, table.acc_mps2 * 9.80665, None)
    with pytest.raises(
        InputError, match=r"mostly 9.81, which in g is not gravity.*\n.*unit m/s2$"
    ):
        check(in_si_twice, AccUnit.G)
    check(table, AccUnit.G)


def test_an_acceleration_that_nobody_has_is_told_with_its_line() -> None:
    table = worn()
    table.acc_mps2[3] = (0.0, -1200.0, 0.0)
    with pytest.raises(InputError, match=r"line 5: an acceleration of 1200 m/s².*\n.*--acc-unit"):
        check(table)


def test_an_angular_rate_that_nobody_has_is_told_with_its_line() -> None:
    table = worn()
    assert table.gyro_radps is not None
    table.gyro_radps[3] = (0.0, 250.0, 0.0)
    with pytest.raises(InputError, match=r"line 5: an angular rate of 250.*\n.*--gyro-unit deg/s"):
        check(table)
    with pytest.raises(InputError, match=r"\n.*Check the unit"):
        check(table, gyro_unit=GyroUnit.DPS)


@pytest.mark.parametrize("value", [2e100, 1e300, -1.7976931348623157e308])
@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("rows", [slice(3, 4), slice(3, None)])
def test_a_number_whose_square_does_not_fit_is_told_with_its_line(
    rows: slice, column: int, value: float
) -> None:
    table = worn()
    assert table.gyro_radps is not None
    [table.time_s[:, None], table.acc_mps2, table.gyro_radps][column][rows, -1] = value
    with pytest.raises(InputError, match=r"line 5: \S+e\+\d+ is not a measurement"):
        check(table)


@pytest.mark.parametrize("value", [1e9, 1e100])
def test_a_huge_number_that_fits_is_told_as_what_it_is(value: float) -> None:
    table = worn()
    assert table.gyro_radps is not None
    table.gyro_radps[3:, 1] = value
    with pytest.raises(InputError, match="line 5: an angular rate of 1e"):
        check(table)
    table.acc_mps2[3:, 1] = value
    with pytest.raises(InputError, match="line 5: an acceleration of 1e"):
        check(table)
    table.time_s[3:] = value
    with pytest.raises(InputError, match=r"a time of 1e|samples a second"):
        check(table)


def test_degrees_taken_for_radians_are_noticed_below_the_limit() -> None:
    table = worn()
    sway_dps = 60.0 * np.sin(table.time_s)[:, None] * np.ones(3)
    in_degrees = SampleTable(table.time_s, table.acc_mps2, sway_dps)
    with pytest.raises(InputError, match=r"a twentieth of the angular rates.*\n.*deg/s"):
        check(in_degrees)
    check(SampleTable(table.time_s, table.acc_mps2, np.radians(sway_dps)))


def test_a_short_knock_passes() -> None:
    table = worn()
    assert table.gyro_radps is not None
    table.acc_mps2[100:105] *= 20.0
    table.gyro_radps[100:105] = 34.9
    check(table)


@pytest.mark.parametrize("size_mps2", [0.0, 0.4, 2.9])
def test_acceleration_without_gravity_is_refused(size_mps2: float) -> None:
    whole = worn()
    linear = SampleTable(whole.time_s, whole.acc_mps2 * (size_mps2 / 9.81), whole.gyro_radps)
    with pytest.raises(InputError, match="gravity is not in it") as refused:
        check(linear)
    assert "linear acceleration" in str(refused.value)
