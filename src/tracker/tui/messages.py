"""What happens once and must not be missed; what merely changes is sampled from the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tracker.domain import Event


@dataclass
class EventPosted(Message, bubble=False):
    """The engine said something."""

    event: Event
