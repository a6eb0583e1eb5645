"""Every sound that a training makes, one after the other, with what each means.

`tracker doctor --sound` plays them, and `--sound-to` writes them to a file.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.language import _, decimal
from tracker.sound import Speech, Tone, duration_s, open_player, spoken_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.sound import Player, Sound

PAUSE_S: Final = 0.6
"""Silence between two sounds, s."""

PHRASE_S: Final = 0.8
"""Longer than any spoken sound here, s."""

_COUNT: Final = spoken_count(3)

PROGRAMME: Final[tuple[tuple[Sound, str], ...]] = (
    (Tone.LOCKOUT, _("lockout reached")),
    (Tone.HOLD_DONE, _("held long enough")),
    (Tone.ACCENT, _("tempo, first beat of a phase")),
    (Tone.BEAT, _("tempo, every other beat")),
    (Tone.SET_END, _("end of a set")),
    (Tone.REST_OVER, _("rest is over")),
    (Tone.LINK_LOST, _("the connection to the sensor is lost")),
    (_COUNT, _('a count, spoken: "{count}"').format(count=_COUNT.text)),
)
"""Every sound, and what it means."""


@dataclass(frozen=True, slots=True)
class Part:
    """A sound of the programme."""

    at_s: float
    """Start, from the beginning of the programme, s."""
    sound: Sound
    meaning: str
    next_s: float
    """From its start to that of the next one, s."""


def parts() -> Iterator[Part]:
    """Yield the programme with its times."""
    at_s = 0.0
    for sound, meaning in PROGRAMME:
        lasts_s = PHRASE_S if isinstance(sound, Speech) else duration_s(sound)
        yield Part(at_s, sound, meaning, lasts_s + PAUSE_S)
        at_s += lasts_s + PAUSE_S


def play(
    player: Player, say: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
) -> None:
    """Play the programme, and say what each sound means when it starts."""
    for part in parts():
        player.offer(part.sound)
        say(part.meaning)
        sleep(part.next_s)


def write(path: Path, say: Callable[[str], None]) -> str | None:
    """Write the programme to a WAV file without waiting, and say when each sound starts.

    Returns what is missing from the file and why, or None.
    """
    opened = open_player(_StoppedClock(), wav=path)
    for part in parts():
        opened.player.offer(part.sound, start_s=part.at_s)
        say(f"{decimal(part.at_s, 2):>6} s  {part.meaning}")
    opened.player.close()
    if opened.player.output_error is not None:
        raise opened.player.output_error
    return opened.complaint


class _StoppedClock:
    """A clock that stays at zero: sounds are placed in the file by their start times."""

    def now_ns(self) -> int:
        return 0
