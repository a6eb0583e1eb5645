"""What the phone's page is told by the app, and what the app does when it is tapped."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.tui.coaching import Gym, comes, happens
from tests.tui.staging import PLANNED, Stage, app_of, look
from tests.tui.widgets.snapshots import snapshot
from tracker.app.snapshot import RunState
from tracker.domain import Cue, CueKind, HeartRateRead
from tracker.tui.page_link import heard_by_page
from tracker.tui.page_view import changed, live_view
from tracker.tui.screens.check import CheckScreen
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.dialogs import GuideScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tracker.app.snapshot import SessionSnapshot
    from tracker.tui import TrackerApp


class Page:
    """A page that keeps what it is told, and taps."""

    def __init__(self, app: TrackerApp, monkeypatch: pytest.MonkeyPatch) -> None:
        self._app = app
        self.state: dict[str, Any] = {}
        self.told: list[dict[str, Any]] = []
        monkeypatch.setattr(app.page, "say", self._hear)

    def _hear(self, message: dict[str, Any]) -> None:
        # As it goes over the network.
        message = json.loads(json.dumps(message))
        self.told.append(message)
        if message["kind"] == "state":
            self.state |= message["state"]

    async def look(self, pilot: Pilot[None]) -> dict[str, Any]:
        await self.tap(watched=True)
        await look(pilot)
        self._app.page.look()
        return self.state

    async def tap(self, **words: Any) -> None:
        await self._app.page.hear(words)


async def test_taps_alone_lead_from_the_sensor_to_the_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gym = Gym(tmp_path)
    app = gym.app()
    page = Page(app, monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        state = await page.look(pilot)
        assert not state["live"]
        assert ["Simulated lifter", "always there · to try it out · no sensor"] in (
            state["form"]["choices"]
        )
        await page.tap(do="choose", place=0)
        await comes(pilot, CheckScreen)
        await gym.play(pilot, 6.0)
        await page.tap(do="press", action="use")
        await comes(pilot, SetupScreen)
        fields = {each["id"]: each for each in (await page.look(pilot))["form"]["fields"]}
        assert fields["load"]["type"] == "number"
        assert ["Glute bridge", "glute_bridge"] in fields["exercise"]["options"]
        await page.tap(do="fill", field="load", value="60")
        await page.tap(do="fill", field="exercise", value="no such thing")
        await page.tap(do="press", action="start")
        await comes(pilot, GuideScreen)
        assert "ask a doctor" in " ".join((await page.look(pilot))["form"]["text"])
        await page.tap(do="press", action="dismiss(True)")
        await comes(pilot, TrainScreen)
        await gym.until(pilot, RestScreen, 120.0)
        state = await page.look(pilot)
        assert state["live"]
        assert state["rest_form"]
        assert state["set"]["load_kg"] == 60.0
        for field, value in (("rpe", "8,5"), ("pain", "2"), ("load", "62.5")):
            await page.tap(do="fill", field=field, value=value)
            await look(pilot)
        session = app.sound.training
        assert session is not None
        await happens(pilot, lambda: len(session.snapshot().pain) == 1)
        entries = session.snapshot().sets[0].entries
        assert (entries.rpe, entries.load_kg) == (8.5, 62.5)
        await page.tap(do="adjust", by=-1)
        await happens(pilot, lambda: session.snapshot().sets[0].entries.reps_by == -1)
        await page.tap(do="finish")
        await comes(pilot, SummaryScreen)
        state = await page.look(pilot)
        assert (state["live"], state["summary"]) == (False, True)
        await page.tap(do="press", action="done")
        await comes(pilot, DevicesScreen)
        await look(pilot)
        assert session.snapshot().state is RunState.FINISHED
        assert not (await page.look(pilot))["summary"]


async def test_a_page_that_nobody_sees_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Gym(tmp_path).app()
    page = Page(app, monkeypatch)
    async with app.run_test():
        for _ in range(5):
            app.page.tick()
        assert page.told == []
        await page.tap(watched=True)
        for _ in range(5):
            app.page.tick()
        # The second look has nothing new.
        assert [each["kind"] for each in page.told] == ["state"]


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"do": "adjust", "by": 2},
        {"do": "adjust", "by": "1"},
        {"do": "press", "action": "app.quit"},
        {"do": "press", "action": "screen.app.exit()"},
        {"do": "fill", "field": "#load, *", "value": "1"},
        {"do": "fill", "field": "load"},
        {"do": "choose", "place": 10**9},
        {"do": "choose", "place": -1},
        {"do": "destroy"},
        {"watched": "yes"},
    ],
    ids=str,
)
async def test_what_makes_no_sense_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: dict[str, Any]
) -> None:
    app = Gym(tmp_path).app()
    page = Page(app, monkeypatch)
    async with app.run_test() as pilot:
        await page.tap(**words)
        await look(pilot)
        assert isinstance(app.screen, DevicesScreen)


async def test_the_demo_is_corrected_and_ended_from_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage(PLANNED)
    app = app_of(stage.playback())
    page = Page(app, monkeypatch)
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 14.0)
        state = await page.look(pilot)
        assert state["stored"] is False
        assert state["target"] == 8
        count = state["set"]["count"]
        assert [each["word"] for each in state["last_rep"]["phases"]] == [
            *("up", "hold", "down", "floor")
        ]
        await page.tap(do="adjust", by=1)
        await stage.play_to(pilot, 14.2)
        assert (await page.look(pilot))["set"]["count"] >= count + 1
        await page.tap(do="finish")


@pytest.mark.parametrize(
    ("kind", "strong", "said"),
    [
        (CueKind.PRAISE, False, "praise"),
        (CueKind.HOLD_LONGER, False, "correction"),
        (CueKind.PAST_LEVEL, True, "safety"),
    ],
)
async def test_a_cue_says_what_it_is_without_a_colour(
    monkeypatch: pytest.MonkeyPatch, kind: CueKind, strong: bool, said: str
) -> None:
    stage = Stage((13.95, Cue(13.95, "Now", kind, 1, strong)))
    app = app_of(stage.playback())
    page = Page(app, monkeypatch)
    async with app.run_test() as pilot:
        await stage.play_to(pilot, 14.0)
        cue = (await page.look(pilot))["cue"]
        assert (cue["kind"], cue["text"]) == (said, "Now")


def test_only_what_changed_is_said_again() -> None:
    before = {"count": 1, "trace": [1], "rest": None}
    assert changed(before, {"count": 2, "trace": [1], "rest": None}) == {"count": 2}
    assert changed({}, {"rest": None}) == {"rest": None}


def test_a_driver_without_messages_is_left_alone() -> None:
    class Driver:
        pass

    driver: Any = Driver
    assert heard_by_page(driver) is driver


@pytest.mark.parametrize(
    ("reading", "shown"),
    [(None, None), (HeartRateRead(1.0, 128), "128"), (HeartRateRead(1.0, None), "–")],
)
def test_the_heart_rate_is_passed_on_and_a_dash_while_it_is_unknown(
    reading: HeartRateRead | None, shown: str | None
) -> None:
    class Shown:
        def snapshot(self) -> SessionSnapshot:
            return snapshot(heart_rate=reading)

    assert live_view(cast("Any", Shown()))["heart"] == shown
