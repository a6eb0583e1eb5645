"""A snapshot with nothing known, to be filled in by each test with what it is about."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker.app.snapshot import PlaybackState, RecordingState, RunState, SessionSnapshot
from tracker.domain import HIP_THRUST, NO_PLAN, SessionInfo, SetRecord


def snapshot(**known: Any) -> SessionSnapshot:
    """Return a running live session of which only `known` is known.

    `phase` and `phase_started_s` stand for the latest of its phases.
    """
    if "phase" in known:
        known["phases"] = ((known.pop("phase"), known.pop("phase_started_s", None)),)
    nothing: dict[str, Any] = {
        "info": SessionInfo(sensor="scripted"),
        "exercise": HIP_THRUST,
        "state": RunState.RUNNING,
        "failure": None,
        "position_s": None,
        "sets": (),
        "plan": NO_PLAN,
        "pain": (),
        "note": "",
        "phases": (),
        "cue": None,
        "lowered_s": None,
        "calibrating": None,
        "link": None,
        "link_detail": "",
        "second_link": None,
        "battery_percent": None,
        "rate_hz": None,
        "samples": 0,
        "gaps": (),
        "faults": {},
        "sample_age_s": None,
        "recording": RecordingState.OFF,
        "recording_failure": None,
        "playback": None,
        "trace_time_s": np.empty(0),
        "trace_pitch_deg": np.empty(0),
    }
    return SessionSnapshot(**(nothing | known))


def playing(**known: Any) -> PlaybackState:
    """Return a playback at the usual speed, changed by `known`."""
    usual: dict[str, Any] = {
        "paused": False,
        "speed": 1.0,
        "seeking": False,
        "end_s": None,
        "recording_name": None,
    }
    return PlaybackState(**(usual | known))


def set_of(*reps: Any, ended: bool = False, index: int = 1) -> SetRecord:
    """Return a set of completed reps."""
    return SetRecord(index, reps[0].start_s, reps[-1].end_s, reps, len(reps), ended)
