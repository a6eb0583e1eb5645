"""Events as messages of Open Sound Control, for music, light and video programs."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pythonosc.udp_client import SimpleUDPClient

from tracker.domain import (
    Cue,
    LoweringStarted,
    PhaseStarted,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
)
from tracker.domain.foreign_text import json_text
from tracker.export import event_object
from tracker.outlets.delivery import Emitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.domain import Event
    from tracker.outlets.delivery import Waiting

    Argument = str | float | int | bool | None

ADDRESS: Final = "/tracker"
"""Every address begins with it."""


@dataclass(frozen=True, slots=True)
class OscOutlet:
    """Sends each event as one or two datagrams, which nobody has to receive."""

    host: str
    port: int
    wants_bytes: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return f"osc://{self.host}:{self.port}"

    def run(self, waiting: Waiting, tell: Callable[[str], object]) -> None:
        """Send what waits."""
        with closing(SimpleUDPClient(self.host, self.port)) as client:
            for item in waiting:
                if not isinstance(item, Emitted):
                    continue
                told = event_object(item.event, item.emitted_s)
                arguments = arguments_of(item.event)
                if arguments is not None:
                    client.send_message(f"{ADDRESS}/{told['event']}", arguments)
                client.send_message(f"{ADDRESS}/event", json_text(told))


def arguments_of(event: Event) -> list[Argument] | None:
    """Return the arguments of the message of an event's own; None if it has none.

    Unknown values are nil. `docs/live.md` has a row for each.
    """
    match event:
        case SetStarted(set_index=number, at_s=at_s):
            return [number, at_s]
        case PhaseStarted(set_index=number, phase=phase, at_s=at_s):
            return [number, phase.value, at_s]
        case RepCounted(set_index=number, index=index, at_s=at_s):
            return [number, index, at_s]
        case LoweringStarted(set_index=number, index=index, at_s=at_s):
            return [number, index, at_s]
        case RepCompleted(set_index=number, rep=rep):
            times_s = (rep.concentric_s, rep.lockout_s, rep.eccentric_s)
            return [number, rep.index, *times_s, rep.rom_deg, rep.mean_velocity_mps]
        case RepRevised(set_index=number, index=index, rep=rep):
            return [number, index, rep is not None]
        case SetEnded(set_index=number, reps=reps, count_confidence=sure):
            return [number, reps, sure]
        case Cue(kind=kind, text=text, strong=strong):
            return [kind.value, text, strong]
        case _:
            return None
