"""Every sound one after the other, to be heard or as a file."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.sound import Sound, Speech, Tone, duration_s, open_player

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.sound import Player

PAUSE_S: Final = 0.6
"""Between the end of one and the next."""

PHRASE_S: Final = 0.8
"""What there is to hear is said in less."""

PROGRAMME: Final[tuple[tuple[Sound, str], ...]] = (
    (Tone.LOCKOUT, "lockout reached"),
    (Tone.HOLD_DONE, "held long enough"),
    (Tone.ACCENT, "tempo, first beat of a phase"),
    (Tone.BEAT, "tempo, every other beat"),
    (Tone.SET_END, "end of a set"),
    (Tone.REST_OVER, "rest is over"),
    (Tone.LINK_LOST, "the sensor is not heard any more"),
    (Speech("three"), 'a count, spoken: "three"'),
)
"""What is played, and what it means."""


@dataclass(frozen=True, slots=True)
class Part:
    """A sound of the programme."""

    at_s: float
    """When it begins, from the start."""
    sound: Sound
    """Which it is."""
    meaning: str
    """What it tells."""
    next_s: float
    """From its beginning to that of the next one."""


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
    """Play the programme, and say of each sound what it means when it begins."""
    for part in parts():
        player.offer(part.sound)
        say(part.meaning)
        sleep(part.next_s)


def write(path: Path, say: Callable[[str], None]) -> str | None:
    """Write the programme to a WAV file, without waiting, and say where which sound is.

    Returns
    -------
    str or None
        What is not in it and why.

    Raises
    ------
    SoundError
        If the file cannot be written.
    """
    opened = open_player(_Standstill(), wav=path)
    for part in parts():
        opened.player.offer(part.sound, start_s=part.at_s)
        say(f"{part.at_s:6.2f} s  {part.meaning}")
    opened.player.close()
    if opened.player.output_error is not None:
        raise opened.player.output_error
    return opened.complaint


class _Standstill:
    """A clock that stands at zero: the file is written by the times of its sounds."""

    def now_ns(self) -> int:
        return 0
