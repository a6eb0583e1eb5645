"""Samples and reps as a dataset of motion in the Brain Imaging Data Structure.

The motion files follow https://bids-specification.readthedocs.io, section Motion (BEP029). Times
are a channel of type LATENCY: sensors do not sample evenly, and a gap is a jump of it, as the
standard has it for uneven sampling.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker import __version__
from tracker.domain import InputError, OutputError
from tracker.export.bids_tables import channel_rows, event_rows, motion_lines, table
from tracker.export.bids_words import CHANNELS, DATASET, EVENTS, README, motion_sidecar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.export.formats import Session

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
