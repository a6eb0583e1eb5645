from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.phones import (
    Motion,
    metabase,
    phyphox,
    saved,
    sensor_logger,
    turning,
    zipped,
)
from tracker.domain import InputError, WarningKind
from tracker.domain.units import RADPS_PER_DPS
from tracker.importers import AccUnit, GyroUnit, ImportOptions, read_foreign
from tracker.importers.files import ForeignFile
from tracker.importers.parts import (
    LONGEST_BRIDGE_S,
    Part,
    refuse_apart,
    shift_between,
    values_at,
)
from tracker.importers.phone_apps import (
    GRAVITY,
    LINEAR,
    TOTAL,
    UNCALIBRATED,
    acceleration,
    experiment_clock,
    points_down,
    role_of,
)

if TYPE_CHECKING:
    from tracker.importers import ImportedSamples


G = 9.80665
MOVED = turning()
NOTHING_SAID = ImportOptions()
STARTED = "2026-03-01T17:30:00+00:00"
STARTED_THERE = "2026-03-01T18:30:00+01:00"
"""What the phone's clock showed."""


def check(found: ImportedSamples, late_s: float = 1e-6, start_s: float = 0.0) -> None:
    """Demand the motion; before its gyroscope began, there is none."""
    table = found.table
    assert [warning.text for warning in found.warnings] == [
        "left out 1 acceleration sample without an angular rate at that time"
    ]
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
    assert found.started_utc == STARTED_THERE


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
    assert found.started_utc == STARTED_THERE


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
    assert found.warnings == ()
    assert found.started_utc is None
    np.testing.assert_allclose(found.table.acc_mps2, MOVED.acc_mps2, atol=1e-6)


def test_the_other_files_may_come_first(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(MOVED))
    check(read_foreign([folder / "Gyroscope.csv", folder / "Accelerometer.csv"], NOTHING_SAID))


def without_units(files: dict[str, str]) -> dict[str, str]:
    return {
        name: text.replace(" (m/s^2)", "").replace(" (rad/s)", "") for name, text in files.items()
    }


@pytest.mark.parametrize(("acc", "gyro"), [(1.0, 1.0), (1.0 / G, RADPS_PER_DPS)])
def test_units_that_are_not_said_are_told_by_gravity(
    acc: float, gyro: float, tmp_path: Path
) -> None:
    moved = Motion(MOVED.time_s, MOVED.acc_mps2 * acc, MOVED.gyro_time_s, MOVED.gyro_radps / gyro)
    found = read_foreign([saved(tmp_path, without_units(phyphox(moved)))], NOTHING_SAID)
    np.testing.assert_allclose(found.table.acc_mps2, MOVED.acc_mps2[1:], atol=1e-4)
    assert found.table.gyro_radps is not None
    assert np.abs(found.table.gyro_radps).max() == pytest.approx(
        np.abs(MOVED.gyro_radps).max(), rel=0.01
    )
    kinds = {warning.kind for warning in found.warnings}
    assert {WarningKind.ACC_UNIT, WarningKind.GYRO_UNIT} <= kinds


def test_a_unit_that_nothing_tells_leaves_the_gyroscope_out_and_is_asked_for(
    tmp_path: Path,
) -> None:
    still = Motion(
        MOVED.time_s, np.tile([0.0, 0.0, G], (500, 1)), MOVED.gyro_time_s, 0.0 * MOVED.gyro_radps
    )
    folder = saved(tmp_path, without_units(phyphox(still)))
    found = read_foreign([folder], ImportOptions(acc_unit=AccUnit.MPS2))
    assert found.table.gyro_radps is None
    (warning,) = found.warnings
    assert warning.kind is WarningKind.GYRO_IGNORED
    assert "--gyro-unit rad/s or --gyro-unit deg/s" in warning.text
    said = ImportOptions(AccUnit.MPS2, GyroUnit.RADPS)
    assert read_foreign([folder], said).table.gyro_radps is not None


def test_a_unit_of_acceleration_that_nothing_tells_is_asked_for(tmp_path: Path) -> None:
    odd = Motion(MOVED.time_s, 5.0 * MOVED.acc_mps2, MOVED.gyro_time_s, MOVED.gyro_radps)
    with pytest.raises(InputError, match="--acc-unit m/s2 or --acc-unit g"):
        read_foreign([saved(tmp_path, without_units(phyphox(odd)))], NOTHING_SAID)


def test_a_wrong_unit_that_is_said_is_explained(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(MOVED))
    with pytest.raises(InputError, match="--acc-unit m/s2"):
        read_foreign([folder], ImportOptions(acc_unit=AccUnit.G))


@pytest.mark.parametrize(
    "titles", ["Linear Acceleration|Gyroscope", "Lineare Beschleunigung|Gyroskop"]
)
def test_acceleration_without_gravity_is_refused_with_advice(titles: str, tmp_path: Path) -> None:
    linear = replace(MOVED, acc_mps2=MOVED.acc_mps2 - MOVED.acc_mps2.mean(axis=0))
    folder = saved(tmp_path, phyphox(linear, titles=titles))
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
    with pytest.raises(InputError, match=r"includes gravity\n.*Gravity beside"):
        read_foreign([saved(tmp_path, only)], NOTHING_SAID)


def test_a_gyroscope_alone_is_not_enough(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(MOVED))
    with pytest.raises(
        InputError, match=r"has no acceleration \(written by phyphox\); there is only"
    ):
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


TIMES = st.lists(st.floats(0.0, 10.0), min_size=1, max_size=30).map(sorted).map(np.array)


def part(*times_s: float, epoch_s: float | None = None, name: str = "gyro.csv") -> Part:
    time_s = np.array(times_s)
    return Part(Path(name), time_s, np.column_stack([time_s, 2 * time_s, 0 * time_s]), epoch_s)


def test_between_two_samples_there_is_a_straight_line() -> None:
    values, known = values_at(np.array([0.05, 0.1]), part(0.0, 0.1), 0.0)
    np.testing.assert_allclose(values, [[0.05, 0.1, 0.0], [0.1, 0.2, 0.0]])
    assert known.all()


def test_before_and_after_there_is_nothing() -> None:
    _, known = values_at(np.array([-0.01, 0.0, 0.1, 0.11]), part(0.0, 0.1), 0.0)
    assert known.tolist() == [False, True, True, False]


def test_inside_a_hole_there_is_nothing_and_at_its_edges_there_is() -> None:
    longest = LONGEST_BRIDGE_S
    times_s = np.array([0.1, 0.2, 0.1 + 2 * longest, 1.0])
    _, known = values_at(times_s, part(0.0, 0.1, 0.1 + 2 * longest, 1.0), 0.0)
    assert known.tolist() == [True, False, True, True]


def test_a_shift_moves_the_other_sensor() -> None:
    values, known = values_at(np.array([5.05]), part(0.0, 0.1), 5.0)
    np.testing.assert_allclose(values, [[0.05, 0.1, 0.0]])
    assert known.all()


@settings(deadline=None)
@given(TIMES, TIMES)
def test_what_is_known_lies_between_close_samples(
    times_s: np.ndarray[tuple[int], np.dtype[np.float64]],
    theirs_s: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    values, known = values_at(times_s, part(*theirs_s), 0.0)
    for at_s, value, is_known in zip(times_s, values, known, strict=True):
        before, after = theirs_s[theirs_s <= at_s], theirs_s[theirs_s >= at_s]
        expected = before.size > 0 and after.size > 0 and after[0] - before[-1] <= LONGEST_BRIDGE_S
        assert is_known == expected
        if is_known:
            assert value[0] == pytest.approx(at_s)


def test_files_that_know_the_hour_are_put_in_their_places() -> None:
    first = part(0.0, 1.0, epoch_s=1000.0)
    assert shift_between(first, part(0.0, 1.0, epoch_s=1000.5)) == 0.5
    assert shift_between(first, part(0.0, 1.0)) == 0.0


def test_sensors_that_never_met_are_refused() -> None:
    first, other = part(0.0, 1.0, name="acc.csv"), part(50.0, 51.0)
    refuse_apart(first, other, 0.0, np.array([False, True]))
    with pytest.raises(InputError, match=r"gyro\.csv: was sampled from 50 to 51 s, and acc\.csv"):
        refuse_apart(first, other, 0.0, np.array([False, False]))


HEADER = '"event","experiment time","system time","system time text"\n'
PAUSED = HEADER + (
    '"START",0.0,1000.000,"x"\n"PAUSE",2.0,1002.000,"x"\n'
    '"START",2.0,1010.000,"x"\n"PAUSE",3.0,1011.000,"x"\n'
    '"START",3.0,1015.500,"x"\n'
)


def file(text: str) -> ForeignFile:
    return ForeignFile(Path("meta/time.csv"), text.encode())


def test_pauses_are_put_back_in() -> None:
    clock = experiment_clock(file(PAUSED))
    assert clock is not None
    times_s = np.array([0.0, 1.0, 2.0, 2.5, 3.0, 3.25])
    told = clock.with_pauses(Part(Path("a.csv"), times_s, np.zeros((6, 3)), None))
    np.testing.assert_allclose(told.time_s, [0.0, 1.0, 2.0, 10.5, 11.0, 15.75])
    assert told.epoch_s == 1000.0


@pytest.mark.parametrize("separator", [";", "\t"])
def test_it_has_the_separators_and_commas_of_the_export(separator: str) -> None:
    text = PAUSED.replace(",", separator).replace(".", ",")
    clock = experiment_clock(file(text))
    assert clock is not None
    assert clock.starts == ((0.0, 1000.0), (2.0, 1010.0), (3.0, 1015.5))


def test_clocks_that_run_backwards_are_not_believed() -> None:
    for later in ('"START",-1.0,1010.0,"x"\n', '"START",5.0,1001.0,"x"\n'):
        assert experiment_clock(file(HEADER + '"START",0.0,1000.0,"x"\n' + later)) is None


def test_only_its_own_file_is_one() -> None:
    assert experiment_clock(ForeignFile(Path("data.csv"), PAUSED.encode())) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEADER,
        HEADER + '"PAUSE",0,1,"x"\n',
        HEADER + '"START",zero,1,"x"\n',
        HEADER + '"START",0\n',
        HEADER + '"START",nan,1,"x"\n',
        "a,b\n1,2\n",
    ],
)
def test_what_says_nothing_is_no_clock(text: str) -> None:
    assert experiment_clock(file(text)) is None


FOLDER = Path("phone")
TIME_S = np.linspace(0.0, 0.99, 100)


def steady_part(x: float, z: float) -> Part:
    return Part(FOLDER / "a.csv", TIME_S, np.tile([x, 0.0, z], (100, 1)), None)


def metadata(platform: str, standard: str) -> ForeignFile:
    text = f"version,platform,standardisation\n3,{platform},{standard}\n"
    return ForeignFile(FOLDER / "Metadata.csv", text.encode())


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("TotalAcceleration.csv", "totalacceleration"),
        ("Gyroscope (1).csv", "gyroscope"),
        ("Accelerometer-2.csv.gz", "accelerometer"),
        ("notes.csv", "notes"),
    ],
)
def test_a_file_is_known_by_its_name(name: str, role: str) -> None:
    assert role_of(ForeignFile(FOLDER / name, b"")) == role


@pytest.mark.parametrize(
    ("platform", "standard", "down"),
    [
        ("ios", "false", True),
        ("iOS", "", True),
        ("ios", "true", False),
        ("android", "false", False),
    ],
)
def test_metadata_tell_the_direction(platform: str, standard: str, down: bool) -> None:
    assert points_down([metadata(platform, standard)]) is down


@pytest.mark.parametrize("text", [b"", b"version\n3\n", b"version,platform\n3,\n", b"\xff\xfe"])
def test_metadata_that_do_not_tell_it_do_not(text: bytes) -> None:
    assert points_down([ForeignFile(FOLDER / "Metadata.csv", text)]) is None
    assert points_down([]) is None


def test_what_is_in_g_becomes_si_and_is_turned() -> None:
    found = acceleration({UNCALIBRATED: steady_part(0.0, -1.0)}, FOLDER, None)
    np.testing.assert_allclose(found.values[0], [0.0, 0.0, 9.80665])


def test_what_is_said_beats_what_the_unit_suggests() -> None:
    found = acceleration({UNCALIBRATED: steady_part(0.0, 1.0)}, FOLDER, False)
    np.testing.assert_allclose(found.values[0], [0.0, 0.0, 9.80665])
    turned = acceleration({TOTAL: steady_part(0.0, -9.8)}, FOLDER, True)
    np.testing.assert_allclose(turned.values[0], [0.0, 0.0, 9.8])


def test_gravity_and_the_rest_are_added() -> None:
    parts = {LINEAR: steady_part(1.0, 0.5), GRAVITY: steady_part(0.0, 9.8)}
    found = acceleration(parts, FOLDER, False)
    np.testing.assert_allclose(found.values[0], [1.0, 0.0, 10.3])
    np.testing.assert_allclose(acceleration(parts, FOLDER, True).values[0], [-1.0, 0.0, -10.3])


def test_the_sum_of_two_has_no_direction_of_its_own() -> None:
    with pytest.raises(InputError, match="--acc-points"):
        acceleration({LINEAR: steady_part(1.0, 0.5), GRAVITY: steady_part(0.0, 9.8)}, FOLDER, None)


@pytest.mark.parametrize("roles", [(), (LINEAR,), (GRAVITY,)])
def test_without_gravity_or_the_rest_there_is_none(roles: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="no acceleration that includes gravity"):
        acceleration({role: steady_part(0.0, 9.8) for role in roles}, FOLDER, False)
