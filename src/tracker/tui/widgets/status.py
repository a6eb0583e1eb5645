"""The lines around the live numbers: headline, banner, notice, and the quality of the data.

The headline says plainly whether the data are real. The banner warns of what keeps the count from
being trusted. The notice takes the place of the numbers before the first rep, at the end, and on
an error.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from textual.reactive import reactive
from textual.widget import Widget

from tracker.app.snapshot import RecordingState, RunState
from tracker.app.text import FAULT_WORDS, UNKNOWN, clock_time, heart_rate_text, number
from tracker.domain import (
    LOW_BATTERY_PERCENT,
    Extreme,
    LinkState,
    MarkKind,
    mean_of_known,
)
from tracker.domain.loads import load_text, load_words
from tracker.language import _, counted, decimal, localized, pgettext
from tracker.tui.plain import Shown, joined, plain
from tracker.tui.widgets.block_text import LinesWidget, SnapshotWidget

if TYPE_CHECKING:
    from tracker.app.snapshot import PlaybackState, SessionSnapshot
    from tracker.domain import Plan, Rep, SetRecord


def origin_of(snapshot: SessionSnapshot) -> str:
    """Return where the numbers come from: a sensor, a file or the simulator."""
    synthetic = snapshot.info.origin == "synthetic"
    if snapshot.playback is None or snapshot.playback.recording_name is None:
        return _("SIMULATED") if synthetic else _("LIVE")
    kind = _("REPLAY of a simulated session") if synthetic else _("REPLAY")
    return f"{kind} {snapshot.playback.recording_name}"


def pace_of(playback: PlaybackState | None) -> str:
    """Return how fast it plays; empty for a live session."""
    if playback is None:
        return ""
    if playback.paused:
        return _("paused")
    return _("max speed") if math.isinf(playback.speed) else localized(f"{playback.speed:g}×")


def times_of(snapshot: SessionSnapshot) -> str:
    """Return the position in the session, and its end if known."""
    position = clock_time(snapshot.position_s)
    if snapshot.playback is None or snapshot.playback.end_s is None:
        return position
    return f"{position} / {clock_time(snapshot.playback.end_s)}"


def headline_parts(snapshot: SessionSnapshot) -> tuple[str, str, str]:
    """Return what is trained, where it comes from, and the heart rate and the time."""
    current = snapshot.current_set
    plan = snapshot.plan
    load_kg = plan.load_kg if current is None else current.load_kg
    left = " · ".join(
        [
            *([snapshot.info.person] if snapshot.info.person else []),
            snapshot.exercise.title,
            *([plan.side.word] if plan.side is not None else []),
            *([pgettext("column", "warm-up")] if plan.warm_up else []),
            *([] if current is None else [_("set {number}").format(number=current.index)]),
            *([load_text(load_kg)] if load_kg else []),
        ]
    )
    heart = heart_rate_text(snapshot.heart_rate)
    parts = (heart, pace_of(snapshot.playback), times_of(snapshot))
    right = "  ".join(part for part in parts if part)
    return left, origin_of(snapshot), right


def headline_text(left: str, origin: str, right: str, width: int) -> str:
    """Return a line of `width` columns; a long file name is cut."""
    room = width - len(left) - len(right) - 4
    if len(origin) > room:
        origin = origin[: max(room - 1, 0)] + "…"
    end = f"{origin}  {right}"
    return f"{left}{end:>{max(width - len(left), 0)}}"


class Headline(LinesWidget):
    """Exercise and set on the left, origin, heart rate and time on the right."""

    DEFAULT_CSS = """
    Headline { background: $panel; color: $foreground; text-style: bold; }
    """

    parts: reactive[tuple[str, str, str]] = reactive(("", "", ""), repaint=False)

    def watch_parts(self) -> None:
        self.redraw()

    def update_from(self, snapshot: SessionSnapshot) -> None:
        self.parts = headline_parts(snapshot)

    def drawn(self, width: int, height: int) -> list[str]:
        return [headline_text(*self.parts, width)]


Words = tuple[str, ...]
"""A title and the lines below it."""


def _lines(text: str) -> Words:
    return tuple(text.splitlines())


CALIBRATION_LINES: Final[dict[MarkKind, Words]] = {
    MarkKind.CALIBRATION: _lines(_("Hips up to lockout,\nand hold still for 3 s.")),
    MarkKind.REFERENCE_REPS: _lines(_("Do three good reps,\neach with a short hold at the top.")),
}
"""What the wearer is asked to do, so that the sensor learns their lockout."""


def notice_of(snapshot: SessionSnapshot) -> Words | None:
    """Return the words to show; None while there are reps."""
    match snapshot.state:
        case RunState.FAILED:
            lines = (snapshot.failure or _("The session ended early.")).splitlines()
            return (_("! Stopped"), "", *lines, "", _("What has been recorded is kept."))
        case RunState.FINISHED:
            return _summary(snapshot.sets)
        case RunState.READY | RunState.RUNNING if snapshot.current_set is None:
            return _waiting(snapshot)
        case _:
            return None


def _waiting(snapshot: SessionSnapshot) -> Words:
    plan = plan_lines(snapshot.plan)
    if not snapshot.samples:
        return (_("Waiting for the sensor"), _("No data yet: move it."), "", *plan)
    if snapshot.calibrating is not None:
        return (_("Your lockout"), *CALIBRATION_LINES[snapshot.calibrating], "", *plan)
    how: Words = (
        _("Shoulder blades on the bench, feet flat."),
        _("Brace, then push through the heels."),
    )
    if snapshot.exercise.starts_from is Extreme.TOP:
        how = (_("Stand still for a moment, then start."),)
    return (_("Ready"), *how, _("The first rep counts."), "", *plan)


def plan_lines(plan: Plan) -> Words:
    """Return the plan for a set: reps and load, tempo both ways, what ends it."""
    load = [load_words(plan.load_kg)] if plan.load_kg is not None else []
    reps = [] if plan.target_reps is None else [counted(plan.target_reps, "rep", "reps")]
    loss = plan.velocity_loss
    more = [
        *(
            []
            if plan.lockout_goal_s is None
            else [_("hold {seconds} s").format(seconds=localized(f"{plan.lockout_goal_s:g}"))]
        ),
        *(
            []
            if loss is None
            else [_("until {percent} % slower").format(percent=f"{loss * 100:.0f}")]
        ),
    ]
    lines = [" · ".join([*reps, *load]), " · ".join(more)]
    if plan.tempo is not None:
        lines[1:1] = [_("tempo {code}").format(code=plan.tempo.code), plan.tempo.words]
    return tuple(line for line in lines if line)


def _summary(sets: tuple[SetRecord, ...]) -> Words:
    reps: list[Rep] = [rep for record in sets for rep in record.reps]
    if not sets:
        return (_("Finished"), "", _("No reps were found."))
    means = (
        (_("mean hold"), number(mean_of_known(rep.lockout_s for rep in reps), 1, " s")),
        (_("mean range"), number(mean_of_known(rep.rom_deg for rep in reps), 0, "°")),
    )
    widest = max(len(name) for name, _value in means)
    return (
        _("Finished"),
        "",
        counted(len(sets), "set", "sets")
        + ", "
        + counted(sum(each.done for each in sets), "rep", "reps"),
        *(f"{name:<{widest}} {value}" for name, value in means),
    )


class Notice(Widget):
    """A title and a few lines, in place of the live numbers."""

    DEFAULT_CSS = """
    Notice { content-align: left middle; }
    Notice.-failure { color: $text-error; }
    """

    words: reactive[Words] = reactive(())

    def update_from(self, words: Words | None) -> None:
        """Show `words`, or make room for the live numbers."""
        self.display = words is not None
        self.words = words or ()
        self.set_class(bool(words) and self.words[0].startswith("!"), "-failure")

    def render(self) -> Shown:
        title, *lines = self.words or ("",)
        return joined([plain(title, "bold"), *map(plain, lines)])


STALLED_AFTER_S: Final = 1.5
"""Longer than the slowest sensor takes between two packets, shorter than a rep."""

_BROKEN_LINKS: Final = {
    LinkState.WAITING: _("Sensor connected again; its first data can take half a minute"),
    LinkState.STALLED: _("No data from the sensor. Reps are not counted until it is back"),
    LinkState.LOST: _("Sensor lost. Reps are not counted until it is back"),
    LinkState.RECONNECTING: _(
        "Sensor lost, connecting again. Reps are not counted until it is back"
    ),
    LinkState.GONE: _("Sensor gone, still searching. Press q to end; what was recorded is kept"),
}


def banner_of(snapshot: SessionSnapshot) -> tuple[str, bool]:
    """Return the warning, empty if all is well, and whether it is an alarm."""
    if snapshot.state is RunState.FAILED:
        reason = (snapshot.failure or _("the session ended early.")).splitlines()[0]
        return _("! Stopped: {reason} What was recorded is kept").format(reason=reason), True
    if snapshot.state is RunState.FINISHED and snapshot.playback is None:
        return _("Sensor stream ended. Press f for the summary"), False
    if snapshot.state is not RunState.RUNNING:
        return "", False
    if snapshot.playback is not None and snapshot.playback.seeking:
        return _("SEEKING"), False
    if snapshot.paused:
        return _("PAUSED   space: go on"), False
    if snapshot.link in _BROKEN_LINKS:
        # The reason first: the wearer can do something about it.
        reason = f"{snapshot.link_detail} " if snapshot.link_detail else ""
        return f"! {reason}{_BROKEN_LINKS[snapshot.link]}", True
    age_s = snapshot.sample_age_s
    if age_s is not None and age_s > STALLED_AFTER_S:
        return _("! No data for {seconds} s. Reps are not counted until it is back").format(
            seconds=f"{age_s:.0f}"
        ), True
    if snapshot.restarted:
        return _("! {reason}. The recording goes on").format(reason=snapshot.restarted), True
    if snapshot.recording is RecordingState.FAILED:
        # The reason first, and without the path: the line is cut off at its end.
        reason = (snapshot.recording_failure or _("the file fails")).partition(" (")[0]
        reason = f"{reason[:1].upper()}{reason[1:]}"
        return _("! {reason}: not recording. Reps are counted all the same").format(
            reason=reason
        ), True
    if snapshot.warning:
        return f"! {snapshot.warning}", False
    if snapshot.calibrating is not None and snapshot.sets:
        return f"» {' '.join(CALIBRATION_LINES[snapshot.calibrating])}", False
    return "", False


class TextLine(SnapshotWidget):
    """One line of text."""

    text: reactive[str] = reactive("")

    def render(self) -> Shown:
        return plain(self.text)


class Banner(TextLine):
    """One line below the headline, empty while all is well."""

    DEFAULT_CSS = """
    Banner { text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
    Banner.-info { background: $warning; color: auto; }
    Banner.-alarm { background: $error; color: auto; }
    """

    def update_from(self, snapshot: SessionSnapshot) -> None:
        self.text, alarm = banner_of(snapshot)
        self.set_class(bool(self.text) and not alarm, "-info")
        self.set_class(alarm, "-alarm")
        self.set_class(not self.text, "-silent")


# Every other state is on the way to one of these.
_LINK_SIGNS: Final = {
    LinkState.STREAMING: "●",
    LinkState.WAITING: "!",
    LinkState.STALLED: "!",
    LinkState.LOST: "×",
    LinkState.GONE: "×",
}

LINKS: Final = {
    LinkState.SEARCHING: _("searching"),
    LinkState.CONNECTING: _("connecting"),
    LinkState.CONFIGURING: _("configuring"),
    LinkState.WAITING: _("waiting"),
    LinkState.STREAMING: _("streaming"),
    LinkState.STALLED: _("stalled"),
    LinkState.LOST: _("lost"),
    LinkState.RECONNECTING: _("reconnecting"),
    LinkState.GONE: _("gone"),
}
"""The states of a link in a word."""

_RECORDING_WORDS: Final = {
    RecordingState.OFF: "",
    RecordingState.ON: _("● recording"),
    RecordingState.FAILED: _("! not recording"),
}


def quality_text(snapshot: SessionSnapshot, sound: str = "") -> str:
    """Return the line; the most important comes first, for narrow terminals.

    `sound` is a sign that there is none, or that it is muted; empty while it can be heard.
    """
    link = snapshot.link
    faults = sum(snapshot.faults.values())
    reasons = ", ".join(f"{FAULT_WORDS[reason]} {n}" for reason, n in snapshot.faults.items())
    lost_s = sum(gap.end_s - gap.start_s for gap in snapshot.gaps)
    gaps = len(snapshot.gaps)
    live = snapshot.playback is None and snapshot.state is RunState.RUNNING
    # A live sensor may send nothing, whatever its link reports.
    silent = live and (snapshot.sample_age_s or 0.0) > STALLED_AFTER_S
    parts = [
        f"{_('link')} {UNKNOWN}" if link is None else _link(link, silent=silent),
        ""
        if snapshot.second_link is None
        # Translators: the state of the second sensor.
        else _("second {state}").format(state=_link(snapshot.second_link)),
        sound,
        number(snapshot.rate_hz, 1, " Hz"),
        _battery(snapshot.battery_percent),
        f"{_('gaps')} {gaps}" + (f" ({decimal(lost_s, 1)} s)" if gaps else ""),
        f"{_('faults')} {faults}" + (f" ({reasons})" if reasons else ""),
        _RECORDING_WORDS[snapshot.recording],
    ]
    return "  ".join(part for part in parts if part)


def _link(state: LinkState, *, silent: bool = False) -> str:
    if silent and state is LinkState.STREAMING:
        return _("! no data")
    return f"{_LINK_SIGNS.get(state, '…')} {LINKS[state]}"


def _battery(percent: int | None) -> str:
    """Return the charge, with a sign when it is low; empty if unknown."""
    if percent is None:
        return ""
    words = _("battery {charge}").format(charge=f"{percent} %")
    return f"! {words}" if percent < LOW_BATTERY_PERCENT else words


class Quality(TextLine):
    """One line above the keys."""

    DEFAULT_CSS = """
    Quality { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    sound = ""
    """The sign of the sound; the screen keeps it up to date."""

    def update_from(self, snapshot: SessionSnapshot) -> None:
        self.text = quality_text(snapshot, self.sound)
