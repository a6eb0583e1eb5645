"""The page: every section of the report in one HTML file, and the section on data quality.

The file loads nothing and runs nothing: styles and drawings are inside, there are no scripts, and
its own security policy forbids both scripts and the network. So a note with markup in it stays
text twice over.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tracker.coach.pacing import TOLERANCE_S, TOLERANCE_SHARE, TURN_S
from tracker.domain import EXERCISES, FaultReason, heart_rate_over
from tracker.export.report import method
from tracker.export.report.measures import is_synthetic, typical_rows
from tracker.export.report.overview import overview_of
from tracker.export.report.plots import rep_curve
from tracker.export.report.set_section import set_section
from tracker.export.report.trends import trends_of
from tracker.export.report.wording import (
    UNKNOWN,
    clock_time,
    day_and_time,
    known,
    names,
    number,
    printable,
    remarks_of_session,
    signed,
)
from tracker.language import _, language, localized, ngettext, pgettext

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from tracker.domain import Gap, Rep, Workout

FAULT_WORDS: Final = {
    FaultReason.LENGTH: _("packets of the wrong length"),
    FaultReason.VERSION: _("packets of an unknown version"),
    FaultReason.FORMAT: _("packets with impossible values"),
    FaultReason.LOST: _("packets or samples that never arrived"),
    FaultReason.DUPLICATE: _("packets that came twice"),
    FaultReason.OUT_OF_ORDER: _("packets that came too late"),
    FaultReason.CLOCK: _("jumps of the sensor's clock"),
    FaultReason.UNCONFIGURED: _("samples before their scale was known"),
    FaultReason.UNKNOWN_CHANNEL: _("packets on an unknown channel"),
    FaultReason.NOT_FINITE: _("samples that are not numbers"),
    FaultReason.OVERRUN: _("packets dropped because the computer was too slow"),
    FaultReason.DETECTOR_RESTARTED: _("restarts of the analysis after an internal error"),
}
"""The kinds of faults in words."""

REASON_WORDS: Final = {
    "turn": _("an unusual rotation"),
    "radius": _("did not rise with its rotation"),
    "coherence": _("did not rise as it turned"),
    "planarity": _("not about one axis"),
    "about_vertical": _("turned about the vertical"),
    "duration": _("unusually fast or slow"),
    "quiet": _("not out of rest"),
    "upright": _("ended upright"),
    "across": _("not about an axis across the body"),
    "size": _("not as far as the others"),
    "bottom": _("started elsewhere than the others"),
    "began": _("began half-way up"),
    "top": _("ended elsewhere than the others"),
    "axis": _("turned another way than the others"),
    "tempo": _("much slower or faster than the others"),
    "alone": _("by itself"),
    "no_gyroscope": _("seen without a gyroscope"),
}
"""What lowers confidence; a reason of a later version is named as it is."""

ORIGIN_WORDS: Final = {
    "live": _("live"),
    "imported": _("imported"),
    "synthetic": _("synthetic"),
    "entered": _("entered"),
}
"""Where a session comes from; another origin is named as it is."""

FEW_SAMPLES_SHARE: Final = 0.01
"""If a larger share of the time has no samples, the report says so on the first page."""


def quality_of(workout: Workout) -> dict[str, Any]:
    """Return what the template of the section on the data shows of a training."""
    facts = workout.facts
    return {
        "verdict": _verdict(workout),
        "is_flawed": _is_flawed(workout),
        "facts": (
            (_("Sensor"), _sensor(workout)),
            (_("Measured rate"), number(facts.rate_hz, 1, _("samples per second"))),
            (
                _("Recorded"),
                _("{time} (minutes : seconds)").format(time=clock_time(facts.duration_s)),
            ),
            (_("Samples"), str(facts.samples or UNKNOWN)),
            (_("Without samples"), _missing(workout)),
            (_("File"), facts.name),
            # Translators: where a session comes from: live, imported or synthetic.
            (_("Origin"), ORIGIN_WORDS.get(workout.info.origin, workout.info.origin)),
        ),
        "gaps": [(clock_time(gap.start_s), number(_length_s(gap), 2)) for gap in workout.gaps],
        "faults": [(FAULT_WORDS[reason], n) for reason, n in workout.faults.items() if n],
        "remarks": remarks_of_session(workout.sets, of_form=False),
        "sets": [
            (record.index, list(map(_rep_row, record.reps)))
            for record in workout.sets
            if record.reps
        ],
    }


def _sensor(workout: Workout) -> str:
    info = workout.info
    name = f"{info.device_name} ({info.sensor})" if info.device_name else workout.facts.sensor
    if not info.firmware:
        return name
    return _("{sensor}, firmware {version}").format(sensor=name, version=info.firmware)


def _length_s(gap: Gap) -> float:
    return known(gap.end_s - gap.start_s) or 0.0


def _missing(workout: Workout) -> str:
    if not workout.facts.samples:
        return UNKNOWN
    if not workout.gaps:
        return _("nothing")
    seconds = number(sum(map(_length_s, workout.gaps)), 2, "s")
    amount, share = len(workout.gaps), _missing_share(workout)
    if share is None:
        text = ngettext("{seconds} in {gaps} gap", "{seconds} in {gaps} gaps", amount)
        return text.format(seconds=seconds, gaps=amount)
    text = ngettext(
        "{seconds} in {gaps} gap, {percent} % of the time",
        "{seconds} in {gaps} gaps, {percent} % of the time",
        amount,
    )
    return text.format(seconds=seconds, gaps=amount, percent=number(100.0 * share, 1))


def _missing_share(workout: Workout) -> float | None:
    duration_s = known(workout.facts.duration_s)
    if duration_s is None or duration_s <= 0.0:
        return None
    return sum(map(_length_s, workout.gaps)) / duration_s


def _is_flawed(workout: Workout) -> bool:
    return (_missing_share(workout) or 0.0) > FEW_SAMPLES_SHARE


def _verdict(workout: Workout) -> str:
    if not workout.facts.samples:
        return _("There are no samples to judge.")
    if _is_flawed(workout):
        return _(
            "Part of the data is missing. Reps marked “samples missing” are less certain, and "
            "reps inside a gap may be missing altogether. Nothing was made up."
        )
    if workout.gaps or any(workout.faults.values()):
        return _("Good, with small disturbances. The reps they affect are marked.")
    return _("Good: nothing is missing and nothing was unreadable.")


def _rep_row(rep: Rep) -> tuple[str, ...]:
    """Return number, confidence, what speaks against it, and flags of a rep."""
    reason = rep.confidence_reason or ""
    cut_off = "" if rep.complete else _("cut off before its end")
    flags = "; ".join(filter(None, (cut_off, names(rep.flags)))) or UNKNOWN
    return str(rep.index), number(rep.confidence, 2), REASON_WORDS.get(reason, reason), flags


def report_html(workout: Workout, history: Iterable[Workout] = ()) -> str:
    """Return the report of a training as one self-contained page.

    The history is other trainings of the same person, in any order; earlier ones of the same
    exercise become trends.
    """
    exercise = EXERCISES.get(workout.info.exercise)
    text: str = (
        _templates()
        .get_template("page.html.j2")
        .render(
            language=language(),
            title=workout.info.exercise if exercise is None else exercise.title,
            when=day_and_time(workout.info.started_utc),
            person=workout.info.person or "",
            is_synthetic=is_synthetic(workout),
            synthetic_note=workout.info.note,
            overview=overview_of(workout, exercise),
            sets=[
                set_section(
                    workout,
                    record,
                    EXERCISES.get(workout.exercise_of(record)),
                    heart_rate_over(workout.heart_rates, record.start_s, record.end_s),
                )
                for record in workout.sets
            ],
            trends=trends_of(workout, history, exercise),
            curve=rep_curve(typical_rows(workout, exercise)),
            quality=quality_of(workout),
            method=method,
            tolerance_s=localized(f"{TOLERANCE_S:g}"),
            turn_s=localized(f"{TURN_S:g}"),
            tolerance_percent=round(100 * TOLERANCE_SHARE),
        )
    )
    return text


def write_report(workout: Workout, out: BinaryIO, history: Iterable[Workout] = ()) -> None:
    """Write the report of a training to a binary stream."""
    out.write(report_html(workout, history).encode())


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("tracker.export.report"),
        extensions=("jinja2.ext.i18n",),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    templates.policies["ext.i18n.trimmed"] = True
    # The extension adds its functions only while it is loaded, so no type checker knows them.
    templates.install_gettext_callables(  # type: ignore[attr-defined]
        _, ngettext, newstyle=True, pgettext=pgettext
    )
    templates.filters["localized"] = localized
    templates.filters["number"] = number
    templates.filters["printable"] = printable
    templates.filters["signed"] = signed
    return templates


def _shown(value: Any) -> Any:
    """Replace what HTML cannot hold in any text on the page."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value)
    return value
