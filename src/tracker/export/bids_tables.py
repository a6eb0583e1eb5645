"""The tab-separated tables of a BIDS dataset; what is not known is n/a."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.domain import TimedFrame, Workout

UNKNOWN: Final = "n/a"
"""How the standard writes a missing value."""

_PIECE_ROWS: Final = 10_000
_AXES: Final = "xyz"


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table with a header."""
    lines = ["\t".join(names), *("\t".join(map(_cell, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def motion_lines(samples: TimedFrame) -> Iterator[bytes]:
    """Yield the samples without a header, some thousand rows at a time.

    The latency is that from the first sample, in s with six decimals.
    """
    blocks = [samples.acc_mps2]
    if samples.gyro_radps is not None:
        blocks.append(samples.gyro_radps)
    values = np.concatenate(blocks, axis=1)
    latency_s = samples.time_s - samples.time_s[0]
    for first in range(0, len(values), _PIECE_ROWS):
        piece = slice(first, first + _PIECE_ROWS)
        rows = zip(latency_s[piece].tolist(), values[piece].tolist(), strict=True)
        yield "".join(
            f"{at_s:.6f}\t" + "\t".join(map(_value, row)) + "\n" for at_s, row in rows
        ).encode()


def channel_rows(samples: TimedFrame) -> Iterator[tuple[str, ...]]:
    """Yield a row for each column of the samples: name, component, type, point, units, …."""
    yield "latency", UNKNOWN, "LATENCY", UNKNOWN, "s", UNKNOWN, UNKNOWN
    for axis in _AXES:
        yield f"acc_{axis}", axis, "ACCEL", "pelvis", "m/s^2", "hip", "sensor"
    if samples.gyro_radps is not None:
        for axis in _AXES:
            yield f"gyro_{axis}", axis, "GYRO", "pelvis", "rad/s", "hip", "sensor"


def event_rows(
    workout: Workout, first_s: float
) -> list[tuple[float, float | None, str, int, int]]:
    """Return every rep and every phase: onset, duration, trial_type, set, rep; by onset.

    The duration of a phase that was not seen whole is None.

    Parameters
    ----------
    workout
        What was found.
    first_s
        Session time of the first sample, from which onsets count, s.
    """
    rows: list[tuple[float, float | None, str, int, int]] = []
    for record in workout.sets:
        for rep in record.reps:
            spans = [("rep", rep.start_s, rep.end_s, all(span.whole for span in rep.phases))]
            spans += [
                (span.phase.value, span.start_s, span.end_s, span.whole) for span in rep.phases
            ]
            rows += [
                (
                    round(start_s - first_s, 6),
                    round(end_s - start_s, 6) if whole else None,
                    kind,
                    record.index,
                    rep.index,
                )
                for kind, start_s, end_s, whole in spans
            ]
    return sorted(rows, key=lambda row: row[0])


def _value(value: float) -> str:
    return UNKNOWN if np.isnan(value) else repr(value)


def _cell(value: object) -> str:
    return UNKNOWN if value is None else str(value)
