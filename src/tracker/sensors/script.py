"""A sensor's start and stop as data: steps that the radio room runs and a test can read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; the value travels on as a notification, so the decoder and the recording see it."""

    channel: str


@dataclass(frozen=True, slots=True)
class Write:
    """Write a value to a characteristic."""

    channel: str
    data: bytes
    with_response: bool = True


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


@dataclass(frozen=True, slots=True)
class Pause:
    """Let the sensor take its time."""

    duration_s: float


Step = Read | Write | Subscribe | Unsubscribe | Expect | Pause
"""One step of a script."""
