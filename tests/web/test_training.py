from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from tests.web.stand_in import BROKEN, COMMAND
from tracker.web.process import (
    FOCUS_AFTER,
    INPUT_BYTES,
    READY,
    Ending,
    Size,
    Training,
    environment,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest


class Shown:
    """What a training draws and says, to be waited for."""

    def __init__(self) -> None:
        self.drawn = b""
        self.lines: list[str] = []
        self._changed = asyncio.Event()

    def paint(self, data: bytes) -> None:
        self.drawn += data
        self._changed.set()

    async def until(self, text: bytes) -> None:
        while text not in self.drawn:
            self._changed.clear()
            await self._changed.wait()


async def begun(command: Sequence[str] = COMMAND) -> tuple[Training, Shown, asyncio.Task[Ending]]:
    training = await Training.begin(command, Size(61, 17))
    shown = Shown()
    return training, shown, asyncio.ensure_future(training.run(shown.paint, shown.lines.append))


async def test_the_screen_begins_with_the_size_of_the_browser() -> None:
    training, shown, running = await begun()
    await shown.until(b" 61 17|")
    await training.end()
    await running


async def test_keys_and_sizes_arrive() -> None:
    training, shown, running = await begun()
    training.type("ä")
    training.resize(Size(80, 24))
    await shown.until("Dä|".encode())
    await shown.until(b'M{"type": "resize", "width": 80, "height": 24}|')
    await training.end()
    await running


async def test_the_app_is_told_that_somebody_looks_but_not_for_ever() -> None:
    training, shown, running = await begun()
    # Each key is answered with a packet.
    for number in range(2 * max(FOCUS_AFTER)):
        training.type(f"{number} ")
    await shown.until(f"D{2 * max(FOCUS_AFTER) - 1} |".encode())
    training.type("last")
    await shown.until(b"Dlast|")
    assert shown.drawn.count(b'M{"type": "focus"}|') == len(FOCUS_AFTER)
    await training.end()
    await running


async def test_a_command_that_ends_by_itself_has_last_words() -> None:
    training, shown, running = await begun()
    training.type("q")
    assert await running == Ending(0, "2 sets, 9 reps", "looking for a sensor")
    assert shown.lines == ["looking for a sensor"]


async def test_an_end_from_outside_is_in_good_order() -> None:
    training, shown, running = await begun()
    await shown.until(b"pid")
    await training.end()
    assert await running == Ending(0, "2 sets, 9 reps", "looking for a sensor")


async def test_a_launcher_in_between_does_not_keep_the_command_from_ending_well() -> None:
    # In a virtual environment, Windows starts Python through one.
    launcher = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
    training, shown, running = await begun((sys.executable, "-c", launcher, *COMMAND))
    await shown.until(b"pid")
    await training.end()
    assert await running == Ending(0, "2 sets, 9 reps", "looking for a sensor")


async def test_ending_what_has_ended_does_nothing() -> None:
    training, _, running = await begun()
    training.type("q")
    await running
    training.type("more")
    await training.end()


async def test_a_command_without_a_screen_says_why() -> None:
    _, shown, running = await begun(BROKEN)
    ending = await running
    assert ending.code == 1
    assert ending.output == "a line before the screen"
    assert ending.errors == "looking for a sensor\ntracker: no sensor.\nCharge it."
    assert shown.drawn == b""


async def test_a_command_that_dies_while_it_draws_has_ended() -> None:
    training, _, running = await begun()
    training.type("!")
    ending = await running
    assert (ending.code, ending.output) == (3, "")
    assert ending.errors.endswith("tracker: it broke.\nMend it.")


async def test_one_that_does_not_listen_is_killed_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tracker.web.process.PATIENCE_S", 0.05)
    deaf = (
        "import time\n"
        "print('__GANGLION__', flush=True)\n"
        "print('D\\0\\0\\0\\1x', end='', flush=True)\n"
        "time.sleep(60)\n"
    )
    training, shown, running = await begun((sys.executable, "-c", deaf))
    await shown.until(b"x")
    await training.end()
    assert (await running).code != 0


async def test_keys_for_a_command_that_reads_none_are_bounded() -> None:
    idle = f"import sys, time; print({READY.decode().strip()!r}, flush=True); time.sleep(60)"
    training, _, running = await begun((sys.executable, "-c", idle))
    for _ in range(100):
        training.type("x" * 10_000)
    transport = training._input.transport
    assert transport.get_write_buffer_size() <= INPUT_BYTES
    await training.end()
    await running


def test_the_environment_makes_textual_draw_to_pipes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setenv("TERM", "dumb")
    made = environment(Size(80, 24))
    assert made["TEXTUAL_DRIVER"] == "textual.drivers.web_driver:WebDriver"
    assert (made["COLUMNS"], made["ROWS"]) == ("80", "24")
    assert made["HOME"] == "/h"
    assert made["TERM"] != "dumb"
