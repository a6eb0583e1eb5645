"""Samples of a foreign sensor in SI units, and how they become notifications."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tracker.domain import Notification
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, ns_from_s

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray


class AccUnit(Enum):
    """Unit of the acceleration columns; the value is what a user types."""

    MPS2 = "m/s2"
    G = "g"

    @property
    def mps2(self) -> float:
        """One of this unit, m/s²."""
        return 1.0 if self is AccUnit.MPS2 else STANDARD_GRAVITY_MPS2


class GyroUnit(Enum):
    """Unit of the angular rate columns; the value is what a user types."""

    RADPS = "rad/s"
    DPS = "deg/s"

    @property
    def radps(self) -> float:
        """One of this unit, rad/s."""
        return 1.0 if self is GyroUnit.RADPS else RADPS_PER_DPS


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    """All samples of an imported file."""

    time_s: NDArray[np.float64]
    """Time of each sample as in the file, s, shape (n,); never falls, may stand still."""
    acc_mps2: NDArray[np.float64]
    """Specific force in the sensor's axes, gravity included, m/s², shape (n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Angular rate in the sensor's axes, rad/s, shape (n, 3); None where the file has none."""


def notifications_from_samples(
    table: SampleTable,
    block_samples: int,
    encode: Callable[
        [NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None], bytes
    ],
    channel: str,
) -> Iterator[Notification]:
    """Cut samples into notifications, each received at the time of its last sample.

    Parameters
    ----------
    table
        The samples.
    block_samples
        Samples in each notification but the last, which may have fewer.
    encode
        Makes the payload from time (s), specific force (m/s²) and angular rate (rad/s or None).
    channel
        Channel of the decoder that understands the payload.

    Raises
    ------
    ValueError
        If `block_samples` is less than 1.
    """
    if block_samples < 1:
        raise ValueError(f"expected blocks of at least 1 sample, got {block_samples}")
    return (
        Notification(
            ns_from_s(float(table.time_s[block][-1])),
            channel,
            encode(
                table.time_s[block],
                table.acc_mps2[block],
                None if table.gyro_radps is None else table.gyro_radps[block],
            ),
        )
        for block in (
            slice(block_samples * index, block_samples * (index + 1))
            for index in range(math.ceil(len(table.time_s) / block_samples))
        )
    )
