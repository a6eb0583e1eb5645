"""Settings of decoders arrive as text, from a command line or the head of a recording."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tracker.domain import TrackerError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def refuse_unknown(settings: Mapping[str, str], kind: str, known: Sequence[str]) -> None:
    """Raise a `TrackerError` if `settings` has a name that is not in `known`."""
    for name in settings:
        if not known:
            message = f"The sensor kind {kind!r} takes no settings; {name!r} was given."
            raise TrackerError(message)
        if name not in known:
            raise UnknownNameError(f"{kind} setting", name, known)


def whole_number(settings: Mapping[str, str], name: str, default: int) -> int:
    """Return the setting `name` as an integer, or `default` where it is not given.

    Raises
    ------
    TrackerError
        If the text is not a whole number.
    """
    text = settings.get(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        raise TrackerError(
            f"The setting {name} must be a whole number, got {text!r}.",
            f"Write for example {name}={default}.",
        ) from None


def number(settings: Mapping[str, str], name: str, default: float) -> float:
    """Return the setting `name` as a finite number, or `default` where it is not given.

    Raises
    ------
    TrackerError
        If the text is no such number.
    """
    return _number(settings, name, default, "a number", math.isfinite)


def positive_number(settings: Mapping[str, str], name: str, default: float) -> float:
    """Return the setting `name` as a number above 0, or `default` where it is not given.

    Raises
    ------
    TrackerError
        If the text is no such number.
    """
    return _number(
        settings, name, default, "a number above 0", lambda value: 0.0 < value < math.inf
    )


def _number(
    settings: Mapping[str, str],
    name: str,
    default: float,
    noun: str,
    fits: Callable[[float], bool],
) -> float:
    """Return a setting as a number that fits its noun."""
    text = settings.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not fits(value):
        raise TrackerError(
            f"The setting {name} must be {noun}, got {text!r}.",
            f"Write for example {name}={default:g}.",
        )
    return value
