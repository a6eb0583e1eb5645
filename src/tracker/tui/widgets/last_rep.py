"""What was measured of the last rep, beside what was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tracker.coach import PaceVerdict, phase_errors, velocity_loss
from tracker.domain import LIFTERS_ORDER, PHASE_WORDS, Phase
from tracker.runtime.wording import flag_words, number, phase_durations_s, tempo_code

if TYPE_CHECKING:
    from tracker.domain import Plan, Rep, SetRecord
    from tracker.runtime.snapshot import SessionSnapshot

SIGNS: Final = {
    PaceVerdict.ON_TEMPO: "✓",
    PaceVerdict.TOO_FAST: "↓",
    PaceVerdict.TOO_SLOW: "↑",
}
"""A phase as planned, too short, too long."""

Lines = tuple[str, str, str, str]


def last_rep_lines(record: SetRecord | None) -> Lines:
    """Return title, phases with verdicts, tempo as written, and what else is known."""
    if record is None or not record.reps:
        return ("first rep under way", "", "", "")
    rep, plan = record.reps[-1], record.plan
    remarks = flag_words(rep.flags)
    planned = "" if plan.tempo is None else f"   plan {plan.tempo.code}"
    loss = velocity_loss(record.reps)
    lost = [] if loss is None else [f"loss {loss.share * 100:.0f} %"]
    speed = number(rep.mean_velocity_mps, 2, " m/s")
    return (
        f"rep {rep.index}" + (f" · {remarks}" if remarks else ""),
        phases_text(rep, plan),
        f"{tempo_code(phase_durations_s(rep))}{planned}",
        " · ".join([f"range {number(rep.rom_deg, 0, '°')}", f"mean {speed}", *lost]),
    )


def phases_text(rep: Rep, plan: Plan) -> str:
    """Return the phases in the lifter's own order, each with what its plan makes of it."""
    durations_s = phase_durations_s(rep)
    verdicts: dict[Phase, str] = {}
    if plan.tempo is not None:
        verdicts = {error.phase: SIGNS[error.verdict] for error in phase_errors(rep, plan.tempo)}
    return " · ".join(
        f"{PHASE_WORDS[phase]} {number(durations_s[phase])}{verdicts.get(phase, '')}"
        for phase in LIFTERS_ORDER
    )


class LastRep(Widget):
    """Phases against the plan, tempo, range and velocity."""

    DEFAULT_CSS = """
    LastRep { height: 4; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    lines: reactive[Lines] = reactive(last_rep_lines(None))

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the last rep from `snapshot`."""
        measured = [record for record in snapshot.sets if record.reps]
        self.lines = last_rep_lines(measured[-1] if measured else None)

    def render(self) -> Content:
        """Draw four lines, the phases strongest."""
        title, phases, code, measures = self.lines
        return Content("\n").join(
            [
                Content.styled(title, "dim"),
                Content.styled(phases, "bold"),
                Content(code),
                Content(measures),
            ]
        )
