"""Logs as the sensors' own apps write them, made from samples of which the truth is known.

Each follows what `docs/imports.md` says of the app; no line is copied from a real log.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tests.importers.phones import EPOCH_S, sensor_logger
from tracker.domain.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from tests.importers.phones import Motion

Files = dict[str, bytes]

START = datetime.fromtimestamp(EPOCH_S, UTC)


def at_once(moved: Motion) -> NDArray[np.float64]:
    """Return time, specific force and angular rate of each sample, shape (n, 7)."""
    rates = [np.interp(moved.time_s, moved.gyro_time_s, column) for column in moved.gyro_radps.T]
    return np.column_stack([moved.time_s, moved.acc_mps2, *rates])


def clock(at_s: float, form: str) -> str:
    """Return what a clock shows, with milliseconds in place of `%L`."""
    moment = START + timedelta(milliseconds=round(at_s * 1e3))
    return moment.strftime(form.replace("%L", f"{moment.microsecond // 1000:03d}"))


def lines(*above: str, rows: Iterable[str], charset: str = "utf-8", end: str = "\n") -> bytes:
    """Return a text of lines."""
    return (end.join([*above, *rows]) + end).encode(charset)


def _in_g_and_dps(moved: Motion) -> NDArray[np.float64]:
    rows = at_once(moved)
    rows[:, 1:4] /= STANDARD_GRAVITY_MPS2
    rows[:, 4:] = np.degrees(rows[:, 4:])
    return rows


def witmotion_text(moved: Motion, charset: str = "utf-8") -> Files:
    """Return what WitMotion's program for Windows saves: tabs, a preamble, a clock of the chip."""
    names = (
        "address\tTime(s)\tChipTime\tax(g)\tay(g)\taz(g)\twx(deg/s)\twy(deg/s)\twz(deg/s)\t"
        "AngleX(deg)\tAngleY(deg)\tAngleZ(deg)\tT(°)\thx\thy\thz"
    )
    rows = (
        f"0x50\t{clock(row[0], '%H:%M:%S.%L')}\t{clock(row[0], '%Y-%-m-%-d %H:%M:%S.%L')}\t"
        + "\t".join(f"{value:.5f}" for value in row[1:])
        + "\t0.1\t0.2\t0.3\t25.10\t1\t2\t3"
        for row in _in_g_and_dps(moved).tolist()
    )
    return {
        "20260301.txt": lines(
            f"StartTime: {clock(0, '%Y-%m-%d %H:%M:%S.%L')}",
            names,
            rows=rows,
            charset=charset,
            end="\r\n",
        )
    }


def witmotion_csv(moved: Motion, charset: str = "utf-8", chinese: bool = False) -> Files:
    """Return what WitMotion's app saves: commas, clocks without and with a date."""
    words = (
        ("加速度", "角速度", "角度")
        if chinese
        else ("Acceleration ", "Angular velocity ", "Angle ")
    )
    first = "时间,设备名称,芯片时间()" if chinese else "Time,Device name,Chip Time()"
    names = ",".join(
        [first]
        + [
            f"{word}{axis}({unit})"
            for word, unit in zip(words, ("g", "°/s", "°"), strict=True)
            for axis in "XYZ"
        ]
        + ["温度(°C)" if chinese else "Temperature(°C)"]
    )
    rows = (
        f" {clock(row[0], '%H:%M:%S.%L')},WT901(aa:bb),{clock(row[0], '%Y-%m-%d %H:%M:%S:%L')},"
        + ",".join(f"{value:.5f}" for value in row[1:])
        + ",0,0,0,30.1"
        for row in _in_g_and_dps(moved).tolist()
    )
    return {"WT901.csv": lines(names, rows=rows, charset=charset)}


def polar(moved: Motion) -> Files:
    """Return what Polar Sensor Logger saves of a Verity Sense: a file for each sensor."""
    rows = _in_g_and_dps(moved)

    def file(unit: str, values: NDArray[np.float64], times_s: NDArray[np.float64]) -> bytes:
        return lines(
            f"Phone timestamp;sensor timestamp [ns];X [{unit}];Y [{unit}];Z [{unit}] ",
            rows=(
                # The phone's stamps are when the packet came: late, and later for one sensor.
                f"{clock(at_s + 0.3 * (unit == 'dps'), '%Y-%m-%dT%H:%M:%S.%L')};"
                f"{599616065136175104 + round(at_s * 1e9)};{x:.3f};{y:.3f};{z:.3f}"
                for at_s, (x, y, z) in zip(times_s.tolist(), values.tolist(), strict=True)
            ),
        )

    return {
        "Polar_Sense_X_20260301_173000_ACC.txt": file("mg", rows[:, 1:4] * 1e3, rows[:, 0]),
        "Polar_Sense_X_20260301_173000_GYRO.txt": file("dps", rows[:, 4:], rows[:, 0]),
        "Polar_Sense_X_20260301_173000_MAG.txt": file("G", rows[:, 1:4] * 0 + 1, rows[:, 0]),
    }


def xsens_dot(moved: Motion) -> Files:
    """Return what the Movella DOT app exports: a preamble, and a counter of 32 bits that wraps."""
    rows = at_once(moved)
    rows[:, 4:] = np.degrees(rows[:, 4:])
    began = (1 << 32) - 1_000_000
    above = (
        "sep=,",
        "DeviceTag:,hip",
        "FirmwareVersion:,3.0.0",
        "SyncStatus:,Unsynced",
        "OutputRate:,100Hz",
        "Measurement Mode:,Custom Mode 5",
        f"StartTime: ,{clock(0, '%Y-%m-%d_%H:%M:%S_%L UTC')}",
        "© Movella Technologies B. V. 2005-2026",
        "",
        "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z,Mag_X,Mag_Y,Mag_Z",
    )
    texts = (
        f"{number},{(began + round(row[0] * 1e6)) % (1 << 32)},"
        + ",".join(f"{value:.6f}" for value in row[1:])
        + ",0.5,0.2,0.1"
        for number, row in enumerate(rows.tolist(), start=1)
    )
    return {"hip_20260301.csv": lines(*above, rows=texts)}


def movesense_csv(moved: Motion) -> Files:
    """Return what Movesense's showcase app saves: a file for each sensor, and a comma too many."""
    rows = _in_g_and_dps(moved)
    rows[:, 1:4] *= STANDARD_GRAVITY_MPS2

    def file(unit: str, values: NDArray[np.float64]) -> bytes:
        return lines(
            f"Timestamp (ms),X: ({unit}),Y: ({unit}),Z: ({unit})",
            rows=(
                f"{round(at_s * 1e3)},{x:.6f},{y:.6f},{z:.6f}, "
                for at_s, (x, y, z) in zip(rows[:, 0].tolist(), values.tolist(), strict=True)
            ),
        )

    return {
        "174630000192_LinearAcceleration.csv": file("m/s^2", rows[:, 1:4]),
        "174630000192_AngularVelocity.csv": file("°/s", rows[:, 4:]),
    }


def movesense_json(moved: Motion, size: int = 8) -> Files:
    """Return what Movesense's apps save of IMU6: one time stamp for each packet."""
    rows = at_once(moved)
    rows[:, 4:] = np.degrees(rows[:, 4:])
    rows = rows[: len(rows) // size * size]
    packets = [
        {
            "imu6": {
                # Of the last sample; the log's zero is one packet before.
                "Timestamp": round(1e3 * (packet[-1][0] + 0.01)),
                "ArrayAcc": [dict(zip("xyz", row[1:4], strict=True)) for row in packet],
                "ArrayGyro": [dict(zip("xyz", row[4:], strict=True)) for row in packet],
            }
        }
        for packet in np.split(rows, len(rows) // size)
    ]
    return {"imu6.json": json.dumps({"data": packets}).encode()}


def shimmer(moved: Motion) -> Files:
    """Return what Consensys exports: tabs, the sensor in each name, a row of units."""
    rows = at_once(moved)
    rows[:, 4:] = np.degrees(rows[:, 4:])
    names = [
        "Timestamp_Unix_CAL",
        *(f"Accel_LN_{axis}_CAL" for axis in "XYZ"),
        *(f"Accel_WR_{axis}_CAL" for axis in "XYZ"),
        *(f"Gyro_{axis}_CAL" for axis in "XYZ"),
    ]
    units = ["ms", *["m/(s^2)"] * 6, *["deg/s"] * 3]
    texts = (
        "\t".join(
            [f"{(EPOCH_S + row[0]) * 1e3:.3f}"]
            + [f"{value:.6f}" for value in (*row[1:4], *row[1:4], *row[4:])]
        )
        + "\t"
        for row in rows.tolist()
    )
    return {
        "Session1_Shimmer_6749_Calibrated_SD.csv": lines(
            '"sep=\t"',
            "\t".join(f"Shimmer_6749_{name}" for name in names) + "\t",
            "\t".join(units) + "\t",
            rows=texts,
        )
    }


def sensor_log(moved: Motion, separator: str = ",") -> Files:
    """Return what SensorLog saves on an iPhone: everything in one table, gravity downwards."""
    names = [
        "loggingTime(txt)",
        "loggingSample(N)",
        "accelerometerTimestamp_sinceReboot(s)",
        *(f"accelerometerAcceleration{axis}(G)" for axis in "XYZ"),
        "gyroTimestamp_sinceReboot(s)",
        *(f"gyroRotation{axis}(rad/s)" for axis in "XYZ"),
        *(f"motionUserAcceleration{axis}(G)" for axis in "XYZ"),
        *(f"motionGravity{axis}(G)" for axis in "XYZ"),
        *(f"motionRotationRate{axis}(rad/s)" for axis in "XYZ"),
    ]
    texts = []
    for number, row in enumerate(at_once(moved).tolist(), start=1):
        acc = [-value / STANDARD_GRAVITY_MPS2 for value in row[1:4]]
        cells = [
            clock(row[0], "%Y-%m-%d %H:%M:%S.%L +0000"),
            str(number),
            f"{62608.0 + row[0]:.6f}",
            *(f"{value:.6f}" for value in acc),
            f"{62608.0 + row[0]:.6f}",
            *(f"{value:.6f}" for value in row[4:]),
            *["0.01"] * 3,
            *(f"{value:.6f}" for value in acc),
            *(f"{value:.6f}" for value in row[4:]),
        ]
        texts.append(separator.join(cells))
    return {"2026-03-01_17_30_00_my_iOS_device.csv": lines(separator.join(names), rows=texts)}


def physics_toolbox(moved: Motion) -> Files:
    """Return a multi record, as a German phone writes it: semicolons, decimal commas, a clock."""
    rows = at_once(moved)
    rows[:, 1:4] /= STANDARD_GRAVITY_MPS2
    texts = (
        ";".join(
            [clock(row[0], "%H:%M:%S:%L")]
            + [f"{value:.5f}".replace(".", ",").replace("-", "−") for value in row[1:]]
            + ["1,0"]
        )
        for row in rows.tolist()
    )
    return {"multi.csv": lines("", "time;gFx;gFy;gFz;wx;wy;wz;TgF", rows=texts)}


def physics_toolbox_new(moved: Motion) -> Files:
    """Return what newer versions write: comments above, and units in brackets."""
    texts = (",".join(f"{value:.5f}" for value in row[:4]) + ",9.8" for row in at_once(moved))
    return {
        "acc.csv": lines(
            "# Target Sample Rate: 100 Hz",
            f"# Recording started at: {clock(0, '%Y-%m-%d %H:%M:%S.%L')}",
            "time,ax (m/s^2),ay (m/s^2),az (m/s^2),aT (m/s^2)",
            rows=texts,
        )
    }


def androsensor(moved: Motion, charset: str = "utf-8") -> Files:
    """Return what AndroSensor saves: semicolons, a square in each unit, the time at the end."""
    names = ";".join(
        [
            f"{word} {axis} ({unit})"
            for word, unit in (
                ("ACCELEROMETER", "m/s²"),
                ("GRAVITY", "m/s²"),
                ("GYROSCOPE", "rad/s"),
            )
            for axis in "XYZ"
        ]
        + ["TIME SINCE START (ms)", "YYYY-MO-DD HH-MI-SS_SSS"]
    )
    texts = (
        ";".join(f"{value:.5f}" for value in (*row[1:4], *row[1:4], *row[4:]))
        + f";{round(row[0] * 1e3)};{clock(row[0], '%Y-%m-%d %H:%M:%S:%L')}"
        for row in at_once(moved).tolist()
    )
    return {"Sensor_record.csv": lines(names, rows=texts, charset=charset)}


def arduino(moved: Motion, monitor: bool = False) -> Files:
    """Return the serial output of a sketch: SI units that nobody says, times of `millis()`."""
    texts = [
        "millis,ax,ay,az,gx,gy,gz",
        *(
            ",".join([str(5000 + round(row[0] * 1e3)), *(f"{value:.4f}" for value in row[1:])])
            for row in at_once(moved).tolist()
        ),
    ]
    if monitor:
        texts = [f"{clock(0.1 * n, '%H:%M:%S.%L')} -> {text}" for n, text in enumerate(texts)]
    return {"log.txt": lines(rows=texts, end="\r\n")}


def arduino_spaced(moved: Motion) -> Files:
    """Return the same with spaces between the numbers."""
    ((name, text),) = arduino(moved).items()
    return {name: text.replace(b",", b"  ")}


def arduino_raw(moved: Motion) -> Files:
    """Return the registers of an MPU-6050 at ±2 g and ±250 °/s."""
    rows = _in_g_and_dps(moved)
    texts = (
        ",".join(
            [
                str(round(row[0] * 1e6)),
                *(str(round(value * 16384)) for value in row[1:4]),
                *(str(round(value * 131)) for value in row[4:]),
            ]
        )
        for row in rows.tolist()
    )
    return {"mpu.csv": lines("micros,AcX,AcY,AcZ,GyX,GyY,GyZ", rows=texts)}


def sensor_logger_json(moved: Motion, platform: str = "android") -> Files:
    """Return Sensor Logger's export as JSON: one list of records, all values as text."""
    records: list[dict[str, str]] = []
    for name, text in sensor_logger(moved, platform).items():
        names, *rows = (line.split(",") for line in text.splitlines())
        sensor = name.removesuffix(".csv")
        records += [{"sensor": sensor, **dict(zip(names, row, strict=True))} for row in rows]
    return {"2026-03-01_17-30-00.json": json.dumps(records).encode()}


def sensor_logger_combined(moved: Motion) -> Files:
    """Return Sensor Logger's combined CSV: a row for each moment at which any sensor sampled."""
    sensors = {
        "totalAcceleration": (moved.time_s, moved.acc_mps2),
        "gyroscope": (moved.gyro_time_s, moved.gyro_radps),
        "magnetometer": (moved.time_s, moved.acc_mps2 * 0 + 40),
        "accelerometer": (moved.time_s, moved.acc_mps2 * 0 + 0.01),
    }
    names = ["time", "seconds_elapsed", *(f"{name}_{axis}" for name in sensors for axis in "zyx")]
    rows: dict[float, dict[str, str]] = {}
    for name, (times_s, values) in sensors.items():
        for at_s, sample in zip(times_s.tolist(), values.tolist(), strict=True):
            row = rows.setdefault(at_s, {})
            row["time"] = str(round((EPOCH_S + at_s) * 1e9))
            row["seconds_elapsed"] = f"{at_s:.9f}"
            row |= {f"{name}_{axis}": f"{sample['xyz'.index(axis)]:.9f}" for axis in "xyz"}
    texts = (",".join(rows[at_s].get(name, "") for name in names) for at_s in sorted(rows))
    return {"combined.csv": lines(",".join(names), rows=texts)}


LOGS: dict[str, Callable[[Motion], Files]] = {
    "WitMotion, text": witmotion_text,
    "WitMotion, text in GBK": lambda moved: witmotion_text(moved, "gbk"),
    "WitMotion, CSV": witmotion_csv,
    "WitMotion, CSV in Latin-1": lambda moved: witmotion_csv(moved, "latin-1"),
    "WitMotion, CSV in Chinese": lambda moved: witmotion_csv(moved, "gbk", chinese=True),
    "Polar Sensor Logger": polar,
    "Xsens DOT": xsens_dot,
    "Movesense, CSV": movesense_csv,
    "Movesense, JSON": movesense_json,
    "Shimmer Consensys": shimmer,
    "SensorLog": sensor_log,
    "SensorLog, semicolons": lambda moved: sensor_log(moved, ";"),
    "Physics Toolbox": physics_toolbox,
    "Physics Toolbox, new": physics_toolbox_new,
    "AndroSensor": androsensor,
    "AndroSensor, Latin-1": lambda moved: androsensor(moved, "latin-1"),
    "Arduino": arduino,
    "Arduino, serial monitor": lambda moved: arduino(moved, monitor=True),
    "Arduino, spaces": arduino_spaced,
    "Arduino, raw counts": arduino_raw,
    "Sensor Logger, JSON": sensor_logger_json,
    "Sensor Logger, JSON of an iPhone": lambda moved: sensor_logger_json(moved, "ios"),
    "Sensor Logger, combined CSV": sensor_logger_combined,
}
"""Every log that an app writes into one file or several, by its name in `docs/imports.md`."""

WITHOUT_GYROSCOPE = {"Physics Toolbox, new", "Arduino, raw counts"}
"""Logs that have no angular rate that can be used."""

WITHOUT_DATE = {
    "Physics Toolbox",
    "Movesense, CSV",
    "Movesense, JSON",
    "Arduino",
    "Arduino, serial monitor",
    "Arduino, spaces",
    "Arduino, raw counts",
}
"""Logs that do not say on which day they were made."""
