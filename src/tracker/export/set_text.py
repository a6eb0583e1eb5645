"""What was measured of a set in one line, for formats that have nothing but a field for notes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tracker.domain import CODE_ORDER, LIFTERS_ORDER, PHASE_WORDS, Phase
from tracker.export.columns import SET_COLUMNS, set_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain import Workout
    from tracker.export.columns import SetRow

_MEANS: Final = {
    Phase.CONCENTRIC: "mean_concentric_s",
    Phase.LOCKOUT: "mean_lockout_s",
    Phase.ECCENTRIC: "mean_eccentric_s",
    Phase.BOTTOM: "mean_bottom_s",
}
_UNKNOWN: Final = "–"

# As in the JSON of a session.
_DECIMALS: Final = 4


def figures_of(row: SetRow) -> dict[str, object]:
    """Return what every column of the table of sets says of one, where that is known."""
    values = {column.name: column.value(row) for column in SET_COLUMNS}
    return {
        name: value
        for name, value in values.items()
        if value is not None and not (isinstance(value, float) and not math.isfinite(value))
    }


def rounded(value: float | None) -> float | None:
    """Return a number without the noise of its last digits; None stays unknown."""
    return None if value is None else round(value, _DECIMALS)


def set_texts(workout: Workout) -> list[str]:
    """Return a line for each set, and after it what the wearer wrote of it."""
    return ["\n".join(filter(None, _lines(row))) for row in set_rows(workout)]


def session_text(workout: Workout) -> str:
    """Return what the wearer says of the whole session, and how much it hurt."""
    pain = [
        f"Pain {said.moment.value}"
        + (f" (set {said.set_index})" if said.set_index is not None else "")
        + f": {said.score} of 10"
        for said in workout.pain
    ]
    return "\n".join(filter(None, (workout.note, *pain)))


def _lines(row: SetRow) -> tuple[str, str]:
    figures = figures_of(row)
    parts = [_tempo(figures), _velocity(figures), _measured(figures, "mean_rom_deg", "range", "°")]
    parts.append(f"set {row.record.end_s - row.record.start_s:.0f} s")
    parts.append(_measured(figures, "rest_before_s", "rest before", " s"))
    if row.record.counted != row.record.done:
        parts.append(f"sensor counted {row.record.counted}")
    if row.record.plan.tempo is not None:
        parts.append(f"planned {row.record.plan.tempo.code} ({row.record.plan.tempo.words})")
    return "; ".join(filter(None, parts)), row.record.entries.note


def _tempo(figures: Mapping[str, object]) -> str:
    """Return the mean tempo both ways, as a plan is written."""
    means = {
        phase: f"{figures[name]:.1f}" if name in figures else _UNKNOWN
        for phase, name in _MEANS.items()
    }
    if all(mean == _UNKNOWN for mean in means.values()):
        return ""
    code = "-".join(means[phase] for phase in CODE_ORDER)
    words = " · ".join(f"{PHASE_WORDS[phase]} {means[phase]}" for phase in LIFTERS_ORDER)
    return f"tempo {code} ({words})"


def _velocity(figures: Mapping[str, object]) -> str:
    if "mean_velocity_mps" not in figures:
        return ""
    loss = f", loss {figures['velocity_loss_pct']:.0f} %" if "velocity_loss_pct" in figures else ""
    return f"{figures['mean_velocity_mps']:.2f} m/s{loss}"


def _measured(figures: Mapping[str, object], name: str, word: str, unit: str) -> str:
    return f"{word} {figures[name]:.0f}{unit}" if name in figures else ""
