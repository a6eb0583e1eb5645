"""Conversions to the SI units used inside, means of what may be unknown, amounts in words."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

STANDARD_GRAVITY_MPS2: Final = 9.80665
"""Standard gravity, by which every sensor's "g" is defined (CGPM 1901)."""

RADPS_PER_DPS: Final = math.pi / 180.0
"""Radians per second in one degree per second."""

NS_PER_S: Final = 1_000_000_000
"""Nanoseconds in a second."""


KG_PER_LB: Final = 0.45359237
"""The pound of 1959, exactly."""


def ns_from_s(time_s: float) -> int:
    """Return seconds as whole nanoseconds, rounded to the nearest."""
    return round(time_s * NS_PER_S)


def s_from_ns(time_ns: int) -> float:
    """Return nanoseconds as seconds."""
    return time_ns / NS_PER_S


_DECIMAL: Final = re.compile(r"-?[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?")


def decimal_number(text: str) -> float:
    """Return a number as people type it, with a decimal point or a decimal comma.

    Raises `ValueError` for anything else: a comma before the digits would turn 11 into 0.11, and
    with a point as well it would separate thousands.
    """
    cleaned = text.strip()
    number = float(cleaned.replace(",", ".")) if _DECIMAL.fullmatch(cleaned) else math.nan
    if not math.isfinite(number):
        raise ValueError(
            _("expected a number such as 62.5 or 62,5, got {cleaned!r}").format(cleaned=cleaned)
        )
    return number


def mean_of_known(values: Iterable[float | None]) -> float | None:
    """Return the mean of the known values, or None without any."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
