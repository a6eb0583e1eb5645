"""A sensor's start and stop as data: steps that the radio room runs and a test can read.

How a script runs
-----------------
The runner takes the steps in order and knows no family. Whatever comes from the sensor while it
does (values that were read, notifications, indications) is handed on to recording and decoder, and
is also *heard*: kept in order for `Expect` and `Decide`, the newest `MOST_HEARD` of them, from the
first step of this script to its last.

- A step fails if the sensor has no such characteristic, if the link refuses, or if an `Expect`
  runs out of time. A failed step ends a start script with a `SensorError`, but for an `Attempt`.
- In a stop script a failed step is passed over: the next one may still save the battery.
- Steps inside a step run at its place, as if they were written there.
- `Decide` is a pure function of what was heard. It may raise a `SensorError` in words for people,
  which ends the script with that message, inside an `Attempt` too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tracker.domain import Notification

MOST_HEARD: Final = 1024
"""What a runner keeps for a script's decisions: 5 s of a sensor that sends 200 times a second."""

Heard = Sequence[Notification]
"""What came since the script began, oldest first."""


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
    """Switch a characteristic's notifications, or its indications, on."""

    channel: str


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Switch a characteristic's notifications off."""

    channel: str


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait for a notification that starts with `prefix`.

    One that came since the last `Read`, `Write` or `Subscribe` began counts as well: an answer may
    be quicker than the acknowledgement of its question.
    """

    channel: str
    prefix: bytes
    timeout_s: float
    """After this long without it the step has failed, s."""
    anywhere: bool = False
    """Whether the bytes may stand behind others, where answers share a channel with samples."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Let the sensor take its time; what comes meanwhile is heard."""

    duration_s: float
    """How long, s."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Try steps whose failure does not matter, or has a remedy."""

    steps: tuple[Step, ...]
    """They end at the first that fails."""
    otherwise: tuple[Step, ...] = ()
    """Run after a failure; a failure here is one of the script."""


@dataclass(frozen=True, slots=True)
class Where:
    """Go one of two ways, by whether the sensor has a characteristic."""

    channel: str
    """The characteristic that is looked for, without touching it."""
    steps: tuple[Step, ...]
    """Run if it is there."""
    otherwise: tuple[Step, ...] = ()
    """Run if it is not."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Go on with steps that depend on what the sensor said, such as the settings it offers."""

    steps: Callable[[Heard], tuple[Step, ...]]
    """Pure: from what was heard so far to what is to be done now; may hold another `Decide`."""


Step = Read | Write | Subscribe | Unsubscribe | Expect | Pause | Attempt | Where | Decide
"""One step of a script."""


def newest(heard: Heard, channel: str, prefix: bytes = b"") -> bytes | None:
    """Return the last bytes of a channel that start with `prefix`, or None."""
    for notification in reversed(heard):
        if notification.channel == channel and notification.data.startswith(prefix):
            return notification.data
    return None
