"""What the radio side saw, in order, for a test on another thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Act(Enum):
    """What a host can do to a radio and to the peripherals behind it."""

    SCAN = "scan"
    SCAN_END = "scan_end"
    CONNECT = "connect"
    """A connection was asked for; whether it came about is `LINK`."""
    LINK = "link"
    DISCONNECT = "disconnect"
    """The host asked for the end of a link."""
    LINK_END = "link_end"
    """A link ended, whoever ended it."""
    READ = "read"
    WRITE = "write"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was seen."""

    act: Act
    """What."""
    address: str = ""
    """Of which peripheral; empty where it is the adapter's."""
    channel: str = ""
    """UUID of the characteristic, where there is one."""
    data: bytes = b""
    """What was written, or what was read."""


class Journal:
    """Entries that one thread writes and another waits for."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._changed = threading.Condition()

    def add(self, entry: Entry) -> None:
        """Take note."""
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()

    def entries(self, act: Act | None = None) -> tuple[Entry, ...]:
        """Return everything so far, or everything of one kind."""
        with self._changed:
            return tuple(each for each in self._entries if act is None or each.act is act)

    def wait_for(
        self,
        wanted: Callable[[Entry], bool],
        *,
        times: int = 1,
        timeout_s: float = 60.0,
    ) -> None:
        """Return once so many entries are as wanted, counted from the beginning.

        Raises
        ------
        TimeoutError
            If they do not come; the message says what did.
        """

        def enough() -> bool:
            return sum(wanted(each) for each in self._entries) >= times

        with self._changed:
            if not self._changed.wait_for(enough, timeout_s):
                seen = "\n".join(str(each) for each in self._entries)
                raise TimeoutError(f"not seen {times} times in {timeout_s} s; seen:\n{seen}")
