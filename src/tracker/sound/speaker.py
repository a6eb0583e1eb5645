"""The sound device, through miniaudio: WASAPI, Core Audio, PulseAudio, ALSA or JACK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.domain.units import NS_PER_S
from tracker.sound.alsa import quiet_alsa
from tracker.sound.errors import INSTALL, MissingError, SoundError
from tracker.sound.idling import wait_until_idle
from tracker.sound.stall import StallWatch
from tracker.sound.synthesis import RATE_HZ
from tracker.sound.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tracker.sound.ports import Clock, Render

PERIOD_MS: Final = 20
PERIODS: Final = 3
"""A sound begins with the next period, behind those that wait: 40 to 60 ms. Less, and a moment in
which Python is busy would be heard as a gap."""

LATENCY_S: Final = PERIOD_MS * (PERIODS - 1) / 1000
"""From a frame that is asked for to the device."""

NULL: Final = "Null"
"""What miniaudio calls the device that plays nothing, in real time."""

_START: Final = b""


class Speaker:
    """Plays on the default device.

    Parameters
    ----------
    clock
        The clock of the player.
    null
        Play nothing, in real time, on miniaudio's own device for that.

    Raises
    ------
    SoundError
        If there is no library or no device.
    """

    def __init__(self, clock: Clock, *, null: bool = False) -> None:
        try:
            import miniaudio
        except ImportError as error:
            raise MissingError("miniaudio is not installed.", f"Try: {INSTALL}") from error
        quiet_alsa()
        self._clock = clock
        self._failure: type[Exception] = miniaudio.MiniaudioError
        self._timeline = Timeline(RATE_HZ)
        self._asked = 0
        try:
            self._device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=1,
                sample_rate=RATE_HZ,
                buffersize_msec=PERIOD_MS,
                callback_periods=PERIODS,
                backends=[miniaudio.Backend.NULL] if null else None,
                app_name="tracker",
            )
        except self._failure as error:
            raise _no_device() from error
        self._backend = str(self._device.backend)
        if self._backend == NULL and not null:
            # What it falls back to where no audio system is installed at all.
            self.close()
            raise _no_device()
        self._stall = StallWatch(self._now_s)

    @property
    def name(self) -> str:
        """What people know it as."""
        return f"the default sound device ({self._backend})"

    def start(self, render: Render, now_s: float) -> None:
        """Have the device ask for frames, in a thread of miniaudio's."""
        self._stall = StallWatch(now_s)
        blocks = self._blocks(render)
        next(blocks)
        try:
            self._device.start(blocks)
        except self._failure as error:
            raise SoundError(
                f"The sound device does not start: {error}.",
                "Close programs that use it alone, or choose another default device.",
            ) from error

    def keep_up(self, now_s: float) -> None:
        """Raise `SoundError` if the device asks for nothing any more."""
        if self._stall.is_stalled(self._asked, now_s):
            raise SoundError(
                "The sound device stopped.", "Is it still plugged in, or the headphones in reach?"
            )

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Wait until the last sound has left the device, in real time."""
        wait_until_idle(is_idle, LATENCY_S + PERIOD_MS / 1000)

    def close(self) -> None:
        """Give the device back."""
        self._device.close()

    @property
    def _now_s(self) -> float:
        return self._clock.now_ns() / NS_PER_S

    def _blocks(self, render: Render) -> Generator[bytes, int, None]:
        frames = yield _START
        while True:
            self._asked += 1
            at_s = self._timeline.place(frames, self._now_s + LATENCY_S)
            frames = yield render(frames, at_s).samples.tobytes()


def _no_device() -> SoundError:
    return SoundError(
        "no sound device was found.",
        "Plug in or switch on loudspeakers or headphones, and make them the default.",
    )
