"""A made-up workout, exact to the millisecond, for everything that shows one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import (
    Cue,
    CueKind,
    Event,
    Flag,
    LinkChanged,
    LinkState,
    Phase,
    PhaseSpan,
    PhaseStarted,
    Rep,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

UP_S, HOLD_S, DOWN_S, FLOOR_S = 0.9, 1.6, 3.0, 0.4
REP_S = UP_S + HOLD_S + DOWN_S + FLOOR_S
DELAY_S = 0.1
"""How late the engine says what it saw."""
SET_STARTS_S = (4.0, 75.0)
REPS = 8
DURATION_S = 135.0


def rep_at(start_s: float, index: int, bottom_s: float | None = None) -> Rep:
    """Return rep `index` that starts at `start_s`."""
    up_s = start_s + UP_S
    down_s = up_s + HOLD_S
    end_s = down_s + DOWN_S
    return Rep(
        index=index,
        start_s=start_s,
        end_s=end_s,
        complete=True,
        phases=(
            PhaseSpan(Phase.CONCENTRIC, start_s, up_s),
            PhaseSpan(Phase.LOCKOUT, up_s, down_s),
            PhaseSpan(Phase.ECCENTRIC, down_s, end_s),
        ),
        rom_deg=38.0 - index % 3,
        rise_m=0.31,
        mean_velocity_mps=0.36,
        peak_velocity_mps=0.61,
        flags=(Flag.SHORT_OF_LOCKOUT,) if index == REPS else (),
        bottom_s=bottom_s,
    )


def said_at() -> tuple[tuple[float, Event], ...]:
    """Return when each event of the workout is said, and the event, in order."""
    events: list[tuple[float, Event]] = [(0.1, LinkChanged(0.0, LinkState.STREAMING))]
    for set_index, set_start_s in enumerate(SET_STARTS_S, start=1):
        events.append((set_start_s + UP_S, SetStarted(set_start_s, set_index)))
        for index in range(1, REPS + 1):
            start_s = set_start_s + (index - 1) * REP_S
            rep = rep_at(start_s, index)
            up, hold, down = (span.start_s for span in rep.phases)
            if index > 1:
                earlier = rep_at(start_s - REP_S, index - 1, bottom_s=FLOOR_S)
                counted_s = earlier.phases[1].start_s
                revised = RepRevised(counted_s, set_index, index - 1, earlier, "floor pause known")
                events.append((up + DELAY_S, revised))
            events += [
                (up + DELAY_S, PhaseStarted(up, set_index, Phase.CONCENTRIC)),
                (hold + DELAY_S, RepCounted(hold, set_index, index)),
                (hold + DELAY_S, PhaseStarted(hold, set_index, Phase.LOCKOUT)),
                (down + DELAY_S, PhaseStarted(down, set_index, Phase.ECCENTRIC)),
                (rep.end_s + DELAY_S, PhaseStarted(rep.end_s, set_index, Phase.BOTTOM)),
                (rep.end_s + DELAY_S, RepCompleted(rep.end_s, set_index, rep)),
            ]
        end_s = set_start_s + REPS * REP_S - FLOOR_S
        events.append((end_s + 12.0, SetEnded(end_s, set_index, REPS)))
    events.append((20.0, Cue(20.0, "Squeeze at the top", CueKind.HOLD_LONGER, 1)))
    return tuple(sorted(events, key=lambda said: said[0]))


def pitch_deg(time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pitch over session time, relative to the bottom."""
    return np.array([_pitch_at(time) for time in time_s.tolist()], dtype=np.float64)


def _pitch_at(time_s: float) -> float:
    for start_s in SET_STARTS_S:
        since_s = time_s - start_s
        if 0.0 <= since_s < REPS * REP_S:
            return 38.0 * _height(since_s % REP_S)
    return 0.0


def _height(since_s: float) -> float:
    if since_s < UP_S:
        return 0.5 - 0.5 * math.cos(math.pi * since_s / UP_S)
    if since_s < UP_S + HOLD_S:
        return 1.0
    down_s = since_s - UP_S - HOLD_S
    return 0.5 + 0.5 * math.cos(math.pi * down_s / DOWN_S) if down_s < DOWN_S else 0.0
