"""Several lifters at once: each with a sensor, a session, a recording and a log of their own.

Theory of operation
-------------------
A lane is a whole training of one person. Lanes share one thing, the adapter: it searches and
connects for one of them at a time, in their order, also when a sensor has to be found again. What
one lane does or fails to do is kept from the others: an error ends that lane alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import TrackerError
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.app.training import Training, TrainingRequest, TrainingService

LEAST_LANES: Final = 2
MOST_LANES: Final = 8
"""The adapters of usual computers keep seven to ten connections; a coach sees no more either."""


@dataclass(frozen=True, slots=True)
class LaneRequest:
    """What is settled about a lane before it begins."""

    name: str
    """Of whoever trains on it."""
    service: TrainingService
    """Theirs; the services of all lanes have the same lock for the adapter."""
    training: TrainingRequest


class Lane:
    """One lifter of several; `said` and `training` tell how far it has come."""

    def __init__(self, request: LaneRequest, opened: Callable[[Lane], object]) -> None:
        self.name: Final = request.name
        self.said = ""
        """The newest words for somebody who waits for the sensor."""
        self.training: Training | None = None
        """The training, once the sensor streams."""
        self.error: TrackerError | None = None
        """Why it could not begin, or what ended it."""
        self.ended = False
        """Whether its sensor is stopped and its training logged."""
        self._request = request
        self._opened = opened
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self._tell = request.service.tell
        request.service.tell = self._hear

    def _hear(self, text: str) -> None:
        self.said = text
        self._tell(text)

    async def run(self, *, until_stopped: bool) -> None:
        """Train to the end; whatever goes wrong is in `error`."""
        self._task = asyncio.current_task()
        service, request = self._request.service, self._request.training
        try:
            if self._stopped:
                return
            for each in request.sensors:
                self._hear(_("looking for {sensor}").format(sensor=each.query.text))
            async with service.training(request, until_stopped=until_stopped) as training:
                self.training = training
                self._opened(self)
                if self._stopped:
                    training.session.stop()
                await training.session.run()
        except TrackerError as error:
            self.error = error
        except asyncio.CancelledError:
            # Given up before its sensor was found.
            if not self._stopped:
                raise
        except Exception as error:  # a defect on one lane must not cost the others
            self.error = TrackerError(f"{type(error).__name__}: {error}")
        finally:
            self.ended = True

    def stop(self) -> None:
        """End this lane in good order; one that still waits for its sensor gives up."""
        self._stopped = True
        if self.training is not None:
            self.training.session.stop()
        elif self._task is not None:
            self._task.cancel()


class Lanes:
    """Every lane of a training; `opened` gets each once its sensor streams."""

    def __init__(
        self,
        requests: Sequence[LaneRequest],
        opened: Callable[[Lane], object] = lambda _lane: None,
    ) -> None:
        self.each: Final = tuple(Lane(request, opened) for request in requests)

    async def run(self, *, until_stopped: bool = False) -> None:
        """Run all lanes until the last has ended.

        With `until_stopped`, a lane stays open after the end of its stream, until it is stopped.
        """
        async with asyncio.TaskGroup() as group:
            for lane in self.each:
                group.create_task(lane.run(until_stopped=until_stopped), name=lane.name)

    def stop(self) -> None:
        """End every lane."""
        for lane in self.each:
            lane.stop()
