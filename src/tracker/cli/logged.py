"""Sessions of the training log, for the commands that take one beside files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.domain import TrackerError

if TYPE_CHECKING:
    from tracker.domain import Workout

LAST: Final = "last"
"""Stands for the newest session of the log."""


def names_session(word: str) -> bool:
    """Say whether a word is the number of a session, or the word for the newest."""
    return word == LAST or (word.isascii() and word.isdigit())


def logged_workout(word: str) -> Workout:
    """Return a session of the log.

    Parameters
    ----------
    word
        The number of the session, or `last`.

    Raises
    ------
    TrackerError
        If there is no such session.
    """
    raise TrackerError(
        f"There is no session {word!r}: there is no training log yet.",
        "Name a recording or a CSV of samples.",
    )
