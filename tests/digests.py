"""Print digests of the motion and events of a short training, for several cuts of its stream.

`test_bit_exact` runs this in processes whose BLAS rounds differently.
"""

from __future__ import annotations

from dataclasses import fields
from hashlib import sha256
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import ImuBlock
from tracker.domain.units import NS_PER_S
from tracker.engine import build_engine
from tracker.signal import GRID_RATE_HZ, MotionStage
from tracker.sim import demo_plan, simulate

if TYPE_CHECKING:
    from tracker.domain import Event

SESSION = simulate(demo_plan(2), 2)
LASTS_S = 40
"""Long enough for the first set, its end and the rest after it."""
NOTIFICATIONS = tuple(
    takewhile(lambda each: each.received_ns < LASTS_S * NS_PER_S, SESSION.notifications())
)


def cuts(size: int) -> list[list[int]]:
    """Return edges: the whole, one by one, and three draws."""
    rng = np.random.default_rng(0)
    drawn = [rng.integers(0, size, count).tolist() for count in (1, 5, 40)]
    return [[0, *sorted(each), size] for each in ([], range(size), *drawn)]


def of_motion(edges: list[int]) -> str:
    """Return a digest of every row of motion, to its last bit."""
    _, acc_mps2, gyro_radps = SESSION.samples()
    assert gyro_radps is not None
    stage, rows = MotionStage(GRID_RATE_HZ), []
    for first, last in pairwise(edges):
        acc, gyro = acc_mps2[first:last], gyro_radps[first:last]
        block = stage.process(ImuBlock(0.0, GRID_RATE_HZ, acc, gyro, restart=not first))
        arrays = [getattr(block, part.name) for part in fields(block)]
        columns = [each for each in arrays if isinstance(each, np.ndarray)]
        rows.append(np.column_stack(columns))
    return sha256(np.concatenate(rows).tobytes()).hexdigest()


def of_events(edges: list[int]) -> str:
    """Return a digest of every event; the repr of a float is exact."""
    engine = build_engine(SESSION.info)
    events: list[Event] = []
    for first, last in pairwise(edges):
        events += engine.feed_many(NOTIFICATIONS[first:last])
    return sha256(repr([*events, *engine.finish()]).encode()).hexdigest()


if __name__ == "__main__":
    samples = LASTS_S * round(GRID_RATE_HZ)
    print("motion", *[of_motion(edges) for edges in cuts(samples)])
    print("events", *[of_events(edges) for edges in cuts(len(NOTIFICATIONS))])
