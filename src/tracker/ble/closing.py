"""What has to be done on the way out, even if the wearer presses Ctrl-C again meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def see_through(work: Coroutine[object, object, None]) -> None:
    """Do `work` to its end, and only then heed a cancellation that came in between.

    The work has to be bounded by its own timeouts.
    """
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        # Retrieved, so that the loop does not complain about it at its end.
        task.exception()
        raise cancelled
    task.result()
