"""Real sit-to-stands against the force plate of their seat, beside a published detector."""

from __future__ import annotations

import warnings
from importlib import import_module
from statistics import fmean
from typing import TYPE_CHECKING, Final

import numpy as np
import targets
from people import exact_row, listen, told_misses
from table import Part, at_most

from tracker.domain.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from people import Listened
    from table import Row

    Array = NDArray[np.float64]

EPOCH_S: Final = 1.7e9
"""The published detector wants the time of day; this is some time on some day."""

NOT_INSTALLED: Final = "not installed"


def seat_part(folder: Path, on_miss: Callable[[str], object]) -> Part:
    """Return the rows of real sit-to-stands."""
    heard = listen(folder, "sit_to_stand_pelvis", "sit_to_stand")
    told_misses(heard, on_miss)
    rises_s: list[float] = []
    ends_s: list[float] = []
    for each in heard:
        reps = each.outcome.reps
        rises_s += nearest_s(each.label["seat_off"], [rep.start_s for rep in reps])
        ends_s += nearest_s(each.label["seat_on"], [rep.end_s for rep in reps if rep.complete])
    return Part(
        "REAL sit-to-stands, sensor at the pelvis (labels are of the seat, by force plate)",
        (
            exact_row("files counted exactly", heard, 1.0),
            _time_row("rise starts, mean distance from seat-off", rises_s, _published(heard)),
            _time_row("eccentric ends, mean distance from seat-on", ends_s, "–"),
        ),
        (
            "Baseline of the sit-to-stands' starts (skdh): Sit2Stand of scikit-digital-health,",
            "on the accelerometer alone and without its demand of stillness before a rise, with",
            "which it finds fewer; only rises that it found are compared.",
        ),
    )


def nearest_s(true_s: Sequence[float], found_s: Sequence[float]) -> list[float]:
    """Return for each true time how far the nearest found one is after it, s."""
    if not found_s:
        return []
    return [min((found - true for found in found_s), key=abs) for true in true_s]


def _time_row(what: str, off_s: Sequence[float], baseline: str) -> Row:
    size_s = fmean(map(abs, off_s)) if off_s else 0.0
    told = f"{size_s:.2f} s (bias {fmean(off_s):+.2f})" if off_s else None
    return at_most(
        what, len(off_s), size_s, targets.SEAT_S, "{:.2f} s", figure=told, baseline=baseline
    )


def _published(heard: Sequence[Listened]) -> str:
    """Return what the published detector reaches."""
    detect = published_detector()
    if detect is None:
        return NOT_INSTALLED
    off_s: list[float] = []
    found = wanted = 0
    for each in heard:
        starts_s = detect(np.asarray(each.samples.time_s), np.asarray(each.samples.acc_mps2))
        # Of a rise that it missed it has no start: only those that it found are compared.
        off_s += nearest_s(starts_s, each.label["seat_off"])
        found += len(starts_s)
        wanted += len(each.label["seat_off"])
    mean_s = f"{fmean(map(abs, off_s)):.2f} s" if off_s else "–"
    return f"{mean_s}, {found} of {wanted} rises found (skdh)"


def published_detector() -> Callable[[Array, Array], list[float]] | None:
    """Return what finds the starts of rises, s, in times, s, and accelerations, m/s².

    None where it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Takes seconds, has no wheels for some platforms, and libgomp may be missing.
            detector = import_module("skdh.sit2stand").Sit2Stand(stillness_constraint=False)
    except (ImportError, OSError):
        return None

    def detect(time_s: Array, acc_mps2: Array) -> list[float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = detector.predict(
                time=time_s + EPOCH_S, accel=acc_mps2 / STANDARD_GRAVITY_MPS2
            )
        return [float(start) - EPOCH_S for start in results["STS Start"]]

    return detect
