"""A check of a sensor that somebody turns over: whether gravity moves as its gyroscope says.

Apart from the other checks, because it needs SciPy, which no screen waits for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.decoding import SampleDecoder
from tracker.domain import RESERVED_CHANNELS, Fault, Gap, WarningKind
from tracker.signal import GRID_RATE_HZ, Resampler, SensorAgreement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.domain import ImuBlock, Notification
    from tracker.sensors import SensorFamily
    from tracker.signal import Finding

TURN_S: Final = 20.0
"""How long somebody has to turn the sensor over and back, s."""

ENOUGH_TURNS: Final = 2
"""Turns after which it is known whether the two agree."""


class TurnCheck:
    """Watches a sensor while it is turned over.

    Parameters
    ----------
    family
        Its kind.
    settings
        Settings of its decoder, as text.
    """

    def __init__(self, family: SensorFamily, settings: Mapping[str, str]) -> None:
        self._decoder = SampleDecoder(family, settings)
        self._resampler = Resampler()
        self._agreement = SensorAgreement(GRID_RATE_HZ)
        self.finding: Finding | None = None
        """What is wrong with the gyroscope, once that is known."""
        self.gyroscope = False
        """Whether the sensor sends angular rates."""

    @property
    def turns(self) -> int:
        """How many turns were seen."""
        return self._agreement.turns

    @property
    def over(self) -> bool:
        """Whether there is nothing left to find out."""
        return self.finding is not None or self.turns >= ENOUGH_TURNS

    def feed(self, notification: Notification) -> None:
        """Take one notification, from the first of the connection on."""
        if notification.channel in RESERVED_CHANNELS:
            return
        for timed in self._decoder.feed((notification,)):
            if isinstance(timed, Fault):
                continue
            self.gyroscope = timed.gyro_radps is not None
            for block in self._resampler.process(timed):
                if not isinstance(block, Gap):
                    self._judge(block)

    def _judge(self, block: ImuBlock) -> None:
        for _, finding in self._agreement.process(block):
            if finding.kind is WarningKind.GYRO_CONTRADICTS_GRAVITY:
                self.finding = self.finding or finding
