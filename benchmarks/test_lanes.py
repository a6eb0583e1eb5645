"""What eight lifters at once cost: every packet when it comes, as a coach's computer has them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import pytest

from tracker.app.lanes import LaneRequest, Lanes
from tracker.app.paths import Paths, paths_of
from tracker.app.people import add_person
from tracker.app.text import TextOutput
from tracker.app.training import Simulated, TrainingRequest, TrainingService
from tracker.domain import HIP_THRUST

if TYPE_CHECKING:
    from pathlib import Path

    from measuring import Report

    from tracker.app.lanes import Lane

LASTS_S: Final = 40.0
"""Of real time: the first set of every lifter, from when all of them stream."""

MOST_SHARE: Final = 0.4
"""Of a core: the rest of a small computer is for its radio and its screen."""


@pytest.mark.parametrize("lanes", [1, 8])
def test_lanes_at_100_hz(tmp_path: Path, report: Report, lanes: int) -> None:
    shared = Paths(tmp_path / "data", tmp_path / "config", tmp_path / "log")
    requests = []
    lines: list[str] = []

    def opened(lane: Lane) -> None:
        assert lane.training is not None
        lane.training.session.add_sink(TextOutput(lines.append, HIP_THRUST))

    for seed in range(1, lanes + 1):
        paths = add_person(shared, f"P{seed}")
        service = TrainingService(paths_of(f"P{seed}", shared), simulated=Simulated(seed))
        assert paths.person is not None
        request = TrainingRequest((), HIP_THRUST.name, seconds=LASTS_S + 10.0)
        requests.append(LaneRequest(paths.person.name, service, request))
    together = Lanes(requests, opened)

    async def run() -> float:
        running = asyncio.ensure_future(together.run())
        while any(lane.training is None for lane in together.each):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.05)
        # Whatever is only imported or simulated once is over by then.
        await asyncio.sleep(2.0)
        began_s = time.process_time()
        await asyncio.sleep(LASTS_S)
        taken_s = time.process_time() - began_s
        together.stop()
        await running
        return taken_s

    share = asyncio.run(run()) / LASTS_S
    counted = [
        sum(record.counted for record in lane.training.session.snapshot().sets)
        for lane in together.each
        if lane.training is not None
    ]
    assert len(counted) == lanes
    assert min(counted) > 2
    assert [lane.error for lane in together.each] == [None] * lanes
    report(
        f"{lanes} live at 100 Hz, recorded and written as lines",
        f"{100 * share:.1f} %",
        f"of one core; {100 * MOST_SHARE:.0f} % for eight is the limit",
    )
