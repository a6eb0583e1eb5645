"""The whole way on the screen: from the list of sensors through the set-up to the summary."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tracker.cli.interruption import interruption, soon
from tracker.runtime.paths import tracker_paths
from tracker.runtime.studio import Preset, Simulated, Studio
from tracker.tui import TrackerApp

if TYPE_CHECKING:
    from tracker.cli.sounds import SoundWish
    from tracker.domain import Plan


def train_from_the_list(
    simulated: Simulated, exercise: str | None, plan: Plan | None, sound: SoundWish
) -> None:
    """Show the list of sensors, and train from there until the wearer quits.

    Parameters
    ----------
    simulated
        How the simulated lifter trains.
    exercise
        Stands in the set-up at first; None for the one that was trained last.
    plan
        Stands in the set-up at first; None for the last one of the exercise.
    sound
        Whether it is heard, and where.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, when everything is closed.
    TrackerError
        If what was chosen cannot be read, or the last training could not be kept to its end.
    """
    studio = Studio(tracker_paths(), simulated=simulated, preset=Preset(exercise, plan))
    # A configuration that cannot be read is told here, where it can be read.
    muted = not (studio.config.training.sound or sound.beside_lines)

    async def run() -> None:
        app = TrackerApp(studio=studio, open_sound=sound.opener(), muted=muted)
        with interrupted.ending(lambda: soon(app.leave)):
            await app.run_async()
        if app.last_words is not None:
            raise app.last_words

    with interruption() as interrupted:
        asyncio.run(run())
