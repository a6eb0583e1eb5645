from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.recording.phones import metabase, phyphox, saved, sensor_logger, turning, zipped
from tracker.domain import InputError
from tracker.importers import AccUnit, GyroUnit, ImportOptions, read_foreign

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.importers import ForeignSamples

MOVED = turning()
NOTHING_SAID = ImportOptions()
STARTED = "2026-03-01T17:30:00+00:00"


def check(found: ForeignSamples, late_s: float = 1e-6, start_s: float = 0.0) -> None:
    """Demand the motion; before its gyroscope began, there is none."""
    table = found.table
    assert found.left_out == 1
    np.testing.assert_allclose(table.time_s, MOVED.time_s[1:] - start_s, atol=1e-6)
    np.testing.assert_allclose(table.acc_mps2, MOVED.acc_mps2[1:], atol=1e-4)
    expected = np.column_stack(
        [np.interp(MOVED.time_s[1:], MOVED.gyro_time_s, column) for column in MOVED.gyro_radps.T]
    )
    assert table.gyro_radps is not None
    # As much as the rates change in what the times are rounded by.
    np.testing.assert_allclose(table.gyro_radps, expected, atol=1e-5 + 4.0 * late_s)


@pytest.mark.parametrize(
    ("separator", "point"), [(",", "."), (";", "."), ("\t", "."), (";", ","), ("\t", ",")]
)
def test_every_separator_of_phyphox(separator: str, point: str, tmp_path: Path) -> None:
    found = read_foreign([saved(tmp_path, phyphox(MOVED, separator, point))], NOTHING_SAID)
    check(found)
    assert found.started_utc == STARTED


@pytest.mark.parametrize(
    "titles",
    ["Acceleration|Gyroscope", "X|X", "Beschleunigung|Gyroskop"],
    ids=["en", "bare", "de"],
)
def test_titles_of_phyphox_in_any_language(titles: str, tmp_path: Path) -> None:
    files = phyphox(MOVED, titles=titles)
    if titles == "X|X":
        files = {
            name: text.replace("X x (", "X (").replace("X y (", "Y (").replace("X z (", "Z (")
            for name, text in files.items()
        }
    check(read_foreign([zipped(tmp_path / "a.zip", files)], NOTHING_SAID))


@pytest.mark.parametrize(
    ("platform", "standard"), [("android", False), ("ios", False), ("ios", True)]
)
@pytest.mark.parametrize(
    "kept",
    [("TotalAcceleration", "AccelerometerUncalibrated"), ("AccelerometerUncalibrated",), ()],
)
def test_every_acceleration_of_sensor_logger(
    platform: str, standard: bool, kept: tuple[str, ...], tmp_path: Path
) -> None:
    files = sensor_logger(MOVED, platform, standard)
    whole = {"TotalAcceleration.csv", "AccelerometerUncalibrated.csv"}
    for name in whole - {f"{each}.csv" for each in kept}:
        files.pop(name, None)
    found = read_foreign([saved(tmp_path, files)], NOTHING_SAID)
    check(found)
    assert found.started_utc == STARTED


def test_without_metadata_units_tell_which_way_an_iphone_writes(tmp_path: Path) -> None:
    files = sensor_logger(MOVED, "ios")
    del files["Metadata.csv"]
    check(read_foreign([saved(tmp_path, files)], NOTHING_SAID))


def test_where_nothing_tells_the_direction_it_is_asked_for(tmp_path: Path) -> None:
    files = sensor_logger(MOVED, "ios")
    for name in ("Metadata.csv", "AccelerometerUncalibrated.csv"):
        del files[name]
    folder = saved(tmp_path, files)
    with pytest.raises(InputError, match="--acc-points down"):
        read_foreign([folder], NOTHING_SAID)
    check(read_foreign([folder], ImportOptions(points_down=True)))


def test_files_of_metabase_count_from_their_own_start(tmp_path: Path) -> None:
    folder = saved(tmp_path, metabase(MOVED))
    found = read_foreign(sorted(folder.iterdir()), NOTHING_SAID)
    check(found, late_s=5e-4)
    assert found.started_utc == STARTED


def test_an_accelerometer_alone_is_enough(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(MOVED))
    found = read_foreign([folder / "Accelerometer.csv"], NOTHING_SAID)
    assert found.table.gyro_radps is None
    assert found.left_out == 0
    assert found.started_utc is None
    np.testing.assert_allclose(found.table.acc_mps2, MOVED.acc_mps2, atol=1e-6)


def test_the_other_files_may_come_first(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(MOVED))
    check(read_foreign([folder / "Gyroscope.csv", folder / "Accelerometer.csv"], NOTHING_SAID))


def test_units_that_are_not_said_are_asked_for(tmp_path: Path) -> None:
    files = {
        name: text.replace(" (m/s^2)", "").replace(" (rad/s)", "")
        for name, text in phyphox(MOVED).items()
    }
    folder = saved(tmp_path, files)
    with pytest.raises(InputError, match="--acc-unit m/s2 or --acc-unit g"):
        read_foreign([folder], NOTHING_SAID)
    with pytest.raises(InputError, match="--gyro-unit rad/s or --gyro-unit deg/s"):
        read_foreign([folder], ImportOptions(acc_unit=AccUnit.MPS2))
    check(read_foreign([folder], ImportOptions(AccUnit.MPS2, GyroUnit.RADPS)))


def test_a_wrong_unit_that_is_said_is_explained(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(MOVED))
    with pytest.raises(InputError, match="--acc-unit m/s2"):
        read_foreign([folder], ImportOptions(acc_unit=AccUnit.G))


@pytest.mark.parametrize(
    "titles", ["Linear Acceleration|Gyroscope", "Lineare Beschleunigung|Gyroskop"]
)
def test_acceleration_without_gravity_is_refused_with_advice(titles: str, tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(MOVED, titles=titles))
    with pytest.raises(InputError, match=r"without gravity.*\n.*Acceleration with g"):
        read_foreign([folder], NOTHING_SAID)


def test_acceleration_without_gravity_beside_that_with_it_is_passed_over(tmp_path: Path) -> None:
    files = phyphox(MOVED)
    linear = files["Accelerometer.csv"].replace('"Acceleration', '"Linear Acceleration')
    check(
        read_foreign([saved(tmp_path, files | {"Linear Accelerometer.csv": linear})], NOTHING_SAID)
    )


def test_sensor_logger_without_gravity_is_refused_with_advice(tmp_path: Path) -> None:
    files = sensor_logger(MOVED)
    only = {name: files[name] for name in ("Accelerometer.csv", "Gyroscope.csv", "Metadata.csv")}
    with pytest.raises(InputError, match=r"gravity in it\n.*Gravity beside"):
        read_foreign([saved(tmp_path, only)], NOTHING_SAID)


def test_a_gyroscope_alone_is_not_enough(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(MOVED))
    with pytest.raises(InputError, match="has no acceleration in it"):
        read_foreign([folder / "Gyroscope.csv"], NOTHING_SAID)


def test_two_sessions_are_not_mixed(tmp_path: Path) -> None:
    files = phyphox(MOVED)
    files["Accelerometer 2.csv"] = files["Accelerometer.csv"]
    with pytest.raises(InputError, match="one session"):
        read_foreign([saved(tmp_path / "a", files)], NOTHING_SAID)
    logged = sensor_logger(MOVED)
    logged["Gyroscope (1).csv"] = logged["Gyroscope.csv"]
    with pytest.raises(InputError, match="one session"):
        read_foreign([saved(tmp_path / "b", logged)], NOTHING_SAID)


def test_what_is_wrong_in_a_line_is_told_with_file_and_line(tmp_path: Path) -> None:
    files = phyphox(MOVED)
    lines = files["Accelerometer.csv"].splitlines()
    lines[10] = lines[10].rpartition(",")[0] + ",1.0E9"
    files["Accelerometer.csv"] = "\n".join(lines)
    with pytest.raises(InputError, match=r"Accelerometer\.csv: line 11: "):
        read_foreign([saved(tmp_path, files)], NOTHING_SAID)


SHORT = turning(seconds=0.3)
TEXTS = [phyphox(SHORT), phyphox(SHORT, ";", ","), sensor_logger(SHORT, "ios"), metabase(SHORT)]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_happened_to_a_file_it_is_read_or_explained(
    data: st.DataObject, tmp_path: Path
) -> None:
    files = dict(data.draw(st.sampled_from(TEXTS)))
    name = data.draw(st.sampled_from(sorted(files)))
    text = files[name].encode()
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 60))
    put = data.draw(st.binary(max_size=8) | st.sampled_from([b"\n", b",", b"nan", b"1e300", b'"']))
    path = tmp_path / "phone.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in files.items():
            changed = text[:at] + put + text[at + cut :] if each == name else content.encode()
            archive.writestr(each, changed)
    try:
        found = read_foreign([path], NOTHING_SAID)
    except InputError:
        return
    assert np.isfinite(found.table.acc_mps2).all()
    assert (np.diff(found.table.time_s) >= 0.0).all()
