"""The register of the people who train on this computer, and which of them is meant.

The first person owns the folders of the tracker themselves, so that a log from before there was a
register is theirs without being moved. Everybody else has a folder in these. A folder keeps its
name for good, and the register keeps former names: a recording says whose it is by the name at
that time.
"""

from __future__ import annotations

import tomllib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError, UnknownNameError
from tracker.domain.errors import reading
from tracker.domain.foreign_text import one_line
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PERSON_VARIABLE: Final = "TRACKER_PERSON"
"""Environment variable that names the person; `--person` sets it for one command."""

REGISTER_NAME: Final = "people.toml"
"""File name of the register, beside the configuration of the first person."""

FIRST_NAME: Final = "me"
"""Name of the first person until it is changed."""

LONGEST_NAME: Final = 40
"""Characters of a name: it has to fit into a column and into the head of a recording."""

MOST_PEOPLE: Final = 1000
"""Far more than one computer sees; a damaged register must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who trains here."""

    name: str
    folder: str = ""
    """Name of their folders, which never changes; empty for the first person."""
    former: tuple[str, ...] = ()
    """Earlier names, which their recordings may carry."""

    @property
    def is_first(self) -> bool:
        """Whether the folders of the tracker themselves are theirs."""
        return not self.folder

    def answers_to(self, name: str) -> bool:
        """Return whether this is, or was, their name."""
        return same_name(name, self.name, *self.former)


def same_name(name: str, *others: str) -> bool:
    """Return whether a name is one of the others, whatever its capitals and how it was typed."""
    return _plain(name) in {_plain(other) for other in others}


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def name_of(person: Person | None) -> str | None:
    """Return the name that a recording carries; None where there is nobody but one."""
    return None if person is None else person.name


def checked_name(text: str) -> str:
    """Return a name that can be shown and typed; raises `InputError`."""
    # An umlaut may be typed as one character or as two, and is the same name.
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or name.startswith("-"):
        raise InputError(
            "name",
            _("expected 1 to {most} letters, digits or signs, got {given!r}").format(
                most=LONGEST_NAME, given=one_line(text)[:60]
            ),
            _("Choose another name, as Anna or Anna B."),
        )
    return name


def read_register(file: Path) -> tuple[Person, ...]:
    """Return everybody, the first person first; nobody without a register.

    Raises `InputError` if the register can't be read.
    """
    try:
        with reading(file):
            text = file.read_text(encoding="utf-8")
    except InputError:
        if not file.exists():
            return ()
        raise
    except UnicodeDecodeError as error:
        raise _unreadable(file, _("expected UTF-8 text")) from error
    try:
        entries = tomllib.loads(text).get("people")
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(file, _("is not TOML: {reason}").format(reason=error)) from error
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_PEOPLE:
        raise _unreadable(file, _("expected tables [[people]]"))
    people = tuple(_person(file, entry) for entry in entries)
    names = [name.casefold() for each in people for name in (each.name, *each.former)]
    if len(set(names)) < len(names) or len({each.folder for each in people}) < len(people):
        raise _unreadable(file, _("two people have the same name or folder"))
    if not people[0].is_first:
        raise _unreadable(file, _("the first person has no empty folder"))
    return people


def _person(file: Path, entry: Mapping[str, object]) -> Person:
    match entry:
        case {"name": str(name), "folder": str(folder), "former": list(former)} if len(
            entry
        ) == 3 and all(isinstance(each, str) for each in former):
            # It becomes part of paths and of the name of a schema.
            if folder and not (folder.isascii() and folder.replace("_", "").isalnum()):
                raise _unreadable(
                    file,
                    _("{folder!r} is no name of a folder of ours").format(folder=one_line(folder)),
                )
            return Person(checked_name(name), folder, tuple(map(checked_name, former)))
        case _:
            raise _unreadable(file, _("expected name, folder and former for each of [[people]]"))


def _unreadable(file: Path, problem: str) -> InputError:
    advice = _(
        "Fix the file by hand; `tracker people` writes it. Each person's folder is untouched."
    )
    return InputError(str(file), problem, advice)


def person_named(people: Iterable[Person], name: str) -> Person:
    """Return the person of that name; raises `UnknownNameError` with the names there are."""
    people = tuple(people) or (Person(FIRST_NAME),)
    for each in people:
        if same_name(name, each.name):
            return each
    error = UnknownNameError(_("person"), name, [each.name for each in people])
    error.advice = f"{error.advice} {_('Add somebody with: tracker people add NAME')}"
    raise error


def owner_of(name: str | None, people: Iterable[Person]) -> str:
    """Return who a session belongs to, by the name that its recording carries.

    A recording from before there was a register carries none, and is the first person's. A name
    that nobody has here stands for somebody else.
    """
    people = tuple(people) or (Person(FIRST_NAME),)
    if name is None:
        return people[0].name
    return next((each.name for each in people if each.answers_to(name)), name)
