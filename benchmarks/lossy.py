"""A real radio that lost a lot: gaps have to be reported, and nothing made up in them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from typing import TYPE_CHECKING, Final

import numpy as np
from running import run
from table import Part, at_least, none_of

from tracker.domain import Notification, Phase, PhaseSpan, SessionInfo
from tracker.domain.units import ns_from_s
from tracker.importers import SampleTable, notifications_from_samples, read_sample_csv
from tracker.sensors import SAMPLES_CHANNEL, encode_samples
from tracker.sensors.profile.packets import CONFIG_UUID, IMU_UUID, ProfileConfig, encode_packet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from running import Outcome
    from table import Row

    from tracker.domain import Rep

HOLE_S: Final = 0.25
"""Longer than this between two samples has to be reported as a gap."""

EXERCISES: Final = ("squat", "hip_thrust")
"""The sensor is on a bar: what is looked for matters little, that nothing breaks does."""

CONFIG: Final = ProfileConfig(rate_hz=50, acc_range_g=16, gyro_range_dps=2000)
"""Between the 24 and 89 Hz that came."""

CUTS_S: Final = (0.4, 0.8, 1.6, 3.0)
"""The stream has no hole that long, so these are cut out of a copy, in turn."""

CUT_EVERY_S: Final = 7.0
"""No multiple of a rep: the cuts meet every phase."""

PACKET_SAMPLES: Final = 2
"""The packets a second that a radio like this one manages."""

CLOCK_S: Final = 0.06
"""A packet's samples and the way of the slowest of them: device time is fitted to arrivals."""


@dataclass(slots=True)
class Tally:
    """What came of it."""

    runs: int = 0
    failed: int = 0
    holes: int = 0
    reported: int = 0
    gaps: int = 0
    invented: int = 0
    reps: int = 0
    made_up: int = 0
    across: int = 0


def lossy_part(folder: Path, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of the lossy stream, as it is and in packets of our own profile."""
    plain, packed = Tally(), Tally()
    longest_s = 0.0
    for path in sorted((folder / "ble_timing_bar").glob("*.csv.gz")):
        whole = read_sample_csv(path).table
        longest_s = max(longest_s, float(np.diff(whole.time_s).max()))
        for table in (whole, cut(whole)):
            holes = holes_of(table.time_s)
            samples = list(notifications_from_samples(table, 5, encode_samples, SAMPLES_CHANNEL))
            packets = list(profile_packets(table, holes))
            for exercise in EXERCISES:
                name = f"{path.name} as {exercise}"
                _try(plain, SessionInfo("samples", exercise), samples, holes, name, on_miss)
                _try(packed, SessionInfo("profile", exercise), packets, holes, name, on_miss)
    return Part(
        f"REAL lossy Bluetooth stream from a barbell (longest gap {longest_s:.2f} s), as it is "
        f"and with {CUTS_S[0]} to {CUTS_S[-1]:.0f} s cut out",
        (*_rows("its samples", plain), *_rows("in packets of our profile", packed)),
    )


def _rows(how: str, tally: Tally) -> Iterator[Row]:
    yield none_of(f"{how}: runs that fail", tally.runs, tally.failed)
    yield at_least(f"{how}: gaps > 0.25 s reported", tally.holes, tally.reported, 1.0)
    yield none_of(f"{how}: gaps reported where there are none", tally.gaps, tally.invented)
    yield none_of(f"{how}: reps, concentric or lockout in a gap", tally.reps, tally.made_up)
    yield none_of(f"{how}: reps, a metric across a gap", tally.reps, tally.across)


def cut(table: SampleTable) -> SampleTable:
    """Return the samples with stretches missing."""
    kept = np.ones(len(table.time_s), dtype=bool)
    starts_s = np.arange(table.time_s[0] + CUT_EVERY_S, table.time_s[-1], CUT_EVERY_S)
    for start_s, length_s in zip(starts_s, cycle(CUTS_S), strict=False):
        kept &= (table.time_s < start_s) | (table.time_s > start_s + length_s)
    gyro = None if table.gyro_radps is None else table.gyro_radps[kept]
    return SampleTable(table.time_s[kept], table.acc_mps2[kept], gyro)


def holes_of(time_s: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Return the last sample before and the first after each hole, s."""
    before = np.flatnonzero(np.diff(time_s) > HOLE_S)
    return [(float(time_s[each]), float(time_s[each + 1])) for each in before]


def profile_packets(
    table: SampleTable, holes: Sequence[tuple[float, float]]
) -> Iterator[Notification]:
    """Yield the samples in our own packets, each with the arrival of the sample that ends it.

    The sensor of the profile samples evenly and goes on in a hole, whose packets are lost.
    """
    assert table.gyro_radps is not None
    first_s, last_s = float(table.time_s[0]), float(table.time_s[-1])
    yield Notification(ns_from_s(first_s), CONFIG_UUID, CONFIG.encode())
    grid_s = np.arange(first_s, last_s, 1.0 / CONFIG.rate_hz)
    acc, gyro = (
        np.column_stack([np.interp(grid_s, table.time_s, axis) for axis in signal.T])
        for signal in (table.acc_mps2, table.gyro_radps)
    )
    counts, turns = CONFIG.acc_counts(acc), CONFIG.gyro_counts(gyro)
    for sequence, first in enumerate(range(0, len(grid_s) - PACKET_SAMPLES, PACKET_SAMPLES)):
        span = slice(first, first + PACKET_SAMPLES)
        from_s, to_s = float(grid_s[span][0]), float(grid_s[span][-1])
        if any(from_s < end_s and to_s > start_s for start_s, end_s in holes):
            continue
        stamp_us = round((from_s - first_s) * 1e6)
        data = encode_packet(CONFIG, sequence, stamp_us, counts[span], turns[span])
        arrival_s = float(table.time_s[np.searchsorted(table.time_s, to_s)])
        yield Notification(ns_from_s(arrival_s), IMU_UUID, data)


def _try(
    tally: Tally,
    info: SessionInfo,
    notifications: Sequence[Notification],
    holes: Sequence[tuple[float, float]],
    name: str,
    on_miss: Callable[[str], object],
) -> None:
    tally.runs += 1
    tally.holes += len(holes)
    try:
        outcome = run(info, notifications, 1)
    except Exception as error:  # a crash is what is counted here, of whatever kind
        tally.failed += 1
        on_miss(f"{name}, {info.sensor}: {error!r}")
        return
    tally.reported += sum(_is_reported(hole, outcome) for hole in holes)
    tally.gaps += len(outcome.gaps)
    tally.invented += sum(
        not any(gap.start_s < end_s and start_s < gap.end_s for start_s, end_s in holes)
        for gap in outcome.gaps
    )
    tally.reps += len(outcome.reps)
    made_up = _made_up(outcome, holes)
    tally.made_up += made_up
    across = sum(_across(rep, holes) for rep in outcome.reps)
    tally.across += across
    if made_up:
        on_miss(f"{name}, {info.sensor}: {made_up} reps inside holes")
    if across:
        on_miss(f"{name}, {info.sensor}: {across} reps with a number across a hole")


def _is_reported(hole: tuple[float, float], outcome: Outcome) -> bool:
    """Return whether one gap covers the hole, but for what the clock may be off by."""
    return any(
        gap.start_s <= hole[0] + CLOCK_S and gap.end_s >= hole[1] - CLOCK_S for gap in outcome.gaps
    )


def _made_up(outcome: Outcome, holes: Sequence[tuple[float, float]]) -> int:
    """Return how many reps have a concentric or a lockout of which no sample came."""
    return sum(
        any(
            start_s <= span.start_s and span.end_s <= end_s
            for span in rep.phases
            if span.phase in (Phase.CONCENTRIC, Phase.LOCKOUT)
            for start_s, end_s in holes
        )
        for rep in outcome.reps
    )


def _across(rep: Rep, holes: Sequence[tuple[float, float]]) -> bool:
    """Return whether a duration is told of a phase or a pause with a hole in it, or a rise."""
    told = [span for span in rep.phases if span.whole]
    if rep.rise_m is not None or rep.rom_deg is not None:
        told += [span for span in rep.phases if span.phase is Phase.CONCENTRIC]
    if rep.bottom_s is not None and rep.phases[-1].phase is Phase.ECCENTRIC:
        told.append(PhaseSpan(Phase.BOTTOM, rep.end_s, rep.end_s + rep.bottom_s))
    return any(
        span.start_s < end_s - CLOCK_S and start_s + CLOCK_S < span.end_s
        for span in told
        for start_s, end_s in holes
    )
