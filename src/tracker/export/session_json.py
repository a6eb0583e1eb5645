"""A session as JSON objects: `tracker.session/1` for the whole of it, and one object per event.

Unknown values are null, never 0, and so is NaN, which JSON cannot write. Seconds keep six decimals
and everything else four, well below what any sensor resolves.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, Final, assert_never

from tracker.domain import (
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Cue,
    DataWarned,
    Fault,
    Gap,
    HeartRateRead,
    LinkChanged,
    LoweringStarted,
    PhaseStarted,
    ReferenceRep,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
    UserCommand,
    UserInput,
    entry_object,
    heart_rate_of,
    heart_rate_over,
)
from tracker.domain.foreign_text import json_file_text

if TYPE_CHECKING:
    from tracker.domain import Event, HeartRateSummary, PhaseSpan, Rep, SetRecord, Workout

SCHEMA: Final = "tracker.session/1"
"""Name and version of the object; a key that changes its meaning needs a new version."""

# A microsecond: finer than the device clocks, coarser than the noise of adding floats.
_DECIMALS_S: Final = 6
_DECIMALS: Final = 4


def session_object(workout: Workout) -> dict[str, object]:
    """Return the `tracker.session/1` object of one training."""
    facts = workout.facts
    return {
        "schema": SCHEMA,
        "exercise": workout.info.exercise,
        "started_utc": workout.info.started_utc,
        "source": {
            "path": facts.path,
            "sensor": facts.sensor,
            "rate_hz": number(facts.rate_hz),
            "duration_s": seconds(facts.duration_s),
            "samples": facts.samples,
            "gaps": [_ends(gap) for gap in workout.gaps],
            "faults": {reason.value: count for reason, count in workout.faults.items()},
            "warnings": [
                {"kind": warning.kind.value, "text": warning.text} for warning in workout.warnings
            ],
        },
        "pain": [
            {"moment": pain.moment.value, "set": pain.set_index, "score": pain.score}
            for pain in workout.pain
        ],
        "note": workout.note or None,
        "heart_rate": _heart_object(heart_rate_of(workout.heart_rates)),
        "advice": None
        if workout.advice is None
        else {
            "verdict": workout.advice.verdict,
            "followed": workout.advice.followed,
            "reasons": list(workout.advice.reasons),
        },
        "sets": [_set_object(workout, record) for record in workout.sets],
        "timed": [
            {
                "activity": each.activity,
                "start_s": seconds(each.start_s),
                "duration_s": seconds(each.duration_s),
                "side": None if each.side is None else each.side.value,
                "warm_up": each.warm_up,
            }
            for each in workout.timed
        ],
    }


def write_session(workout: Workout, out: BinaryIO) -> None:
    """Write the `tracker.session/1` object of one training, with the name of its file alone."""
    workout = replace(workout, facts=replace(workout.facts, path=workout.facts.name))
    out.write(json_file_text(session_object(workout)).encode())


def event_object(event: Event, emitted_s: float | None) -> dict[str, object]:
    """Return one event as an object.

    `emitted_s` is the time of the newest sample given to the engine when it emitted the event, s;
    None before the first sample.
    """
    kind, about, more = _parts(event)
    return {
        "event": kind,
        **about,
        "at_s": seconds(event.at_s),
        "emitted_s": seconds(emitted_s),
        **more,
    }


def _parts(event: Event) -> tuple[str, dict[str, object], dict[str, object]]:
    """Return an event's kind, its set and rep, and the rest of its values."""
    match event:
        case SetStarted():
            return "set_started", {"set": event.set_index}, {}
        case PhaseStarted():
            return "phase", {"set": event.set_index}, {"phase": event.phase.value}
        case LoweringStarted():
            return "lowering_started", {"set": event.set_index, "index": event.index}, {}
        case RepCounted():
            return "rep_counted", {"set": event.set_index, "index": event.index}, {}
        case RepCompleted():
            about: dict[str, object] = {"set": event.set_index, "index": event.rep.index}
            return "rep_completed", about, {"rep": rep_object(event.rep)}
        case RepRevised():
            rep = None if event.rep is None else rep_object(event.rep)
            about = {"set": event.set_index, "index": event.index}
            return "rep_revised", about, {"rep": rep, "reason": event.reason}
        case SetEnded(set_index=index, reps=reps):
            sure = number(event.count_confidence)
            return "set_ended", {"set": index}, {"reps": reps, "count_confidence": sure}
        case Cue():
            cue = {"kind": event.kind.value, "text": event.text, "strong": event.strong}
            return "cue", {"set": event.set_index, "index": event.rep_index}, {**cue}
        case Gap():
            return "gap", {}, _ends(event)
        case Fault():
            fault = {"reason": event.reason.value, "detail": event.detail, "count": event.count}
            return "fault", {}, {**fault}
        case DataWarned(warning=warning):
            return "warning", {}, {"kind": warning.kind.value, "text": warning.text}
        case LinkChanged():
            link = {"state": event.state.value, "device": event.device}
            return "link", {}, {**link, "detail": event.detail or None}
        case BatteryRead():
            return "battery", {}, {"percent": event.percent, "device": event.device}
        case HeartRateRead():
            heart = {"bpm": event.bpm, "contact": event.contact, "energy_kj": event.energy_kj}
            beats = [seconds(each) for each in event.rr_s]
            return "heart_rate", {}, {**heart, "rr_s": beats, "device": event.device}
        case UserCommand():
            return "mark", {}, {"text": event.text}
        case UserInput():
            return "entered", {}, {"entry": entry_object(event.entry)}
        case ReferenceRep():
            counts = {"index": event.index, "of": event.of}
            return "reference_rep", {}, {**counts, "refusal": event.refusal}
        case Calibrated():
            calibration = {"way": event.way.value, "wander_deg": number(event.wander_deg)}
            return "calibrated", {}, {**calibration, "range_deg": number(event.range_deg)}
        case CalibrationFailed():
            return "calibration_failed", {}, {"reason": event.reason}
        case CalibrationLost():
            return "calibration_lost", {}, {"reason": event.reason}
    assert_never(event)


_DURATIONS: Final = ("concentric_s", "lockout_s", "eccentric_s", "bottom_s")
_VELOCITIES: Final = ("mean_velocity_mps", "peak_velocity_mps")
_MEASURES: Final = ("rom_deg", "top_deg", "rise_m", *_VELOCITIES, "tilt_deg")


def rep_object(rep: Rep) -> dict[str, object]:
    """Return one rep as an object."""
    return {
        "index": rep.index,
        **_ends(rep),
        "complete": rep.complete,
        "phases": [{"phase": span.phase.value, **_ends(span)} for span in rep.phases],
        **{name: seconds(getattr(rep, name)) for name in _DURATIONS},
        **{name: number(getattr(rep, name)) for name in _MEASURES},
        "flags": [flag.value for flag in rep.flags],
        "confidence": number(rep.confidence),
        "confidence_reason": rep.confidence_reason,
    }


def _set_object(workout: Workout, record: SetRecord) -> dict[str, object]:
    return {
        "index": record.index,
        "exercise": workout.exercise_of(record),
        "side": None if record.side is None else record.side.value,
        "warm_up": record.warm_up,
        **(_ends(record) if record.sensed else {"start_s": None, "end_s": None}),
        "reps": [rep_object(rep) for rep in record.reps],
        "reps_done": record.done,
        "count_confidence": number(record.count_confidence),
        "heart_rate": _heart_object(
            heart_rate_over(workout.heart_rates, record.start_s, record.end_s)
        ),
        "load_kg": number(record.load_kg),
        "rpe": number(record.entries.rpe),
        "note": record.entries.note or None,
        "plan": record.plan.to_json(),
    }


def _heart_object(summary: HeartRateSummary | None) -> dict[str, object] | None:
    if summary is None:
        return None
    return {"mean_bpm": number(summary.mean_bpm), "max_bpm": summary.max_bpm}


def _ends(span: Rep | SetRecord | PhaseSpan | Gap) -> dict[str, object]:
    return {"start_s": seconds(span.start_s), "end_s": seconds(span.end_s)}


def seconds(value_s: float | None) -> float | None:
    """Return rounded seconds; None for unknown or not finite."""
    return _rounded(value_s, _DECIMALS_S)


def number(value: float | None) -> float | None:
    """Return any other number, rounded; None for unknown or not finite."""
    return _rounded(value, _DECIMALS)


def _rounded(value: float | None, decimals: int) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    # Adding 0.0 turns a negative zero into zero, and NumPy scalars into floats.
    return round(float(value), decimals) + 0.0
