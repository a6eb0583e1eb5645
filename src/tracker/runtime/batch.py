"""A whole stream through the engine as fast as it goes: no event loop, no clock."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.domain import Event, Notification
    from tracker.runtime.ports import SessionEngine


def analyze_notifications(
    engine: SessionEngine,
    notifications: Iterable[Notification],
    batch: int,
    on_progress: Callable[[Sequence[Notification]], object] | None = None,
) -> Iterator[tuple[Event, float | None]]:
    """Feed everything to the engine and yield what it says as it says it.

    Parameters
    ----------
    engine
        A fresh engine; it is finished when the notifications are.
    notifications
        The stream, in order of arrival.
    batch
        How many notifications the engine is given at once, at least 1. The events do not depend
        on it; only when they are said does.
    on_progress
        Is given each batch after the engine was.

    Yields
    ------
    tuple[Event, float | None]
        An event, and the time of the newest sample that the engine had been given when it said
        so, s; None where there was none yet.

    Raises
    ------
    ValueError
        If `batch` is less than 1.
    """
    if batch < 1:
        raise ValueError(f"a batch has at least one notification, not {batch}")
    stream = iter(notifications)
    while together := tuple(islice(stream, batch)):
        for event in engine.feed_many(together):
            yield event, engine.newest_s
        if on_progress is not None:
            on_progress(together)
    for event in engine.finish():
        yield event, engine.newest_s
