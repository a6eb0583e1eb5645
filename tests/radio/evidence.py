"""What a session left behind: its recording, read again as the program would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.app.text import TextOutput
from tracker.cli.playback import total
from tracker.domain import FaultReason, LinkChanged, LinkState, SessionState
from tracker.engine import build_engine
from tracker.recording import open_recording

if TYPE_CHECKING:
    from pathlib import Path

    from tests.radio.program import Outcome
    from tracker.domain import Event, Gap, Notification, SessionInfo, SetRecord


@dataclass(frozen=True, slots=True)
class Evidence:
    """A recording and what the engine says to it."""

    info: SessionInfo
    """Its head."""
    notifications: tuple[Notification, ...]
    """What arrived, in order."""
    events: tuple[Event, ...]
    """Everything that the engine said, in order."""
    sets: tuple[SetRecord, ...]
    """The sets that were found."""
    lines: tuple[str, ...]
    """What a replay prints."""
    duration_s: float
    """From the first notification to the last, s."""

    @property
    def counts(self) -> list[int]:
        """Reps of each set."""
        return [record.counted for record in self.sets]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Holes that were reported."""
        ledger = SessionState()
        ledger.accept(self.events)
        return ledger.gaps

    @property
    def faults(self) -> dict[FaultReason, int]:
        """Faults that were reported, by their reason."""
        ledger = SessionState()
        ledger.accept(self.events)
        return ledger.faults

    @property
    def link(self) -> list[LinkState]:
        """States that the link went through."""
        return [each.state for each in self.events if isinstance(each, LinkChanged)]


def evidence(path: Path) -> Evidence:
    """Read a recording; one that is damaged is none."""
    recording = open_recording(path)
    assert not recording.damage, [str(damage) for damage in recording.damage]
    engine = build_engine(recording.info)
    ledger, lines = SessionState(), list[str]()
    sink = TextOutput(lines.append)
    notifications = tuple(recording)
    events = [*engine.feed_many(notifications), *engine.finish()]
    ledger.accept(events)
    sink.accept(events, engine.newest_s or 0.0)
    lines.append(total(ledger.sets))
    return Evidence(
        info=recording.info,
        notifications=notifications,
        events=tuple(events),
        sets=ledger.sets,
        lines=tuple(lines),
        duration_s=recording.duration_s,
    )


def same_as_live(outcome: Outcome, seen: Evidence) -> None:
    """Hold what was printed live against what the recording says."""
    assert tuple(outcome.out.splitlines()) == seen.lines
