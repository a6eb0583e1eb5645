"""A catalogue of sessions in which a tracker can go wrong, each with its truth.

Every scenario is a function from random numbers to a plan. The wearer is drawn anew each time,
the sensor sits any way round, and there is a set-up before the first set and walking after the
last, so that counting what is no rep costs as much as missing one.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.sim.plan import (
    DIP_PAUSE_S,
    DIP_S,
    Activity,
    ActivityPlan,
    Disconnect,
    Mounting,
    RadioPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    Touch,
)
from tracker.sim.repertoire import STYLES, Tempo, TempoRange, style_of
from tracker.sim.sensor import PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tracker.sim.plan import RepPlan

    Scenario = Callable[[np.random.Generator], SessionPlan]
    Change = Callable[[RepPlan, int, np.random.Generator], RepPlan]

_RATES_HZ: Final = (50, 60, 100, 104, 120, 200)
_GOOD_PARTS: Final = ("ideal", "lsm6dsox", "bmi270")

_MOST_PACKETS_HZ: Final = 50
"""Slower hosts do not keep up with more packets a second than this."""

TOUCH_AND_GO: Final = TempoRange((0.5, 0.8), (0.0, 0.0), (0.5, 0.8), (0.0, 0.0))
SHORT_HOLDS: Final = TempoRange((0.7, 1.1), (0.1, 0.3), (0.8, 1.5), (0.2, 0.8))
LONG_HOLDS: Final = TempoRange((0.8, 1.5), (3.0, 6.0), (1.0, 2.0), (0.3, 1.0))
REHAB: Final = TempoRange((1.5, 3.0), (1.0, 2.0), (2.0, 4.0), (0.3, 1.5))
DEAD_STOPS: Final = TempoRange((0.7, 1.1), (0.5, 1.5), (0.6, 1.0), (0.5, 1.5))


def corpus(seed: int, size: int) -> Iterator[tuple[str, SessionPlan]]:
    """Yield named plans, going round the scenarios; the same seed gives the same plans."""
    for number in range(size):
        name = SCENARIO_NAMES[number % len(SCENARIO_NAMES)]
        yield f"{name}-{number:03d}", SCENARIOS[name](np.random.default_rng((seed, number)))


def _session(
    rng: np.random.Generator,
    exercise: str = "hip_thrust",
    tempo: TempoRange | None = None,
    fatigue: float = 0.1,
    change: Change | None = None,
    reps: tuple[int, int] = (5, 9),
) -> SessionPlan:
    """Return two sets of an exercise with everything around them."""
    style = style_of(exercise)
    steady = tempo.drawn(rng) if tempo else None
    sets = [_set(rng, exercise, steady, fatigue, change, reps) for _ in range(2)]
    rate_hz = int(rng.choice(_RATES_HZ))
    return SessionPlan(
        exercise=exercise,
        blocks=(
            *_set_up(rng),
            sets[0],
            ActivityPlan(Activity.REST, float(rng.uniform(15.0, 25.0))),
            sets[1],
            *_leave(rng),
        ),
        lifter=style.drawn_lifter(rng),
        mounting=Mounting.drawn(rng),
        sensor=SensorPlan(
            rate_hz=rate_hz,
            noise=PRESETS[str(rng.choice(_GOOD_PARTS))],
            rate_error=float(rng.uniform(-0.01, 0.01)),
            crystal_ppm=float(rng.uniform(-50.0, 50.0)),
        ),
        radio=RadioPlan(
            samples_per_packet=int(rng.integers(rate_hz // _MOST_PACKETS_HZ, rate_hz // 20 + 1)),
            interval_s=float(rng.choice((0.015, 0.03, 0.045, 0.06))),
            loss_share=float(rng.choice((0.0, 0.001))),
        ),
        note="A simulated lifter; nobody trained.",
    )


def _set(
    rng: np.random.Generator,
    exercise: str,
    tempo: Tempo | None,
    fatigue: float,
    change: Change | None,
    reps: tuple[int, int],
) -> SetPlan:
    drawn = style_of(exercise).drawn_set(rng, int(rng.integers(*reps)), tempo, fatigue)
    if change is None:
        return drawn
    return SetPlan(tuple(change(rep, number, rng) for number, rep in enumerate(drawn.reps)))


def _set_up(rng: np.random.Generator) -> tuple[ActivityPlan, ...]:
    usual_s = {
        Activity.WALK: (5.0, 12.0),
        Activity.SIT_DOWN: (3.0, 5.0),
        Activity.ROLL_BAR: (3.0, 7.0),
        Activity.LIE_BACK: (2.5, 4.0),
        Activity.SHUFFLE: (3.0, 8.0),
        Activity.ADJUST: (2.0, 5.0),
        Activity.REST: (1.0, 3.0),
    }
    return tuple(ActivityPlan(what, float(rng.uniform(*span))) for what, span in usual_s.items())


def _leave(rng: np.random.Generator) -> tuple[ActivityPlan, ...]:
    return (
        ActivityPlan(Activity.REST, float(rng.uniform(2.0, 4.0))),
        ActivityPlan(Activity.SIT_UP, float(rng.uniform(2.5, 4.0))),
        ActivityPlan(Activity.STAND_UP, float(rng.uniform(3.0, 5.0))),
        ActivityPlan(Activity.WALK, float(rng.uniform(6.0, 12.0))),
    )


def _unracking(rep: RepPlan, number: int, _rng: np.random.Generator) -> RepPlan:
    """Lift off, get comfortable at the top, then lower: by its definition that is a rep."""
    if number:
        return rep
    return replace(rep, concentric_s=1.6, hold_s=4.0, dips=2, dip_share=0.12, eccentric_s=2.0)


def _knocking(rep: RepPlan, _number: int, rng: np.random.Generator) -> RepPlan:
    return replace(rep, touch=Touch.FLOOR, knock_g=float(rng.uniform(3.0, 10.0)), sink=1.0)


def _dipping(rep: RepPlan, _number: int, rng: np.random.Generator) -> RepPlan:
    dips = int(rng.integers(0, 3))
    hold_s = max(rep.hold_s, dips * (DIP_S + DIP_PAUSE_S) + 0.6)
    return replace(rep, dips=dips, hold_s=hold_s, dip_share=float(rng.uniform(0.1, 0.25)))


def _slipping(rep: RepPlan, number: int, rng: np.random.Generator) -> RepPlan:
    slip_deg = float(rng.uniform(2.0, 10.0)) if number % 3 == 1 else 0.0
    return replace(rep, slip_deg=slip_deg, bottom_s=max(rep.bottom_s, 0.5))


def _partly(rep: RepPlan, number: int, rng: np.random.Generator) -> RepPlan:
    return replace(rep, reach=float(rng.uniform(0.6, 0.75))) if number % 4 == 2 else rep


def _attempting(rep: RepPlan, number: int, rng: np.random.Generator) -> RepPlan:
    if number % 4 != 3:
        return rep
    return replace(rep, reach=float(rng.uniform(0.2, 0.38)), hold_s=0.1, bottom_s=1.0)


def _tense(rep: RepPlan, _number: int, rng: np.random.Generator) -> RepPlan:
    return replace(rep, bottom_s=0.0, sink=float(rng.uniform(0.85, 0.95)))


def _accelerometer_only(rng: np.random.Generator) -> SessionPlan:
    plan = _session(rng)
    return replace(plan, sensor=replace(plan.sensor, gyro_range_dps=None))


def _at_rate(rate_hz: int, rng: np.random.Generator) -> SessionPlan:
    plan = _session(rng)
    radio = replace(plan.radio, samples_per_packet=max(1, rate_hz // 25))
    return replace(plan, sensor=replace(plan.sensor, rate_hz=rate_hz), radio=radio)


def _with_part(part: str, rng: np.random.Generator) -> SessionPlan:
    plan = _session(rng)
    return replace(plan, sensor=replace(plan.sensor, noise=PRESETS[part]))


def _saturating(rng: np.random.Generator) -> SessionPlan:
    plan = _session(rng, tempo=DEAD_STOPS, change=_knocking)
    return replace(plan, sensor=replace(plan.sensor, acc_range_g=2, gyro_range_dps=250))


def _lossy(rng: np.random.Generator) -> SessionPlan:
    plan = _session(rng)
    radio = replace(plan.radio, loss_share=0.01, stall_share=0.04, interval_s=0.15)
    return replace(plan, radio=radio)


def _disconnected(rng: np.random.Generator, *, reboots: bool = False) -> SessionPlan:
    plan = _session(rng)
    before_s = 0.0
    for block in plan.blocks:
        if isinstance(block, SetPlan):
            break
        before_s += block.duration_s
    silence = Disconnect(
        start_s=before_s + float(rng.uniform(4.0, 12.0)),
        duration_s=float(rng.uniform(2.0, 8.0)),
        reboots=reboots,
    )
    return replace(plan, radio=replace(plan.radio, disconnects=(silence,)))


def _wrapping(rng: np.random.Generator) -> SessionPlan:
    plan = _session(rng)
    sensor = replace(plan.sensor, first_stamp_us=(1 << 32) - 40_000_000)
    return replace(plan, sensor=sensor, radio=replace(plan.radio, first_sequence=(1 << 16) - 300))


def _no_training(rng: np.random.Generator) -> SessionPlan:
    plan = _session(rng)
    blocks = (*_set_up(rng), ActivityPlan(Activity.REST, 20.0), *_leave(rng))
    return replace(plan, blocks=blocks, note="A simulated wearer who never trains.")


SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {name: lambda rng, name=name: _session(rng, name) for name in STYLES}
    | {
        "touch_and_go": lambda rng: _session(rng, tempo=TOUCH_AND_GO),
        "bouncing_plates": lambda rng: _session(rng, tempo=TOUCH_AND_GO, change=_knocking),
        "short_holds": lambda rng: _session(rng, tempo=SHORT_HOLDS),
        "long_holds": lambda rng: _session(rng, tempo=LONG_HOLDS, reps=(3, 6)),
        "rehab": lambda rng: _session(rng, tempo=REHAB, reps=(3, 6)),
        "rehab_bridge": lambda rng: _session(rng, "glute_bridge", REHAB, reps=(3, 6)),
        "dead_stops": lambda rng: _session(rng, tempo=DEAD_STOPS, change=_knocking),
        "constant_tension": lambda rng: _session(rng, change=_tense),
        "grinding": lambda rng: _session(rng, fatigue=0.5),
        "unrack": lambda rng: _session(rng, change=_unracking),
        "partial_reps": lambda rng: _session(rng, change=_partly),
        "failed_reps": lambda rng: _session(rng, change=_attempting),
        "dips": lambda rng: _session(rng, change=_dipping),
        "slipping_strap": lambda rng: _session(rng, change=_slipping),
        "accelerometer_only": _accelerometer_only,
        "slow_sensor": lambda rng: _at_rate(25, rng),
        "fast_sensor": lambda rng: _at_rate(200, rng),
        "cheap_sensor": lambda rng: _with_part("mpu6050", rng),
        "drifting_sensor": lambda rng: _with_part("drifting", rng),
        "saturating_sensor": _saturating,
        "lossy_radio": _lossy,
        "disconnected": _disconnected,
        "restarted": lambda rng: _disconnected(rng, reboots=True),
        "wrapping_counters": _wrapping,
        "no_training": _no_training,
    }
)
"""Every scenario by its name."""

SCENARIO_NAMES: Final = tuple(SCENARIOS)
"""Names in the order in which `corpus` goes round them."""
