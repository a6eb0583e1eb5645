"""The player: sounds are offered here, and begin within a tenth of a second or not at all.

Everything that may take long is done in one thread of its own: opening a device, speaking a
phrase, writing a file, closing. The thread is a daemon, so that a device that hangs does not keep
the program from ending.

Where threads meet: who offers sounds, who speaks them, and the device that takes the mix.

One lock, held for as long as it takes to look something up or to mix a block, and never while
anything outside is called. So neither a device that hangs nor a slow voice holds up whoever offers
a sound.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain.units import NS_PER_S
from tracker.sound.mixer import Mixer
from tracker.sound.sounds import SoundError, Speech, patience_s
from tracker.sound.synthesis import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tracker.sound.sounds import Clock, Mixed, Output, Sound, Voice

MAX_UNSPOKEN: Final = 16
"""Phrases that wait for the voice, which takes milliseconds for one; the oldest gives way."""

MAX_PREPARED: Final = 128
"""Phrases to prepare; no more are kept."""


@dataclass(frozen=True, slots=True)
class PendingSpeech:
    """A phrase that the voice has yet to speak."""

    speech: Speech
    """What."""
    start_s: float
    """When it is wanted, on the clock."""
    latest_s: float
    """When it is too late."""


@dataclass(frozen=True, slots=True)
class AudioJob:
    """What the player's thread finds to do."""

    now_s: float
    """The time. If nothing has to be spoken, all that was offered before it is in the mix."""
    unspoken: PendingSpeech | None = None
    """A phrase to speak at once."""
    ahead: Speech | None = None
    """A phrase to prepare."""
    closing: bool = False
    """Whether the player is to end."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of the sounds that were offered."""

    offered: int
    """All of them."""
    started: int
    """Those that began."""
    stale: int
    """Left out because they could only have begun too late."""
    replaced: int
    """Phrases left out for a newer one."""
    crowded: int
    """Left out because too many were waiting."""
    muted: int
    """Offered while the sound was off."""
    unspeakable: int
    """Phrases for which there was no voice."""


class AudioQueue:
    """Takes offers, hands out errands and blocks of the mix; any thread may call anything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        self._library = Library()
        self._mixer = Mixer()
        self._unspoken: deque[PendingSpeech] = deque()
        self._ahead: deque[Speech] = deque()
        self._closing = False
        self._muted = False
        self._offered = self._started = self._muted_count = 0
        self._crowded = self._unspeakable = 0

    @property
    def library(self) -> Library:
        """The sounds that are ready; only `Library.speak` may be called from outside."""
        return self._library

    @property
    def now_s(self) -> float:
        """The time on the clock, s."""
        return self._clock.now_ns() / NS_PER_S

    @property
    def muted(self) -> bool:
        """Whether the sound is off."""
        return self._muted

    def offer(self, sound: Sound, start_s: float | None, stale_after_s: float | None) -> None:
        """Take a sound; see `Player.offer`."""
        allowed_s = patience_s(sound) if stale_after_s is None else stale_after_s
        with self._condition:
            self._offered += 1
            if self._closing:
                return
            if self._muted:
                self._muted_count += 1
                return
            wanted_s = self.now_s if start_s is None else start_s
            samples = self._library.get(sound)
            if samples is not None:
                self._mixer.place(sound, samples, wanted_s, wanted_s + allowed_s)
            elif isinstance(sound, Speech):
                if len(self._unspoken) >= MAX_UNSPOKEN:
                    self._unspoken.popleft()
                    self._crowded += 1
                self._unspoken.append(PendingSpeech(sound, wanted_s, wanted_s + allowed_s))
                self._condition.notify()

    def prepare(self, phrases: Iterable[Speech]) -> None:
        """Have the voice speak phrases ahead, whenever there is nothing else to do."""
        with self._condition:
            for speech in phrases:
                if len(self._ahead) < MAX_PREPARED and self._library.get(speech) is None:
                    self._ahead.append(speech)
            self._condition.notify()

    def toggle_mute(self) -> bool:
        """Switch the sound off, at once, or on; return whether it is off now."""
        with self._condition:
            self._muted = not self._muted
            if self._muted:
                self._mixer.hush(self.now_s)
                self._muted_count += len(self._unspoken)
                self._unspoken.clear()
            return self._muted

    def withdraw(self, sounds: Collection[Sound]) -> None:
        """Leave out those of these sounds that have not begun by now."""
        with self._condition:
            self._mixer.withdraw(self.now_s, sounds)
            kept = [each for each in self._unspoken if each.speech not in sounds]
            self._unspoken = deque(kept)

    def end(self) -> None:
        """Take no more sounds, and have the thread end."""
        with self._condition:
            self._closing = True
            self._ahead.clear()
            self._condition.notify()

    def next_errand(self, wait_s: float) -> AudioJob:
        """Return what there is to do now; wait for it, but no longer than `wait_s`."""
        with self._condition:
            if not (self._unspoken or self._ahead or self._closing):
                self._condition.wait(wait_s)
            # One hold of the lock for all of it: what is offered later has a later time than this.
            now_s = self.now_s
            while self._unspoken:
                unspoken = self._unspoken.popleft()
                if self._place(unspoken):
                    continue
                return AudioJob(now_s, unspoken=unspoken)
            while self._ahead:
                ahead = self._ahead.popleft()
                if self._library.get(ahead) is None:
                    return AudioJob(now_s, ahead=ahead)
            return AudioJob(now_s, closing=self._closing)

    def spoken(self, speech: Speech, samples: NDArray[np.float32]) -> None:
        """Have a phrase ready."""
        with self._condition:
            self._library.keep(speech, samples)

    def put_back(self, unspoken: PendingSpeech) -> None:
        """Let a phrase that is ready now into the mix, in its turn."""
        with self._condition:
            if self._muted:
                self._muted_count += 1
            elif not self._place(unspoken):
                self._unspeakable += 1

    def render(self, frames: int, at_s: float) -> Mixed:
        """Return the next block of the mix."""
        with self._condition:
            mixed = self._mixer.mix(frames, at_s)
            self._started += len(mixed.started)
            return mixed

    def is_idle(self) -> bool:
        """Whether nothing sounds or waits."""
        with self._condition:
            return self._mixer.is_idle and not self._unspoken

    def tally(self) -> Stats:
        """Return what became of the sounds so far."""
        with self._condition:
            return Stats(
                offered=self._offered,
                started=self._started,
                stale=self._mixer.stale,
                replaced=self._mixer.replaced,
                crowded=self._crowded + self._mixer.crowded,
                muted=self._muted_count,
                unspeakable=self._unspeakable,
            )

    def _place(self, unspoken: PendingSpeech) -> bool:
        samples = self._library.get(unspoken.speech)
        if samples is None:
            return False
        self._mixer.place(unspoken.speech, samples, unspoken.start_s, unspoken.latest_s)
        return True


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
        self._desk = AudioQueue(clock)
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

    def tally(self) -> Stats:
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

    def _kept_up(self, output: Output, errand: AudioJob) -> Output | None:
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
