from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tests.tui.coaching import Gym, comes, happens
from tests.tui.staging import look
from tracker.app.devices import SIMULATED
from tracker.coach import steps_of
from tracker.domain import Plan, PlanChosen, TimedDone
from tracker.tui.screens.guided import GuidedScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupForm
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from pathlib import Path

PLAN = Plan(load_kg=60.0, target_reps=8, sets=3)


async def test_a_warm_up_is_led_through_and_recorded_and_its_sets_are_marked(
    tmp_path: Path,
) -> None:
    gym = Gym(tmp_path)
    gym.service.remember(warned=True)
    form = SetupForm("hip_thrust", PLAN, None, None, sound=False, routine="warm_up")
    app = gym.app(lambda coach: coach.connect_and_train(SIMULATED, form))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, GuidedScreen)
        # Each look at the screen tells it the time; its own timer may not come in between.
        await gym.play(pilot, 6.0)
        await gym.play(pilot, 6.0)
        screen = app.screen
        assert isinstance(screen, GuidedScreen)
        title = str(screen.query_one("#title", Static).visual)
        assert title == "Hip circles, warm-up: 40 seconds."
        assert str(screen.query_one("#then", Static).visual).startswith("then: Leg swings, left")
        await pilot.press("enter")
        await look(pilot)
        await pilot.press("escape")
        await look(pilot)
        await pilot.press("escape")
        await comes(pilot, TrainScreen)
        await gym.until(pilot, RestScreen, 120.0)
        await pilot.press("f")
        await comes(pilot, SummaryScreen)
        await pilot.press("enter")
        await happens(pilot, lambda: bool(gym.service.sessions()))
    entries = gym.entries()
    (done,) = (each for each in entries if isinstance(each, TimedDone))
    assert (done.activity, done.warm_up) == ("hip_circles", True)
    assert 0.0 < done.duration_s < 40.0
    chosen = [each.plan for each in entries if isinstance(each, PlanChosen)]
    easy = steps_of("warm_up", "hip_thrust", PLAN)[3].plan
    assert chosen[0] == PLAN
    assert chosen[1].warm_up
    assert easy in chosen
    (line,) = gym.service.sessions()
    workout = gym.service.workout(line.id)
    assert workout.timed[0].activity == "hip_circles"
    assert line.sets_done == len(workout.working_sets)
    assert any(each.warm_up for each in workout.sets)


async def test_what_runs_down_goes_on_by_itself(tmp_path: Path) -> None:
    gym = Gym(tmp_path)
    gym.service.remember(warned=True)
    form = SetupForm("hip_thrust", PLAN, None, None, sound=False, routine="warm_up")
    app = gym.app(lambda coach: coach.connect_and_train(SIMULATED, form))
    async with app.run_test(size=(80, 24)) as pilot:
        await comes(pilot, GuidedScreen)
        for _ in range(6):
            await gym.play(pilot, 10.0)
        title = str(app.screen.query_one("#title", Static).visual)
        assert title.startswith("Leg swings, left")
