"""A sensor's start and stop as data: steps that the radio room runs and a test can read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; its value travels on as a notification, for decoder and recording."""

    channel: str
    """UUID in lower case, as in every step."""


@dataclass(frozen=True, slots=True)
class Write:
    """Write a value to a characteristic."""

    channel: str
    data: bytes
    with_response: bool = True
    """Whether the sensor acknowledges the write before the next step runs."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Switch a characteristic's notifications on."""

    channel: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Switch a characteristic's notifications off."""

    channel: str


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait for a notification that starts with `prefix`."""

    channel: str
    prefix: bytes
    timeout_s: float
    """After this long without it the script has failed, s."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Let the sensor take its time."""

    duration_s: float
    """How long, s."""


Step = Read | Write | Subscribe | Unsubscribe | Expect | Pause
"""One step of a script."""
