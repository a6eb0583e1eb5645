from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers import logs
from tests.importers.logs import (
    LOGS,
    START,
    WITHOUT_DATE,
    WITHOUT_GYROSCOPE,
    at_once,
    xsens_dot,
)
from tests.importers.phones import turning
from tracker.domain import InputError, WarningKind
from tracker.importers import AccUnit, GyroUnit, ImportOptions, read_foreign

if TYPE_CHECKING:
    from tests.importers.logs import Files
    from tracker.importers import ImportedSamples

MOVED = turning(seconds=8.0)
NOTHING_SAID = ImportOptions()


def saved(folder: Path, files: Files) -> list[Path]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return sorted(folder.iterdir())


def read(folder: Path, files: Files, options: ImportOptions = NOTHING_SAID) -> ImportedSamples:
    return read_foreign(saved(folder, files), options)


@pytest.fixture(autouse=True)
def _here_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks without a zone show that of the computer."""
    import time

    monkeypatch.setenv("TZ", "UTC")
    if hasattr(time, "tzset"):
        time.tzset()


@pytest.mark.parametrize("app", LOGS)
def test_the_log_of_every_app_is_read(app: str, tmp_path: Path) -> None:
    found = read(tmp_path, LOGS[app](MOVED))
    truth = at_once(MOVED)
    time_s, acc = found.table.time_s, found.table.acc_mps2
    assert len(time_s) >= len(truth) - 8, "no sample is lost"
    np.testing.assert_allclose(np.diff(time_s), 0.01, atol=2e-3)
    # Which of the first samples is missing does not matter: the motion is what it was.
    late_s = time_s[0] - truth[0, 0]
    late_s = min((late_s, 0.01, 0.0), key=lambda s: _off(time_s - s, acc, truth, 1))
    assert _off(time_s - late_s, acc, truth, 1) < 0.12
    if app in WITHOUT_GYROSCOPE:
        assert found.table.gyro_radps is None
    else:
        assert found.table.gyro_radps is not None
        assert _off(time_s - late_s, found.table.gyro_radps, truth, 4) < 0.05
    if app in WITHOUT_DATE:
        assert found.started_utc is None
    else:
        assert found.started_utc is not None
        assert abs((datetime.fromisoformat(found.started_utc) - START).total_seconds()) < 0.1


def _off(
    time_s: np.ndarray[tuple[int], np.dtype[np.float64]],
    values: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    truth: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    first: int,
) -> float:
    """Return how far samples are from the truth at most, in their middle."""
    middle = slice(20, -20)
    expected = np.column_stack(
        [np.interp(time_s, truth[:, 0], truth[:, first + axis]) for axis in range(3)]
    )
    return float(np.abs(values - expected)[middle].max())


def test_a_counter_that_starts_over_runs_on(tmp_path: Path) -> None:
    found = read(tmp_path, xsens_dot(MOVED))
    np.testing.assert_allclose(found.table.time_s, MOVED.time_s, atol=1e-5)


def kinds(found: ImportedSamples) -> list[WarningKind]:
    return [warning.kind for warning in found.warnings]


@pytest.mark.parametrize(
    ("app", "kind", "named"),
    [
        ("WitMotion, CSV", WarningKind.COLUMNS_IGNORED, "Angle X(°)"),
        ("Xsens DOT", WarningKind.COLUMNS_IGNORED, "Mag_X, Mag_Y, Mag_Z"),
        ("Shimmer Consensys", WarningKind.COLUMNS_IGNORED, "Shimmer_6749_Accel_WR_X_CAL"),
        ("SensorLog", WarningKind.COLUMNS_IGNORED, "motionGravityX(G)"),
        ("AndroSensor", WarningKind.COLUMNS_IGNORED, "GRAVITY X (m/s²)"),
        ("Arduino", WarningKind.GYRO_UNIT, "rad/s"),
        ("Arduino, raw counts", WarningKind.ACC_UNIT, "16384 are 1 g"),
        ("Arduino, raw counts", WarningKind.GYRO_IGNORED, "GyX, GyY, GyZ not used"),
        ("Movesense, JSON", WarningKind.SAMPLES_SPREAD, "100 time stamps"),
    ],
)
def test_what_is_left_out_or_mended_is_named(
    app: str, kind: WarningKind, named: str, tmp_path: Path
) -> None:
    found = read(tmp_path, LOGS[app](MOVED))
    texts = [warning.text for warning in found.warnings if warning.kind is kind]
    assert len(texts) == 1, found.warnings
    assert named in texts[0]
    assert "\n" not in texts[0]


def test_counts_of_a_gyroscope_are_told_with_the_setting_that_reads_them(tmp_path: Path) -> None:
    found = read(tmp_path, LOGS["Arduino, raw counts"](MOVED))
    (text,) = [w.text for w in found.warnings if w.kind is WarningKind.GYRO_IGNORED]
    said = re.search(r"--gyro-unit deg/s --setting gyro_factor=([\d.]+)", text)
    assert said is not None, text
    assert float(said[1]) == pytest.approx(1 / 131, rel=0.1)
    options = ImportOptions(gyro_unit=GyroUnit.DPS, settings=(f"gyro_factor={said[1]}",))
    again = read_foreign(sorted(tmp_path.iterdir()), options)
    assert again.table.gyro_radps is not None


def raw(counts: float) -> Files:
    rows = (
        ",".join([str(round(row[0] * 1e3)), *(str(round(v / 9.80665 * counts)) for v in row[1:4])])
        for row in at_once(MOVED).tolist()
    )
    return {"log.csv": logs.lines("millis,ax,ay,az", rows=rows)}


@pytest.mark.parametrize("counts", [256, 2048, 4096, 8192, 16384])
def test_a_power_of_two_is_recognised_as_counts_of_a_chip(counts: int, tmp_path: Path) -> None:
    found = read(tmp_path, raw(counts))
    assert [w.kind for w in found.warnings] == [WarningKind.ACC_UNIT]
    sizes = np.linalg.norm(found.table.acc_mps2, axis=1)
    assert float(np.median(sizes)) == pytest.approx(9.8, rel=0.05)


def test_any_other_counts_are_read_with_the_setting_that_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, raw(13000))
    assert caught.value.advice is not None
    said = re.search(r"--acc-unit m/s2 --setting (acc_factor=[\d.]*\d)", caught.value.advice)
    assert said is not None, caught.value.advice
    options = ImportOptions(acc_unit=AccUnit.MPS2, settings=(said[1],))
    assert len(read_foreign(sorted(tmp_path.iterdir()), options).table.time_s) > 100


def test_g_under_a_heading_of_metres_is_told_with_the_setting_that_mends_it(
    tmp_path: Path,
) -> None:
    files = table("(m/s2)", 1 / 9.80665, "(rad/s)", 1.0)
    with pytest.raises(InputError) as caught:
        read(tmp_path, files)
    assert "these are g" in caught.value.message
    assert caught.value.advice is not None
    assert "--acc-unit g" in caught.value.advice
    found = read_foreign(sorted(tmp_path.iterdir()), ImportOptions(acc_unit=AccUnit.G))
    sizes = np.linalg.norm(found.table.acc_mps2, axis=1)
    assert float(np.median(sizes)) == pytest.approx(9.8, rel=0.05)


@pytest.mark.parametrize(
    "unit", ["°/s", "deg/s", "deg/sec", "DPS", "dps", "degrees/s", "º/s", "deg s^-1", "°/sec"]
)
def test_every_spelling_of_degrees_per_second(unit: str, tmp_path: Path) -> None:
    found = read(tmp_path, table("g", 1.0 / 9.80665, unit, 180.0 / np.pi))
    assert found.warnings == ()
    assert found.table.gyro_radps is not None
    np.testing.assert_allclose(found.table.gyro_radps, at_once(MOVED)[:, 4:], atol=1e-3)


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("rad/s", 1.0),
        ("Rad/s", 1.0),
        ("rad s-1", 1.0),
        ("rad·s⁻¹", 1.0),
        ("radians per second", 1.0),
        ("mdps", 180e3 / np.pi),
        ("mdeg/s", 180e3 / np.pi),
        ("mrad/s", 1e3),
    ],
)
def test_every_other_unit_of_angular_rate(unit: str, scale: float, tmp_path: Path) -> None:
    found = read(tmp_path, table("m/s^2", 1.0, unit, scale))
    assert found.warnings == ()
    assert found.table.gyro_radps is not None
    np.testing.assert_allclose(found.table.gyro_radps, at_once(MOVED)[:, 4:], atol=1e-3)


@pytest.mark.parametrize(
    ("unit", "scale"),
    [
        ("m/s²", 1.0),
        ("m/s^2", 1.0),
        ("m/(s^2)", 1.0),
        ("m/s/s", 1.0),
        ("M/S2", 1.0),
        ("m·s⁻²", 1.0),
        ("meters/sec^2", 1.0),
        ("mps2", 1.0),
        ("g", 1.0 / 9.80665),
        ("G", 1.0 / 9.80665),
        ("mg", 1e3 / 9.80665),
        ("cm/s²", 100.0),
    ],
)
def test_every_unit_of_acceleration(unit: str, scale: float, tmp_path: Path) -> None:
    found = read(tmp_path, table(unit, scale, "rad/s", 1.0))
    assert found.warnings == ()
    np.testing.assert_allclose(found.table.acc_mps2, at_once(MOVED)[:, 1:4], atol=2e-3)


def table(acc: str, acc_scale: float, gyro: str, gyro_scale: float) -> Files:
    """Return a table with these units, and that much in one of SI."""
    rows = at_once(MOVED)
    rows[:, 1:4] *= acc_scale
    rows[:, 4:] *= gyro_scale
    names = ["time (s)", *(f"acc {axis} ({acc})" for axis in "xyz")]
    names += [f"gyro {axis} ({gyro})" for axis in "xyz"]
    texts = [",".join(names), *(",".join(f"{value:.6f}" for value in row) for row in rows)]
    return {"log.csv": "\n".join(texts).encode()}


def test_a_unit_that_is_not_known_leaves_the_gyroscope_out_by_name(tmp_path: Path) -> None:
    found = read(tmp_path, table("g", 1.0 / 9.80665, "furlong/s", 1.0))
    assert found.table.gyro_radps is None
    (warning,) = found.warnings
    assert warning.kind is WarningKind.GYRO_IGNORED
    assert "gyro x (furlong/s)" in warning.text
    assert "--gyro-unit" in warning.text


def test_columns_of_a_gyroscope_that_are_no_triple_are_named(tmp_path: Path) -> None:
    ((name, text),) = table("g", 1.0 / 9.80665, "rad/s", 1.0).items()
    renamed = text.replace(b"gyro x (rad/s)", b"GYROSCOPE Yaw (rad/s)")
    found = read(tmp_path, {name: renamed})
    (warning,) = found.warnings
    assert warning.kind is WarningKind.GYRO_IGNORED
    assert "GYROSCOPE Yaw (rad/s)" in warning.text


@pytest.mark.parametrize(
    ("header", "app", "advice"),
    [
        (
            "PacketCounter,SampleTimeFine,FreeAcc_X,FreeAcc_Y,FreeAcc_Z",
            "Movella DOT",
            "Custom Mode 5",
        ),
        ("Phone timestamp;sensor timestamp [ns];channel 0;channel 1;ambient", "Polar", "ACC"),
        ("Time,Device name,Chip Time(),Angle X(°),Angle Y(°),Angle Z(°)", "WitMotion", "Content"),
        (
            (
                "S_Timestamp_Unix_CAL,S_Accel_LN_X_RAW,S_Accel_LN_Y_RAW,S_Accel_LN_Z_RAW\n"
                "ms,no_units,no_units,no_units"
            ),
            "does not say the unit",
            "Export calibrated data",
        ),
        ("time,seconds_elapsed,pressure,relativeAltitude", "Sensor Logger", "Total Acceleration"),
        (
            "loggingTime(txt);motionUserAccelX(G);motionUserAccelY(G);motionUserAccelZ(G)",
            "SensorLog",
            "Switch on Accelerometer",
        ),
    ],
)
def test_what_cannot_be_read_names_the_app_and_what_it_exports(
    header: str, app: str, advice: str, tmp_path: Path
) -> None:
    separator = ";" if ";" in header else ","
    amount = len(header.splitlines()[0].split(separator))
    low = "3000" if "RAW" in header else "0.1"
    first = "2026-03-01T17:30:00.{:03d}" if "txt" in header else "{}0000"
    rows = [
        separator.join([first.format(n), *[f"{n}0000"] * (amount - 4), low, low, low])
        for n in range(100)
    ]
    with pytest.raises(InputError) as caught:
        read(tmp_path, {"log.txt": "\n".join([header, *rows]).encode()})
    assert app in caught.value.message
    assert caught.value.advice is not None
    assert advice in caught.value.advice


def test_daylight_saving_time_ends_in_mid_session(tmp_path: Path) -> None:
    """From 2:59:59 to 2:00:00, as a clock on the wall shows it."""
    rows = at_once(MOVED)
    wall = [datetime(2026, 10, 25, 2, 59, 56) + timedelta(seconds=at_s) for at_s in rows[:, 0]]
    clocks = [
        (each if each.hour < 3 else each - timedelta(hours=1)).isoformat(" ", "milliseconds")
        for each in wall
    ]
    texts = ["time,ax (m/s^2),ay (m/s^2),az (m/s^2)"]
    texts += [
        ",".join([clock, *(f"{value:.5f}" for value in row[1:4])])
        for clock, row in zip(clocks, rows.tolist(), strict=True)
    ]
    found = read(tmp_path, {"log.csv": "\n".join(texts).encode()})
    np.testing.assert_allclose(np.diff(found.table.time_s), 0.01, atol=1e-5)
    assert kinds(found) == [WarningKind.CLOCK_CHANGED]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"sensor": "Gyroscope", ', "line 1: is not JSON"),
        ('{"data": [{"acc": {"Timestamp": 1,\n "ArrayAcc": [{"x" 1}]}}]}', "line 1: is not JSON"),
        ("[" * 100_000, "no line names"),
        ('{"a":' * 100_000, "no line names|is not JSON"),
        ('[{"a": ' + "[" * 100_000, "is not JSON|no line names"),
        ('[{"a": "' + "x" * 2_000_000 + '"}]', "is not JSON"),
        ("{" + ", ".join(f'"{n}": 1' for n in range(200_000)) + "}", "is not JSON"),
        ("[]", "no line names|empty"),
    ],
)
def test_what_is_wrong_with_json_is_told(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, {"log.json": text.encode()})


SHORT = {app: write(turning(seconds=0.3)) for app, write in LOGS.items()}
SPLINTERS = (
    b"\n", b",", b";", b"\t", b"nan", b"1e300", b'"', b"{", b"]", b"-", b"9" * 400, b"\0", b"\xff",
)  # fmt: skip


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_whatever_happened_to_a_log_it_is_read_or_explained(
    data: st.DataObject, tmp_path: Path
) -> None:
    files = SHORT[data.draw(st.sampled_from(sorted(SHORT)))]
    name = data.draw(st.sampled_from(sorted(files)))
    text = files[name]
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 80))
    put = data.draw(st.binary(max_size=8) | st.sampled_from(SPLINTERS))
    (tmp_path / name).write_bytes(text[:at] + put + text[at + cut :])
    try:
        found = read_foreign([tmp_path / name], NOTHING_SAID)
    except InputError:
        return
    table = found.table
    assert np.isfinite(table.acc_mps2).all()
    assert (np.diff(table.time_s) >= 0.0).all()
    assert all("\n" not in warning.text for warning in found.warnings)


def test_every_app_is_in_the_table_of_the_guide() -> None:
    page = (Path(__file__).parents[2] / "docs" / "imports.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    writers = [
        name
        for name, value in vars(logs).items()
        if getattr(value, "__annotations__", {}).get("return") == "Files"
    ]
    assert len(writers) > 10
    assert [name for name in writers if not any(f"`{name}`" in row for row in rows)] == []
