"""Events, and what is due by the plan, as sounds.

Counts, cues and the end of a set are events. Beats, the end of a hold and the end of a rest are
not: they are looked up every few hundredths of a second with the current session time, so that
they also come in a gap of the stream.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Protocol

from tracker.app.snapshot import RunState
from tracker.coach import RULES, Interval, MomentKind, poll
from tracker.domain import (
    Calibrated,
    CalibrationFailed,
    Cue,
    LinkChanged,
    LinkState,
    RepCounted,
    RepsAdjusted,
    SetEnded,
    UserInput,
)
from tracker.language import _
from tracker.sound import Speech, Tone, spoken_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.app.clock import Clock
    from tracker.app.snapshot import SessionSnapshot
    from tracker.coach import LastPoll
    from tracker.domain import Event
    from tracker.sound import Sound

OLD_NEWS_S: Final = 1.0
"""Events older than this, as after a stall or a jump, are shown but not played, s."""

LOOKS_PER_S: Final = 25.0
"""A beat is late by at most 0.04 s plus the delay of the radio."""

_TONES: Final = {
    MomentKind.ACCENT: Tone.ACCENT,
    MomentKind.BEAT: Tone.BEAT,
    MomentKind.HOLD_DONE: Tone.HOLD_DONE,
    MomentKind.REST_OVER: Tone.REST_OVER,
}


class Plays(Protocol):
    """Whatever plays sounds: the computer's player, or a phone."""

    def offer(self, sound: Sound) -> None:
        """Accept a sound to begin now."""

    def withdraw(self, *sounds: Sound) -> None:
        """Drop those of these sounds that have not begun."""

    def prepare(self, phrases: Iterable[Speech]) -> None:
        """Get ready for phrases."""


class AudioFeedback:
    """A sink of a session that plays its sounds."""

    def __init__(self, player: Plays) -> None:
        self._player = player
        # Phrases without a number are known ahead; prepared, they begin without delay.
        rules = RULES.values()
        phrases = (
            each for rule in rules for each in (*rule.texts, rule.plain, rule.strong, rule.praise)
        )
        self._player.prepare(Speech(text) for text in phrases if text and "{" not in text)
        # Not a SessionState: this may be added in the middle of a set.
        self._adjusted: Counter[int] = Counter()
        self._last_poll: LastPoll | None = None
        self._link = LinkState.STREAMING

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        """Play events, unless they are old."""
        for event in events:
            is_news = newest_s is None or newest_s - event.at_s <= OLD_NEWS_S
            if is_news or not isinstance(event, RepCounted | Cue):
                for sound in self._sounds(event):
                    self._player.offer(sound)

    def _sounds(self, event: Event) -> Iterator[Sound]:
        match event:
            case RepCounted(set_index=set_index, index=index):
                yield Tone.LOCKOUT
                yield spoken_count(max(0, index + self._adjusted[set_index]))
            case UserInput(entry=RepsAdjusted(set_index=set_index, by=by)):
                self._adjusted[set_index] += by
            case Cue(text=text):
                yield Speech(text)
            case SetEnded(reps=reps) if reps > 0:
                yield Tone.SET_END
            case Calibrated():
                yield Tone.HOLD_DONE
            case CalibrationFailed():
                yield Speech(_("Lockout not calibrated."))
            case LinkChanged(state=state, device=0):
                if state in _DOWN and self._link not in _DOWN:
                    yield Tone.LINK_LOST
                self._link = state
            case _:
                pass

    async def run(self, snapshot: Callable[[], SessionSnapshot], clock: Clock) -> None:
        """Play what becomes due, until cancelled."""
        while True:
            self.update_from(snapshot())
            await clock.sleep(1.0 / LOOKS_PER_S)

    def update_from(self, snapshot: SessionSnapshot) -> None:
        """Play what has become due since the last call."""
        now_s = reached_s(snapshot)
        if now_s is None:
            self._last_poll = None
            return
        current = snapshot.current_set
        plan = snapshot.plan if current is None else current.plan
        interval = interval_of(snapshot)
        if self._last_poll is not None and self._last_poll.interval != interval:
            # A phase that ended early has no more beats, not even those already queued.
            self._player.withdraw(Tone.BEAT, Tone.ACCENT)
        due, self._last_poll = poll(self._last_poll, interval, now_s, plan)
        for moment in due:
            if now_s - moment.at_s <= OLD_NEWS_S:
                self._player.offer(_TONES[moment.kind])


_DOWN: Final = frozenset({LinkState.WAITING, LinkState.STALLED, LinkState.LOST, LinkState.GONE})


def interval_of(snapshot: SessionSnapshot) -> Interval | None:
    """Return the current phase, or rest; None before the first set."""
    if snapshot.phase is not None and snapshot.phase_started_s is not None:
        return Interval(snapshot.phase, snapshot.phase_started_s)
    last = snapshot.current_set
    if last is None or not last.ended:
        return None
    return Interval(None, last.end_s)


def reached_s(snapshot: SessionSnapshot) -> float | None:
    """Return the current session time, s: that of the newest sample plus what has passed since.

    None while nothing may be played: before the start, after the end, and in a playback that is
    paused or seeking.
    """
    if snapshot.state is not RunState.RUNNING or snapshot.position_s is None:
        return None
    playback = snapshot.playback
    if playback is not None and (playback.paused or playback.seeking):
        return None
    # The hold is over although the phase goes on: its goal can no longer be reached.
    lowering_s = snapshot.lowering_since_s
    if lowering_s is not None:
        return lowering_s
    if playback is None:
        return snapshot.position_s + (snapshot.sample_age_s or 0.0)
    return snapshot.position_s
