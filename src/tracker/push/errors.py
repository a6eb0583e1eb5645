"""What can go wrong on the way to a target, by what is to be done about it."""

from __future__ import annotations

from tracker.domain import TrackerError
from tracker.language import _


def not_installed(missing: ModuleNotFoundError) -> TrackerError:
    """Return the error for a library that the extra would bring."""
    return TrackerError(
        _("Pushing needs what is not installed: {missing}.").format(missing=missing.name),
        _("Install the extra: {command}").format(command='pip install "hip-thrust-tracker[push]"'),
    )


class PushError(TrackerError):
    """A session that the target does not take; others may go."""


class Gone(PushError):
    """A session that was there and was deleted at the target."""


class Unreachable(PushError):
    """A target that takes nothing now: no network, no right to, or not what it was taken for."""


class TryAgain(Unreachable):
    """The same, and it may pass by itself within a minute.

    Whether the last request was carried out is unknown.
    """

    def __init__(
        self, message: str, advice: str | None = None, wait_s: float | None = None
    ) -> None:
        super().__init__(message, advice)
        self.wait_s = wait_s
        """How long the target asks to wait, s; None if it does not say."""
