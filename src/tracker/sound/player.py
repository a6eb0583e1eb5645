"""The player: sounds offered here begin within a tenth of a second or not at all.

Anything slow (opening a device, synthesising a phrase, writing a file, closing) happens in the
player's own thread, a daemon, so that a device that hangs cannot keep the program from ending.

Three threads meet in `AudioQueue`: the caller's, the player's and the device's. Its one lock is
held only to look something up or to mix a block, never while calling other code, so neither a
hanging device nor a slow voice delays the caller.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.domain.units import NS_PER_S
from tracker.sound.mixer import Mixer
from tracker.sound.sounds import SoundError, Speech, patience_s
from tracker.sound.synthesis import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from tracker.sound.sounds import Clock, Mixed, Output, Sound, Voice

MAX_PENDING: Final = 16
"""Phrases waiting for the voice, which takes milliseconds for each; the oldest is dropped."""

MAX_PREPARED: Final = 128
"""Phrases to prepare; the library keeps no more."""


@dataclass(frozen=True, slots=True)
class PendingSpeech:
    """A phrase that is not yet synthesised, and when it may begin."""

    speech: Speech
    start_s: float
    latest_s: float


@dataclass(frozen=True, slots=True)
class AudioJob:
    """Work for the player's thread."""

    now_s: float
    """The time. Without a pending phrase, everything offered before it is in the mix."""
    pending: PendingSpeech | None = None
    """A phrase to synthesise at once."""
    prepare: Speech | None = None
    """A phrase to synthesise ahead of time."""
    closing: bool = False
    """Whether the player should end."""


@dataclass(slots=True)
class Stats:
    """What became of the sounds offered."""

    offered: int = 0
    started: int = 0
    stale: int = 0
    """Left out because they were too late."""
    replaced: int = 0
    """Phrases left out in favour of a newer one."""
    crowded: int = 0
    """Dropped because too many were waiting."""
    muted: int = 0
    """Offered while muted."""
    unspeakable: int = 0
    """Phrases without a voice to speak them."""


class AudioQueue:
    """Takes sounds, hands out jobs and blocks of the mix; safe to call from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._condition = threading.Condition()
        # Outside the lock only `Library.synthesize` may be called.
        self._library = Library()
        self._mixer = Mixer()
        self._pending: deque[PendingSpeech] = deque()
        self._to_prepare: deque[Speech] = deque()
        self._closing = False
        self.muted = False
        """Whether sound is off."""
        self._stats = Stats()

    @property
    def now_s(self) -> float:
        """Time on the clock, s."""
        return self._clock.now_ns() / NS_PER_S

    def offer(
        self, sound: Sound, *, start_s: float | None = None, stale_after_s: float | None = None
    ) -> None:
        """Accept a sound to begin at `start_s` on the clock, or now, and return at once.

        If it could only begin later than that by `stale_after_s`, by default `patience_s(sound)`,
        it is left out.
        """
        allowed_s = patience_s(sound) if stale_after_s is None else stale_after_s
        with self._condition:
            self._stats.offered += 1
            if self._closing:
                return
            if self.muted:
                self._stats.muted += 1
                return
            wanted_s = self.now_s if start_s is None else start_s
            samples = self._library.get(sound)
            if samples is not None:
                self._mixer.place(sound, samples, wanted_s, wanted_s + allowed_s)
            elif isinstance(sound, Speech):
                if len(self._pending) >= MAX_PENDING:
                    self._pending.popleft()
                    self._stats.crowded += 1
                self._pending.append(PendingSpeech(sound, wanted_s, wanted_s + allowed_s))
                self._condition.notify()

    def prepare(self, phrases: Iterable[Speech]) -> None:
        """Synthesise phrases ahead, when there is nothing else to do."""
        with self._condition:
            for speech in phrases:
                if len(self._to_prepare) < MAX_PREPARED and self._library.get(speech) is None:
                    self._to_prepare.append(speech)
            self._condition.notify()

    def toggle_mute(self) -> bool:
        """Switch sound off or on, at once; return whether it is now off."""
        with self._condition:
            self.muted = not self.muted
            if self.muted:
                self._mixer.hush(self.now_s)
                self._stats.muted += len(self._pending)
                self._pending.clear()
            return self.muted

    def withdraw(self, *sounds: Sound) -> None:
        """Drop those of these sounds that have not begun, such as beats of a finished phase."""
        with self._condition:
            self._mixer.withdraw(self.now_s, sounds)
            kept = [each for each in self._pending if each.speech not in sounds]
            self._pending = deque(kept)

    def end(self) -> None:
        """Accept no more sounds, and let the thread end."""
        with self._condition:
            self._closing = True
            self._to_prepare.clear()
            self._condition.notify()

    def next_job(self, wait_s: float) -> AudioJob:
        """Return the next job, waiting for it for up to `wait_s`."""
        with self._condition:
            if not (self._pending or self._to_prepare or self._closing):
                self._condition.wait(wait_s)
            # All under one lock, so that anything offered later has a later time.
            now_s = self.now_s
            while self._pending:
                pending = self._pending.popleft()
                if not self._place(pending):
                    return AudioJob(now_s, pending=pending)
            while self._to_prepare:
                speech = self._to_prepare.popleft()
                if self._library.get(speech) is None:
                    return AudioJob(now_s, prepare=speech)
            return AudioJob(now_s, closing=self._closing)

    def add(self, speech: Speech, samples: NDArray[np.float32]) -> None:
        """Add a synthesised phrase to the library."""
        with self._condition:
            self._library.keep(speech, samples)

    def resume(self, pending: PendingSpeech) -> None:
        """Put a phrase into the mix, if it could be synthesised."""
        with self._condition:
            if self.muted:
                self._stats.muted += 1
            elif not self._place(pending):
                self._stats.unspeakable += 1

    def render(self, frames: int, at_s: float) -> Mixed:
        """Return the next block of the mix."""
        with self._condition:
            mixed = self._mixer.mix(frames, at_s)
            self._stats.started += len(mixed.started)
            return mixed

    def is_idle(self) -> bool:
        """Whether nothing is sounding or waiting."""
        with self._condition:
            return self._mixer.is_idle and not self._pending

    def stats(self) -> Stats:
        """Return what became of the sounds so far."""
        with self._condition:
            stale, replaced = self._mixer.stale, self._mixer.replaced
            crowded = self._stats.crowded + self._mixer.crowded
            return replace(self._stats, stale=stale, replaced=replaced, crowded=crowded)

    def _place(self, pending: PendingSpeech) -> bool:
        samples = self._library.get(pending.speech)
        if samples is None:
            return False
        self._mixer.place(pending.speech, samples, pending.start_s, pending.latest_s)
        return True


TICK_S: Final = 0.05
"""Longest time between two checks of the output."""

RETRY_S: Final = 5.0
"""Time between attempts to reopen a lost device: headphones take some seconds to come back."""

CLOSING_LIMIT_S: Final = 4.0
"""Longest wait for the last sounds and the device; the end-of-set signal lasts 0.6 s."""


class Player(AudioQueue):
    """Plays the sounds of its queue at their times.

    Output and voice are opened in the player's thread, the output again after a device was lost.
    """

    def __init__(
        self,
        open_output: Callable[[], Output],
        open_voice: Callable[[], Voice],
        clock: Clock,
    ) -> None:
        super().__init__(clock)
        self._open_output = open_output
        self._open_voice = open_voice
        self._ready = threading.Event()
        self.output_name = ""
        """Where the sound goes; empty until it is open."""
        self.output_error: SoundError | None = None
        """Why nothing can be heard; None if all is well."""
        self.voice_error: SoundError | None = None
        """Why nothing is spoken; None if all is well."""
        self._voice: Voice | None = None
        self._retry_s = 0.0
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    def wait_ready(self, limit_s: float) -> bool:
        """Wait until output and voice have opened or failed; return False on a timeout."""
        return self._ready.wait(limit_s)

    def close(self) -> None:
        """Let the last sounds end and close the output; give up on a device that hangs."""
        self.end()
        self._thread.join(CLOSING_LIMIT_S)

    def _run(self) -> None:
        output = self._opened()
        try:
            self._voice = self._open_voice()
        except SoundError as error:
            self.voice_error = error
        self._ready.set()
        while True:
            job = self.next_job(TICK_S)
            if job.pending is not None:
                self._synthesize(job.pending.speech)
                self.resume(job.pending)
            elif job.prepare is not None:
                self._synthesize(job.prepare)
            elif output is None:
                if job.closing:
                    return
                # Only an output that was open before is tried again.
                if self.output_name and job.now_s >= self._retry_s:
                    output = self._opened()
            else:
                output = self._kept_up(output, job.now_s)
                if job.closing:
                    break
        if output is not None:
            try:
                output.finish(self.is_idle)
            except SoundError as error:
                self.output_error = error
            output.close()

    def _opened(self) -> Output | None:
        """Open and start the output; on failure keep the reason and return None."""
        self._retry_s = self.now_s + RETRY_S
        output: Output | None = None
        try:
            output = self._open_output()
            output.start(self.render, self.now_s)
        except SoundError as error:
            self.output_error = error
            if output is not None:
                output.close()
            return None
        self.output_error = None
        self.output_name = output.name
        return output

    def _kept_up(self, output: Output, now_s: float) -> Output | None:
        try:
            output.keep_up(now_s)
        except SoundError as error:
            self.output_error = error
            self._retry_s = now_s + RETRY_S
            output.close()
            return None
        return output

    def _synthesize(self, speech: Speech) -> None:
        """Add a phrase to the library, if there is a voice that can speak it."""
        if self._voice is None:
            return
        try:
            samples = self._library.synthesize(speech, self._voice)
        except SoundError as error:
            self.voice_error = error
            return
        self.add(speech, samples)
