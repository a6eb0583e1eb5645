"""How training went week by week: reps, volume, range, speed, hold and pain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracker.store.summary import SessionSummary


@dataclass(frozen=True, slots=True)
class Week:
    """One week from Monday on; None means unknown, never zero."""

    monday: date
    sessions: int
    simulated: int
    """How many of them nobody trained."""
    sets: int
    reps: int
    """Reps that count."""
    volume_kg: float | None
    """Load times reps, over the sets whose load is known, kg."""
    rom_deg: float | None
    """Mean range of the reps, degrees."""
    mean_velocity_mps: float | None
    """Mean of the reps' mean velocities, m/s."""
    lockout_s: float | None
    """Mean hold at the top, s."""
    pain_before: float | None
    """Mean pain before training, 0 to 10."""
    pain_after: float | None
    """Mean pain after training, 0 to 10."""


def weeks(summaries: Iterable[SessionSummary], zone: tzinfo | None = UTC) -> tuple[Week, ...]:
    """Return the weeks in which there was training, the earliest first.

    Parameters
    ----------
    summaries
        Sessions in any order.
    zone
        Where it is Monday; None is the time zone of this machine.
    """
    by_monday: dict[date, list[SessionSummary]] = {}
    for summary in summaries:
        day = datetime.fromisoformat(summary.at_utc).astimezone(zone).date()
        by_monday.setdefault(day - timedelta(days=day.weekday()), []).append(summary)
    return tuple(_week(monday, by_monday[monday]) for monday in sorted(by_monday))


def _week(monday: date, sessions: Sequence[SessionSummary]) -> Week:
    volumes = [each.volume_kg for each in sessions if each.volume_kg is not None]
    return Week(
        monday=monday,
        sessions=len(sessions),
        simulated=sum(each.origin == "synthetic" for each in sessions),
        sets=sum(each.sets_done for each in sessions),
        reps=sum(each.reps_done for each in sessions),
        volume_kg=sum(volumes) if volumes else None,
        # A short session weighs as much as its reps.
        rom_deg=_mean(sessions, lambda each: each.rom_deg, by_reps=True),
        mean_velocity_mps=_mean(sessions, lambda each: each.mean_velocity_mps, by_reps=True),
        lockout_s=_mean(sessions, lambda each: each.lockout_s, by_reps=True),
        pain_before=_mean(sessions, lambda each: each.pain_before),
        pain_after=_mean(sessions, lambda each: each.pain_after),
    )


def _mean(
    sessions: Sequence[SessionSummary],
    value_of: Callable[[SessionSummary], float | None],
    *,
    by_reps: bool = False,
) -> float | None:
    known = [
        (value, each.reps_measured if by_reps else 1)
        for each in sessions
        if (value := value_of(each)) is not None
    ]
    weight = sum(each for _, each in known)
    return sum(value * each for value, each in known) / weight if weight else None
