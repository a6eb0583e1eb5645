"""What changes while you lift, drawn large: count, phase, pace, cue, and the rest that is left.

The count is readable from three metres, the cue from the bench. Each phase has a word, a sign and
a colour of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.reactive import reactive

from tracker.app.snapshot import RunState
from tracker.app.text import clock_time, number
from tracker.coach.pacing import planned_s
from tracker.domain import LIFTERS_ORDER, PHASE_WORDS, Cue, CueKind, Phase
from tracker.language import _, decimal
from tracker.tui.widgets.block_text import (
    LinesWidget,
    block_text,
    centred,
    stroke_of,
    strokes_wide,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from tracker.app.snapshot import SessionSnapshot
    from tracker.domain import Plan

FLASH_S: Final = 0.4
"""Long enough to be seen from the corner of the eye, over before the next rep."""


SURE: Final = 0.95
"""A rep below this confidence makes the count unsure; the engine gives its reason then."""


def unsure_of(snapshot: SessionSnapshot) -> bool:
    """Return whether the count of the set may be wrong; what the wearer corrected is theirs."""
    current = snapshot.current_set
    if current is None or current.entries.reps_by or current.entries.reps is not None:
        return False
    confidences = [rep.confidence for rep in current.reps]
    confidences.append(current.count_confidence)
    return any(each is not None and each < SURE for each in confidences)


def below_count(snapshot: SessionSnapshot) -> str:
    """Return the line below the count: the target, and how long the set has lasted."""
    current = snapshot.current_set
    plan = snapshot.plan if current is None else current.plan
    target = plan.target_reps
    more = "+" if plan.or_more and _working_sets(snapshot, plan) >= (plan.sets or 0) else ""
    # Translators: below the count of reps: how many are planned, and a "+" for "or more".
    parts = [] if target is None else [_("of {target}").format(target=f"{target}{more}")]
    if current is not None and not current.ended and snapshot.position_s is not None:
        time = clock_time(snapshot.position_s - current.start_s)
        # Translators: how long the set has lasted, in minutes and seconds.
        parts.append(_("set {time}").format(time=time))
    if unsure_of(snapshot):
        parts.append(_("unsure: u or a"))
    return " · ".join(parts)


def _working_sets(snapshot: SessionSnapshot, plan: Plan) -> int:
    """Return how many sets of the plan's exercise and side there are, this one included."""
    return sum(
        (each.plan.exercise, each.plan.side) == (plan.exercise, plan.side)
        for each in snapshot.sets
        if not each.warm_up and each.done > 0
    )


class Count(LinesWidget):
    """Reps of the set under way, or of the last one, dimmed, while resting."""

    DEFAULT_CSS = """
    Count {
        color: $foreground;
        border: round $foreground 35%;
        border-title-color: $foreground;
        border-title-style: bold;
    }
    Count.-resting { color: $text-muted; }
    Count.-flash { color: $success; }
    """

    reps: reactive[int] = reactive(0)
    below: reactive[str] = reactive("", repaint=False)
    unsure: reactive[bool] = reactive(False)
    phase: reactive[Phase | None] = reactive(None, repaint=False)

    def on_mount(self) -> None:
        self.border_title = _("Reps")

    def watch_below(self) -> None:
        self.redraw()

    def update_from(self, snapshot: SessionSnapshot) -> None:
        current = snapshot.current_set
        self.unsure = unsure_of(snapshot)
        self.reps = 0 if current is None else current.done
        self.below = below_count(snapshot)
        self.phase = snapshot.phase
        self.set_class(current is None or current.ended, "-resting")

    def watch_phase(self, phase: Phase | None) -> None:
        """Give the big display its colour."""
        _set_phase(self, phase)

    def flash(self) -> None:
        """Point out that a rep was counted."""
        self.add_class("-flash")
        self.set_timer(FLASH_S, lambda: self.remove_class("-flash"))

    def drawn(self, width: int, height: int) -> list[str]:
        """Draw the number as large as it fits, clear of its neighbours, and the target below."""
        words, room = (f"{self.reps}?", "00?") if self.unsure else (str(self.reps), "00")
        lines = block_text(words, width - 2, height - 1, room_for=room)
        return _above(lines, self.below, width, height)


def _set_phase(widget: Widget, phase: Phase | None) -> None:
    """Give a widget the class of a phase, and no other, in one step: each styles it anew."""
    others = widget.classes - {f"-{known.value}" for known in Phase}
    widget.set_classes(others if phase is None else others | {f"-{phase.value}"})


def _above(lines: Sequence[str], below: str, width: int, height: int) -> list[str]:
    """Return lines in the middle, above one at the bottom."""
    drawn = centred(lines, width, height - 1)
    return [*drawn, *[""] * (height - 1 - len(drawn)), f"{below:^{width}}"]


SIGNS: Final = dict(zip(LIFTERS_ORDER, "▲■▼▁", strict=True))
"""A shape beside the word, for people who can't tell the colours apart."""


def phase_text(phase: Phase | None) -> str:
    """Return the sign and the word of a phase; REST between sets."""
    return _("REST") if phase is None else f"{SIGNS[phase]} {PHASE_WORDS[phase].upper()}"


_LONGEST_WORDS: Final = max((phase_text(phase) for phase in LIFTERS_ORDER), key=strokes_wide)
"""The widest phase: all are drawn at a size at which it fits."""

_LONGEST_WORD: Final = _LONGEST_WORDS.split(" ")[-1]
"""The same without its sign."""


MOVE_STEP_S: Final = 0.2
"""Steps in which phases other than the hold are timed: each draws a part of the screen anew, and
only a hold is held to the tenth."""


def shown_elapsed_s(snapshot: SessionSnapshot) -> float | None:
    """Return how long the phase has taken, in the steps in which it is shown, s."""
    elapsed_s = snapshot.phase_elapsed_s
    if elapsed_s is None:
        return None
    if snapshot.phase is Phase.LOCKOUT:
        return round(elapsed_s, 1)
    return round(MOVE_STEP_S * int(elapsed_s / MOVE_STEP_S + 1e-6), 1)


def time_text(snapshot: SessionSnapshot) -> str:
    """Return how long the phase, or the rest, has taken; empty if unknown."""
    if snapshot.phase is not None:
        elapsed_s = shown_elapsed_s(snapshot)
        return "" if elapsed_s is None else decimal(elapsed_s, 1)
    rest_s = snapshot.resting_s
    return "" if rest_s is None else clock_time(rest_s)


def phase_lines(
    words: str, time: str, width: int, height: int, longest: str = _LONGEST_WORDS
) -> Sequence[str]:
    """Return the words and the time as large as they fit: side by side, or one above the other.

    So that they keep their size, there has to be room for the `longest` words as well.
    """
    beside = " ".join(part for part in (words, time) if part)
    longest_beside = f"{longest} {decimal(0.0, 1)}"
    half = (height - 1) // 2
    if stroke_of(longest, width, half) > stroke_of(longest_beside, width, height):
        upper = block_text(words, width, half, room_for=longest)
        lower = ("", *block_text(time, width, half, room_for=longest)) if time else ()
        return [f"{line:^{width}}" for line in (*upper, *lower)]
    return block_text(beside, width, height, room_for=longest_beside)


class PhaseBar(LinesWidget):
    """The phase and its running time, across the whole width."""

    DEFAULT_CSS = """
    PhaseBar { height: 1fr; min-height: 3; color: $foreground; background: $panel; }
    PhaseBar.-concentric { background: $primary; color: auto; }
    PhaseBar.-lockout { background: $success; color: auto; }
    """

    phase: reactive[Phase | None] = reactive(None)
    time: reactive[str] = reactive("", repaint=False)

    def update_from(self, snapshot: SessionSnapshot) -> None:
        self.phase = snapshot.phase
        self.time = time_text(snapshot)

    def watch_time(self) -> None:
        self.redraw()

    def watch_phase(self, phase: Phase | None) -> None:
        _set_phase(self, phase)

    def drawn(self, width: int, height: int) -> list[str]:
        words = phase_text(self.phase)
        lines = phase_lines(words, self.time, width - 2, height)
        if len(lines) < 2:
            # Where the words are long, they are rather drawn without their sign and the margins.
            lines = phase_lines(words.split(" ")[-1], self.time, width, height, _LONGEST_WORD)
        return centred(lines, width, height)


_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True, slots=True)
class Paced:
    """What is being timed."""

    words: str
    """What it is, and how long is planned; how long it has taken is beside the phase."""
    share: float | None
    """Share of the plan that is over, 0 to 1; None where nothing is planned."""
    holding: bool = False
    """Whether it is the hold."""

    @property
    def done(self) -> bool:
        """Whether the goal is reached."""
        return self.share is not None and self.share >= 1.0


def paced_of(snapshot: SessionSnapshot) -> Paced:
    """Return what is being timed: the phase in a set, otherwise the rest."""
    current = snapshot.current_set
    phase, elapsed_s = snapshot.phase, shown_elapsed_s(snapshot)
    if phase is not None and elapsed_s is not None and current is not None:
        goal_s = planned_s(current.plan, phase)
        holding = phase is Phase.LOCKOUT
        share = None if not goal_s else min(1.0, elapsed_s / goal_s)
        words = PHASE_WORDS[phase]
        if goal_s:
            # Translators: a phase and how long it is planned, as "hold of 2.0 s".
            words = _("{phase} of {seconds} s").format(phase=words, seconds=number(goal_s))
        elif goal_s is not None:
            words = _("{phase} · touch and go").format(phase=words)
        done = f"   {_('✓ hold done')}" if holding and share == 1.0 else ""
        return Paced(f"{words}{done}", share, holding)
    rest_s = snapshot.resting_s
    if rest_s is None:
        return Paced("", None)
    goal_s = snapshot.plan.rest_s
    share = None if not goal_s else min(1.0, int(rest_s) / goal_s)
    over = f"   {_('✓ rest is over')}" if share == 1.0 else ""
    words = _("rest of {time}").format(time=clock_time(goal_s))
    return Paced(f"{words}{over}", share)


def bar(share: float, width: int) -> str:
    """Return a bar of `width` columns, filled to an eighth of a column."""
    full, rest = divmod(round(max(0.0, min(1.0, share)) * width * 8), 8)
    return ("█" * full + _EIGHTHS[rest].strip()).ljust(width, "░")


def pace_lines(paced: Paced, width: int, height: int) -> list[str]:
    """Return the words above the bar, which takes the remaining lines."""
    drawn = "" if paced.share is None else bar(paced.share, width)
    return [paced.words, *[drawn] * (height - 1)]


class PaceBar(LinesWidget):
    """The words and the bar; green, and with a tick, once a hold is done."""

    DEFAULT_CSS = """
    PaceBar { height: 2; color: $text-primary; text-style: bold; }
    PaceBar.-holding { color: $text-warning; }
    PaceBar.-done { color: $text-success; }
    """

    paced: reactive[Paced] = reactive(Paced("", None), repaint=False)

    def watch_paced(self) -> None:
        self.redraw()

    def update_from(self, snapshot: SessionSnapshot) -> None:
        self.paced = paced_of(snapshot)
        self.set_class(self.paced.holding, "-holding")
        self.set_class(self.paced.done, "-done")

    def drawn(self, width: int, height: int) -> list[str]:
        return pace_lines(self.paced, width, height)


SHOWN_S: Final = 6.0
"""About one rep: by then the cue was followed, or there is a newer one."""

# Translators: what comes in capitals is drawn in large letters; the shorter, the larger.
HEADS: Final = {
    CueKind.HOLD_LONGER: _("HOLD"),
    CueKind.REACH_LOCKOUT: _("HIPS UP"),
    CueKind.PAST_LEVEL: _("RIBS DOWN"),
    CueKind.HIPS_SINK: _("HIPS UP"),
    CueKind.LOWER_SLOWER: _("SLOWER"),
    CueKind.DROPPED: _("SLOWER"),
    CueKind.KEEP_TENSION: _("STAY UP"),
    CueKind.LEVEL_HIPS: _("LEVEL"),
    CueKind.RANGE_SHRINKS: _("ALL THE WAY"),
    CueKind.TOO_SLOW: _("FASTER"),
    CueKind.TOO_FAST: _("SLOWER"),
    CueKind.BREATHE_OUT: _("BREATHE OUT"),
    CueKind.VELOCITY_LOSS: _("END SET"),
    CueKind.TARGET_REACHED: _("SET DONE"),
    CueKind.EXTRA_REP: _("MORE"),
    CueKind.PRAISE: _("GOOD"),
}
"""The cue in a word or two."""

_GOOD: Final = frozenset({CueKind.PRAISE, CueKind.TARGET_REACHED, CueKind.EXTRA_REP})


def cue_of(snapshot: SessionSnapshot) -> Cue | None:
    """Return the newest cue while it is recent; after the last planned rep, that the set is done.

    Whatever cannot wait goes before.
    """
    cue, now_s = snapshot.cue, snapshot.position_s
    if now_s is None or snapshot.state is not RunState.RUNNING:
        return None
    recent = cue is not None and 0.0 <= now_s - cue.at_s < SHOWN_S
    if cue is not None and recent and cue.strong:
        return cue
    return set_done(snapshot) or (cue if recent else None)


def set_done(snapshot: SessionSnapshot) -> Cue | None:
    """Return that the set is done, once the hips are down after its last planned rep."""
    current, now_s = snapshot.current_set, snapshot.position_s
    if current is None or current.ended or now_s is None:
        return None
    target = current.plan.target_reps
    if not target or current.done < target or snapshot.phase in _LIFTING:
        return None
    text = f"{HEADS[CueKind.TARGET_REACHED]} {current.done}/{target}"
    return Cue(current.end_s, text, CueKind.TARGET_REACHED, current.index)


_LIFTING: Final = (Phase.CONCENTRIC, Phase.LOCKOUT, Phase.ECCENTRIC)

LONGEST_CUE: Final = f"▲ {max(HEADS.values(), key=strokes_wide)}"
"""All cues are drawn at a size at which this fits."""


def cue_sign(cue: Cue) -> str:
    """Return the sign of a cue: praise, what cannot wait, or a correction."""
    if cue.kind in _GOOD:
        return "✓"
    return "■" if cue.strong else "▲"


def cue_lines(cue: Cue, width: int, height: int) -> list[str]:
    """Return the cue as large as it fits on `height` lines, with its sentence on the last."""
    done = cue.text.startswith(HEADS[CueKind.TARGET_REACHED])
    head = cue.text if done else HEADS[cue.kind]
    words = f"{cue_sign(cue)} {head}"
    room = max(words, LONGEST_CUE, key=strokes_wide)
    large = block_text(words, width - 2, height - 1, room_for=room)
    if len(large) < 2:
        large = block_text(head, width - 2, height - 1, room_for=head)
    sentence = f"{cue_sign(cue)} {cue.text}"
    if len(large) < 2:
        return centred([sentence], width, height)
    return _above(large, "" if done else sentence, width, height)


class CueBar(LinesWidget):
    """Empty without a cue."""

    DEFAULT_CSS = """
    CueBar { height: 4; color: $foreground; text-style: bold; }
    CueBar.-asks { background: $warning; color: auto; }
    CueBar.-praises { background: $success; color: auto; }
    CueBar.-strong { background: $error; color: auto; }
    """

    cue: reactive[Cue | None] = reactive(None)

    def update_from(self, snapshot: SessionSnapshot) -> None:
        self.cue = cue_of(snapshot)

    def watch_cue(self, cue: Cue | None) -> None:
        good = cue is not None and cue.kind in _GOOD
        strong = cue is not None and cue.strong and not good
        self.set_class(good, "-praises")
        self.set_class(strong, "-strong")
        self.set_class(cue is not None and not good and not strong, "-asks")
        self.set_class(cue is None, "-silent")

    def drawn(self, width: int, height: int) -> list[str]:
        return [] if self.cue is None else cue_lines(self.cue, width, height)


def countdown_of(snapshot: SessionSnapshot) -> tuple[str, bool]:
    """Return the time left, and whether the rest is over; then the time since it was."""
    rest_s = snapshot.resting_s
    if rest_s is None:
        return clock_time(snapshot.plan.rest_s), False
    left_s = snapshot.plan.rest_s - rest_s
    return clock_time(math.ceil(left_s) if left_s > 0.0 else -left_s), left_s <= 0.0


class Countdown(LinesWidget):
    """Minutes and seconds, counting down, and then up."""

    DEFAULT_CSS = """
    Countdown { color: $text-primary; }
    Countdown.-over { color: $text-success; text-style: bold; }
    """

    time: reactive[str] = reactive("")
    over: reactive[bool] = reactive(False)
    through: reactive[bool] = reactive(False)
    """Whether all planned sets are done."""

    def update_from(self, snapshot: SessionSnapshot) -> None:
        self.time, self.over = countdown_of(snapshot)
        done = sum(each.done > 0 and not each.warm_up for each in snapshot.sets)
        self.through = snapshot.plan.sets is not None and done >= snapshot.plan.sets
        self.set_class(self.over or self.through, "-over")

    def drawn(self, width: int, height: int) -> list[str]:
        """Draw the time as large as it fits, with its meaning below."""
        large = block_text(self.time, width - 2, height - 2, "00:00")
        below = _("✓ rest is over: next set") if self.over else _("rest left")
        if self.through:
            below = _("✓ all sets done: f finishes")
        return centred([f"{line:^{width}}" for line in (*large, "", below)], width, height)
