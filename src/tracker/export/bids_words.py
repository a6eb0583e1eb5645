"""What the JSON files of a BIDS dataset say of its samples and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.domain import exercise_named

if TYPE_CHECKING:
    from tracker.domain import TimedFrame, Workout

DATASET: Final = {
    "Name": "Hip thrusts with a motion sensor on the pelvis",
    "BIDSVersion": "1.11.1",
    "DatasetType": "raw",
}
"""What is known of a dataset; the study knows more."""

README: Final = """\
# Motion of the pelvis in strength training

One sensor on the pelvis: specific force (gravity included) in m/s^2 and, where it was measured,
angular rate in rad/s, in the axes of the sensor, which may be worn any way round. The first
channel is the time of each sample since the first one. Samples that were lost are left out.

The events are reps and their phases as `tracker` found them in these samples; they were not
labelled by hand.
"""

CHANNELS: Final = {
    "reference_frame": {
        "LongName": "Reference frame",
        "Description": "Axes in which a channel is measured.",
        "Levels": {
            "sensor": {
                "Description": "The axes of the sensor, which turn with the pelvis.",
                "RotationRule": "right-hand",
                "RotationOrder": "n/a",
                "SpatialAxes": "n/a",
            }
        },
    }
}
"""What the columns of the table of channels mean."""

EVENTS: Final = {
    "trial_type": {
        "LongName": "Part of the exercise",
        "Description": "A rep, or a phase of one; a phase starts where the pelvis' angular speed "
        "about the axis of the lift crosses 10 % of that movement's own peak.",
        "Levels": {
            "rep": "From the start of its first phase to the end of its last.",
            "concentric": "The way up.",
            "lockout": "The hold at the top.",
            "eccentric": "The way down.",
            "bottom": "The pause at the bottom.",
        },
    },
    "set": {"LongName": "Set", "Description": "Number of the set in the session, from 1."},
    "rep": {"LongName": "Rep", "Description": "Number of the rep in its set, from 1."},
}
"""What the columns of the table of events mean."""


def motion_sidecar(workout: Workout, samples: TimedFrame) -> dict[str, object]:
    """Return what is said of one run's samples."""
    info, rate_hz = workout.info, workout.facts.rate_hz
    gyro = 0 if samples.gyro_radps is None else 3
    about: dict[str, object] = {
        "TaskName": info.exercise.replace("_", " "),
        "TaskDescription": f"{exercise_named(info.exercise).title}, with a sensor on the pelvis",
        "TrackingSystemName": info.device_name or info.sensor,
        **({} if rate_hz is None else {"SamplingFrequency": round(rate_hz, 4)}),
        "RecordingDuration": round(float(samples.time_s[-1] - samples.time_s[0]), 6),
        "MissingValues": "n/a",
        "MotionChannelCount": 4 + gyro,
        "LATENCYChannelCount": 1,
        "ACCELChannelCount": 3,
        "GYROChannelCount": gyro,
        "TrackedPointsCount": 1,
    }
    if rate_hz is not None:
        about["SamplingFrequencyEffective"] = round(rate_hz, 4)
    if info.firmware is not None:
        about["SoftwareVersions"] = info.firmware
    return about
