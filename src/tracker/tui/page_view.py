"""What the page for a phone shows: the live training, and any other screen as a form.

Both are plain JSON objects, made from what the terminal's screens show, in the same words. The
page lays them out and knows nothing about training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from textual.widgets import Input

from tracker.app.playback import Playback
from tracker.app.snapshot import RunState
from tracker.app.text import clock_time, flag_words, number, phase_durations_s, set_flag_words
from tracker.coach import VERDICT_WORDS, phase_errors, velocity_loss
from tracker.coach.pacing import planned_s
from tracker.domain import LIFTERS_ORDER, PHASE_WORDS, CueKind, Phase, mean_of_known
from tracker.domain.loads import load_unit, load_words
from tracker.tui.plain import Plain, Shown
from tracker.tui.screens import FlowScreen
from tracker.tui.widgets.forms import Choice, FormRow, NumberInput
from tracker.tui.widgets.live import (
    HEADS,
    SIGNS,
    countdown_of,
    cue_of,
    paced_of,
    phase_text,
    time_text,
)
from tracker.tui.widgets.reps import SIGNS as VERDICT_SIGNS
from tracker.tui.widgets.status import banner_of, notice_of, origin_of
from tracker.tui.widgets.traces import SPAN_S, lockout_band_deg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.screen import Screen

    from tracker.app.session import Session
    from tracker.app.snapshot import SessionSnapshot
    from tracker.domain import Cue, HeartRateRead, Rep, SetRecord

Json = dict[str, Any]

TRACE_POINTS: Final = 100
"""Points of the curve: more than one for four pixels of a phone is not seen."""

MOST_TEXT: Final = 4000
"""Characters of a screen's words that are passed on."""

_GOOD: Final = frozenset({CueKind.PRAISE, CueKind.TARGET_REACHED})


def live_view(training: Session | Playback) -> Json:
    """Return a training as it is now."""
    snapshot = training.snapshot()
    current = snapshot.current_set
    resting = snapshot.resting_s is not None and snapshot.phase is None
    return {
        "person": snapshot.info.person,
        "exercise": snapshot.exercise.title,
        "origin": origin_of(snapshot),
        "measured": _is_measured(snapshot),
        "clock": clock_time(snapshot.position_s),
        "heart": _heart_view(snapshot.heart_rate),
        "running": snapshot.state is RunState.RUNNING,
        "notice": notice_of(snapshot),
        "trouble": banner_of(snapshot)[0],
        "set": None if current is None else _set_view(current),
        "target": (snapshot.plan if current is None else current.plan).target_reps,
        "phase": _phase_name(snapshot),
        "phase_text": phase_text(snapshot.phase),
        "time": time_text(snapshot),
        "pace": _pace_view(snapshot),
        "rest": _rest_view(snapshot) if resting else None,
        "cue": _cue_view(cue_of(snapshot)),
        "last_rep": _last_rep_view(snapshot),
        "sets": [_set_view(each) for each in snapshot.sets],
        "trace": _trace_view(snapshot),
        # Nothing of a replay can be finished or logged: its end is the way out.
        "stored": not isinstance(training, Playback),
    }


def _is_measured(snapshot: SessionSnapshot) -> bool:
    """Return whether a sensor sends the numbers now: neither a file nor the simulator."""
    playback = snapshot.playback
    replayed = playback is not None and playback.recording_name is not None
    return not replayed and snapshot.info.origin != "synthetic"


def _heart_view(reading: HeartRateRead | None) -> str | None:
    """Return the heart rate, a dash while it is unknown; None if no sensor sends one."""
    return None if reading is None else number(reading.bpm, 0)


def _phase_name(snapshot: SessionSnapshot) -> str:
    return "rest" if snapshot.phase is None else snapshot.phase.value


def _pace_view(snapshot: SessionSnapshot) -> Json:
    """Return what is timed: words, the share of the plan that is over, and whether it is done."""
    paced = paced_of(snapshot)
    goal_s = None
    if snapshot.phase is not None and snapshot.current_set is not None:
        goal_s = planned_s(snapshot.current_set.plan, snapshot.phase)
    return {
        "words": paced.words,
        "share": None if paced.share is None else round(paced.share, 3),
        "done": paced.done,
        "holding": paced.holding,
        "goal_s": goal_s,
    }


def _rest_view(snapshot: SessionSnapshot) -> Json:
    time, over = countdown_of(snapshot)
    return {"time": time, "over": over}


def _cue_view(cue: Cue | None) -> Json | None:
    """Return a cue with its kind as a word: praise, correction or safety."""
    if cue is None:
        return None
    kind = "praise" if cue.kind in _GOOD else "safety" if cue.strong else "correction"
    return {"head": HEADS[cue.kind], "text": cue.text, "kind": kind, "at_s": cue.at_s}


def _set_view(record: SetRecord) -> Json:
    loss = velocity_loss(record.reps)
    return {
        "index": record.index,
        "count": record.done,
        "target": record.plan.target_reps,
        "ended": record.ended,
        "confidence": record.count_confidence,
        "load_kg": record.load_kg,
        "load": load_words(record.load_kg),
        "rpe": record.entries.rpe,
        "hold": number(mean_of_known(rep.lockout_s for rep in record.reps), 1, " s"),
        "range": number(mean_of_known(rep.rom_deg for rep in record.reps), 0, "°"),
        "velocity": number(mean_of_known(rep.mean_velocity_mps for rep in record.reps), 2),
        "loss": None if loss is None else round(loss.share * 100),
        "speeds": [_rounded(rep.mean_velocity_mps, 3) for rep in record.reps],
        "remarks": set_flag_words(record),
    }


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def _last_rep_view(snapshot: SessionSnapshot) -> Json | None:
    measured = [record for record in snapshot.sets if record.reps]
    if not measured:
        return None
    record = measured[-1]
    rep = record.reps[-1]
    return {
        "index": rep.index,
        "set": record.index,
        "phases": [_phase_view(record, rep, phase) for phase in LIFTERS_ORDER],
        "range": number(rep.rom_deg, 0, "°"),
        "velocity": number(rep.mean_velocity_mps, 2, " m/s"),
        "remarks": flag_words(rep.flags),
    }


def _phase_view(record: SetRecord, rep: Rep, phase: Phase) -> Json:
    tempo = record.plan.tempo
    verdicts = {} if tempo is None else {e.phase: e.verdict for e in phase_errors(rep, tempo)}
    verdict = verdicts.get(phase)
    return {
        "phase": phase.value,
        "sign": SIGNS[phase],
        "word": PHASE_WORDS[phase],
        "time": number(phase_durations_s(rep)[phase]),
        "verdict": "" if verdict is None else VERDICT_SIGNS[verdict],
        "verdict_word": "" if verdict is None else VERDICT_WORDS[verdict],
    }


def _trace_view(snapshot: SessionSnapshot) -> Json:
    """Return the last seconds of pitch: seconds before now, degrees above the bottom, the band."""
    time_s, pitch_deg = snapshot.trace_time_s, snapshot.trace_pitch_deg
    end_s = snapshot.position_s
    band = lockout_band_deg(snapshot)
    view: Json = {
        "span_s": SPAN_S,
        "band_deg": None if band is None else [round(each, 1) for each in band],
        "points": [],
    }
    if end_s is None or not time_s.size:
        return view
    shown = np.flatnonzero((time_s > end_s - SPAN_S) & np.isfinite(pitch_deg))
    step = max(1, round(shown.size / TRACE_POINTS))
    # Counted from the end of the stream would move every point with every sample.
    chosen = shown[(shown % step) == 0] if step > 1 else shown
    points = zip((time_s[chosen] - end_s).tolist(), pitch_deg[chosen].tolist(), strict=True)
    view["points"] = [[round(before_s, 2), round(deg, 1)] for before_s, deg in points]
    return view


def form_view(screen: Screen[Any]) -> Json:
    """Return the words, fields, choices and buttons of any screen."""
    texts = dict(_texts(screen))
    title = texts.pop("title", "")
    return {
        "title": title,
        "text": [text for text in texts.values() if text][:20],
        "fields": [_field_view(*each) for each in fields_of(screen).values()],
        "choices": [list(each) for each in screen.choices()]
        if isinstance(screen, FlowScreen)
        else [],
        "buttons": [{"action": action, "label": label} for action, label in buttons_of(screen)],
    }


_ABOUT_TABLES: Final = frozenset({"legend"})
"""What only makes sense below a table as wide as a terminal."""


def _texts(screen: Screen[Any]) -> Iterator[tuple[str, str]]:
    for place, widget in enumerate(screen.query(Plain)):
        content = widget.render()
        if widget.display and isinstance(content, Shown) and widget.id not in _ABOUT_TABLES:
            yield widget.id or str(place), content.plain.strip()[:MOST_TEXT]


Field = tuple[str, str, Input | Choice, str]
"""Id, label, widget and hint."""


def fields_of(screen: Screen[Any]) -> dict[str, Field]:
    """Return the fields of a screen by their ids."""
    found: dict[str, Field] = {}
    for row in screen.query(FormRow):
        field = row.field
        if isinstance(field, Input | Choice) and field.id is not None and row.display:
            found[field.id] = (field.id, row.label, field, row.hint_text)
    for place, alone in enumerate(screen.query(Input)):
        name = alone.id or f"field-{place}"
        if not isinstance(alone.parent, FormRow):
            found[name] = (name, alone.placeholder, alone, "")
    return found


_LOADS: Final = frozenset({"load", "next"})
"""Fields that a button changes by a pair of plates."""


def _field_view(name: str, label: str, field: Input | Choice, hint: str) -> Json:
    view: Json = {"id": name, "label": label, "hint": hint, "value": field.value}
    if isinstance(field, Choice):
        return {**view, "type": "choice", "options": [list(each) for each in field.options]}
    view["type"] = "number" if isinstance(field, NumberInput) else "text"
    return {**view, "step": load_unit().step} if name in _LOADS else view


_ON_TERMINALS_ONLY: Final = ("app.", "show_unknown", "replay", "history", "guide")
"""Actions that move the focus, or lead to screens laid out for a terminal."""


def buttons_of(screen: Screen[Any]) -> list[tuple[str, str]]:
    """Return the actions that a screen offers now, each with its label."""
    found: dict[str, str] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        mine = active.node is screen and active.enabled and binding.show
        if mine and not binding.action.startswith(_ON_TERMINALS_ONLY):
            found.setdefault(binding.action, binding.description)
    return list(found.items())


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> Json:
    """Return the parts of a state that are different from before."""
    return {name: value for name, value in now.items() if before.get(name, ...) != value}
