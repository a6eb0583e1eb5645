"""The apps whose files are recognised, and what in each exports acceleration with gravity.

Recognising an app is only for advice: what a file holds is judged by its columns and values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tracker.domain.units import RADPS_PER_DPS
from tracker.language import _


@dataclass(frozen=True, slots=True)
class App:
    """An app that writes logs."""

    name: str
    marks: re.Pattern[str]
    """What is in the first lines of its files and of no other app's."""
    advice: str
    """Which of its settings or menu items exports what can be read."""
    points_down: bool = False
    """Whether its acceleration points down at rest, as Apple's does."""
    acc_mps2: float | None = None
    """m/s² in one of its unit of acceleration, if its columns do not say; None if they do."""
    gyro_radps: float | None = None
    """rad/s in one of its unit of angular rate, if its columns do not say; None if they do."""


def _app(
    name: str,
    marks: str,
    advice: str,
    *,
    points_down: bool = False,
    units: tuple[float | None, float | None] = (None, None),
) -> App:
    return App(name, re.compile(marks), advice, points_down, *units)


APPS: Final = (
    _app(
        # Translators: stands after "written by".
        _("the Movella DOT app"),
        r"DeviceTag:|PacketCounter,|FreeAcc_X",
        _(
            "Choose a payload with Acc_X and Gyr_X, as Custom Mode 5 or Rate Quantities: FreeAcc "
            "is without gravity."
        ),
        # Xsens DOT User Manual, "Calibrated inertial data": m/s² and degrees per second.
        units=(1.0, RADPS_PER_DPS),
    ),
    _app(
        "Polar Sensor Logger",
        r"Phone timestamp;",
        _(
            "Switch on ACC (and GYR, with a Verity Sense) before you start, and name the file "
            "that ends in _ACC.txt."
        ),
    ),
    _app(
        # Translators: stands after "written by".
        _("WitMotion's software"),
        r"Chip ?Time|AngleX\(|Angle X\(|Electric quantity|设备名称|片上时间",
        _("Switch on acceleration and angular velocity under Config, Content, and record again."),
    ),
    _app(
        # Translators: stands after "written by".
        _("Consensys of Shimmer"),
        r"_(?:CAL|RAW|UNCAL)\b",
        _(
            "Export calibrated data: Manage Data, Export, Calibrated, with Low Noise or Wide "
            "Range Accelerometer and Gyroscope switched on."
        ),
    ),
    _app(
        "SensorLog",
        r"loggingTime\(|loggingSample\(",
        _(
            "Switch on Accelerometer and Gyroscope in its settings; Device Motion alone is "
            "without gravity."
        ),
        points_down=True,
    ),
    _app(
        # Translators: stands after "written by".
        _("Physics Toolbox on an iPhone"),
        r"gFTotal",
        _("Record the G-Force Meter; Linear Accelerometer is without gravity."),
        points_down=True,
        units=(None, 1.0),
    ),
    _app(
        "Physics Toolbox",
        r"TgF|\baT\b|gFx|# Target Sample Rate",
        _(
            "Record the G-Force Meter, or a Multi Record of G-Force Meter and Gyroscope; Linear "
            "Accelerometer is without gravity."
        ),
        units=(1.0, 1.0),
    ),
    _app(
        "AndroSensor",
        r"TIME SINCE START|ACCELEROMETER [XYZ]|LINEAR ACCELERATION [XYZ]",
        _("Switch on Accelerometer and Gyroscope in its settings."),
    ),
    _app(
        "Sensor Logger",
        r"seconds_elapsed",
        _(
            "Switch on Total Acceleration, Accelerometer Uncalibrated, or Gravity beside the "
            "Accelerometer, and name all of its files: the folder or the zip."
        ),
    ),
    _app(
        # Translators: stands after "written by".
        _("a Movesense app"),
        r"ArrayAcc|X: \(m/s|\"Meas\"",
        _("Subscribe to Acc, IMU6 or IMU9; ECG and heart rate show no movement."),
    ),
    _app(
        "phyphox",
        r"Absolute acceleration|Linear Acceleration [xyz] \(|\"Time \(s\)\"",
        _('Use the experiment "Acceleration with g".'),
    ),
)


def app_of(head: str) -> App | None:
    """Return the app that wrote a file, judged by its first lines; None if it is not known."""
    return next((app for app in APPS if app.marks.search(head)), None)
