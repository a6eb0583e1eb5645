"""The page: everything that is shown of a training, set into the templates.

One file that loads nothing: styles and drawings are inside, scripts are none, and its own security
policy forbids both scripts and the network, so a note with markup in it stays text twice over.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tracker.export.report import limits, method
from tracker.export.report.measures import exercise_of, is_synthetic
from tracker.export.report.overview import overview_of
from tracker.export.report.quality import quality_of
from tracker.export.report.set_section import set_section
from tracker.export.report.tempo import TOLERANCE_S, TOLERANCE_SHARE, TURN_S
from tracker.export.report.trends import trends_of
from tracker.export.report.wording import day_and_time, number, printable, signed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from tracker.domain import Workout

LANGUAGE: Final = "en"
"""Language of the words in the templates."""


def report_html(workout: Workout, history: Iterable[Workout] = ()) -> str:
    """Return the report of a training as one self-contained page.

    Parameters
    ----------
    workout
        The training.
    history
        Other trainings of the same person, in any order; those of the same exercise that were
        before this one become trends.
    """
    exercise = exercise_of(workout)
    text: str = (
        _templates()
        .get_template("page.html.j2")
        .render(
            language=LANGUAGE,
            title=workout.info.exercise if exercise is None else exercise.title,
            when=day_and_time(workout.info.started_utc),
            is_synthetic=is_synthetic(workout),
            synthetic_note=workout.info.note,
            overview=overview_of(workout, exercise),
            sets=[set_section(record, exercise) for record in workout.sets],
            trends=trends_of(workout, history, exercise),
            quality=quality_of(workout),
            method=method,
            limits=limits,
            tolerance_s=TOLERANCE_S,
            turn_s=TURN_S,
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
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    templates.filters["number"] = number
    templates.filters["signed"] = signed
    return templates


def _shown(value: Any) -> Any:
    """Take out what HTML cannot hold, of every text that goes into the page."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value)
    return value
