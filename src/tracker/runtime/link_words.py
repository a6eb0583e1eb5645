"""What is worth a line about the links and batteries of the sensors: trouble, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.domain import LOW_BATTERY_PERCENT, BatteryRead, LinkChanged, LinkState
from tracker.runtime.wording import clock_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.domain import Event

_TROUBLE: Final = {
    LinkState.STALLED: "sends nothing",
    LinkState.LOST: "lost",
    LinkState.GONE: "gone for a minute, still searching",
}


class LinkWords:
    """Says a trouble when it begins and when it ends, and a low battery once for each sensor."""

    def __init__(self) -> None:
        self._troubled: set[int] = set()
        self._low: set[int] = set()

    def line(self, event: LinkChanged | BatteryRead) -> str | None:
        """Return the line for an event, or None if it is no news."""
        if isinstance(event, BatteryRead):
            return self._battery(event)
        name = _name(event.device)
        reason = f": {event.detail}" if event.detail else ""
        match event.state:
            case LinkState.STREAMING if event.device in self._troubled:
                self._troubled.discard(event.device)
                return f"{name} back at {clock_time(event.at_s)}"
            case LinkState.STALLED | LinkState.LOST | LinkState.GONE:
                self._troubled.add(event.device)
                return f"! {name} {_TROUBLE[event.state]} at {clock_time(event.at_s)}{reason}"
            case LinkState.RECONNECTING if event.detail:
                return f"! {name} not reached: {event.detail}"
            case _:
                return None

    def _battery(self, event: BatteryRead) -> str | None:
        if event.percent >= LOW_BATTERY_PERCENT or event.device in self._low:
            return None
        self._low.add(event.device)
        return f"! battery of the {_name(event.device)} at {event.percent} %: charge it soon"


class LinkLines:
    """Writes these lines, for who wants nothing else."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._words = LinkWords()

    def accept(self, events: Sequence[Event], newest_s: float) -> None:
        """Take what the engine said."""
        for event in events:
            if isinstance(event, LinkChanged | BatteryRead):
                line = self._words.line(event)
                if line is not None:
                    self._write(line)


def _name(device: int) -> str:
    return "sensor" if device == 0 else "second sensor"
