"""The player: sounds are offered here, and begin within a tenth of a second or not at all.

Everything that may take long is done in one thread of its own: opening a device, speaking a
phrase, writing a file, closing. The thread is a daemon, so that a device that hangs does not keep
the program from ending.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from tracker.sound.desk import Desk
from tracker.sound.errors import SoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tracker.sound.desk import Errand, Tally
    from tracker.sound.ports import Clock, Output, Voice
    from tracker.sound.sounds import Sound, Speech

TICK_S: Final = 0.05
"""Longest wait between two looks at the output."""

RETRY_S: Final = 5.0
"""From one attempt to open a lost device to the next: headphones come back in some seconds."""

CLOSING_LIMIT_S: Final = 4.0
"""Longest wait for the last sounds and for the device; the set's end signal lasts 0.6 s."""


class Player:
    """Plays tones and phrases at their times.

    Parameters
    ----------
    open_output
        Opens where the sound goes; called in the player's thread, again after it was lost.
    open_voice
        Opens what speaks; called in the player's thread.
    clock
        The clock of `start_s`.
    """

    def __init__(
        self,
        open_output: Callable[[], Output],
        open_voice: Callable[[], Voice],
        clock: Clock,
    ) -> None:
        self._open_output = open_output
        self._open_voice = open_voice
        self._desk = Desk(clock)
        self._ready = threading.Event()
        self._output_name = ""
        self._output_error: SoundError | None = None
        self._voice_error: SoundError | None = None
        self._voice: Voice | None = None
        self._retry_s = 0.0
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    @property
    def output_name(self) -> str:
        """Where the sound goes; empty until that is open."""
        return self._output_name

    @property
    def output_error(self) -> SoundError | None:
        """Why nothing can be heard now; None if all is well."""
        return self._output_error

    @property
    def voice_error(self) -> SoundError | None:
        """Why nothing is spoken; None if all is well."""
        return self._voice_error

    @property
    def muted(self) -> bool:
        """Whether the sound is off."""
        return self._desk.muted

    def wait_ready(self, limit_s: float) -> bool:
        """Wait until output and voice are open or have failed; return whether that is so."""
        return self._ready.wait(limit_s)

    def offer(
        self, sound: Sound, *, start_s: float | None = None, stale_after_s: float | None = None
    ) -> None:
        """Play a sound; returns at once, whatever the device does.

        Parameters
        ----------
        sound
            A tone, or a phrase.
        start_s
            When it is to begin, on the clock; now if None.
        stale_after_s
            How much later it may begin; what is usual for it if None. What cannot is left out.
        """
        self._desk.offer(sound, start_s, stale_after_s)

    def withdraw(self, *sounds: Sound) -> None:
        """Leave out those of these that have not begun: the beats of a phase that is over."""
        self._desk.withdraw(sounds)

    def prepare(self, phrases: Iterable[Speech]) -> None:
        """Speak phrases ahead, in the background, so that they begin without delay."""
        self._desk.prepare(phrases)

    def toggle_mute(self) -> bool:
        """Switch the sound off, at once, or on again; return whether it is off now."""
        return self._desk.toggle_mute()

    def tally(self) -> Tally:
        """Return what became of the sounds that were offered."""
        return self._desk.tally()

    def close(self) -> None:
        """Let the last sounds end and close the output; gives up on a device that hangs."""
        self._desk.end()
        self._thread.join(CLOSING_LIMIT_S)

    def abandon(self) -> None:
        """Have the player end whenever it can, and do not wait for it."""
        self._desk.end()

    def _run(self) -> None:
        output = self._opened()
        try:
            self._voice = self._open_voice()
        except SoundError as error:
            self._voice_error = error
        self._ready.set()
        while True:
            errand = self._desk.next_errand(TICK_S)
            if errand.unspoken is not None:
                self._speak(errand.unspoken.speech)
                self._desk.put_back(errand.unspoken)
            elif errand.ahead is not None:
                self._speak(errand.ahead)
            elif output is None:
                if errand.closing:
                    return
                # Only what has been there before may come back.
                if self._output_name and errand.now_s >= self._retry_s:
                    output = self._opened()
            else:
                output = self._kept_up(output, errand)
                if errand.closing:
                    break
        if output is not None:
            try:
                output.finish(self._desk.is_idle)
            except SoundError as error:
                self._output_error = error
            output.close()

    def _opened(self) -> Output | None:
        """Open the output and start it; None, and the reason kept, if that fails."""
        self._retry_s = self._desk.now_s + RETRY_S
        output: Output | None = None
        try:
            output = self._open_output()
            output.start(self._desk.render, self._desk.now_s)
        except SoundError as error:
            self._output_error = error
            if output is not None:
                output.close()
            return None
        self._output_error = None
        self._output_name = output.name
        return output

    def _kept_up(self, output: Output, errand: Errand) -> Output | None:
        try:
            output.keep_up(errand.now_s)
        except SoundError as error:
            self._output_error = error
            self._retry_s = errand.now_s + RETRY_S
            output.close()
            return None
        return output

    def _speak(self, speech: Speech) -> None:
        """Have a phrase ready in the library, if there is a voice that can say it."""
        if self._voice is None:
            return
        try:
            samples = self._desk.library.speak(speech, self._voice)
        except SoundError as error:
            self._voice_error = error
            return
        self._desk.spoken(speech, samples)
