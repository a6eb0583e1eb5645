from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.stand_in import BROKEN, COMMAND
from tracker.web.host import PRELUDE, Browser, SessionHost, notice_after
from tracker.web.process import Ending, Size

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

LONG_S = 3600.0
SIZE = Size(80, 24)


class Phone:
    """A browser and what it was sent."""

    def __init__(self, visitor: str) -> None:
        self.drawn = b""
        self.notice: dict[str, Any] | None = None
        self.kinds: set[str] = set()
        self._changed = asyncio.Event()
        socket: Any = self
        self.browser = Browser(visitor, socket)
        self.pumping = asyncio.ensure_future(self.browser.pump())

    async def send_bytes(self, data: bytes) -> None:
        self.drawn += data
        self._changed.set()

    async def send_str(self, data: str) -> None:
        kind, words = json.loads(data)
        self.kinds.add(kind)
        self._changed.set()
        if kind == "closed":
            self.notice = words

    async def close(self, *, code: int) -> bool:
        return True

    async def until(self, text: bytes) -> None:
        while text not in self.drawn:
            self._changed.clear()
            await self._changed.wait()

    async def heard(self, kind: str) -> None:
        while kind not in self.kinds:
            self._changed.clear()
            await self._changed.wait()

    async def parted(self) -> dict[str, Any]:
        await self.pumping
        assert self.notice is not None
        return self.notice

    def pid(self) -> bytes:
        found = re.search(rb"pid (\d+) ", self.drawn)
        assert found is not None
        return found[1]


@asynccontextmanager
async def showing(
    command: Sequence[str] = COMMAND, unseen_s: float = LONG_S, said: list[str] | None = None
) -> AsyncIterator[SessionHost]:
    say = (said if said is not None else []).append
    made = SessionHost(command, unseen_s=unseen_s, report=say)
    try:
        yield made
    finally:
        await made.close()


async def test_the_first_visit_begins_the_training() -> None:
    async with showing() as shown:
        phone = Phone("phone")
        assert await shown.attach(phone.browser, Size(61, 17), take=False)
        await phone.until(b" 61 17|")


async def test_a_phone_that_comes_back_finds_its_training() -> None:
    said: list[str] = []
    async with showing(said=said) as shown:
        phone = Phone("phone")
        await shown.attach(phone.browser, SIZE, take=False)
        await phone.until(b"pid")
        shown.leave(phone.browser)
        assert any("the training goes on" in line for line in said)
        again = Phone("phone")
        assert await shown.attach(again.browser, Size(48, 30), take=False)
        await again.until(b'"width": 48, "height": 30')
        assert again.drawn.startswith(PRELUDE)
        training = shown.controlled_by(again.browser)
        assert training is not None
        training.type("still here")
        await again.until(b"still here")


async def test_it_does_so_before_its_old_connection_is_known_to_be_dead() -> None:
    async with showing() as shown:
        phone, again = Phone("phone"), Phone("phone")
        await shown.attach(phone.browser, SIZE, take=False)
        assert await shown.attach(again.browser, SIZE, take=False)
        assert (await phone.parted())["take"]
        # The old one goes away at last, and nothing happens.
        shown.leave(phone.browser)
        assert shown.controlled_by(phone.browser) is None
        assert shown.controlled_by(again.browser) is not None


async def test_another_browser_is_told_and_starts_no_second_training() -> None:
    async with showing() as shown:
        phone, tablet = Phone("phone"), Phone("tablet")
        await shown.attach(phone.browser, SIZE, take=False)
        assert not await shown.attach(tablet.browser, SIZE, take=False)
        notice = await tablet.parted()
        assert "on another screen" in notice["title"]
        assert notice["take"]
        assert shown.controlled_by(tablet.browser) is None
        assert shown.controlled_by(phone.browser) is not None


async def test_another_browser_may_take_the_screen() -> None:
    async with showing() as shown:
        phone, tablet = Phone("phone"), Phone("tablet")
        await shown.attach(phone.browser, SIZE, take=False)
        await phone.until(b"pid")
        assert await shown.attach(tablet.browser, SIZE, take=True)
        assert "went to another screen" in (await phone.parted())["title"]
        await tablet.until(b'"resize"')


async def test_two_visits_at_once_begin_one_training() -> None:
    async with showing() as shown:
        phone, tablet = Phone("phone"), Phone("tablet")
        first, second = await asyncio.gather(
            shown.attach(phone.browser, SIZE, take=False),
            shown.attach(tablet.browser, SIZE, take=False),
        )
        assert first
        assert not second


async def test_the_end_is_told_with_the_last_words_and_the_next_visit_begins_anew() -> None:
    async with showing() as shown:
        phone = Phone("phone")
        await shown.attach(phone.browser, SIZE, take=False)
        await phone.until(b"pid")
        training = shown.controlled_by(phone.browser)
        assert training is not None
        training.type("q")
        assert await phone.parted() == {
            "title": "The training is over",
            "text": "2 sets, 9 reps",
            "button": "Start another",
            "take": False,
        }
        again = Phone("phone")
        assert await shown.attach(again.browser, SIZE, take=False)
        await again.until(b"pid")
        assert again.pid() != phone.pid()


async def test_a_training_that_nobody_looks_at_ends_and_who_comes_later_is_told() -> None:
    said: list[str] = []
    async with showing(unseen_s=0.0, said=said) as shown:
        phone = Phone("phone")
        await shown.attach(phone.browser, SIZE, take=False)
        await phone.until(b"pid")
        running = shown._running
        shown.leave(phone.browser)
        assert running is not None
        await running
        assert "no browser came back: ending the training" in said
        late = Phone("phone")
        assert not await shown.attach(late.browser, SIZE, take=False)
        assert (await late.parted())["title"] == "The training is over"
        # Told once: then another may begin.
        again = Phone("phone")
        assert await shown.attach(again.browser, SIZE, take=False)


async def test_what_goes_wrong_is_told_in_its_own_words() -> None:
    said: list[str] = []
    async with showing(BROKEN, said=said) as shown:
        phone = Phone("phone")
        await shown.attach(phone.browser, SIZE, take=False)
        notice = await phone.parted()
        assert notice["title"] == "The training ended"
        assert notice["text"] == "tracker: no sensor.\nCharge it."
        assert "looking for a sensor" in said


async def test_closing_ends_the_training_and_turns_away_who_comes() -> None:
    async with showing() as shown:
        phone = Phone("phone")
        await shown.attach(phone.browser, SIZE, take=False)
        await phone.until(b"pid")
        await shown.close()
        assert (await phone.parted())["title"] == "The server has stopped"
        late = Phone("phone")
        assert not await shown.attach(late.browser, SIZE, take=False)
        assert (await late.parted())["title"] == "The server has stopped"


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        (Ending(3, "", "looking\ntracker: gone.\nCharge it."), "tracker: gone.\nCharge it."),
        (Ending(-9, "", "killed"), "killed"),
        (Ending(1, "", ""), ""),
    ],
)
def test_an_error_is_what_the_program_said_last(ending: Ending, text: str) -> None:
    notice = notice_after(ending)
    assert (notice.text, notice.button) == (text, "Try again")


async def test_a_page_begins_the_training_and_hears_of_its_end() -> None:
    async with showing() as shown:
        page = Phone("page")
        assert await shown.attach_page(page.browser, controls=True)
        assert shown.trains
        terminal = Phone("terminal")
        await shown.attach(terminal.browser, SIZE, take=False)
        training = shown.controlled_by(terminal.browser)
        assert training is not None
        training.type("q")
        for each in (page, terminal):
            assert (await each.parted())["title"] == "The training is over"
        assert not shown.trains


async def test_a_training_on_pages_alone_goes_on_without_them_for_a_while() -> None:
    told: list[str] = []
    async with showing(unseen_s=0.0, said=told) as shown:
        first, second = Phone("one"), Phone("two")
        await shown.attach_page(first.browser, controls=True)
        await shown.attach_page(second.browser, controls=True)
        await first.heard("training")
        running = shown._running
        shown.leave(first.browser)
        await asyncio.sleep(0)
        assert not any("the browser is gone" in line for line in told)
        shown.leave(second.browser)
        assert running is not None
        await running
        assert "no browser came back: ending the training" in told
        late = Phone("one")
        assert not await shown.attach_page(late.browser, controls=True)
        assert (await late.parted())["title"] == "The training is over"


async def test_who_only_watches_waits_and_starts_nothing() -> None:
    async with showing() as shown:
        coach = Phone("coach")
        assert await shown.attach_page(coach.browser, controls=False)
        assert not shown.trains
        shown.do(coach.browser, {"do": "finish"})
        await shown.close()
        assert (await coach.parted())["title"] == "The server has stopped"
