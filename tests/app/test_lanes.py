"""Several lifters at once: each as if they trained alone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.ble.fake_radio import FakeRadio
from tests.cli.worn import sensor_on_a_table
from tracker.app.devices import SensorRequest
from tracker.app.lanes import Lane, LaneRequest, Lanes
from tracker.app.paths import Paths, paths_of
from tracker.app.people import add_person
from tracker.app.training import Simulated, TrainingRequest, TrainingService
from tracker.app.training_log import existing_log
from tracker.ble import DeviceQuery, NotFoundError
from tracker.domain import LINK_CHANNEL, LinkChanged, read_control_message
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

    from tests.ble.fake_radio import FakeSensor
    from tracker.ble import DiscoveredDevice

NAMES = ("Anna", "Bea", "Cleo", "Dora", "Eva", "Fay", "Gwen", "Hanna")
ADDRESSES = tuple(f"C0:FF:EE:00:00:{number:02X}" for number in range(1, 9))


class OneByOneRadio(FakeRadio):
    """Notes how many connections are being opened at once."""

    opening = 0
    most = 0

    async def connect(self, device: DiscoveredDevice) -> Any:
        self.opening += 1
        self.most = max(self.most, self.opening)
        try:
            return await super().connect(device)
        finally:
            self.opening -= 1


def folders(tmp_path: Path) -> Paths:
    shared = Paths(tmp_path / "data", tmp_path / "config", tmp_path / "log")
    for name in NAMES:
        add_person(shared, name)
    return shared


def lanes_with(
    shared: Paths, radio: FakeRadio, sensors: Sequence[FakeSensor], seconds: float | None
) -> Lanes:
    lock = asyncio.Lock()
    return Lanes(
        [
            LaneRequest(
                name,
                TrainingService(paths_of(name, shared), radio=radio, adapter_lock=lock),
                TrainingRequest(
                    (SensorRequest(DeviceQuery(sensor.address)),), "squat", seconds=seconds
                ),
            )
            for name, sensor in zip(NAMES, sensors, strict=False)
        ]
    )


def links_of(lane: Lane) -> list[str]:
    assert lane.training is not None
    messages = (
        read_control_message(each)
        for each in open_recording(lane.training.recording)
        if each.channel == LINK_CHANNEL
    )
    return [each.state.value for each in messages if isinstance(each, LinkChanged)]


async def alone(shared: Paths, seed: int, seconds: float) -> Any:
    service = TrainingService(shared, simulated=Simulated(seed, float("inf")))
    request = TrainingRequest((), "hip_thrust", seconds=seconds)
    async with service.training(request) as training:
        await training.session.run()
        return training.session.workout("")


async def test_everybody_is_counted_as_if_alone(tmp_path: Path) -> None:
    shared = folders(tmp_path)
    lock = asyncio.Lock()
    lanes = Lanes(
        [
            LaneRequest(
                name,
                TrainingService(
                    paths_of(name, shared),
                    simulated=Simulated(seed, float("inf")),
                    adapter_lock=lock,
                ),
                TrainingRequest((), "hip_thrust", seconds=45.0),
            )
            for seed, name in enumerate(NAMES, start=1)
        ]
    )
    await lanes.run()
    counts = set()
    for seed, lane in enumerate(lanes.each, start=1):
        assert lane.error is None
        assert lane.training is not None
        home = tmp_path / f"{seed}"
        single = await alone(Paths(home, home, home), seed, 45.0)
        together = lane.training.session.workout("")
        assert together.sets == single.sets
        assert open_recording(lane.training.recording).info.person == lane.name
        log = existing_log(paths_of(lane.name, shared))
        assert log is not None
        with log:
            (logged,) = log.list()
        assert logged.reps_done == sum(record.done for record in single.sets)
        counts.add(logged.reps_done)
    # Mixed up, they would not all be the same.
    assert len(counts) > 2


async def test_eight_sensors_are_opened_one_after_the_other(tmp_path: Path) -> None:
    sensors = [sensor_on_a_table(address, f"Hip {address[-2:]}") for address in ADDRESSES]
    radio = OneByOneRadio(*sensors)
    lanes = lanes_with(folders(tmp_path), radio, sensors, 0.5)
    await lanes.run()
    assert [lane.error for lane in lanes.each] == [None] * 8
    assert radio.most == 1
    for lane, sensor in zip(lanes.each, sensors, strict=True):
        assert sensor.journal[-1] == "disconnect"
        assert lane.training is not None
        assert open_recording(lane.training.recording).info.device_name == sensor.name


async def test_a_sensor_that_drops_out_is_found_again_and_disturbs_nobody(tmp_path: Path) -> None:
    sensors = [sensor_on_a_table(address) for address in ADDRESSES[:3]]
    lanes = lanes_with(folders(tmp_path), OneByOneRadio(*sensors), sensors, None)
    running = asyncio.ensure_future(lanes.run())
    await until(lambda: all(lane.training is not None for lane in lanes.each))
    await asyncio.sleep(0.2)
    sensors[1].break_link()
    await until(lambda: sensors[1].streams())
    await asyncio.sleep(0.2)
    lanes.stop()
    await running
    first, dropped, last = map(links_of, lanes.each)
    assert "lost" in dropped
    assert dropped[-1] == "streaming"
    for other in (first, last):
        # On a busy machine the first packet may be waited for.
        found = [each for each in other if each != "waiting"]
        assert found == ["searching", "connecting", "configuring", "streaming"]
    for lane in (lanes.each[0], lanes.each[2]):
        assert lane.training is not None
        # Nothing is missing in the sequence; when these sensors send is up to the machine.
        assert dict(lane.training.session.snapshot().faults) == {}


async def test_one_that_is_not_there_ends_its_lane_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.ble.link.FIND_S", 0.3)
    sensors = [sensor_on_a_table(address) for address in ADDRESSES[:3]]
    sensors[0].in_range = False
    lanes = lanes_with(folders(tmp_path), OneByOneRadio(*sensors), sensors, 0.3)
    await lanes.run()
    away, *others = lanes.each
    assert isinstance(away.error, NotFoundError)
    assert away.training is None
    assert all(lane.error is None and lane.training is not None for lane in others)


async def test_a_defect_on_one_lane_does_not_cost_the_others(tmp_path: Path) -> None:
    sensors = [sensor_on_a_table(address) for address in ADDRESSES[:2]]

    shared = folders(tmp_path)
    lanes = lanes_with(shared, OneByOneRadio(*sensors), sensors, 0.3)

    class Broken:
        def accept(self, events: object, newest_s: object) -> None:
            raise RuntimeError("a defect")

    def opened(lane: Lane) -> None:
        if lane.name == "Anna":
            assert lane.training is not None
            lane.training.session.add_sink(Broken())

    lanes = Lanes([each._request for each in lanes.each], opened)
    await lanes.run()
    assert "RuntimeError: a defect" in str(lanes.each[0].error)
    assert lanes.each[1].error is None
    assert all(sensor.journal[-1] == "disconnect" for sensor in sensors)


async def test_stopping_gives_up_those_who_still_wait(tmp_path: Path) -> None:
    sensors = [sensor_on_a_table(address) for address in ADDRESSES[:2]]
    sensors[1].in_range = False
    lanes = lanes_with(folders(tmp_path), OneByOneRadio(*sensors), sensors, None)
    running = asyncio.ensure_future(lanes.run())
    await until(lambda: lanes.each[0].training is not None)
    lanes.stop()
    await asyncio.wait_for(running, 5.0)
    assert [lane.error for lane in lanes.each] == [None, None]
    assert [lane.ended for lane in lanes.each] == [True, True]
    assert lanes.each[1].training is None


async def until(there: Any) -> None:
    async with asyncio.timeout(20.0):
        while not there():  # noqa: ASYNC110 - sensors have no event
            await asyncio.sleep(0.01)
