"""Sound devices: miniaudio (WASAPI, Core Audio, PulseAudio, ALSA, JACK), or PortAudio.

PortAudio serves where miniaudio has no wheel, such as Linux on Arm. The package sounddevice
bundles it on Windows and macOS; on Linux it is a system package.

A device requests frames in irregular bursts, so a request says little about when its frames are
heard; but it plays them evenly. `Timeline` therefore assigns evenly spaced times that follow the
clock slowly, and the beats of a metronome stay as far apart as intended.
"""

from __future__ import annotations

import ctypes
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from tracker.domain.units import NS_PER_S
from tracker.language import _
from tracker.sound.sounds import INSTALL, MissingError, SoundError
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    import numpy as np
    from numpy.typing import NDArray

    from tracker.sound.sounds import Clock, Render

POLL_S: Final = 0.02
MAX_POLLS: Final = 125
"""2.5 s in all: the longest tone lasts 0.9 s, a long cue 2 s."""

STALLED_S: Final = 2.0
"""Devices request frames every 10 to 40 ms; some take a second to wake up."""

FOLLOWING: Final = 0.02
"""Share of the timing error corrected with each block. A device's clock drifts by parts in ten
thousand; its requests are early or late by a whole block."""

JUMP_S: Final = 0.1
"""A larger error is not jitter: the device was stopped, or the computer slept."""

PERIOD_MS: Final = 20
PERIODS: Final = 3
"""A sound begins with the next period, after those already queued: 40 to 60 ms. With less, a
moment in which Python is busy becomes an audible gap."""

MINIAUDIO_LATENCY_S: Final = PERIOD_MS * (PERIODS - 1) / 1000
"""From a request for frames to the device."""

PORTAUDIO_LATENCY_S: Final = 0.05
"""Requested of the device; see `PERIODS` for why not less."""

NULL: Final = "Null"
"""miniaudio's name for the device that discards sound in real time."""

_LogHandler: Final = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)


def _ignore(
    _file: bytes | None, _line: int, _function: bytes | None, _code: int, _form: bytes | None
) -> None:
    """Drop one of ALSA's error messages, which are meant for its developers."""


# ALSA keeps the handler until the program ends. It passes more arguments than the handler takes;
# on every system with ALSA, removing them is up to the caller.
_HANDLER: Final = _LogHandler(_ignore)


def silence_alsa(platform: str = sys.platform) -> bool:
    """Stop ALSA printing a line for every missing device; return whether ALSA is there."""
    if platform != "linux":
        return False
    try:
        library = ctypes.CDLL("libasound.so.2")
        library.snd_lib_error_set_handler(_HANDLER)
    except (OSError, AttributeError):
        return False
    return True


def wait_until_idle(
    is_idle: Callable[[], bool], after_s: float, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait for the mix to fall silent, within reason, then `after_s` for the device to play it."""
    for __ in range(MAX_POLLS):
        if is_idle():
            break
        sleep(POLL_S)
    sleep(after_s)


class StallWatch:
    """Notices when a device stops requesting frames."""

    def __init__(self, now_s: float) -> None:
        self._requests = 0
        self._since_s = now_s

    def is_stalled(self, requests: int, now_s: float) -> bool:
        """Return whether the number of requests has not changed for too long."""
        if requests != self._requests:
            self._requests = requests
            self._since_s = now_s
        return now_s - self._since_s > STALLED_S


class Timeline:
    """Assigns each block the time at which its first frame is heard."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._next_s: float | None = None

    def place(self, frames: int, heard_s: float) -> float:
        """Return the time of a block; judging by its request alone it would be `heard_s`."""
        expected_s = self._next_s
        if expected_s is None or abs(heard_s - expected_s) > JUMP_S:
            at_s = heard_s
        else:
            at_s = expected_s + FOLLOWING * (heard_s - expected_s)
        self._next_s = at_s + frames / self._rate_hz
        return at_s


class _Device:
    """The blocks that a device requests, while it does."""

    def __init__(self, clock: Clock, latency_s: float, played_s: float) -> None:
        self._clock = clock
        self._latency_s = latency_s
        self._played_s = played_s
        """How long the device takes to play what it has requested."""
        self._timeline = Timeline(RATE_HZ)
        self._requests = 0
        self._stall = StallWatch(self._now_s)

    def keep_up(self, now_s: float) -> None:
        """Raise `SoundError` if the device no longer requests frames."""
        if self._stall.is_stalled(self._requests, now_s):
            advice = _("Is it still plugged in, or the headphones in reach?")
            raise SoundError(_("The sound device stopped."), advice)

    def finish(self, is_idle: Callable[[], bool]) -> None:
        """Wait until the device has played the last sound, in real time."""
        wait_until_idle(is_idle, self._played_s)

    def _block(self, render: Render, frames: int) -> NDArray[np.float32]:
        self._requests += 1
        return render(frames, self._timeline.place(frames, self._now_s + self._latency_s)).samples

    @property
    def _now_s(self) -> float:
        return self._clock.now_ns() / NS_PER_S


class MiniaudioOutput(_Device):
    """Plays on the default device, or with `null` on one that discards sound in real time.

    Raises `SoundError` if there is no library or no device.
    """

    def __init__(self, clock: Clock, *, null: bool = False) -> None:
        try:
            import miniaudio
        except ImportError as error:
            raise MissingError(
                _("miniaudio is not installed."), _("Try: {command}").format(command=INSTALL)
            ) from error
        silence_alsa()
        super().__init__(clock, MINIAUDIO_LATENCY_S, MINIAUDIO_LATENCY_S + PERIOD_MS / 1000)
        self._failure: type[Exception] = miniaudio.MiniaudioError
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
        backend = str(self._device.backend)
        self.name = _("the default sound device ({backend})").format(backend=backend)
        if backend == NULL and not null:
            # miniaudio's fallback where no audio system is installed.
            self.close()
            raise _no_device()

    def start(self, render: Render, now_s: float) -> None:
        """Let the device request frames, in miniaudio's own thread."""
        self._stall = StallWatch(now_s)
        blocks = self._blocks(render)
        next(blocks)
        try:
            self._device.start(blocks)
        except self._failure as error:
            raise _not_starting(error) from error

    def close(self) -> None:
        """Release the device."""
        self._device.close()

    def _blocks(self, render: Render) -> Generator[bytes, int, None]:
        frames = yield b""
        while True:
            frames = yield self._block(render, frames).tobytes()


class PortAudioOutput(_Device):
    """Plays on the default device; raises `SoundError` if there is no library or no device."""

    def __init__(self, clock: Clock) -> None:
        silence_alsa()
        try:
            import sounddevice
        except ImportError as error:
            raise MissingError(
                _("sounddevice is not installed."), _("Try: {command}").format(command=INSTALL)
            ) from error
        except OSError as error:
            raise SoundError(
                f"{str(error).rstrip('.')}.",
                _("Install it (Debian, Ubuntu: sudo apt-get install libportaudio2)."),
            ) from error
        super().__init__(clock, PORTAUDIO_LATENCY_S, PORTAUDIO_LATENCY_S)
        self._library = sounddevice
        self._stream: Any = None
        try:
            device_name = sounddevice.query_devices(kind="output")["name"]
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _no_device() from error
        self.name = f"{device_name} (PortAudio)"

    def start(self, render: Render, now_s: float) -> None:
        """Let the device request frames, in PortAudio's own thread."""
        self._stall = StallWatch(now_s)

        def fill(block: Any, frames: int, _time: Any, _status: Any) -> None:
            block[:, 0] = self._block(render, frames)

        try:
            self._stream = self._library.OutputStream(
                samplerate=RATE_HZ,
                channels=1,
                dtype="float32",
                latency=PORTAUDIO_LATENCY_S,
                callback=fill,
            )
            self._stream.start()
        except self._library.PortAudioError as error:
            raise _not_starting(error) from error

    def close(self) -> None:
        """Release the device."""
        if self._stream is not None:
            self._stream.close(ignore_errors=True)


def _no_device() -> SoundError:
    return SoundError(
        _("no sound device was found."),
        _("Plug in or switch on loudspeakers or headphones, and make them the default."),
    )


def _not_starting(error: Exception) -> SoundError:
    return SoundError(
        _("The sound device does not start: {error}.").format(error=error),
        _("Close programs that use it alone, or choose another default device."),
    )
