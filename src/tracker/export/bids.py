"""Samples and reps as a motion dataset in the Brain Imaging Data Structure (BIDS).

The files follow https://bids-specification.readthedocs.io, section Motion (BEP029): tab-separated
tables in which unknown is n/a, each with a JSON sidecar that explains it. Time is a channel of
type LATENCY, as the standard has it for uneven sampling; a gap is a jump in it.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError, OutputError
from tracker.domain.foreign_text import json_file_text
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.domain import PhaseSpan, Rep, TimedFrame, Workout

    Run = tuple[Workout, TimedFrame | None]

UNKNOWN: Final = "n/a"
"""How the standard writes a missing value."""

_PIECE_ROWS: Final = 10_000
_AXES: Final = "xyz"


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table with a header."""
    return "".join("\t".join(map(_cell, row)) + "\n" for row in (names, *rows))


def motion_lines(samples: TimedFrame) -> Iterator[bytes]:
    """Yield the samples without a header, some thousand rows at a time.

    The latency is that from the first sample, in s with six decimals.
    """
    blocks = [samples.acc_mps2]
    if samples.gyro_radps is not None:
        blocks.append(samples.gyro_radps)
    # It costs 0.1 s, which the list of formats need not pay.
    import numpy as np

    values = np.concatenate(blocks, axis=1)
    latency_s = samples.time_s - samples.time_s[0]
    for first in range(0, len(values), _PIECE_ROWS):
        piece = slice(first, first + _PIECE_ROWS)
        rows = zip(latency_s[piece].tolist(), values[piece].tolist(), strict=True)
        yield "".join(
            f"{at_s:.6f}\t" + "\t".join(map(_cell, row)) + "\n" for at_s, row in rows
        ).encode()


def channel_rows(samples: TimedFrame) -> Iterator[tuple[str, ...]]:
    """Yield a row for each column of the samples: name, component, type, point, units, …."""
    yield "latency", UNKNOWN, "LATENCY", UNKNOWN, "s", UNKNOWN, UNKNOWN
    for axis in _AXES:
        yield f"acc_{axis}", axis, "ACCEL", "pelvis", "m/s^2", "hip", "sensor"
    if samples.gyro_radps is not None:
        for axis in _AXES:
            yield f"gyro_{axis}", axis, "GYRO", "pelvis", "rad/s", "hip", "sensor"


EventRow = tuple[float, float | None, str, int, int, str, str | None, str]
"""Onset, duration, trial_type, set, rep, exercise, side and warm_up."""


def event_rows(workout: Workout, first_s: float) -> list[EventRow]:
    """Return every rep and phase by onset.

    Onsets count from `first_s`, the session time of the first sample. The duration of a phase
    that was cut by a gap is None.
    """
    rows: list[EventRow] = []
    for record in workout.sets:
        side = None if record.side is None else record.side.value
        about = (workout.exercise_of(record), side, "true" if record.warm_up else "false")
        for rep in record.reps:
            whole = all(span.whole for span in rep.phases)
            spans: list[tuple[str, Rep | PhaseSpan, bool]] = [("rep", rep, whole)]
            spans += [(span.phase.value, span, span.whole) for span in rep.phases]
            for kind, span, whole in spans:
                duration_s = round(span.end_s - span.start_s, 6) if whole else None
                onset_s = round(span.start_s - first_s, 6)
                rows.append((onset_s, duration_s, kind, record.index, rep.index, *about))
    return sorted(rows, key=lambda row: row[0])


def _cell(value: object) -> str:
    # Only NaN differs from itself.
    return UNKNOWN if value is None or value != value else str(value)


README: Final = """\
# Motion of the pelvis in strength training

One sensor on the pelvis: specific force (gravity included) in m/s^2 and, where it was measured,
angular rate in rad/s, in the axes of the sensor, which may be worn in any orientation. The first
channel is the time since the first sample. Lost samples are left out.

The events are reps and their phases as `tracker` found them in these samples; nobody labelled
them by hand.
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
            "concentric": "The hips rise.",
            "lockout": "The hold at the top.",
            "eccentric": "The hips are lowered.",
            "bottom": "The pause at the bottom.",
        },
    },
    "set": {"LongName": "Set", "Description": "Number of the set in the session, from 1."},
    "rep": {"LongName": "Rep", "Description": "Number of the rep in its set, from 1."},
    "exercise": {"LongName": "Exercise", "Description": "What was trained in the set."},
    "side": {"LongName": "Side", "Description": "Working leg: left or right; n/a is both."},
    "warm_up": {
        "LongName": "Warm-up",
        "Description": "Whether the set was a warm-up.",
        "Levels": {"true": "A warm-up set.", "false": "A working set."},
    },
}
"""What the columns of the table of events mean."""


def motion_sidecar(workout: Workout, samples: TimedFrame) -> dict[str, object]:
    """Return the sidecar of one run's samples."""
    info, rate_hz = workout.info, workout.facts.rate_hz
    # English, as the names of a standard are.
    task = info.exercise.replace("_", " ")
    gyro = 0 if samples.gyro_radps is None else 3
    about: dict[str, object] = {
        "TaskName": task,
        "TaskDescription": f"{task.capitalize()}, with a sensor on the pelvis",
        "TrackingSystemName": info.device_name or info.sensor,
        "SamplingFrequency": None if rate_hz is None else round(rate_hz, 4),
        "RecordingDuration": round(float(samples.time_s[-1] - samples.time_s[0]), 6),
        "MissingValues": "n/a",
        "MotionChannelCount": 4 + gyro,
        "LATENCYChannelCount": 1,
        "ACCELChannelCount": 3,
        "GYROChannelCount": gyro,
        "TrackedPointsCount": 1,
        "SamplingFrequencyEffective": None if rate_hz is None else round(rate_hz, 4),
        "SoftwareVersions": info.firmware,
    }
    return {name: value for name, value in about.items() if value is not None}


TRACKING_SYSTEM: Final = "hip"
"""Label of the sensor in file names."""


def write_dataset(runs: Sequence[Run], subject: str, folder: Path, target: Path) -> None:
    """Write one subject's trainings into an empty folder, as a dataset or an addition to one.

    The files are moved to `target` afterwards, which may hold a dataset already. Raises
    `InputError` if a training has no samples or the subject is not a label, and `OutputError` if
    the dataset has the subject already.
    """
    from tracker.version import VERSION

    if not re.fullmatch(r"[0-9A-Za-z]+", subject):
        problem = _("{subject!r} is not a label").format(subject=subject)
        raise InputError("--subject", problem, _("Use letters and digits only, as in 01."))
    label = f"sub-{subject}"
    if (target / label).exists():
        raise OutputError(
            str(target),
            _("{label} is in this dataset already").format(label=label),
            _("Give another --subject, or export all sessions of this one into a new dataset."),
        )
    motion = folder / label / "motion"
    motion.mkdir(parents=True)
    scans = []
    for (workout, samples), stem in zip(runs, _stems(runs, label), strict=True):
        if samples is None or workout.facts.rate_hz is None:
            raise InputError(
                workout.facts.path,
                _("has no samples, or too few to tell their rate"),
                _("Leave it out."),
            )
        _write_run(workout, samples, motion, stem)
        scans.append((f"motion/{stem}_motion.tsv", _acquired(workout, samples)))
    _write(folder / label / f"{label}_scans.tsv", table(("filename", "acq_time"), scans))
    participants = "participants.tsv"
    _write(folder / participants, _participants(label, target / participants))
    about = {
        "Name": "Hip thrusts with a motion sensor on the pelvis",
        "BIDSVersion": "1.11.1",
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "tracker", "Version": VERSION}],
    }
    for name, content in (("dataset_description.json", about), ("README.md", README)):
        # Those of an existing dataset say more than we know.
        if not (target / name).exists():
            _write(folder / name, content)


def _write_run(workout: Workout, samples: TimedFrame, folder: Path, stem: str) -> None:
    events = f"{stem.replace(f'_tracksys-{TRACKING_SYSTEM}', '')}_events"
    with (folder / f"{stem}_motion.tsv").open("wb") as out:
        out.writelines(motion_lines(samples))
    names = ("name", "component", "type", "tracked_point", "units", "placement", "reference_frame")
    _write(folder / f"{stem}_channels.tsv", table(names, channel_rows(samples)))
    _write(folder / f"{stem}_channels.json", CHANNELS)
    _write(folder / f"{stem}_motion.json", motion_sidecar(workout, samples))
    columns = ("onset", "duration", "trial_type", "set", "rep", "exercise", "side", "warm_up")
    rows = event_rows(workout, float(samples.time_s[0]))
    _write(folder / f"{events}.tsv", table(columns, rows))
    _write(folder / f"{events}.json", EVENTS)


def _stems(runs: Sequence[Run], label: str) -> list[str]:
    """Return how the names of each training's files start; repetitions of a task are its runs."""
    tasks = [workout.info.exercise.replace("_", "") for workout, __ in runs]
    amounts = Counter(tasks)
    seen: Counter[str] = Counter()
    stems = []
    for task in tasks:
        seen[task] += 1
        run = f"_run-{seen[task]:02d}" if amounts[task] > 1 else ""
        stems.append(f"{label}_task-{task}_tracksys-{TRACKING_SYSTEM}{run}")
    return stems


def _acquired(workout: Workout, samples: TimedFrame) -> str | None:
    """Return when the first sample was taken, in UTC, as the standard writes it."""
    started = workout.info.started_utc
    if started is None:
        return None
    first = timedelta(seconds=round(float(samples.time_s[0]), 6))
    moment = (datetime.fromisoformat(started) + first).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"


def _participants(subject: str, present: Path) -> str:
    """Return the table of participants with one more; the rows of the others stay."""
    if not present.exists():
        return table(("participant_id",), [(subject,)])
    text = present.read_text(encoding="utf-8").rstrip("\n")
    rows = text.splitlines()
    if any(row.split("\t")[0] == subject for row in rows):
        return f"{text}\n"
    unknown = "\tn/a" * rows[0].count("\t")
    return f"{text}\n{subject}{unknown}\n"


def _write(path: Path, content: str | Mapping[str, object]) -> None:
    """Write a text, or an object as JSON."""
    if not isinstance(content, str):
        content = json_file_text(content)
    path.write_text(content, encoding="utf-8", newline="\n")
