"""A training in front of the program, and the judgement of what it counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Act
from tests.radio.evidence import evidence, same_as_live
from tests.radio.program import TRACEBACK
from tracker.domain import Phase, RepCounted, RepRevised

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.radio.bluez import Bench, Device
    from tests.radio.evidence import Evidence
    from tests.radio.program import Outcome, Running
    from tests.radio.stage import Stage
    from tests.radio.wearables.lifter import Lifter
    from tracker.domain import Event, Rep

AFTER_S: Final = 1.5
"""The lifter lies still for so long before a session ends, s."""

NEAR_S: Final = 0.5
"""A rep was counted within this of where its lockout began; reps are 2.1 s apart."""

EDGE_S: Final = 0.4
"""A hole this close to the concentric may cost the rep, s."""


@dataclass(frozen=True, slots=True)
class Session:
    """What came of a training."""

    outcome: Outcome
    """What the process said and ended with."""
    seen: Evidence
    """What the recording says."""


def train(
    stage: Stage,
    device: Device,
    lifter: Lifter,
    meanwhile: Callable[[Running], None] = lambda _running: None,
    *,
    code: int = 0,
    after_s: float = AFTER_S,
) -> Session:
    """Let the program train with a sensor until the lifter is through; replay must equal live."""
    running = stage.program.start(
        "train",
        "--headless",
        *("--sensor", device.peripheral.address),
        *("--seconds", f"{lifter.end_s + after_s:.1f}"),
    )
    meanwhile(running)
    outcome = running.end()
    assert (outcome.code, TRACEBACK in outcome.err) == (code, False), outcome.err
    (path,) = stage.program.recordings()
    seen = evidence(path)
    same_as_live(outcome, seen)
    return Session(outcome, seen)


def is_stopped(bench: Bench, device: Device) -> bool:
    """Say whether a sensor was let go of in good order: the host ended the link, nothing runs."""
    acts = [
        entry.act
        for entry in bench.journal.entries()
        if entry.address == device.peripheral.address
    ]
    silent = bench.act(lambda: not device.peripheral.firmware.streaming)
    return acts[-2:] == [Act.DISCONNECT, Act.LINK_END] and silent


def judge(seen: Evidence, lifter: Lifter) -> int:
    """Return how many reps were missed; none without a hole that was reported, and none made up.

    Parameters
    ----------
    seen
        What was seen in the recording.
    lifter
        What happened.
    """
    offset_s = _offset_s(seen, lifter)
    holes_s = [(gap.start_s - offset_s, gap.end_s - offset_s) for gap in seen.gaps]
    counted_s = [at_s - offset_s for at_s in _counted_s(seen.events)]
    missed = 0
    for rep in (rep for each in lifter.truth.sets for rep in each.reps):
        start_s, top_s = rep.start_s, lockout_s(rep)
        near = [at_s for at_s in counted_s if abs(at_s - top_s) < NEAR_S]
        hurt = any(
            start_s - EDGE_S < hole_end_s and hole_start_s < top_s + EDGE_S
            for hole_start_s, hole_end_s in holes_s
        )
        assert len(near) <= 1 or hurt, f"rep at {start_s:.1f} s was counted at {near}"
        assert near or hurt, (
            f"rep at {start_s:.1f} s was missed; counted at {counted_s}, holes {holes_s}"
        )
        counted_s = [at_s for at_s in counted_s if at_s not in near]
        missed += not near
    assert not counted_s, f"there was no rep at {counted_s}; holes {holes_s}"
    return missed


def lockout_s(rep: Rep) -> float:
    """Return when a rep's lockout began, s."""
    return next(span.start_s for span in rep.phases if span.phase is Phase.LOCKOUT)


def _counted_s(events: tuple[Event, ...]) -> list[float]:
    """Return when each rep was counted that was not withdrawn, s."""
    counted: dict[tuple[int, int], float] = {}
    for event in events:
        match event:
            case RepCounted(at_s, set_index, index):
                counted[set_index, index] = at_s
            case RepRevised(set_index=set_index, index=index, rep=None):
                counted.pop((set_index, index), None)
            case _:
                pass
    return list(counted.values())


def _offset_s(seen: Evidence, lifter: Lifter) -> float:
    """Return session time at the lifter's second 0, s."""
    assert seen.info.started_utc is not None
    return lifter.began_utc_s - datetime.fromisoformat(seen.info.started_utc).timestamp()
