"""Simulated sessions: a rigid trunk, our own model of it, and nobody trained."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
import targets
from baseline import peaks_s
from comparing import HELD_S, What
from corpus import corpus
from running import run
from scoring import Score, score_session
from table import Part, at_least, at_most, none_of

from tracker.sim import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray
    from table import Row

LIVE_SAMPLES: Final = 5
"""Samples in a block, as a radio delivers them: latency is measured with it."""


def simulated_part(seed: int, size: int, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of so many simulated sessions."""
    score = Score()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for label, one in pool.map(partial(_score_one, seed, size), range(size), chunksize=2):
            score.add(one)
            if one.ours.exact < one.sets or one.ours.ghosts:
                on_miss(f"{label}: {one.ours.exact} of {one.sets} sets, {one.ours.ghosts} ghosts")
    return Part(
        f"SIMULATED hip thrusts, bridges and variations (seed {seed}, {score.sessions} sessions; "
        f"nobody trained; {score.without_gyroscope} sessions have no gyroscope)",
        (*_counts(score), *_confidence(score), *_times(score), *_sizes(score)),
        (
            "Baseline of the simulated sets: the usual peak counter, given the sets.",
            "Without a gyroscope a phase is read at 15 and 85 % of the travel by design, so",
            "its boundaries are early or late by 0.2 of the movement.",
        ),
    )


def _score_one(seed: int, size: int, number: int) -> tuple[str, Score]:
    label, plan = next(islice(corpus(seed, size), number, None))
    session = simulate(plan, seed + number)
    packets = -(-LIVE_SAMPLES // plan.radio.samples_per_packet)
    outcome = run(session.info, session.notifications(), packets)
    time_s, acc_mps2, gyro_radps = session.samples()
    peaks = peaks_s(time_s, acc_mps2).tolist()
    return label, score_session(session.truth, outcome, peaks, gyroscope=gyro_radps is not None)


def _counts(score: Score) -> Iterable[Row]:
    sets, ours, peaks = score.sets, score.ours, score.peaks
    yield at_least(
        "sets counted exactly", sets, ours.exact, targets.EXACT_SHARE, baseline=str(peaks.exact)
    )
    yield at_least(
        "sets within one rep",
        sets,
        ours.within_one,
        targets.WITHIN_ONE_SHARE,
        baseline=str(peaks.within_one),
    )
    yield none_of(
        "false reps: set-up, walking, rest",
        score.sessions,
        ours.ghosts,
        baseline=str(peaks.ghosts),
    )


def _confidence(score: Score) -> Iterable[Row]:
    sure, exact = _values(score, What.CONFIDENT), _values(score, What.CONFIDENT_EXACT)
    yield at_least(
        "sets told with confidence ≥ 0.95", sure.size, int(sure.sum()), targets.CONFIDENT_SHARE
    )
    yield at_least(
        "of these, counted exactly", exact.size, int(exact.sum()), targets.CONFIDENT_EXACT_SHARE
    )


def _times(score: Score) -> Iterable[Row]:
    yield from _sizes_of(
        "phase boundary",
        _values(score, What.BOUNDARY_S),
        targets.BOUNDARY_MEDIAN_S,
        targets.BOUNDARY_P95_S,
    )
    arcs_s, shares = _values(score, What.ARC_BOUNDARY_S), _values(score, What.ARC_BOUNDARY_SHARE)
    for name, percent, limit in (
        ("median", 50, targets.ARC_BOUNDARY_MEDIAN_SHARE),
        ("95 %", 95, targets.ARC_BOUNDARY_P95_SHARE),
    ):
        share = _size(shares, percent)
        yield at_most(
            f"phase boundary, no gyroscope: {name}, of the movement",
            shares.size,
            share,
            limit,
            "{:.2f}",
            figure=f"{share:.2f}, {_size(arcs_s, percent):.3f} s",
        )
    holds_s = _values(score, What.LOCKOUT_S)
    yield at_most(
        "lockout: 95 %", holds_s.size, _size(holds_s, 95), targets.LOCKOUT_P95_S, "{:.3f} s"
    )
    shares = _values(score, What.ARC_LOCKOUT_SHARE)
    share, off_s = _size(shares, 95), _size(_values(score, What.ARC_LOCKOUT_S), 95)
    yield at_most(
        "lockout, no gyroscope: 95 %, of concentric and eccentric",
        shares.size,
        share,
        targets.ARC_BOUNDARY_P95_SHARE,
        "{:.2f}",
        figure=f"{share:.2f}, {off_s:.3f} s",
    )
    late_s = _values(score, What.LATENCY_S)
    for name, percent, limit in (
        ("median", 50, targets.LATENCY_MEDIAN_S),
        ("95 %", 95, targets.LATENCY_P95_S),
    ):
        value_s = float(np.percentile(late_s, percent)) if late_s.size else 0.0
        what = f"count after the lockout began, blocks of {LIVE_SAMPLES}: {name}"
        yield at_most(what, late_s.size, value_s, limit, "{:.3f} s")
    late_s = _values(score, What.LOWERING_S)
    for name, percent, limit in (
        ("median", 50, targets.LOWERING_MEDIAN_S),
        ("95 %", 95, targets.LOWERING_P95_S),
    ):
        value_s = float(np.percentile(late_s, percent)) if late_s.size else 0.0
        yield at_most(
            f"end of a hold told after it: {name}", late_s.size, value_s, limit, "{:.3f} s"
        )
    live, held = _values(score, What.LIVE), _values(score, What.LIVE_HELD)
    yield at_least(
        "reps announced before their eccentric", live.size, int(live.sum()), targets.LIVE_SHARE
    )
    yield at_least(
        f"the same, held ≥ {HELD_S:.2f} s", held.size, int(held.sum()), targets.LIVE_HOLD_SHARE
    )


def _sizes(score: Score) -> Iterable[Row]:
    rom, rise = _values(score, What.ROM_DEG), _values(score, What.RISE_M)
    speed, flagged = _values(score, What.VELOCITY_MPS), _values(score, What.SLOW_FLAGGED)
    yield at_most("range of motion: sd", rom.size, _sd(rom), targets.ROM_SD_DEG, "{:.2f}°")
    yield at_most("rise: sd", rise.size, _sd(rise), targets.RISE_SD_M, "{:.3f} m")
    yield at_most(
        "mean velocity, concentric 0.8–1.5 s: bias",
        speed.size,
        float(speed.mean()) if speed.size else 0.0,
        targets.VELOCITY_BIAS_MPS,
        "{:.3f} m/s",
    )
    yield at_most(
        "mean velocity, concentric 0.8–1.5 s: sd",
        speed.size,
        _sd(speed),
        targets.VELOCITY_SD_MPS,
        "{:.3f} m/s",
    )
    yield at_least(
        "concentric > 2 s flagged low_confidence_velocity", flagged.size, int(flagged.sum()), 1.0
    )


def _sizes_of(what: str, values: NDArray[np.float64], median: float, most: float) -> Iterable[Row]:
    yield at_most(f"{what}: median", values.size, _size(values, 50), median, "{:.3f} s")
    yield at_most(f"{what}: 95 %", values.size, _size(values, 95), most, "{:.3f} s")


def _values(score: Score, what: What) -> NDArray[np.float64]:
    return np.array(score.differences.get(what, []))


def _size(values: NDArray[np.float64], percent: float) -> float:
    """Return a percentile of the absolute values."""
    return float(np.percentile(np.abs(values), percent)) if values.size else 0.0


def _sd(values: NDArray[np.float64]) -> float:
    return float(values.std()) if values.size else 0.0
