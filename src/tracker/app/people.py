"""Several people on one computer: who they are, and how each of them is doing.

Each has folders and a log of their own; `app.register` says whose are meant. Here people are
added, renamed and removed, and looked at side by side, for a coach.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from tracker.app.advice import Advisor, read_history
from tracker.app.config import config_of, load_config
from tracker.app.paths import PEOPLE, atomic_write, folders_of
from tracker.app.register import (
    FIRST_NAME,
    MOST_PEOPLE,
    PERSON_VARIABLE,
    Person,
    checked_name,
    person_named,
    read_register,
    same_name,
)
from tracker.app.training_log import existing_log, log_is_there, log_place
from tracker.coach import Verdict, next_day, pain_trend, parse_days
from tracker.coach.judgement import LAY_OFFS
from tracker.coach.pain import TREND_RISE
from tracker.domain import InputError, TrackerError
from tracker.domain.errors import writing
from tracker.language import _
from tracker.push.secrets import SecretStore
from tracker.store import SessionQuery, erase_log

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from tracker.app.paths import Paths
    from tracker.coach import PainRecord
    from tracker.store import SessionSummary


def everyone(shared: Paths) -> tuple[Paths, ...]:
    """Return everybody's folders, the first person's first; raises `InputError`."""
    people = read_register(shared.register)
    return tuple(folders_of(each, shared) for each in people) or (shared,)


def name_in(paths: Paths) -> str:
    """Return the name of whoever the folders are of."""
    return FIRST_NAME if paths.person is None else paths.person.name


def add_person(shared: Paths, name: str) -> Paths:
    """Add somebody, and return their folders; raises `TrackerError` if the name is taken."""
    people = read_register(shared.register) or (Person(FIRST_NAME),)
    name = checked_name(name)
    _refuse_taken(people, name)
    if len(people) >= MOST_PEOPLE:
        raise InputError("people", _("expected at most {most}").format(most=MOST_PEOPLE))
    person = Person(name, _new_folder(people, shared, name))
    paths = folders_of(person, shared)
    for folder in (paths.data, paths.config):
        with writing(folder):
            folder.mkdir(parents=True, mode=0o700)
    _save(shared, (*people, person))
    return paths


def rename_person(shared: Paths, name: str, new_name: str) -> None:
    """Give somebody another name; their recordings keep the one that they carry.

    Raises `TrackerError` if nobody has the name, or somebody else has or had the new one.
    """
    people = read_register(shared.register) or (Person(FIRST_NAME),)
    person, new_name = person_named(people, name), checked_name(new_name)
    _refuse_taken([each for each in people if each is not person], new_name)
    former = tuple(each for each in (*person.former, person.name) if not same_name(each, new_name))
    renamed = replace(person, name=new_name, former=former)
    _save(shared, [renamed if each is person else each for each in people])


def remove_person(shared: Paths, name: str) -> None:
    """Remove somebody with their log, recordings and choices, for good; raises `TrackerError`.

    The register comes last: a removal that was interrupted can be repeated.
    """
    people = read_register(shared.register)
    person = person_named(people, name)
    if person.is_first:
        raise InputError(
            person.name,
            _("is the first person, whose folders hold those of all others"),
            _("Rename them, or remove their sessions with tracker delete."),
        )
    paths = folders_of(person, shared)
    secrets = SecretStore(paths.config)
    for target in load_config(paths.config_file).push:
        secrets.remove(target)
    place = log_place(paths)
    if log_is_there(place):
        erase_log(place)
    for folder in (paths.data, paths.config):
        if folder.exists():
            with writing(folder):
                shutil.rmtree(folder)
    _save(shared, [each for each in people if each is not person])


def _refuse_taken(people: Sequence[Person], name: str) -> None:
    for each in people:
        if each.answers_to(name):
            current = same_name(name, each.name)
            raise InputError(
                name,
                _("is the name of somebody here")
                if current
                else _("was the name of {name}").format(name=each.name),
                _("Their recordings carry it. Choose another one, as Anna B."),
            )


def _new_folder(people: Sequence[Person], shared: Paths, name: str) -> str:
    """Return a name for folders: a number that is not in use, and what is plain of the name."""
    plain = "".join(each for each in name.lower() if each.isascii() and each.isalnum())[:20]
    used = {each.folder.partition("_")[0] for each in people}
    for root in (shared.data, shared.config):
        if (root / PEOPLE).is_dir():
            used |= {each.name.partition("_")[0] for each in (root / PEOPLE).iterdir()}
    number = next(n for n in range(2, len(used) + 3) if str(n) not in used)
    return f"{number}_{plain}" if plain else f"{number}"


def _save(shared: Paths, people: Sequence[Person]) -> None:
    # Saving is rare, and the library costs 70 ms.
    import tomlkit

    entries = tomlkit.aot()
    for each in people:
        entry = tomlkit.table()
        entry.update({"name": each.name, "folder": each.folder, "former": list(each.former)})
        entries.append(entry)
    document = tomlkit.document()
    document.add(tomlkit.comment(_("Written by `tracker people`. A folder must keep its name.")))
    document.add("people", entries)
    _write(shared.register, tomlkit.dumps(document))


def _write(file: Path, text: str) -> None:
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with atomic_write(file, force=True) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="")


@contextmanager
def acting_as(paths: Paths) -> Iterator[None]:
    """Inside, whatever asks for the person who is meant gets this one."""
    before = os.environ.get(PERSON_VARIABLE)
    os.environ[PERSON_VARIABLE] = name_in(paths)
    try:
        yield
    finally:
        if before is None:
            del os.environ[PERSON_VARIABLE]
        else:
            os.environ[PERSON_VARIABLE] = before


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list."""

    name: str
    paths: Paths
    sessions: int
    last: SessionSummary | None
    """The newest session; None without any."""
    trouble: str = ""
    """Why the log can't be read; empty if it can."""


def people_lines(shared: Paths) -> tuple[Line, ...]:
    """Return everybody with their number of sessions and the last one.

    A log that can't be read is a line like any other: it must not hide the rest.
    """
    return tuple(map(_line, everyone(shared)))


def _line(paths: Paths) -> Line:
    try:
        log = existing_log(paths)
        if log is None:
            return Line(name_in(paths), paths, 0, None)
        with log:
            last = log.list(SessionQuery(limit=1))
            return Line(name_in(paths), paths, log.count(), last[0] if last else None)
    except TrackerError as error:
        return Line(name_in(paths), paths, 0, None, error.message)


TRIAGE_WEEKS: Final = 4
"""Adherence is looked at over a month."""

STOPPED_DAYS: Final = LAY_OFFS[-1].days
"""Whoever has not trained for so long has stopped: the next session would be a lighter one."""

_BEFORE: Final = 4
"""Trainings whose pain the last one is compared with: a week or two."""


@dataclass(frozen=True, slots=True)
class Triage:
    """How somebody is doing, for a coach who looks after several."""

    name: str
    last: date | None = None
    """Day of the last session; None without any."""
    days_ago: int | None = None
    done: int = 0
    """Days with a session in the last four weeks."""
    planned: int | None = None
    """Chosen training days in these weeks; None if none are chosen."""
    pain: int | None = None
    """Worst score of the last training that has one, 0 to 10."""
    pain_change: float | None = None
    """Against the median of the trainings before; None if unknown."""
    hurts_more: bool = False
    """Whether pain has risen noticeably, at the last training or over weeks."""
    verdict: Verdict | None = None
    """What would be advised now; None if the log can't be read."""
    reason: str = ""
    """The decisive one, or why the log can't be read."""
    due: date | None = None
    """The next training day, which may be over already; None before the first session."""
    overdue_days: int = 0

    @property
    def stopped(self) -> bool:
        """Whether the last session is so long ago that training has stopped."""
        return self.days_ago is not None and self.days_ago >= STOPPED_DAYS

    @property
    def rank(self) -> tuple[object, ...]:
        """A key that sorts those first who need to be looked at."""
        quiet = self.days_ago is None
        return (
            self.verdict not in (None, Verdict.STOP),
            not self.hurts_more,
            not self.stopped,
            quiet,
            -self.overdue_days,
            self.name.casefold(),
        )


def triage(shared: Paths, now: datetime) -> tuple[Triage, ...]:
    """Return how everybody is doing, those first who need to be looked at."""
    found = (_triage(paths, now) for paths in everyone(shared))
    return tuple(sorted(found, key=lambda each: each.rank))


def _triage(paths: Paths, now: datetime) -> Triage:
    name = name_in(paths)
    try:
        config = config_of(paths)
        log = existing_log(paths)
        if log is None:
            return Triage(name, verdict=Verdict.GO, reason=_("No session yet."))
        with log:
            advisor = Advisor(read_history(log, now), config.coaching, config.plan)
    except TrackerError as error:
        return Triage(name, reason=error.message)
    records = advisor.history.pain
    judged = advisor.judge(now)
    reason = judged.reasons[0] if judged.reasons else ""
    if not records:
        return Triage(name, verdict=judged.verdict, reason=_("No session yet."))
    today = now.astimezone().date()
    trained = frozenset(each.at.astimezone().date() for each in records)
    days = parse_days(config.coaching.training_days)
    last, begun = max(trained), min(trained)
    due = next_day(last + timedelta(days=1), trained, days)
    recent = [today - timedelta(days=ago) for ago in range(7 * TRIAGE_WEEKS)]
    level, change = _pain(records)
    trend = pain_trend(records, now)
    risen = change is not None and change >= TREND_RISE
    return Triage(
        name,
        last,
        (today - last).days,
        sum(day in trained for day in recent),
        # Today is not over, and before the first session nothing was planned.
        sum(day.weekday() in days for day in recent if begun <= day < today or day in trained)
        if days
        else None,
        level,
        change,
        risen or (trend is not None and trend.rises),
        judged.verdict,
        reason,
        due,
        max(0, (today - due).days),
    )


def _pain(records: Sequence[PainRecord]) -> tuple[int | None, float | None]:
    """Return the last known level, and its change against the median of those before."""
    levels = [each.level for each in records if each.level is not None]
    if not levels:
        return None, None
    before = levels[-1 - _BEFORE : -1]
    return levels[-1], levels[-1] - median(before) if before else None
