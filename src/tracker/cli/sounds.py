"""Whether a command is heard, and where: the default device, the terminal's bell, or a file."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tracker.runtime.session import Session
    from tracker.sound import Opened


@dataclass(frozen=True, slots=True)
class SoundWish:
    """What was said about sound."""

    on: bool | None = None
    """Whether it is to be heard; None is as usual: on the screen, and not beside lines."""
    file: Path | None = None
    """Write it to this WAV file instead of playing it."""

    @property
    def beside_lines(self) -> bool:
        """Whether it is to be heard where there is no screen."""
        return self.on is True or self.file is not None

    def opener(self) -> Callable[[Callable[[], object]], Opened] | None:
        """Return what opens the player for the screen; None if there is to be no sound."""
        if self.on is False and self.file is None:
            return None

        def opened(ring: Callable[[], object]) -> Opened:
            # NumPy and the device's library cost 0.1 s.
            from tracker.runtime.clock import SYSTEM_CLOCK
            from tracker.sound import open_player

            return open_player(SYSTEM_CLOCK, wav=self.file, ring=lambda: _ignored(ring()))

        return opened


USUAL: Final = SoundWish()
"""Nothing was said about sound."""


def _ignored(_result: object) -> None:
    """Take a result that nobody wants."""


def sound_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options about sound; the command is given them together, as `sound`."""

    @click.option(
        "--sound/--no-sound",
        "sound_on",
        default=None,
        help="Hear counts, beats and cues.  [default: on the screen, as chosen in the set-up]",
    )
    @click.option(
        "--sound-to",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE.wav",
        help="Write what would be heard to a file, which is replaced.",
    )
    @wraps(command)
    def with_sound(
        *args: object, sound_on: bool | None, sound_to: Path | None, **options: object
    ) -> object:
        return command(*args, sound=SoundWish(sound_on, sound_to), **options)

    return with_sound


@asynccontextmanager
async def heard_beside_lines(wish: SoundWish, session: Session) -> AsyncGenerator[None]:
    """Let a session be heard that is shown as lines, if that was wished for."""
    if not wish.beside_lines:
        yield
        return
    from tracker.runtime.clock import SYSTEM_CLOCK
    from tracker.runtime.sounding import Sounding
    from tracker.sound import open_player

    opened = await asyncio.to_thread(open_player, SYSTEM_CLOCK, wav=wish.file)
    if opened.complaint is not None:
        click.echo(opened.complaint, err=True)
    sounding = Sounding(opened.player)
    session.add_sink(sounding)
    looking = asyncio.ensure_future(sounding.run(session.snapshot, SYSTEM_CLOCK))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
        # It plays its last sounds first, in 4 s at most.
        await asyncio.to_thread(opened.player.close)
