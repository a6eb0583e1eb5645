"""Makes the example of a report: simulated sessions, with what somebody could have said of them.

Run by `make snapshots`. Everything in it is simulated, and every page of it says so.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tracker.domain import (
    NoteEntered,
    PainEntered,
    PainMoment,
    Plan,
    PlanChosen,
    RpeEntered,
    SessionState,
    SourceFacts,
    UserInput,
    Workout,
    parse_tempo,
    workout_of,
)
from tracker.engine import build_engine
from tracker.export.report import report_html
from tracker.sim import demo_plan, simulate

REPORT = Path(__file__).with_name("report-example.html")

SESSIONS = (
    ("2026-04-30T17:30:00+02:00", 40.0, 4, 4),
    ("2026-05-04T17:40:00+02:00", 40.0, 4, 3),
    ("2026-05-07T17:30:00+02:00", 42.5, 3, 3),
    ("2026-05-11T18:00:00+02:00", 42.5, 3, 2),
    ("2026-05-14T17:30:00+02:00", 42.5, 2, 3),
)
"""When each was, its load, kg, and pain before and after."""


def trained(seed: int, started_utc: str, load_kg: float, before: int, after: int) -> Workout:
    """Return a simulated session with a plan and entries."""
    session = simulate(demo_plan(seed), seed)
    info = replace(session.info, started_utc=started_utc)
    engine = build_engine(info)
    plan = Plan(load_kg=load_kg, target_reps=6, tempo=parse_tempo("2-0-1-2"), rest_s=15.0)
    ledger = SessionState()
    ledger.accept((UserInput(0.0, PlanChosen(plan)), UserInput(0.0, _pain(before))))
    ledger.accept(engine.feed_many(tuple(session.notifications())))
    ledger.accept(engine.finish())
    said = (
        RpeEntered(1, 7.0),
        RpeEntered(2, 8.5),
        NoteEntered("Hurried: the door bell rang.", 2),
        NoteEntered("Example: these words are typed in, as a wearer would."),
        PainEntered(after, PainMoment.AFTER, 2),
    )
    ledger.accept(UserInput(session.truth.duration_s, entry) for entry in said)
    facts = SourceFacts(
        path=f"{started_utc[:10]}.arrows",
        sensor=info.sensor,
        rate_hz=engine.rate_hz,
        duration_s=session.truth.duration_s,
        samples=engine.samples,
    )
    return workout_of(info, ledger, facts)


def _pain(score: int) -> PainEntered:
    return PainEntered(score, PainMoment.BEFORE)


def write() -> None:
    """Write the report of the last session, with those before it as its history."""
    *earlier, last = (trained(seed, *each) for seed, each in enumerate(SESSIONS, 1))
    REPORT.write_text(report_html(last, earlier), encoding="utf-8")


if __name__ == "__main__":
    write()
