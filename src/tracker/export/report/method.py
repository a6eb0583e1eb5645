"""How each number is computed, its source, and how close to the truth it was.

The figures are rows of the table that `make accuracy` prints. `docs/accuracy.md` has all of it,
and a test holds each row here to the one there, so that a report never claims what the last run
did not show. After `make accuracy`, change both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tracker.coach.pacing import TOLERANCE_S, TOLERANCE_SHARE, TURN_S
from tracker.export.report.measures import LIKE_LOAD_KG, LIKE_LOAD_SHARE
from tracker.language import _, localized, pgettext


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    section: str
    """How the heading of its section begins."""
    row: str
    """Name of the row in the table."""
    of: str
    """Number of cases."""
    target: str
    figure: str
    """What the last run gave."""
    verdict: str
    """`ok` or `SHORT`, as in the table."""
    words: str
    """What it means, for people."""

    @property
    def target_text(self) -> str:
        """The target for people."""
        return _localized_figure(self.target)

    @property
    def figure_text(self) -> str:
        """The figure for people."""
        return _localized_figure(self.figure)

    @property
    def is_simulated(self) -> bool:
        """Whether it was measured on the simulator."""
        return self.section.startswith("SIMULATED")


def _localized_figure(text: str) -> str:
    """Return a cell of the table with the words that can be in one, in the language in use."""
    words = {
        # Translators: in a table of figures, as in "0.06 s (bias +0.01)".
        "bias": _("bias"),
        # Translators: in a table of figures, as in "19 (5 in all)".
        "in all": _("in all"),
        # Translators: in a table of figures: the target is all of the cases.
        "all": _("all"),
    }
    return localized(re.sub("bias|in all|all", lambda found: words[found[0]], text))


# Two lines each: the row as the table has it, and what it says for people.
# fmt: off
_TABLE: Final = {
    "SIMULATED hip thrusts": (
        ("sets counted exactly", "240", "≥ 99 %", "240 (100 %)", "ok",
         _("Sets counted exactly")),
        ("false reps: set-up, walking, rest", "124", "0", "0", "ok",
         _("Reps counted where there are none, in 124 sessions")),
        ("count after the lockout began, blocks of 5: 95 %",
         "1453", "≤ 0.150 s", "0.111 s", "ok",
         _("The number comes after the lockout began: 95 % within")),
        ("phase boundary: 95 %", "5612", "≤ 0.090 s", "0.009 s", "ok",
         _("Start or end of a phase: 95 % are off by no more than")),
        ("lockout: 95 %", "1403", "≤ 0.100 s", "0.010 s", "ok",
         _("Hold at the top: 95 % are off by no more than")),
        ("lockout, no gyroscope: 95 %, of concentric and eccentric",
         "50", "≤ 0.30", "0.22, 0.602 s", "ok",
         _("The same without a gyroscope, as a share of the movement, and in seconds")),
        ("range of motion: sd", "1453", "≤ 2.00°", "0.27°", "ok",
         _("Range of motion: standard deviation of the error")),
        ("rise: sd", "1453", "≤ 0.030 m", "0.023 m", "ok",
         _("Rise: standard deviation of the error")),
        ("mean velocity, concentric 0.8–1.5 s: bias", "831", "≤ 0.010 m/s", "0.003 m/s", "ok",
         _("Mean velocity, concentric of 0.8 to 1.5 s: mean error")),
        ("mean velocity, concentric 0.8–1.5 s: sd", "831", "≤ 0.040 m/s", "0.021 m/s", "ok",
         _("Mean velocity, concentric of 0.8 to 1.5 s: standard deviation of the error")),
    ),
    "REAL squats": (
        ("files counted exactly", "33", "≥ 95 %", "33 (100 %)", "ok",
         _("Squats, sensor at the waist: recordings counted exactly")),
    ),
    "REAL bridges": (
        ("files counted exactly", "15", "≥ 93.3 %", "14 (93.3 %)", "ok",
         _("Bridges, accelerometer alone on the thigh: recordings counted exactly (labels by "
           "eye)")),
        ("median hold, mean over people of the size of the difference",
         "15", "≤ 0.30 s", "0.27 s", "ok",
         _("The same: median hold, mean difference from the labels")),
    ),
    "REAL sit-to-stands": (
        ("files counted exactly", "2", "all", "2 (100 %)", "ok",
         _("Sit-to-stands, sensor at the pelvis: recordings counted exactly")),
        ("rise starts, mean distance from seat-off", "10", "≤ 0.15 s", "0.06 s (bias +0.01)", "ok",
         _("The same: start of the rise, mean difference from a force plate")),
    ),
    "REAL daily life, sitting": (
        ("reps counted as hip thrusts", "24", "0", "0", "ok",
         _("16 minutes of daily life in 24 recordings: reps counted where there are none")),
        ("announcements that were taken back, per hour", "24", "≤ 12", "8 (2 in all)", "ok",
         _("The same: reps counted and withdrawn, per hour")),
    ),
}
# fmt: on

FIGURES: Final = tuple(Figure(section, *row) for section, rows in _TABLE.items() for row in rows)
"""The rows that a report shows."""


@dataclass(frozen=True, slots=True)
class Formula:
    """One number of the report."""

    name: str
    formula: str
    source: str
    """A publication with its DOI, or our own definition."""
    tested: tuple[str, ...] = ()
    """Rows of the accuracy table that tell how close it is."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """How close it is to the truth."""
        return tuple(figure for row in self.tested for figure in FIGURES if figure.row == row)


OWN: Final = _("Own definition.")

# Laidig and Seel: the inclination part of their filter.
VQF: Final = "Laidig and Seel 2023, VQF, doi:10.1016/j.inffus.2022.10.014"


def _short(value: float) -> str:
    return localized(f"{value:g}")


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f}"


FORMULAS: Final = (
    Formula(
        # Translators: the direction against gravity.
        _("Up"),
        _(
            "The gyroscope is integrated to give an almost stationary frame, in which the "
            "accelerometer is low-pass filtered with a time constant of 3 s. Without a gyroscope, "
            "up is the smoothed accelerometer itself."
        ),
        VQF,
    ),
    Formula(
        _("Phases"),
        _(
            "The concentric and the eccentric begin and end where the pelvis’ angular speed "
            "(vertical speed for squats and sit-to-stands) crosses 10 % of that movement’s own "
            "peak. Hold = start of the eccentric − end of the concentric. Floor pause = start of "
            "the next concentric − end of the eccentric. Without a gyroscope: where 15 % and 85 % "
            "of the travel are covered."
        ),
        OWN,
        (
            "phase boundary: 95 %",
            "lockout: 95 %",
            "lockout, no gyroscope: 95 %, of concentric and eccentric",
            "median hold, mean over people of the size of the difference",
            "rise starts, mean distance from seat-off",
        ),
    ),
    Formula(
        pgettext("formula", "Rep"),
        _(
            "One concentric, its hold, and an eccentric of at least half its size. Counted when "
            "the hold starts. The first one stands only if a similar one follows."
        ),
        OWN,
        (
            "sets counted exactly",
            "false reps: set-up, walking, rest",
            "count after the lockout began, blocks of 5: 95 %",
            "files counted exactly",
            "reps counted as hip thrusts",
        ),
    ),
    Formula(
        _("Range of motion"),
        _(
            "Length of the integrated rotation vector of the pelvis over the concentric and 0.4 s "
            "around it, in degrees. It includes whatever the lower back adds."
        ),
        OWN,
        ("range of motion: sd",),
    ),
    Formula(
        _("Rise"),
        _(
            "Vertical acceleration, integrated twice from standstill to standstill, with zero "
            "velocity at both ends."
        ),
        OWN,
        ("rise: sd",),
    ),
    Formula(
        _("Mean and peak velocity"),
        _(
            "Mean and peak of the vertical velocity over the concentric. Not given for a "
            "concentric of more than 2 s, nor without a gyroscope. Not tested on squats and "
            "sit-to-stands."
        ),
        OWN,
        (
            "mean velocity, concentric 0.8–1.5 s: bias",
            "mean velocity, concentric 0.8–1.5 s: sd",
        ),
    ),
    Formula(
        _("Tilt and top"),
        _(
            "Tilt: largest sideways lean of the pelvis in the rep. Top: angle above (+) or below "
            "(−) the person’s calibrated lockout, only after a calibration."
        ),
        OWN,
    ),
    Formula(
        _("Tempo"),
        _(
            "Down–floor–up–hold in seconds, as coaches write it; the same in the order of the "
            "movement beside it. The representative rep has the median of each phase over the set."
        ),
        OWN,
    ),
    Formula(
        _("Off plan"),
        _(
            "Done − planned, for each phase. As planned if that is within the larger of {seconds} "
            "s and {percent} % of the plan; a pause planned as 0 may take {pause} s."
        ).format(
            seconds=_short(TOLERANCE_S), percent=_percent(TOLERANCE_SHARE), pause=_short(TURN_S)
        ),
        OWN,
    ),
    Formula(
        _("Volume"),
        _("Sum over the sets of reps × load, with the wearer’s corrections."),
        OWN,
    ),
    Formula(
        _("Velocity at a similar load"),
        _(
            "Median of the mean velocities in all sets whose load is within the larger of {load} "
            "kg and {percent} % of the load with which most reps of this session were done."
        ).format(load=_short(LIKE_LOAD_KG), percent=_percent(LIKE_LOAD_SHARE)),
        OWN,
    ),
    Formula(
        _("Confidence"),
        _(
            "The probability that a rep is one of its set, and of a set that its count is exact: "
            "from the evidence of size, duration, radius and evenness of each concentric."
        ),
        OWN,
    ),
    Formula(
        _("Pain and effort"),
        _(
            "As entered by the wearer: pain from 0 (none) to 10 (worst imaginable), effort (RPE) "
            "from 0 to 10 (not one more rep)."
        ),
        _("Numeric rating scale; perceived exertion of lifters."),
    ),
)
"""Every number of the report."""

SIMULATED: Final = tuple(figure for figure in FIGURES if figure.is_simulated)
"""Figures on the simulator, whose truth is exact."""

MEASURED: Final = tuple(figure for figure in FIGURES if not figure.is_simulated)
"""Figures on recordings of people."""
