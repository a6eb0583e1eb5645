"""`--events`: what a session emits, to other programs while it happens."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.terminal import say
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.cli.exits import Interruption
    from tracker.outlets import Delivery
    from tracker.outlets.delivery import Attachable

STDOUT: Final = "-"
"""Stands for stdout: then no screen is shown, and the plain lines go to stderr."""

PATIENCE_S: Final = 60.0
"""How long a reader may take for what is left once the session is over, s."""

HURRY_S: Final = 2.0
"""The same after Ctrl-C, s."""

SLICE_S: Final = 0.1
"""How soon Ctrl-C is noticed, s."""


class EventOutputs:
    """The targets of the events of every session of a command."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._deliveries = deliveries

    def attach(self, session: Attachable) -> None:
        """Send the events of a session."""
        for delivery in self._deliveries:
            delivery.attach(session)

    def finish(self, interrupted: Interruption | None) -> None:
        """Wait until everything was read; not for ever, and hardly after Ctrl-C."""
        for delivery in self._deliveries:
            delivery.end()
        hurried = interrupted is not None and interrupted.happened
        for number in range(round((HURRY_S if hurried else PATIENCE_S) / SLICE_S)):
            slow = [each for each in self._deliveries if not each.wait(SLICE_S)]
            if not slow or (interrupted is not None and interrupted.happened and not hurried):
                return
            if number == round(HURRY_S / SLICE_S):
                names = ", ".join(each.outlet.name for each in slow)
                say(
                    _("waiting for {names} to take the last events; Ctrl-C ends that").format(
                        names=names
                    )
                )

    def check(self) -> None:
        """Raise `TrackerError` if a reader that is still there did not get everything."""
        for delivery in self._deliveries:
            delivery.check()


@contextmanager
def event_outputs(
    targets: Sequence[str], interrupted: Interruption | None = None
) -> Iterator[EventOutputs]:
    """Open the targets; at the end, wait for their readers, and raise if they missed something."""
    if not targets:
        yield EventOutputs(())
        return
    if targets.count(STDOUT) > 1:
        raise click.UsageError(_("--events - can be given once."))
    # NumPy and the libraries of the targets cost 0.1 s.
    from tracker.domain import TrackerError
    from tracker.outlets import Delivery, open_outlet

    # All of them first: a mistake in the second must not leave a thread behind.
    outlets = [open_outlet(target) for target in targets]
    outputs = EventOutputs([Delivery(outlet, say) for outlet in outlets])
    try:
        yield outputs
    finally:
        outputs.finish(interrupted)
    try:
        outputs.check()
    except TrackerError as error:
        # Ctrl-C has an exit code of its own.
        if interrupted is None or not interrupted.happened:
            raise
        say(f"! {error.message}")
