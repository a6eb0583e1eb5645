"""A file through a fresh engine, with a progress bar where somebody can see it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tracker.domain import Ledger, SourceFacts, workout_of
from tracker.engine import build_engine
from tracker.runtime.batch import analyze_notifications

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.cli.inputs import SessionFile
    from tracker.domain import Event, Workout


def events_of(file: SessionFile, batch: int) -> Iterator[tuple[Event, float | None]]:
    """Yield what the engine says, and the time of the newest sample that it had then, s.

    Parameters
    ----------
    file
        What to analyze.
    batch
        Notifications given to the engine at once.
    """
    # No bar: the events themselves show the progress.
    yield from analyze_notifications(build_engine(file.info), file.notifications(), batch)


def workout_in(file: SessionFile, batch: int, *, quiet: bool = False) -> Workout:
    """Return what the events of a file add up to; `quiet` without a progress bar."""
    engine = build_engine(file.info)
    ledger = Ledger()
    with click.progressbar(
        length=file.amount,
        label=file.path,
        file=sys.stderr,
        hidden=quiet or not sys.stderr.isatty(),
    ) as bar:
        events = analyze_notifications(
            engine, file.notifications(), batch, lambda together: bar.update(len(together))
        )
        for event, _ in events:
            ledger.accept((event,))
    facts = SourceFacts(
        path=file.path,
        sensor=file.sensor,
        rate_hz=engine.rate_hz,
        duration_s=file.duration_s,
        samples=engine.samples,
    )
    return workout_of(file.info, ledger, facts)
