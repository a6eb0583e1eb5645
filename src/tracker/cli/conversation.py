"""Lines that are said and lines that are typed, for whoever hears the screen or has none.

Everything said is one short sentence to a line, and a question says what can be answered. Lines
that are typed are read in a thread: between two questions, a training goes on.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from tracker.cli.terminal import LinePrinter, print_text, yes_or_no
from tracker.domain import InputError, TrackerError
from tracker.domain.units import decimal_number
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Answer = TypeVar("Answer")


class EndOfLinesError(TrackerError):
    """Nobody types any more: the terminal or the pipe was closed, or Ctrl-C was pressed."""


class Conversation:
    """Says lines and waits for answers; to be made inside the running event loop."""

    def __init__(
        self,
        read: Callable[[], str] = lambda: sys.stdin.readline(),
        write: Callable[[str], object] = print_text,
    ) -> None:
        self._write = write
        self._read_line = read
        self._printer = LinePrinter()
        self._loop = asyncio.get_running_loop()
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        # Not to be waited for: it may be reading a terminal at which nobody sits.
        threading.Thread(target=self._read, name="typed", daemon=True).start()

    def _read(self) -> None:
        while line := self._read_line():
            self._give(line.strip())
        self._give(None)

    def _give(self, line: str | None) -> None:
        # The loop may have ended by now.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._typed.put_nowait, line)

    def end(self) -> None:
        """End every question, as if the terminal had been closed."""
        self._typed.put_nowait(None)

    def close(self) -> bool:
        """Wait a moment until all is said; return whether the terminal took it."""
        return self._printer.close()

    def say(self, *lines: str) -> None:
        """Say lines, without waiting for the terminal."""
        for line in lines:
            for part in line.splitlines():
                self._printer.put(self._write, heard(part))

    async def typed(self) -> str:
        """Wait for a line; raises `EndOfLinesError` when no more will come."""
        line = await self._typed.get()
        if line is None:
            # Whoever asks next is to hear it as well.
            self._typed.put_nowait(None)
            raise EndOfLinesError(_("Nothing more can be typed."))
        return line

    async def ask(self, question: str, read: Callable[[str], Answer]) -> Answer:
        """Ask until `read` makes sense of an answer; it gets an empty text for enter alone."""
        while True:
            self.say(question)
            try:
                return read(await self.typed())
            except EndOfLinesError:
                raise
            except (TrackerError, ValueError) as error:
                self.say(problem_of(error))

    async def choose(self, question: str, titles: Sequence[str], taken: int = 0) -> int:
        """Ask for one of several by its number; enter takes the one at `taken`."""
        for number, title in enumerate(titles, start=1):
            self.say(f"{number}: {title}.")
        return await self.ask(
            _("{question} Type a number from 1 to {most}, or enter for {title}.").format(
                question=question, most=len(titles), title=titles[taken]
            ),
            partial(_place, amount=len(titles), taken=taken),
        )

    async def agree(self, question: str) -> bool:
        """Ask for yes or no; enter alone is no."""
        return await self.ask(
            _("{question} Type y for yes, or enter for no.").format(question=question), _yes
        )


_SIGNS: Final = {
    " · ": ", ",
    # Translators: these are said in place of a sign; " sets of " as in 3 × 12 reps, " times " as
    # in 2× a remark, " to " as in 10 → 12.
    " × ": _(" sets of "),
    "× ": _(" times "),
    "→": _(" to "),
    "★ ": _("Record: "),
    "• ": "",
    "! ": "",
    "±": _("plus or minus"),
}
"""What a screen reader skips or spells out, in words."""


def heard(line: str) -> str:
    """Return a line that was written for the eye as a sentence for the ear."""
    for sign, words in _SIGNS.items():
        line = line.replace(sign, words)
    line = f"{line[:1].upper()}{line[1:]}"
    return f"{line}." if line and line[-1].isalnum() and not line.isdecimal() else line


def problem_of(error: Exception) -> str:
    """Return what is wrong with an answer, as a sentence."""
    text = error.problem if isinstance(error, InputError) else str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _place(text: str, amount: int, taken: int) -> int:
    if not text:
        return taken
    if not text.isdecimal() or not 1 <= int(text) <= amount:
        raise ValueError(
            _("expected a number from 1 to {most}, got {given!r}").format(most=amount, given=text)
        )
    return int(text) - 1


def _yes(text: str) -> bool:
    answer = yes_or_no(text) if text else False
    if answer is not None:
        return answer
    raise ValueError(_("expected y or n, got {given!r}").format(given=text))


def number_or(text: str, least: float, most: float, *, whole: bool = False) -> float | None:
    """Return a typed number within limits; None for enter alone."""
    if not text:
        return None
    wanted = _("expected a number from {least:g} to {most:g}, got {given!r}")
    if whole:
        wanted = _("expected a whole number from {least:g} to {most:g}, got {given!r}")
    wanted = wanted.format(least=least, most=most, given=text)
    try:
        number = decimal_number(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not least <= number <= most or (whole and number != int(number)):
        raise ValueError(wanted)
    return number


def whole_or(text: str, least: int, most: int) -> int | None:
    """Return a typed whole number within limits; None for enter alone."""
    number = number_or(text, least, most, whole=True)
    return None if number is None else int(number)
