from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.app.doubles import ManualClock
from tests.ble.fake_radio import FakeRadio
from tests.tui.coaching import Gym, comes, happens
from tracker.app.devices import SensorRequest
from tracker.app.lanes import LaneRequest, Lanes
from tracker.app.paths import paths_of
from tracker.app.people import add_person
from tracker.app.training import Simulated, TrainingRequest, TrainingService
from tracker.ble import DeviceQuery
from tracker.domain import Plan
from tracker.tui import TrackerApp, training_lanes
from tracker.tui.screens.dialogs import NoteScreen, QuitScreen
from tracker.tui.screens.lanes import LanePanel, LanesScreen, columns_for

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


NAMES = ("Anna", "[b]Bea", "Cleo", "Dora", "Eva", "Fay", "Gundula Maria", "Hanna")


class Coached(Gym):
    """Lanes of simulated lifters, whose clock is the gym's; the third waits for a sensor."""

    def __init__(self, folder: Path, lanes: int) -> None:
        super().__init__(folder)
        self.clock = ManualClock()
        lock = asyncio.Lock()
        requests = []
        for seed, name in enumerate(NAMES[:lanes], start=1):
            add_person(self.paths, name)
            service = TrainingService(
                paths_of(name, self.paths),
                radio=FakeRadio(),
                clock=self.clock,
                simulated=Simulated(seed, 20.0),
                adapter_lock=lock,
            )
            away = (SensorRequest(DeviceQuery("C0:FF:EE:00:00:07")),)
            sensors = away if seed == 3 else ()
            plan = Plan(load_kg=40.0 + 5 * seed, target_reps=10)
            requests.append(
                LaneRequest(name, service, TrainingRequest(sensors, "hip_thrust", plan))
            )
        self.lanes = Lanes(requests)

    def lanes_app(self) -> TrackerApp:
        return TrackerApp(training_lanes(self.lanes))


async def begun(pilot: Pilot[None], gym: Coached, seconds: float = 60.0) -> None:
    await comes(pilot, LanesScreen)
    await happens(pilot, lambda: sum(lane.training is not None for lane in gym.lanes.each) >= 2)
    await gym.play(pilot, seconds)
    screen = pilot.app.screen
    assert isinstance(screen, LanesScreen)
    screen.update_view()
    await pilot.pause()


@pytest.mark.parametrize(
    ("lanes", "width", "columns"),
    [(2, 80, 2), (3, 80, 3), (4, 80, 2), (8, 80, 4), (5, 120, 5), (8, 120, 4), (8, 200, 8)],
)
def test_lanes_stand_side_by_side_where_there_is_room(
    lanes: int, width: int, columns: int
) -> None:
    assert columns_for(lanes, width) == columns


@pytest.mark.parametrize("size", [(120, 40), (200, 60)], ids=lambda size: f"{size[0]}")
async def test_eight_lanes_are_seen_at_once(
    tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # However long it takes, the third one is still being looked for.
    monkeypatch.setattr("tracker.ble.link.FIND_S", 1e6)
    gym = Coached(tmp_path, 8)
    app = gym.lanes_app()
    async with app.run_test(size=size) as pilot:
        await comes(pilot, LanesScreen)
        await happens(
            pilot, lambda: sum(lane.training is not None for lane in gym.lanes.each) == 7
        )
        await begun(pilot, gym, 24.0)
        picture = app.export_screenshot()
    for name in NAMES:
        assert name.split()[0] in picture
    assert "looking" in picture


async def test_keys_are_about_the_chosen_lane(tmp_path: Path) -> None:
    gym = Coached(tmp_path, 2)
    app = gym.lanes_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await begun(pilot, gym)
        first, second = (lane.training for lane in gym.lanes.each)
        assert first is not None
        assert second is not None

        def done() -> list[int]:
            sets = (each.session.snapshot().current_set for each in (first, second))
            return [0 if each is None else each.done for each in sets]

        before = done()
        await pilot.press("a")
        await happens(pilot, lambda: done() == [before[0] + 1, before[1]])
        await pilot.press("2", "u")
        await happens(pilot, lambda: done() == [before[0] + 1, before[1] - 1])
        assert [panel.has_class("-chosen") for panel in app.screen.query(LanePanel)] == [
            False,
            True,
        ]
        await pilot.press("tab", "n")
        await comes(pilot, NoteScreen)
        await pilot.press(*"heavy", "enter")
        await happens(
            pilot,
            lambda: any(
                record.entries.note == "heavy" for record in first.session.snapshot().sets
            ),
        )
        assert not any(record.entries.note for record in second.session.snapshot().sets)


async def test_one_lane_ends_and_the_other_goes_on(tmp_path: Path) -> None:
    gym = Coached(tmp_path, 2)
    app = gym.lanes_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot, gym, 14.0)
        await pilot.press("x")
        # A set is under way.
        await comes(pilot, QuitScreen)
        await pilot.press("y")
        await happens(pilot, lambda: gym.lanes.each[0].ended)
        assert not gym.lanes.each[1].ended
        await pilot.press("f")
        await comes(pilot, QuitScreen)
        await pilot.press("y")
        await happens(pilot, lambda: gym.lanes.each[1].ended)
    for lane in gym.lanes.each:
        assert lane.training is not None
        assert lane.training.session_id == 1


async def test_leaving_stops_those_who_still_wait(tmp_path: Path) -> None:
    gym = Coached(tmp_path, 3)
    app = gym.lanes_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await begun(pilot, gym, 2.0)
        assert "looking for" in gym.lanes.each[2].said
        await pilot.press("a")
        await pilot.press("ctrl+c")
    assert all(lane.ended for lane in gym.lanes.each)
    assert gym.lanes.each[2].training is None
