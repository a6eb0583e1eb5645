"""What the programme around the set does over weeks, in figures: `make coach`.

Everything here is simulated: lifters with a strength that grows, scores that were made up, lines
that were drawn. It shows that the rules do what `docs/coaching.md` says, not that they are good
for people. Sessions go through `tracker next` and `tracker add`, each with a home of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.cli.app import main as tracker
from tracker.coach import (
    NoEstimate,
    OneRepMax,
    PainRecord,
    PastSession,
    PastSet,
    Point,
    Situation,
    judge,
    one_rep_max,
    profile,
)
from tracker.coach.velocity import PHASE_TO_MOVEMENT, loss_reached
from tracker.domain import HIP_THRUST, Phase, PhaseSpan, Plan, Rep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ZONES: Final = ("-11:00", "-08:00", "+00:00", "+01:00", "+05:30", "+14:00")
MONDAY: Final = "2026-01-05T23:30:00"
SESSIONS: Final = 36
"""Twelve weeks of Monday, Wednesday and Friday."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of what is printed."""

    name: str
    value: str
    met: bool


# --- twelve weeks through the command line -------------------------------------------------------


@contextlib.contextmanager
def home() -> Iterator[None]:
    """Give the commands a home of their own."""
    before = os.environ.get("TRACKER_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TRACKER_HOME"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["TRACKER_HOME"]
            else:
                os.environ["TRACKER_HOME"] = before


def said(*arguments: str) -> str:
    """Run a command and return what it prints; raises `RuntimeError` if it fails."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = tracker(arguments)
    if code != 0:
        raise RuntimeError(f"tracker {' '.join(arguments)}: {err.getvalue()}")
    return out.getvalue()


def training_days(zone: str) -> list[datetime]:
    """Return twelve weeks of Monday, Wednesday and Friday at 23:30."""
    start = datetime.fromisoformat(MONDAY + zone)
    return [
        start + timedelta(weeks=week, days=day)
        for week in range(SESSIONS // 3)
        for day in (0, 2, 4)
    ]


def next_at(at: datetime, *more: str) -> dict[str, Any]:
    """Return what `tracker next` says at a time."""
    told: dict[str, Any] = json.loads(
        said("next", "--at", at.isoformat(), "--format", "json", *more)
    )
    return told


@dataclass(slots=True)
class Lifter:
    """Somebody who does what the product says, as far as they can; simulated."""

    strength: float
    """Clean reps with bodyweight at the start."""
    gain: float
    """Reps gained a session."""
    reps_lost_per_kg: float = 0.45

    def reps(self, session: int, load_kg: float, asked: int, *, open_ended: bool) -> int:
        """Return the reps of a set: those asked for, or in an open one up to three more."""
        able = int(self.strength + self.gain * session - self.reps_lost_per_kg * load_kg)
        return max(1, min(able, asked + 3 if open_ended else asked))


def twelve_weeks(
    zone: str, lifter: Lifter | None = None, warm_ups: int = 0
) -> list[tuple[str, str, float, int, int]]:
    """Return verdict, exercise, load, reps and sets of each session of an obedient lifter.

    Without a lifter, exactly what is planned is done, and nothing over it.
    """
    told = []
    with home():
        for number, at in enumerate(training_days(zone)):
            plan = next_at(at)["plan"]
            verdict = next_at(at)["verdict"]
            if plan is None:
                told.append((verdict, "", 0.0, 0, 0))
                continue
            words: list[str] = []
            for _ in range(warm_ups):
                words += ["--warm-up", "reps=10 load=5kg rpe=3"]
            for place in range(1, plan["sets"] + 1):
                reps = plan["reps"]
                if lifter is not None:
                    last = place == plan["sets"] and plan["last_set"] == "or_more"
                    reps = lifter.reps(number, plan["load_kg"], reps, open_ended=last)
                words += ["--set", f"reps={reps} load={plan['load_kg']}kg"]
            said("add", "--exercise", plan["exercise"], "--started", at.isoformat(), *words)
            told.append((verdict, plan["exercise"], plan["load_kg"], plan["reps"], plan["sets"]))
        after = next_at(training_days(zone)[-1] + timedelta(minutes=10))
        assert after["plan"] is not None, "no next plan after the last session"
    return told


def load_steps(weeks: Sequence[tuple[str, str, float, int, int]]) -> int:
    """Return how often the load went up."""
    loads = [load_kg for _, _, load_kg, _, _ in weeks]
    return sum(after > before for before, after in pairwise(loads))


def programme_figures() -> Iterator[Figure]:
    """Yield the figures of twelve weeks."""
    obedient = twelve_weeks("+01:00")
    able = twelve_weeks("+01:00", Lifter(11.0, 0.35))
    weak = twelve_weeks("+01:00", Lifter(7.0, 0.2))
    for name, weeks in (
        ("does exactly what is planned", obedient),
        ("gains a rep in three sessions", able),
        ("starts with seven reps", weak),
    ):
        planned = sum(bool(sets) for *_, sets in weeks)
        yield Figure(
            f"twelve weeks, {name}: sessions with a plan, load steps, last load",
            f"{planned} of {SESSIONS}, {load_steps(weeks)}, {weeks[-1][2]:g} kg",
            planned == SESSIONS and load_steps(weeks) >= (3 if weeks is not weak else 1),
        )
    rests = sum(verdict in ("rest", "stop") for verdict, *_ in obedient)
    yield Figure("of them on a rest day or stopped, at 23:30", str(rests), rests == 0)
    others = [twelve_weeks(zone) for zone in ZONES]
    yield Figure(
        f"the same twelve weeks in {len(ZONES)} time zones",
        "yes" if all(each == others[0] for each in others) else "no",
        all(each == others[0] for each in others),
    )
    warm = twelve_weeks("+01:00", warm_ups=2)
    yield Figure(
        "two warm-up sets a session change",
        "nothing" if warm == obedient else "something",
        warm == obedient,
    )


def break_figures() -> Iterator[Figure]:
    """Yield what a pause and a red light do."""
    with home():
        at = datetime.fromisoformat(MONDAY + "+01:00")
        for number in range(2):
            words = ["--set", "reps=8 load=60kg"] * 3
            said(
                "add",
                "--exercise",
                "hip_thrust",
                "--started",
                (at + timedelta(days=2 * number)).isoformat(),
                *words,
            )
        told = next_at(at + timedelta(days=2 + 28))
        load_kg = told["plan"]["load_kg"]
        yield Figure(
            "four weeks off, 60 kg before",
            f"{load_kg:g} kg ({load_kg / 60.0 - 1.0:+.0%})",
            load_kg <= 54.0,
        )
    with home():
        days = training_days("+01:00")
        sets = ("--set", "reps=10", "--set", "reps=10")
        pain = ("--pain-before", "2", "--pain-after", "7")
        said("add", "--exercise", "hip_thrust", "--started", days[0].isoformat(), *sets, *pain)
        verdicts = []
        for day in days[1:4]:
            verdicts.append(next_at(day)["verdict"])
            said("add", "--exercise", "hip_thrust", "--started", day.isoformat(), *sets)
        verdicts.append(next_at(days[4])["verdict"])
        said("next", "--at", days[4].isoformat(), "--asked", "a physiotherapist")
        after = next_at(days[4])["verdict"]
        yield Figure(
            "after a red light: three sessions without a score, then asked",
            f"{', '.join(verdicts)}, then {after}",
            set(verdicts) == {"stop"} and after != "stop",
        )


# --- pain histories ------------------------------------------------------------------------------

RULES: Final = """\
The rules that the written histories are judged by, in this order; no clinician has reviewed them:
  1 pain now at the limit (5, or as set) or above: stop
  2 a training with a rise of 2 or more, a score at the limit, or 2 or more left on the next
    morning, and nobody asked since: stop, however many trainings follow
  3 trained today or yesterday: rest
  4 four weeks off: easier
  5 a steady rise by 2 or more over two to six weeks, from four trainings on: easier
  6 pain now 2 or more above the score before the last training: easier
  7 somebody was asked about the last training: easier
  8 3 or more now or then (2 below another limit), or a rise of 1: the same
  9 otherwise: go"""

NOW: Final = datetime(2026, 3, 30, 18, tzinfo=UTC)


def training(
    ago: float, before: int | None = None, during: int | None = None, morning: int | None = None
) -> PainRecord:
    """Return the scores of a training so many days ago."""
    return PainRecord(NOW - timedelta(days=ago), before, during, morning)


@dataclass(frozen=True, slots=True)
class Story:
    """A written pain history, and the verdict of the rules above, worked out by hand."""

    words: str
    verdict: str
    records: tuple[PainRecord, ...] = ()
    now: int | None = None
    asked_ago: float | None = None
    limit: int = 5


def month(*levels: int) -> tuple[PainRecord, ...]:
    """Return trainings with a level each, evenly over four weeks up to three days ago."""
    step = 25.0 / (len(levels) - 1)
    return tuple(training(28.0 - step * place, each, each) for place, each in enumerate(levels))


STORIES: Final = (
    Story("no pain, ever", "go", month(0, 0, 0, 0, 0)),
    Story("no score was ever entered", "go", (training(5), training(3))),
    Story("1 before, 1 after, 1 now", "go", (training(3, 1, 1),), 1),
    Story("went from 1 to 2 in training", "same", (training(3, 1, 2),), 1),
    Story("went from 1 to 3 in training", "stop", (training(3, 1, 3),), 1),
    Story(
        "2 to 7, then three sessions without a score",
        "stop",
        (training(9, 2, 7), training(7), training(5), training(3)),
    ),
    Story(
        "2 to 7, then two sessions without pain",
        "stop",
        (training(9, 2, 7), training(6, 0, 0), training(3, 0, 0)),
        0,
    ),
    Story(
        "2 to 7, asked the day after, then trained without pain",
        "go",
        (training(9, 2, 7), training(3, 0, 0)),
        0,
        asked_ago=8.0,
    ),
    Story(
        "2 to 7 in the last training, asked today",
        "easier",
        (training(5, 0, 0), training(3, 2, 7)),
        1,
        asked_ago=0.0,
    ),
    Story("asked a week before it went red", "stop", (training(3, 1, 4),), 1, asked_ago=10.0),
    Story("8 now, nothing before", "stop", (training(3, 0, 0),), 8),
    Story("5 now with the limit at 5", "stop", (training(3, 4, 4),), 5),
    Story(
        "a stable 5 for a month, limit set to 7 by a physiotherapist",
        "same",
        month(5, 5, 5, 5, 5, 5),
        5,
        limit=7,
    ),
    Story("a stable 5 for a month, limit set to 8", "go", month(5, 5, 5, 5, 5, 5), 5, limit=8),
    Story("0, 1, 2, 3 over a month", "easier", month(0, 1, 2, 3)),
    Story("2 and 3 in turn over a month", "same", month(2, 3, 2, 3, 2, 3, 3)),
    Story("4, 3, 2, 1 over a month", "go", month(4, 3, 2, 1), 1),
    Story("2 before, 2 after, 4 on the next morning", "stop", (training(3, 2, 2, 4),), 1),
    Story("2 before, 2 after, 3 on the next morning", "same", (training(3, 2, 2, 3),), 2),
    Story("0 before the last training, 2 now", "easier", (training(3, 0, 0),), 2),
)


def verdict_of(story: Story) -> str:
    """Return the verdict of the product on a history, of somebody ready for more reps."""
    sets = tuple(PastSet(10, 10, 0.0, 1.0) for _ in range(2))
    sessions = []
    for record in story.records:
        pain = record.verdict(story.limit)
        sessions.append(PastSession(record.at.date(), "hip_thrust", sets, pain))
    asked = () if story.asked_ago is None else (NOW - timedelta(days=story.asked_ago),)
    situation = Situation(
        NOW,
        "hip_thrust",
        sessions,
        story.records,
        asked,
        story.now,
        pain_limit=story.limit,
    )
    return judge(situation).verdict.value


def pain_figures(verbose: bool = False) -> Iterator[Figure]:
    """Yield how many histories get the verdict of the rules."""
    wrong = [each for each in STORIES if verdict_of(each) != each.verdict]
    if verbose:
        print(RULES)
        for story in STORIES:
            print(f"  {story.words}: {verdict_of(story)} (by the rules: {story.verdict})")
    yield Figure(
        "written pain histories with the verdict of the rules",
        f"{len(STORIES) - len(wrong)} of {len(STORIES)}",
        not wrong,
    )


# --- velocity ------------------------------------------------------------------------------------

LIFTERS: Final = 200
SHARES: Final = (0.45, 0.60, 0.72, 0.85)
SESSION_COUNT: Final = 4
V1RM_SD_MPS: Final = 0.03
"""Between people (de Hoyo 2021)."""
SLOPE_SD_MPS: Final = 0.17
"""Between people: it gives the general line its published error, 7 % of 1RM, at 60 %."""
REP_CV: Final = 0.04
"""Between the reps of one person."""
SENSOR_SD_MPS: Final = 0.02


def reps_of(velocities_mps: Iterable[float]) -> list[Rep]:
    """Return reps with these mean velocities, which is all that is looked at here."""
    spans = (PhaseSpan(Phase.CONCENTRIC, 0.0, 1.0),)
    return [
        Rep(number, 0.0, 1.0, True, spans, rom_deg=45.0, mean_velocity_mps=float(velocity))
        for number, velocity in enumerate(velocities_mps, start=1)
    ]


def one_rep_max_errors(seed: int) -> tuple[list[float], list[float], int]:
    """Return the errors of 1RM by their own line and by the general one, and how many got none."""
    random = np.random.default_rng(seed)
    own, general, refused = [], [], 0
    today = date(2026, 3, 30)
    for _ in range(LIFTERS):
        true_kg = random.uniform(60.0, 180.0)
        slope = random.normal(0.978, SLOPE_SD_MPS)
        v1rm = random.normal(0.25, V1RM_SD_MPS)
        points, guesses = [], []
        for session in range(SESSION_COUNT):
            for share in SHARES:
                load_kg = 2.5 * round(share * true_kg / 2.5)
                mean = v1rm + slope * (1.0 - load_kg / true_kg)
                velocities = mean * random.normal(1.0, REP_CV, 4)
                velocities += random.normal(0.0, SENSOR_SD_MPS)
                reps = reps_of(PHASE_TO_MOVEMENT * np.maximum(velocities, 0.05))
                best = max(velocities)
                points.append(Point(today - timedelta(days=7 * session), load_kg, float(best)))
                guess = one_rep_max(HIP_THRUST, load_kg, reps)
                if isinstance(guess, OneRepMax):
                    guesses.append(abs(guess.load_kg / true_kg - 1.0))
        line = profile(points, today)
        if isinstance(line, NoEstimate):
            refused += 1
            continue
        own.append(abs(line.one_rep_max_kg / true_kg - 1.0))
        general.append(median(guesses))
    return own, general, refused


def false_stops(planned: float, seed: int, sets: int = 4000) -> float:
    """Return the share of sets of ten without fatigue that are ended, at 4 % between reps."""
    random = np.random.default_rng(seed)
    plan = Plan(velocity_loss=planned)
    stopped = 0
    for _ in range(sets):
        reps = reps_of(0.5 * random.normal(1.0, REP_CV, 10))
        stopped += any(loss_reached(reps[:number], plan) for number in range(2, 11))
    return stopped / sets


def velocity_figures(seed: int) -> Iterator[Figure]:
    """Yield the errors of 1RM, and how often a set is ended by chance."""
    own, general, refused = one_rep_max_errors(seed)
    ours, theirs = median(own), median(general)
    yield Figure(
        f"{LIFTERS} simulated lifters: median 1RM error, own line against the general one",
        f"{ours:.1%} against {theirs:.1%}, {refused} refused",
        ours <= 0.05 and ours <= 0.5 * theirs and refused <= 0.2 * LIFTERS,
    )
    for planned, most in ((0.05, 1.0), (0.10, 0.05), (0.15, 0.05), (0.20, 0.01)):
        share = false_stops(planned, seed)
        yield Figure(
            f"sets of ten without fatigue ended at a planned loss of {planned:.0%}",
            f"{share:.1%}",
            share <= most,
        )


def main() -> int:
    """Print every figure; return 1 if one falls short and `--strict` was given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--verbose", action="store_true", help="print every pain history")
    parser.add_argument("--strict", action="store_true", help="fail if a figure falls short")
    chosen = parser.parse_args()
    short = 0
    for part in (
        programme_figures(),
        break_figures(),
        pain_figures(chosen.verbose),
        velocity_figures(chosen.seed),
    ):
        for figure in part:
            short += not figure.met
            print(
                f"{'ok   ' if figure.met else 'SHORT'}  {figure.name}: {figure.value}", flush=True
            )
    return 1 if short and chosen.strict else 0


if __name__ == "__main__":
    sys.exit(main())
