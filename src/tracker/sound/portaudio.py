"""The sound device, through PortAudio: where miniaudio has no wheel, as on Arm Linux.

The package sounddevice brings PortAudio along on Windows and macOS; Linux has it as a package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tracker.domain.units import NS_PER_S
from tracker.sound.alsa import quiet_alsa
from tracker.sound.errors import INSTALL, MissingError, SoundError
from tracker.sound.idling import wait_until_idle
from tracker.sound.stall import StallWatch
from tracker.sound.synthesis import RATE_HZ
from tracker.sound.timeline import Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sound.ports import Clock, Render

LATENCY_S: Final = 0.05
"""Asked of the device; see `speaker.PERIODS` for why not less."""


class PortAudio:
    """Plays on the default device.

    Parameters
    ----------
    clock
        The clock of the player.

    Raises
    ------
    SoundError
        If there is no library or no device.
    """

    def __init__(self, clock: Clock) -> None:
        quiet_alsa()
        try:
            import sounddevice
        except ImportError as error:
            raise MissingError("sounddevice is not installed.", f"Try: {INSTALL}") from error
        except OSError as error:
            raise SoundError(
                f"{str(error).rstrip('.')}.",
                "Install it (Debian, Ubuntu: sudo apt-get install libportaudio2).",
            ) from error
        self._clock = clock
        self._library = sounddevice
        self._timeline = Timeline(RATE_HZ)
        self._asked = 0
        self._stream: Any = None
        try:
            self._device_name = str(sounddevice.query_devices(kind="output")["name"])
        except (sounddevice.PortAudioError, ValueError) as error:
            raise SoundError(
                "no sound device was found.",
                "Plug in or switch on loudspeakers or headphones, and make them the default.",
            ) from error
        self._stall = StallWatch(self._now_s)

    @property
    def name(self) -> str:
        """What people know it as."""
        return f"{self._device_name} (PortAudio)"

    def start(self, render: Render, now_s: float) -> None:
        """Have the device ask for frames, in a thread of PortAudio's."""
        self._stall = StallWatch(now_s)

        def fill(block: Any, frames: int, _time: Any, _status: Any) -> None:
            self._asked += 1
            at_s = self._timeline.place(frames, self._now_s + LATENCY_S)
            block[:, 0] = render(frames, at_s).samples

        try:
            self._stream = self._library.OutputStream(
                samplerate=RATE_HZ, channels=1, dtype="float32", latency=LATENCY_S, callback=fill
            )
            self._stream.start()
        except self._library.PortAudioError as error:
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
        wait_until_idle(is_idle, LATENCY_S)

    def close(self) -> None:
        """Give the device back."""
        if self._stream is not None:
            self._stream.close(ignore_errors=True)

    @property
    def _now_s(self) -> float:
        return self._clock.now_ns() / NS_PER_S
