"""A stream through the engine, and what it said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.app.playback import analyze_notifications
from tracker.domain import LoweringStarted, RepCounted, RepRevised, SessionState
from tracker.engine import build_engine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.domain import Event, Gap, Notification, Rep, SessionInfo


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that was said about a session."""

    said: tuple[tuple[Event, float | None], ...]
    """Each event with the time of the newest sample that the engine had then, s."""
    sets: tuple[tuple[Rep, ...], ...]
    """The reps that stand at the end, set by set."""
    confidences: tuple[float | None, ...]
    """Probability that the count of each set is exact, as the engine told it."""
    gaps: tuple[Gap, ...]
    """The holes that were reported."""

    @property
    def reps(self) -> tuple[Rep, ...]:
        """All reps that stand at the end."""
        return tuple(rep for reps in self.sets for rep in reps)

    @property
    def announcements(self) -> list[tuple[float, float]]:
        """When each announced lockout began and when it was announced, s."""
        return [
            (event.at_s, newest_s)
            for event, newest_s in self.said
            if isinstance(event, RepCounted) and newest_s is not None
        ]

    @property
    def lowerings(self) -> list[tuple[float, float]]:
        """When the hips began to sink out of each hold and when that was told, s."""
        return [
            (event.at_s, newest_s)
            for event, newest_s in self.said
            if isinstance(event, LoweringStarted) and newest_s is not None
        ]

    @property
    def withdrawn(self) -> int:
        """How many announcements were taken back."""
        return sum(isinstance(event, RepRevised) and event.rep is None for event, _ in self.said)


def run(info: SessionInfo, notifications: Iterable[Notification], batch: int) -> Outcome:
    """Feed a session to a fresh engine, some notifications at a time."""
    said = tuple(analyze_notifications(build_engine(info), notifications, batch))
    ledger = SessionState()
    ledger.accept(event for event, _ in said)
    return Outcome(
        said,
        tuple(record.reps for record in ledger.sets),
        tuple(record.count_confidence for record in ledger.sets),
        ledger.gaps,
    )
