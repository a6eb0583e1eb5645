"""Weeks at the screen: a simulated lifter does what it shows, and enter is the only answer.

Twelve of them in `make sweep`, else the first two.
Monday, Wednesday and Friday, from the list of sensors to the summary. The lifter reads the set-up,
trains exactly that with the tempo it shows, and two reps more where the last set is to go on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from textual.widgets import Input, Static

import tests.tui.coaching
from tests.heavy import HEAVY
from tests.tui.coaching import Gym, comes, happens
from tests.tui.staging import look, training_of
from tracker.app import clock
from tracker.app.config import save_training
from tracker.app.training import TrainingService
from tracker.domain import parse_tempo
from tracker.recording import ReplaySource
from tracker.sim import (
    Activity,
    ActivityPlan,
    LifterPlan,
    Mounting,
    RepPlan,
    SetPlan,
    simulate,
    training_plan,
)
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen
from tracker.tui.widgets.forms import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.app import App
    from textual.pilot import Pilot

    from tracker.coach import RoutineStep
    from tracker.domain import SessionInfo, Source

MONDAY = datetime(2026, 1, 5, 17, 30, tzinfo=UTC)
SESSIONS = 36 if HEAVY else 6
"""Each takes five seconds."""

TRAINING_DAYS = (0, 2, 4)
"""Monday, Wednesday and Friday."""

MORE = 2
"""Reps that the lifter has left for a set that goes on past its target."""

REST_S = 24.0
"""A set is over after half of it, and the other half is there to see the screen of the rest."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the set-up shows."""

    sets: int
    reps: int
    or_more: bool
    load_kg: float
    tempo: str
    advice: str


def shown_by(app: App[None]) -> Shown:
    def text(name: str) -> str:
        return app.screen.query_one(f"#{name}", Input).value

    return Shown(
        int(text("sets")),
        int(text("reps")),
        app.screen.query_one("#last", Choice).value == "yes",
        float(text("load")),
        text("tempo"),
        words_of(app, "#advice"),
    )


def words_of(app: App[None], widget: str) -> str:
    return str(app.screen.query_one(widget, Static).visual)


class Obedient(TrainingService):
    """A service whose simulated lifter does what was shown."""

    shown: Shown | None = None

    def _simulated_lifter(
        self, exercise: str, seconds: float | None, steps: Sequence[RoutineStep] = ()
    ) -> tuple[Source, SessionInfo]:
        shown = type(self).shown
        if shown is None:
            return super()._simulated_lifter(exercise, seconds, steps)
        counts = [shown.reps] * shown.sets
        counts[-1] += MORE * shown.or_more
        plan = training_plan(exercise, 1)
        blocks: list[Any] = [*plan.blocks[:2]]
        for count in counts:
            blocks += [
                SetPlan((rep_in(shown.tempo),) * count),
                ActivityPlan(Activity.REST, REST_S),
            ]
        rng = np.random.default_rng(1)
        obeyed = replace(
            plan, blocks=tuple(blocks), lifter=LifterPlan(), mounting=Mounting.drawn(rng)
        )
        done = simulate(obeyed, 1)
        source = ReplaySource(done.info, partial(done.notifications), self._clock, speed=SPEED)
        return source, done.info


def rep_in(tempo: str) -> RepPlan:
    """Return a rep with a tempo: phases are measured from a tenth of the speed, so are shorter."""
    wanted = parse_tempo(tempo)
    # None is as fast as possible.
    up_s, hold_s, down_s, floor_s = (
        1.0 if each is None else each
        for each in (
            wanted.concentric_s,
            wanted.lockout_s,
            wanted.eccentric_s,
            wanted.bottom_s,
        )
    )
    return RepPlan(
        concentric_s=1.15 * up_s,
        hold_s=hold_s + 0.2,
        eccentric_s=1.15 * down_s,
        bottom_s=floor_s + 0.15,
    )


SPEED = 100.0
"""Session seconds in a second of the clock, which goes on by a tenth at a time."""


class Diary(datetime):
    """A calendar whose today is what the test says."""

    today_is = MONDAY

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return cls.today_is if tz is None else cls.today_is.astimezone(tz)


@pytest.fixture
def gym(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gym:
    monkeypatch.setattr(clock, "datetime", Diary)
    monkeypatch.setattr(tests.tui.coaching, "TrainingService", Obedient)
    monkeypatch.setattr(tests.tui.coaching, "SPEED", SPEED)
    gym = Gym(tmp_path)
    save_training(
        gym.paths.config_file, replace(gym.service.config.training, warned=True, sound=False)
    )
    return gym


async def train_once(gym: Gym, pilot: Pilot[None]) -> tuple[Shown, str]:
    """Train from the list of sensors to the list again; return what was shown before and after."""
    app = pilot.app
    await comes(pilot, DevicesScreen)
    Obedient.shown = None
    await pilot.press("enter")
    await comes(pilot, CheckScreen)
    await gym.play(pilot, 12.0)
    await pilot.press("enter")
    await comes(pilot, SetupScreen)
    await happens(pilot, lambda: bool(words_of(app, "#advice").strip()))
    Obedient.shown = shown = shown_by(app)
    await pilot.press("enter")
    await comes(pilot, TrainScreen)
    session = training_of(app)
    todo = [shown.reps] * shown.sets
    todo[-1] += MORE * shown.or_more
    rests = 0
    for _ in range(2000):
        ended = [each for each in session.snapshot().sets if each.ended]
        if len(ended) == shown.sets:
            break
        if isinstance(app.screen, RestScreen):
            rests += 1
            await pilot.press("enter")
        await gym.clock.advance(0.1)
        await pilot.pause()
    assert [each.done for each in session.snapshot().sets] == todo
    assert rests >= shown.sets - 1
    await look(pilot)
    await pilot.press("f")
    await comes(pilot, SummaryScreen)
    # The log is read beside the screen.
    await happens(pilot, lambda: bool(words_of(app, "#advice").strip()))
    after = words_of(app, "#advice")
    await pilot.press("enter")
    await comes(pilot, DevicesScreen)
    return shown, after


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_who_answers_enter_for_weeks_gets_stronger_without_a_dead_end(
    gym: Gym,
) -> None:
    app = gym.app()
    days: list[Shown] = []
    async with app.run_test(size=(100, 40)) as pilot:
        for number in range(SESSIONS):
            week, day = divmod(number, len(TRAINING_DAYS))
            Diary.today_is = MONDAY + timedelta(weeks=week, days=TRAINING_DAYS[day])
            shown, after = await train_once(gym, pilot)
            days.append(shown)
            where = f"session {number + 1}: {shown}"
            assert not re.match(r"(! )?(Rest|Stop)", shown.advice), where
            assert "next time" in after, where
            assert not isinstance(app.screen, GuideScreen)
        # The last one is logged beside the list of sensors.
        await happens(pilot, lambda: len(gym.service.sessions()) == SESSIONS)
    assert (days[0].load_kg, days[0].sets, days[0].reps) == (0.0, 2, 10)
    loads = list(dict.fromkeys(each.load_kg for each in days))
    assert len(loads) >= 1 + SESSIONS // 12, "bodyweight, and a load step every four weeks"
    assert loads == sorted(loads), "what nobody failed at never gets lighter"
    logged = gym.service.sessions()
    assert len(logged) == SESSIONS
    for line, shown in zip(reversed(logged), days, strict=True):
        workout = gym.service.workout(line.id)
        assert workout.advice is not None
        assert workout.advice.followed
        assert {each.load_kg for each in workout.sets} == {shown.load_kg}
