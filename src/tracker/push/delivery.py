"""One session to one target, at most once, whatever happens on the way.

Theory of operation
-------------------
Every attempt begins by asking the target whether it has the session already, unless the caller
knows what it is called there. So an attempt whose answer was lost is not repeated blindly: the
next one finds what it left, and completes it. What passes by itself is tried `len(BACKOFF_S)`
times more, after a pause that grows, or that the target asks for.
"""

from __future__ import annotations

import random
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from tracker.domain import TrackerError
from tracker.language import _
from tracker.push.errors import TryAgain, Unreachable, not_installed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.export.formats import Session

BACKOFF_S: Final = (2.0, 4.0, 8.0, 16.0)
"""Pauses before the further attempts, s. The first is long enough for a service to finish what a
broken connection left; together they outlast a restart."""

MOST_WAIT_S: Final = 60.0
"""Longest pause that a target may ask for, s; what asks for more is left for another time."""

JITTER: Final = 0.25
"""Largest part by which a pause is longer: not all clients must come back at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """A session on its way."""

    key: str
    """Identifies it, at every target and in every attempt."""
    session: Session


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a parcel."""

    remote_id: str
    """What the target calls it."""
    created: bool
    """Whether it was new there; otherwise it was brought up to date."""


class Receiver(Protocol):
    """A target, open for parcels."""

    def find(self, parcel: Parcel) -> str | None:
        """Return what the target calls a parcel that it has; None if it has not."""

    def create(self, parcel: Parcel) -> str:
        """Bring a parcel that is not there, and return what the target calls it."""

    def update(self, parcel: Parcel, remote_id: str) -> None:
        """Bring what is there up to date, completing it; raises `Gone` if it is not there."""

    def close(self) -> None:
        """Close connections."""


def deliver(
    receiver: Receiver,
    parcel: Parcel,
    remote_id: str | None,
    sleep: Callable[[float], object],
    tell: Callable[[str], object] = lambda _line: None,
) -> Delivered:
    """Bring a parcel to a target; `remote_id` is what it is called there, if that is known.

    Raises `PushError` if the target does not take this one, and `Unreachable` if it takes none.
    """
    for pause_s in (*BACKOFF_S, None):
        try:
            found = remote_id or receiver.find(parcel)
            if found is None:
                return Delivered(receiver.create(parcel), created=True)
            receiver.update(parcel, found)
            return Delivered(found, created=False)
        except TryAgain as error:
            if pause_s is None:
                raise
            wait_s = pause_s if error.wait_s is None else error.wait_s
            if wait_s > MOST_WAIT_S:
                raise Unreachable(
                    _("{problem} It asks to wait {seconds:.0f} s.").format(
                        problem=error.message, seconds=wait_s
                    ),
                    _("Push again later."),
                ) from error
            tell(
                _("{problem} Trying again in {seconds:.0f} s.").format(
                    problem=error.message, seconds=wait_s
                )
            )
            sleep(wait_s * (1.0 + random.uniform(0.0, JITTER)))
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def exclusively(path: Path, wait_s: float) -> Iterator[None]:
    """Inside, nobody else on this computer pushes to the target that has its lock at `path`.

    A process that is killed gives its lock back. Raises `TrackerError` if it stays taken.
    """
    try:
        from filelock import FileLock, Timeout
    except ModuleNotFoundError as missing:
        raise not_installed(missing) from missing
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(path, timeout=wait_s, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise TrackerError(
            _("Another tracker is pushing to the same target."), _("Wait until it has finished.")
        ) from None
    try:
        yield
    finally:
        lock.release()
