"""Samples and reps as a dataset of motion in the Brain Imaging Data Structure.

The motion files follow https://bids-specification.readthedocs.io, section Motion (BEP029). Times
are a channel of type LATENCY: sensors do not sample evenly, and a gap is a jump of it, as the
standard has it for uneven sampling.

The tab-separated tables of a BIDS dataset; what is not known is n/a.

What the JSON files of a BIDS dataset say of its samples and columns.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker import __version__
from tracker.domain import InputError, OutputError, exercise_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from tracker.domain import TimedFrame, Workout
    from tracker.export.formats import Session

UNKNOWN: Final = "n/a"
"""How the standard writes a missing value."""

_PIECE_ROWS: Final = 10_000
_AXES: Final = "xyz"


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table with a header."""
    lines = ["\t".join(names), *("\t".join(map(_cell, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def motion_lines(samples: TimedFrame) -> Iterator[bytes]:
    """Yield the samples without a header, some thousand rows at a time.

    The latency is that from the first sample, in s with six decimals.
    """
    blocks = [samples.acc_mps2]
    if samples.gyro_radps is not None:
        blocks.append(samples.gyro_radps)
    values = np.concatenate(blocks, axis=1)
    latency_s = samples.time_s - samples.time_s[0]
    for first in range(0, len(values), _PIECE_ROWS):
        piece = slice(first, first + _PIECE_ROWS)
        rows = zip(latency_s[piece].tolist(), values[piece].tolist(), strict=True)
        yield "".join(
            f"{at_s:.6f}\t" + "\t".join(map(_value, row)) + "\n" for at_s, row in rows
        ).encode()


def channel_rows(samples: TimedFrame) -> Iterator[tuple[str, ...]]:
    """Yield a row for each column of the samples: name, component, type, point, units, …."""
    yield "latency", UNKNOWN, "LATENCY", UNKNOWN, "s", UNKNOWN, UNKNOWN
    for axis in _AXES:
        yield f"acc_{axis}", axis, "ACCEL", "pelvis", "m/s^2", "hip", "sensor"
    if samples.gyro_radps is not None:
        for axis in _AXES:
            yield f"gyro_{axis}", axis, "GYRO", "pelvis", "rad/s", "hip", "sensor"


def event_rows(
    workout: Workout, first_s: float
) -> list[tuple[float, float | None, str, int, int]]:
    """Return every rep and every phase: onset, duration, trial_type, set, rep; by onset.

    The duration of a phase that was not seen whole is None.

    Parameters
    ----------
    workout
        What was found.
    first_s
        Session time of the first sample, from which onsets count, s.
    """
    rows: list[tuple[float, float | None, str, int, int]] = []
    for record in workout.sets:
        for rep in record.reps:
            spans = [("rep", rep.start_s, rep.end_s, all(span.whole for span in rep.phases))]
            spans += [
                (span.phase.value, span.start_s, span.end_s, span.whole) for span in rep.phases
            ]
            rows += [
                (
                    round(start_s - first_s, 6),
                    round(end_s - start_s, 6) if whole else None,
                    kind,
                    record.index,
                    rep.index,
                )
                for kind, start_s, end_s, whole in spans
            ]
    return sorted(rows, key=lambda row: row[0])


def _value(value: float) -> str:
    return UNKNOWN if np.isnan(value) else repr(value)


def _cell(value: object) -> str:
    return UNKNOWN if value is None else str(value)


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


TRACKING_SYSTEM: Final = "hip"
"""Label of the sensor in the names of files."""

PARTICIPANTS: Final = "participants.tsv"
"""One row for everybody in the dataset."""

_LABEL: Final = re.compile(r"[0-9A-Za-z]+")


def write_dataset(sessions: Sequence[Session], folder: Path, beside: Path) -> None:
    """Write one subject's trainings as a dataset, or into the dataset that is there.

    Raises
    ------
    InputError
        If a session has no samples, or the label is no label.
    OutputError
        If the subject is in the dataset already.
    """
    subject = f"sub-{_label(sessions[0].subject)}"
    if (beside / subject).exists():
        raise OutputError(
            str(beside),
            f"{subject} is in this dataset already",
            "Give another --subject, or export everything of this one into a new dataset.",
        )
    motion = folder / subject / "motion"
    motion.mkdir(parents=True)
    scans = []
    for session, stem in zip(sessions, _stems(sessions, subject), strict=True):
        _write_run(session, motion, stem)
        scans.append((f"motion/{stem}_motion.tsv", _acquired(session)))
    _write(folder / subject / f"{subject}_scans.tsv", table(("filename", "acq_time"), scans))
    _write(folder / PARTICIPANTS, _participants(subject, beside / PARTICIPANTS))
    for name, content in (
        ("dataset_description.json", _json({**DATASET, "GeneratedBy": [_program()]})),
        ("README.md", README),
    ):
        # Those of a dataset that is there say more than we know.
        if not (beside / name).exists():
            _write(folder / name, content)


def _write_run(session: Session, folder: Path, stem: str) -> None:
    samples = session.samples
    if samples is None or session.workout.facts.rate_hz is None:
        raise InputError(
            session.workout.facts.path,
            "there are no samples in it, or too few to tell their rate",
            "Leave it out.",
        )
    events = f"{stem.replace(f'_tracksys-{TRACKING_SYSTEM}', '')}_events"
    with (folder / f"{stem}_motion.tsv").open("wb") as out:
        out.writelines(motion_lines(samples))
    names = ("name", "component", "type", "tracked_point", "units", "placement", "reference_frame")
    _write(folder / f"{stem}_channels.tsv", table(names, channel_rows(samples)))
    _write(folder / f"{stem}_channels.json", _json(CHANNELS))
    _write(folder / f"{stem}_motion.json", _json(motion_sidecar(session.workout, samples)))
    columns = ("onset", "duration", "trial_type", "set", "rep")
    rows = event_rows(session.workout, float(samples.time_s[0]))
    _write(folder / f"{events}.tsv", table(columns, rows))
    _write(folder / f"{events}.json", _json(EVENTS))


def _stems(sessions: Sequence[Session], subject: str) -> list[str]:
    """Return how the names of each session's files start; sessions of one task are its runs."""
    tasks = [session.workout.info.exercise.replace("_", "") for session in sessions]
    amounts = Counter(tasks)
    seen: Counter[str] = Counter()
    stems = []
    for task in tasks:
        seen[task] += 1
        run = f"_run-{seen[task]:02d}" if amounts[task] > 1 else ""
        stems.append(f"{subject}_task-{task}_tracksys-{TRACKING_SYSTEM}{run}")
    return stems


def _acquired(session: Session) -> str | None:
    """Return when the first sample was taken, in UTC, as the standard writes it."""
    started = session.workout.info.started_utc
    if started is None or session.samples is None:
        return None
    first = timedelta(seconds=float(np.round(session.samples.time_s[0], 6)))
    moment = (datetime.fromisoformat(started) + first).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _participants(subject: str, present: Path) -> str:
    """Return the table of participants with one more; what is known of the others stays."""
    if not present.exists():
        return table(("participant_id",), [(subject,)])
    text = present.read_text(encoding="utf-8").rstrip("\n")
    rows = text.splitlines()
    if any(row.split("\t")[0] == subject for row in rows):
        return f"{text}\n"
    unknown = "\tn/a" * rows[0].count("\t")
    return f"{text}\n{subject}{unknown}\n"


def _label(text: str) -> str:
    if not _LABEL.fullmatch(text):
        raise InputError(
            "--subject", f"{text!r} is no label", "Use letters and digits only, as in 01."
        )
    return text


def _program() -> dict[str, str]:
    return {"Name": "tracker", "Version": __version__}


def _json(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
