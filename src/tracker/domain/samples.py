"""The data on its way through the signal path: bytes as they arrive, frames, blocks of motion.

Arrays have time as the first axis, and a block may be empty. Beside the data stand the shapes of
what yields and decodes it, as protocols: `Source` and `Decoder`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from tracker.domain.events import Fault


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The samples that one notification completed, decoded."""

    acc_mps2: NDArray[np.float64]
    """Specific force in the sensor's axes, gravity included, m/s², shape (n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Angular rate in the sensor's axes, rad/s, shape (n, 3); None without a gyroscope."""
    stamps_s: NDArray[np.float64] | None
    """Device time of each sample, s, shape (n,), NaN where there is none; None without a clock."""
    received_s: float
    """Host time at which the notification arrived, s since the session's origin."""
    saturated: bool = False
    """True where the sensor reports that a sample hit the end of its range."""

    @property
    def device_time_s(self) -> float | None:
        """The first device time in the packet, s, or None."""
        if self.stamps_s is None:
            return None
        import numpy as np

        carried = self.stamps_s[np.isfinite(self.stamps_s)]
        return float(carried[0]) if carried.size else None


@dataclass(frozen=True, slots=True, eq=False)
class FrameRun:
    """Consecutive frames of one shape as arrays over all of them, only because that is faster."""

    acc_mps2: NDArray[np.float64]
    """Specific force in the sensor's axes, gravity included, m/s², shape (p * n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Angular rate in the sensor's axes, rad/s, shape (p * n, 3); None without a gyroscope."""
    stamp_s: NDArray[np.float64] | None
    """Device time of the first sample of each frame, the only stamp it has, s, shape (p,); None
    without a clock."""
    received_s: NDArray[np.float64]
    """Host time at which each frame arrived, s since the session's origin, shape (p,)."""
    saturated: bool = False
    """True where the sensor reports of every frame that a sample hit the end of its range."""

    @property
    def samples_per_frame(self) -> int:
        """Samples in each frame, at least 1."""
        return len(self.acc_mps2) // len(self.received_s)

    def __getitem__(self, frames: slice) -> FrameRun:
        """Return some of the frames; they share memory with these."""
        first, last, _ = frames.indices(len(self.received_s))
        rows = slice(first * self.samples_per_frame, last * self.samples_per_frame)
        return FrameRun(
            self.acc_mps2[rows],
            None if self.gyro_radps is None else self.gyro_radps[rows],
            None if self.stamp_s is None else self.stamp_s[frames],
            self.received_s[frames],
            self.saturated,
        )

    def frames(self) -> Iterator[Frame]:
        """Yield the frames one by one."""
        import numpy as np

        size = self.samples_per_frame
        for number, at_s in enumerate(self.received_s.tolist()):
            rows = slice(number * size, (number + 1) * size)
            stamps_s = None
            if self.stamp_s is not None:
                stamps_s = np.full(size, np.nan)
                stamps_s[0] = self.stamp_s[number]
            gyro = None if self.gyro_radps is None else self.gyro_radps[rows]
            yield Frame(self.acc_mps2[rows], gyro, stamps_s, at_s, self.saturated)


@dataclass(frozen=True, slots=True, eq=False)
class TimedFrame:
    """Samples with their time on the session clock; times may be uneven but never decrease."""

    time_s: NDArray[np.float64]
    """Session time of each sample, s, shape (n,)."""
    acc_mps2: NDArray[np.float64]
    """Specific force, sensor axes, m/s², shape (n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Angular rate, sensor axes, rad/s, shape (n, 3), or None."""
    saturated: bool = False
    """True where a sample among them hit the end of the sensor's range."""


def joined(frames: Iterable[TimedFrame]) -> Iterator[TimedFrame]:
    """Join neighbouring frames that have the same channels, so that arrays stay long."""
    import numpy as np

    for _, run in groupby(frames, lambda frame: frame.gyro_radps is None):
        first, *others = run
        if not others:
            yield first
            continue
        same = (first, *others)
        gyros = [frame.gyro_radps for frame in same if frame.gyro_radps is not None]
        yield TimedFrame(
            np.concatenate([frame.time_s for frame in same]),
            np.concatenate([frame.acc_mps2 for frame in same]),
            np.concatenate(gyros) if gyros else None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class ImuBlock:
    """Samples on the session's uniform grid, without a gap inside."""

    start_s: float
    """Session time of the first sample, s."""
    rate_hz: float
    """Grid rate, samples per second."""
    acc_mps2: NDArray[np.float64]
    """Specific force, sensor axes, m/s², shape (n, 3)."""
    gyro_radps: NDArray[np.float64] | None
    """Angular rate, sensor axes, rad/s, shape (n, 3), or None."""
    restart: bool = False
    """True where the samples before the first one are missing: filters start afresh."""

    def __getitem__(self, samples: slice) -> ImuBlock:
        """Return some of the samples in a row; they share memory with these."""
        first, last, _ = samples.indices(len(self.acc_mps2))
        return ImuBlock(
            self.start_s + first / self.rate_hz,
            self.rate_hz,
            self.acc_mps2[first:last],
            None if self.gyro_radps is None else self.gyro_radps[first:last],
            self.restart and first == 0,
        )


@dataclass(frozen=True, slots=True, eq=False)
class AccErrors:
    """What is known of an accelerometer's offset and scale error, sensor axes."""

    mean: NDArray[np.float64]
    """Offset, m/s², and scale error (0.01 reads 1 % too much) of the three axes, shape (6,)."""
    spread: NDArray[np.float64]
    """Covariance of what is not known of them, shape (6, 6)."""


@dataclass(frozen=True, slots=True, eq=False)
class MotionBlock:
    """How the pelvis moves, whatever the orientation of the sensor."""

    start_s: float
    """Session time of the first sample, s."""
    rate_hz: float
    """Samples per second."""
    up: NDArray[np.float64]
    """Unit vector that points away from the ground, in sensor axes, shape (n, 3)."""
    rate_radps: NDArray[np.float64]
    """Smoothed angular rate in sensor axes, bias removed, rad/s, shape (n, 3)."""
    vertical_mps2: NDArray[np.float64]
    """Smoothed upward acceleration without gravity, m/s², shape (n,)."""
    velocity_mps: NDArray[np.float64]
    """Vertical velocity about a slow mean, m/s, shape (n,)."""
    height_m: NDArray[np.float64]
    """Vertical travel about a slow mean, m, shape (n,)."""
    restart: bool = False
    """True where the samples before the first one are missing."""
    gyroscope: bool = True
    """False where the rate is only the rotation of the gravity vector, which is noisy."""
    acc_errors: tuple[tuple[int, AccErrors], ...] = ()
    """What is known of the accelerometer's errors, and from which sample of the block on; empty
    where nothing new is."""
    knock_mps2: NDArray[np.float64] | None = None
    """What smoothing took out of the upward acceleration, knocks and noise, m/s², shape (n,); 0
    without a gyroscope. None stands for 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """The last seconds of motion, for drawing."""

    time_s: NDArray[np.float64]
    """Session time of each sample, s, shape (n,)."""
    pitch_deg: NDArray[np.float64]
    """Pitch relative to the bottom of the last rep, degrees, shape (n,)."""


MAX_TIME_S: Final = 4e9
"""Unix time of the year 2096; in nanoseconds or samples, it still fits 64 bits."""

LINK_CHANNEL: Final = "link"
"""Channel of link events: the payload is the UTF-8 name of a `LinkState`, followed by a line feed
and the reason in words where there is one."""

BATTERY_CHANNEL: Final = "battery"
"""Channel of the sensor's battery: the payload is percent, a whole number in UTF-8."""

OVERRUN_CHANNEL: Final = "overrun"
"""Channel of what the host dropped because it did not keep up: the payload is the number of
notifications, in UTF-8; they are missing from the stream here."""

MARK_CHANNEL: Final = "mark"
"""Channel of the wearer's key presses: the payload is the UTF-8 name of a `MarkKind`."""

ENTRY_CHANNEL: Final = "entry"
"""Channel of what the wearer enters: the payload is a JSON object, see `entry_object`."""

WARNING_CHANNEL: Final = "warning"
"""Channel of what an importer noticed about a file: the payload is a JSON object with the kind of
a `DataWarning` and its text."""

RESERVED_CHANNELS: Final = frozenset(
    {
        LINK_CHANNEL,
        BATTERY_CHANNEL,
        OVERRUN_CHANNEL,
        MARK_CHANNEL,
        ENTRY_CHANNEL,
        WARNING_CHANNEL,
    }
)
"""Channels that belong to no sensor: the engine reads them, decoders ignore them."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Bytes as they arrived, before anything has been decoded.

    Link events and key presses travel the same way on reserved channels, so that a replayed
    session meets them at the same place in the stream as the live one did.
    """

    received_ns: int
    """Host time of arrival, ns since the session's origin."""
    channel: str
    """Characteristic UUID in lower case, or one of the reserved channel names."""
    data: bytes
    """The payload, untouched."""
    device: int = 0
    """Which sensor of the session sent it; 0 is the one that detection uses."""


class Source(Protocol):
    """A radio, a recording or a simulator; downstream, nobody can tell which."""

    sensor: str
    """Kind of the sensor whose decoder understands the notifications."""

    def notifications(self) -> AsyncGenerator[Notification]:
        """Yield what arrives, in order, until the source ends."""


class Decoder(Protocol):
    """Bytes in, samples out. Keeps what a sensor's format needs between packets, does no I/O."""

    def feed(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        """Decode one notification; never raises on bytes, a bad packet comes back as a `Fault`."""
