"""A live training: recorded from its first byte, open for the wearer's words to its end."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.domain import PainEntered, PainMoment, PlanChosen
from tracker.engine import build_engine
from tracker.recording import RecordingWriter
from tracker.runtime.clock import SYSTEM_CLOCK
from tracker.runtime.paths import new_recording_path
from tracker.runtime.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tracker.domain import Plan, SessionInfo, Source
    from tracker.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Training:
    """A session and where it is recorded."""

    session: Session
    recording: Path
    close: Callable[[], None]
    """Closes the recording, should the session not have come so far; again is harmless."""


@contextmanager
def recorded_training(
    source: Source,
    info: SessionInfo,
    started: datetime,
    folder: Path,
    *,
    plan: Plan | None = None,
    pain_before: int | None = None,
    until_stopped: bool = False,
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[Training]:
    """Open a recording and a session that writes to it; both are closed on every way out.

    Parameters
    ----------
    source
        Where the notifications come from.
    info
        Head of the session; the time of the start is added here.
    started
        Time of session second 0.
    folder
        Where recordings are.
    plan
        What is planned; it stands first in the recording. None leaves that out.
    pain_before
        How much it hurts, 0 to 10; None if it was not asked.
    until_stopped
        Stay open after the end of the source, for what the wearer enters then.
    clock
        Given to the session.

    Raises
    ------
    OutputError
        If the recording cannot be created.
    """
    info = replace(info, started_utc=started.isoformat())
    engine = build_engine(info)
    path = new_recording_path(folder, started, info.exercise)
    with RecordingWriter(path, info) as recorder:
        session = Session(
            source, engine, info=info, recorder=recorder, clock=clock, until_stopped=until_stopped
        )
        if plan is not None:
            session.enter(PlanChosen(plan))
        if pain_before is not None:
            session.enter(PainEntered(pain_before, PainMoment.BEFORE))
        yield Training(session, path, recorder.close)
