"""The sound device, through miniaudio: WASAPI, Core Audio, PulseAudio, ALSA or JACK.

Keeps ALSA, on Linux, from telling the terminal about every device that is not there.

Waiting for the last sound of a device, which plays in real time.

Tells that a device has stopped asking for frames.

When a frame is heard: the frames of a device, on the player's clock.

A device asks for frames by fits and starts, so its calls say little about when a frame is heard.
But it plays them evenly. The times here run evenly as well and follow the clock slowly, so that
the beats of a metronome are as far apart as they were meant to be.

The sound device, through PortAudio: where miniaudio has no wheel, as on Arm Linux.

The package sounddevice brings PortAudio along on Windows and macOS; Linux has it as a package.
"""

from __future__ import annotations

import ctypes
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from tracker.domain.units import NS_PER_S
from tracker.sound.sounds import INSTALL, MissingError, SoundError
from tracker.sound.synthesis import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from tracker.sound.sounds import Clock, Render

_Handler: Final = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)


def _say_nothing(
    _file: bytes | None, _line: int, _function: bytes | None, _code: int, _form: bytes | None
) -> None:
    """Take an error message that was meant for whoever develops ALSA."""


# ALSA keeps it for as long as the program runs. It is called with more arguments than it has,
# which are left to the caller on every system that ALSA runs on.
_HANDLER: Final = _Handler(_say_nothing)


def quiet_alsa(platform: str = sys.platform) -> bool:
    """Have ALSA say nothing; return whether it was there."""
    if platform != "linux":
        return False
    try:
        library = ctypes.CDLL("libasound.so.2")
        library.snd_lib_error_set_handler(_HANDLER)
    except (OSError, AttributeError):
        return False
    return True


LOOK_S: Final = 0.02
LOOKS: Final = 125
"""Two and a half seconds: the longest tone lasts 0.9 s, a long cue 2 s."""


def wait_until_idle(
    is_idle: Callable[[], bool], after_s: float, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait until nothing sounds, but no longer than is reasonable, and `after_s` more.

    Parameters
    ----------
    is_idle
        Says whether the mix is silent.
    after_s
        What the device still has to play then.
    sleep
        Waits.
    """
    for _ in range(LOOKS):
        if is_idle():
            break
        sleep(LOOK_S)
    sleep(after_s)


STALLED_S: Final = 2.0
"""Devices ask every 10 to 40 ms; some take a second to wake up."""


class StallWatch:
    """Compares how often a device has asked with the time."""

    def __init__(self, now_s: float) -> None:
        self._asked = 0
        self._since_s = now_s

    def is_stalled(self, asked: int, now_s: float) -> bool:
        """Say whether nothing was asked for, for too long.

        Parameters
        ----------
        asked
            How often the device has asked by now.
        now_s
            The time.
        """
        if asked != self._asked:
            self._asked = asked
            self._since_s = now_s
        return now_s - self._since_s > STALLED_S


FOLLOWING: Final = 0.02
"""Share of the difference that is taken away with each block: a device's clock drifts by parts in
ten thousand, its calls come early or late by a whole block."""

JUMP_S: Final = 0.1
"""A greater difference is no jitter: the device was stopped, or the machine slept."""


class Timeline:
    """Gives each block the time of its first frame."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._next_s: float | None = None

    def place(self, frames: int, heard_s: float) -> float:
        """Return when a block is heard, which looks like `heard_s` by the call for it alone."""
        expected_s = self._next_s
        if expected_s is None or abs(heard_s - expected_s) > JUMP_S:
            at_s = heard_s
        else:
            at_s = expected_s + FOLLOWING * (heard_s - expected_s)
        self._next_s = at_s + frames / self._rate_hz
        return at_s


PERIOD_MS: Final = 20
PERIODS: Final = 3
"""A sound begins with the next period, behind those that wait: 40 to 60 ms. Less, and a moment in
which Python is busy would be heard as a gap."""

MINIAUDIO_LATENCY_S: Final = PERIOD_MS * (PERIODS - 1) / 1000
"""From a frame that is asked for to the device."""

NULL: Final = "Null"
"""What miniaudio calls the device that plays nothing, in real time."""

_START: Final = b""


class MiniaudioOutput:
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
        wait_until_idle(is_idle, MINIAUDIO_LATENCY_S + PERIOD_MS / 1000)

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
            at_s = self._timeline.place(frames, self._now_s + MINIAUDIO_LATENCY_S)
            frames = yield render(frames, at_s).samples.tobytes()


def _no_device() -> SoundError:
    return SoundError(
        "no sound device was found.",
        "Plug in or switch on loudspeakers or headphones, and make them the default.",
    )


PORTAUDIO_LATENCY_S: Final = 0.05
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
            at_s = self._timeline.place(frames, self._now_s + PORTAUDIO_LATENCY_S)
            block[:, 0] = render(frames, at_s).samples

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
        wait_until_idle(is_idle, PORTAUDIO_LATENCY_S)

    def close(self) -> None:
        """Give the device back."""
        if self._stream is not None:
            self._stream.close(ignore_errors=True)

    @property
    def _now_s(self) -> float:
        return self._clock.now_ns() / NS_PER_S
