"""What other packages add, by their entry points: `docs/plugins.md`.

They are loaded when somebody first asks for what they add to. One that cannot be loaded is left
out, and `tracker doctor` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from tracker.language import _

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlugIns(Generic[T]):
    """What the entry points of a group gave."""

    found: tuple[tuple[str, T], ...]
    """Each with the name of its package."""
    problems: tuple[str, ...]
    """What could not be used and why, a line each."""


def plug_ins(group: str, kind: type[T]) -> PlugIns[T]:
    """Load the entry points of a group, in the order of their packages and names.

    Each must be an object of `kind`. Whatever goes wrong in one is its problem alone.
    """
    # It costs 0.05 s, and reads what is installed.
    from importlib.metadata import entry_points

    found: list[tuple[str, T]] = []
    problems: list[str] = []
    packages = [
        ("" if each.dist is None else each.dist.name, each) for each in entry_points(group=group)
    ]
    for package, entry in sorted(packages, key=lambda each: (each[0], each[1].name)):
        try:
            value = entry.load()
        except Exception as error:  # it is somebody else's code
            why = _("cannot be loaded ({kind}: {error})").format(
                kind=type(error).__name__, error=error
            )
        else:
            if isinstance(value, kind):
                found.append((package, value))
                continue
            why = _("is a {kind}, expected a {wanted}").format(
                kind=type(value).__name__, wanted=kind.__name__
            )
        problems.append(f"{package}: {entry.value} {why}")
    return PlugIns(tuple(found), tuple(problems))


def merged(
    ours: dict[str, T], group: str, kind: type[T], name_of: str
) -> tuple[dict[str, T], tuple[str, ...]]:
    """Return ours and what packages add, by the attribute `name_of`; and the problems.

    Nobody replaces one of ours, nor one of a package before it. What packages add comes first:
    who installs one for a sensor wants it recognised.
    """
    plugged = plug_ins(group, kind)
    added: dict[str, T] = {}
    problems = list(plugged.problems)
    for package, value in plugged.found:
        name = str(getattr(value, name_of))
        if name in ours or name in added:
            problems.append(
                _("{package}: there is a {noun} {name!r} already").format(
                    package=package, noun=name_of, name=name
                )
            )
        else:
            added[name] = value
    return {**added, **ours}, tuple(problems)
