"""Takes the picture in the README: the real app on the simulated session, in the second set.

Run by `make snapshots`. The session is simulated and says so on the screen.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tracker.engine import build_engine
from tracker.recording import ReplaySource
from tracker.runtime.clock import SYSTEM_CLOCK
from tracker.runtime.playback import Playback
from tracker.sim import demo_plan, simulate
from tracker.tui import TrackerApp

SEED = 1
AT_S = 56.5
"""In the lockout of the second set's fourth rep."""

PICTURE = Path(__file__).with_name("train.svg")


async def take() -> None:
    """Go to the moment, let it run on for an instant, and save what is on the screen."""
    session = simulate(demo_plan(SEED), SEED)
    playback = Playback(
        session.info,
        lambda: ReplaySource(session.info, session.notifications, SYSTEM_CLOCK),
        lambda: build_engine(session.info),
        end_s=session.truth.duration_s,
    )
    app = TrackerApp(playback)
    async with app.run_test(size=(110, 34)) as pilot:
        playback.seek(AT_S)
        while (playback.snapshot().position_s or 0.0) < AT_S:
            await pilot.pause(0.05)
        await pilot.pause(0.2)
        PICTURE.write_text(app.export_screenshot(title="tracker demo"), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(take())
