"""Sessions as apps on phones save them, made from samples of which the truth is known."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

EPOCH_S = 1_772_386_200.0
"""2026-03-01T17:30:00 UTC."""

GYRO_LATE_S = 0.0037
"""The gyroscope of a phone has its own times."""


@dataclass(frozen=True)
class Motion:
    """What a phone measured."""

    time_s: NDArray[np.float64]
    acc_mps2: NDArray[np.float64]
    gyro_time_s: NDArray[np.float64]
    gyro_radps: NDArray[np.float64]


def motion(
    time_s: NDArray[np.float64], acc_mps2: NDArray[np.float64], gyro_radps: NDArray[np.float64]
) -> Motion:
    """Return what a phone with a gyroscope that samples a little later measures."""
    later_s = time_s + GYRO_LATE_S
    moved = [np.interp(later_s, time_s, column) for column in gyro_radps.T]
    return Motion(time_s, acc_mps2, later_s, np.column_stack(moved))


def turning(seconds: float = 5.0, rate_hz: float = 100.0) -> Motion:
    """Return a short motion with no rep in it."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    angle = 0.3 * np.sin(2.0 * np.pi * 0.5 * time_s)
    acc = np.column_stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)]) * 9.81
    gyro = np.column_stack([np.zeros_like(angle), np.gradient(angle, time_s), angle])
    return motion(time_s, acc, gyro)


def csv_of(
    names: list[str], rows: NDArray[np.float64], separator: str = ",", point: str = "."
) -> str:
    """Return rows as phyphox writes them: quoted names, numbers with nine decimals."""
    lines = [separator.join(f'"{name}"' for name in names)]
    lines += [separator.join(f"{value:.9E}".replace(".", point) for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def phyphox(
    moved: Motion, separator: str = ",", point: str = ".", titles: str = "Acceleration|Gyroscope"
) -> dict[str, str]:
    """Return the files of a phyphox export."""
    acc, gyro = titles.split("|")
    acc_names = ["Time (s)", *(f"{acc} {axis} (m/s^2)".strip() for axis in "xyz")]
    gyro_names = ["Time (s)", *(f"{gyro} {axis} (rad/s)".strip() for axis in "xyz")]
    return {
        "Accelerometer.csv": csv_of(
            acc_names, np.column_stack([moved.time_s, moved.acc_mps2]), separator, point
        ),
        "Gyroscope.csv": csv_of(
            gyro_names, np.column_stack([moved.gyro_time_s, moved.gyro_radps]), separator, point
        ),
        "Pressure.csv": csv_of(["Time (s)", "Pressure (hPa)"], np.ones((3, 2)), separator, point),
        "meta/device.csv": '"property","value"\n"deviceModel","Phone"\n',
        "meta/time.csv": '"event","experiment time","system time","system time text"\n'
        f'"START",0.000000000E0,{EPOCH_S:.3f},"2026-03-01 18:30:00.000 UTC+01:00"\n'
        f'"PAUSE",9.000000000E1,{EPOCH_S + 90:.3f},"2026-03-01 18:31:30.000 UTC+01:00"\n',
    }


def sensor_logger(
    moved: Motion, platform: str = "android", standard: bool = False
) -> dict[str, str]:
    """Return the files of a Sensor Logger export with everything switched on."""
    down = platform == "ios" and not standard
    sign = -1.0 if down else 1.0
    # Gravity alone, as a phone estimates it: slow.
    gravity = np.column_stack(
        [np.convolve(np.pad(a, 25, "edge"), np.ones(51) / 51, "valid") for a in moved.acc_mps2.T]
    )
    in_g = STANDARD_GRAVITY_MPS2 if down else 1.0
    files = {
        "Accelerometer.csv": (moved.time_s, sign * (moved.acc_mps2 - gravity)),
        "Gravity.csv": (moved.time_s, sign * gravity),
        "AccelerometerUncalibrated.csv": (moved.time_s, sign * moved.acc_mps2 / in_g),
        "Gyroscope.csv": (moved.gyro_time_s, moved.gyro_radps),
        "Magnetometer.csv": (moved.time_s, np.full_like(gravity, 48.0)),
    }
    if platform == "android":
        files["TotalAcceleration.csv"] = (moved.time_s, moved.acc_mps2)
    texts = {name: _logged(*each) for name, each in files.items()}
    texts["Annotation.csv"] = "time,seconds_elapsed,text,millisecond_press_duration\n"
    texts["Metadata.csv"] = (
        "version,device name,recording epoch time,recording time,recording timezone,platform,"
        "appVersion,device id,sensors,sampleRateMs,standardisation,platform version\n"
        f"3,Phone,{EPOCH_S * 1000:.0f},2026-03-01_17-30-00,Europe/Berlin,{platform},1.50,x,"
        f"Accelerometer|Gyroscope,10|10,{str(standard).lower()},18.0\n"
    )
    return texts


def metabase(moved: Motion) -> dict[str, str]:
    """Return the two files of a MetaBase export; each counts from its own first sample."""
    return {
        "Hip_Accelerometer_100.000Hz_1.7.3.csv": _based(
            "g", moved.time_s, moved.acc_mps2 / STANDARD_GRAVITY_MPS2
        ),
        "Hip_Gyroscope_100.000Hz_1.7.3.csv": _based(
            "deg/s", moved.gyro_time_s, np.degrees(moved.gyro_radps)
        ),
    }


def saved(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def zipped(path: Path, files: dict[str, str]) -> Path:
    """Write files into a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def _logged(time_s: NDArray[np.float64], values: NDArray[np.float64]) -> str:
    rows = [
        f"{round((EPOCH_S + at_s) * 1e9)},{at_s:.9f},{z:.9f},{y:.9f},{x:.9f}"
        for at_s, (x, y, z) in zip(time_s.tolist(), values.tolist(), strict=True)
    ]
    return "\n".join(["time,seconds_elapsed,z,y,x", *rows]) + "\n"


def _based(unit: str, time_s: NDArray[np.float64], values: NDArray[np.float64]) -> str:
    axes = ",".join(f"{axis}-axis ({unit})" for axis in "xyz")
    first_s = float(time_s[0])
    rows = [
        f"{(EPOCH_S + at_s) * 1000:.0f},2026-03-01T18:30:00.000,{at_s - first_s:.5f},"
        f"{x:.6f},{y:.6f},{z:.6f}"
        for at_s, (x, y, z) in zip(time_s.tolist(), values.tolist(), strict=True)
    ]
    return "\n".join([f"epoc (ms),timestamp (+0100),elapsed (s),{axes}", *rows]) + "\n"
