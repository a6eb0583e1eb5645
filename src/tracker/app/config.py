"""The wearer's choices, in one TOML file; an unknown key is an error, not ignored.

A table `[x]` of the file is a field `x` of `Config`, and so on downwards. Saving changes the table
that changed and leaves the rest of the file, comments included, as the wearer wrote it.
"""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tracker.app.paths import atomic_write
from tracker.coach import LIMITS, SCORE_THAT_STOPS, days_text, parse_days
from tracker.domain import (
    InputError,
    Plan,
    TrackerError,
    UnknownNameError,
    exercise_named,
    plan_from_json,
)
from tracker.domain.errors import reading, system_words, writing
from tracker.domain.loads import LoadChoice, LoadUnit, parse_load_kg
from tracker.language import LANGUAGES, _, language_named
from tracker.push.targets import NAME, PushTarget, checked_target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping
    from pathlib import Path

    from tracker.app.paths import Paths


@dataclass(frozen=True, slots=True)
class SensorChoice:
    """The sensor to use if none is named; `tracker pair` writes it."""

    address: str
    """As `tracker scan` prints it."""
    kind: str
    name: str | None = None
    """Its own name."""
    settings: str | None = None
    """Settings of its decoder, as `key=value` words."""


class Theme(Enum):
    """How the screen looks."""

    DARK = "dark"
    LIGHT = "light"
    HIGH_CONTRAST = "high-contrast"
    COLOUR_BLIND = "colour-blind"


_THEMES: Final = ", ".join(theme.value for theme in Theme)


@dataclass(frozen=True, slots=True)
class TrainingChoice:
    """What was chosen last on the screen."""

    exercise: str = "hip_thrust"
    sound: bool = True
    """Whether counts and cues can be heard."""
    theme: Theme = Theme.DARK
    warned: bool = False
    """Whether the wearer has seen the advice on when to ask a professional."""


@dataclass(frozen=True, slots=True)
class LogChoice:
    """Where the training log is kept."""

    url: str
    """A path, or a URL such as `postgresql+psycopg://user@host/database`."""


@dataclass(frozen=True, slots=True)
class CoachingChoice:
    """What the advice before a training goes by; `tracker config` sets it."""

    pain_limit: int = SCORE_THAT_STOPS
    """Pain from which on there is no training, 0 to 10; for a professional to change."""
    training_days: str = ""
    """Chosen weekdays, as `mon,wed,fri`; empty leaves them open."""


@dataclass(frozen=True, slots=True)
class LoadsChoice:
    """How loads are shown and typed, as the file has it; `tracker config` sets it."""

    units: LoadUnit = LoadUnit.KG
    """Kilograms or pounds."""
    bar: str = ""
    """Weight of the bar, as `20kg`; empty says nothing of plates."""

    @property
    def choice(self) -> LoadChoice:
        """What loads are shown by."""
        return LoadChoice(self.units, parse_load_kg(self.bar, self.units) if self.bar else None)


@dataclass(frozen=True, slots=True)
class ScreenChoice:
    """How everything is shown."""

    plain: bool = False
    """Whether a training is shown in lines, for a screen reader, instead of on the full screen."""
    language: str = ""
    """Code of the language of every text and of the voice; empty is that of the system."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that is remembered."""

    sensor: SensorChoice | None = None
    training: TrainingChoice = TrainingChoice()
    plan: Mapping[str, Plan] = field(default_factory=dict)
    """The last plan for each exercise, by its name."""
    log: LogChoice | None = None
    """Where the training log is kept; None is a file in the folder for data."""
    coaching: CoachingChoice = CoachingChoice()
    push: Mapping[str, PushTarget] = field(default_factory=dict)
    """Where sessions can be pushed to, by the wearer's names; `tracker push --add` writes them."""
    loads: LoadsChoice = LoadsChoice()
    screen: ScreenChoice = ScreenChoice()


Choice = TypeVar("Choice", SensorChoice, LogChoice, PushTarget)


def load_config(path: Path) -> Config:
    """Return the choices, the defaults without a file; raises `InputError` if it can't be read."""
    return _parsed(path, _read(path))


def config_of(paths: Paths) -> Config:
    """Return what a person has chosen; raises `InputError` if it can't be read.

    Without a sensor of their own it is the first person's: most households have one sensor. Where
    logs are kept is a matter of the computer, and the log is apart for each person there.
    """
    own = load_config(paths.config_file)
    if paths.root is None:
        return own
    shared_file = paths.root.config_file
    if own.log is not None:
        raise InputError(
            str(paths.config_file),
            _("[log] is for everybody on this computer"),
            _(
                "Remove it there, and write it to {file}: everybody gets a log of their own."
            ).format(file=shared_file),
        )
    shared = load_config(shared_file)
    return replace(own, sensor=own.sensor or shared.sensor, log=shared.log)


def save_sensor(path: Path, sensor: SensorChoice) -> None:
    """Save the default sensor; raises `InputError` or `OutputError` for an unusable file."""
    _save(path, "sensor", asdict(sensor), lambda config: config.sensor == sensor)


def save_training(path: Path, training: TrainingChoice) -> None:
    """Remember what was chosen on the screen; raises as `save_sensor` does."""
    _save(path, "training", asdict(training), lambda config: config.training == training)


def save_plan(path: Path, exercise: str, plan: Plan) -> None:
    """Remember the plan for an exercise; raises as `save_sensor` does."""
    _save(path, f"plan.{exercise}", plan.to_json(), lambda config: config.plan[exercise] == plan)


def save_coaching(path: Path, coaching: CoachingChoice) -> None:
    """Save what the advice goes by; raises as `save_sensor` does."""
    _save(path, "coaching", asdict(coaching), lambda config: config.coaching == coaching)


def save_push_target(path: Path, name: str, target: PushTarget) -> None:
    """Save where sessions can be pushed to; raises as `save_sensor` does."""
    if not NAME.fullmatch(name):
        raise InputError(name, _("expected small letters, digits, - and _, at most 32"))
    checked = checked_target(target)
    _save(path, f"push.{name}", asdict(checked), lambda config: config.push[name] == checked)


def remove_push_target(path: Path, name: str) -> None:
    """Remove a target of pushes; raises as `save_sensor` does."""
    import tomlkit

    document: MutableMapping[str, Any] = tomlkit.parse(_read(path))
    del document["push"][name]
    if not document["push"]:
        del document["push"]
    _replace(path, tomlkit.dumps(document))


PLAN_FILE_ADVICE: Final = _("See how one looks: tracker people plan NAME")


def plan_text(config: Config) -> str:
    """Return plans and limits as the file that `take_plan` reads."""
    import tomlkit

    plans = {name: plan.to_json() for name, plan in config.plan.items()}
    return tomlkit.dumps({"plan": plans, "coaching": asdict(config.coaching)})


def take_plan(path: Path, file: Path) -> tuple[str, ...]:
    """Save the plans and limits of a file; what it does not name stays. Returns what was taken.

    Raises `InputError` if the file holds anything else, and then nothing is saved; otherwise as
    `save_sensor` does.
    """
    with reading(file):
        text = file.read_bytes().decode("utf-8", "replace")
    document = _document(file, text, PLAN_FILE_ADVICE)
    for key in document:
        if key not in ("plan", "coaching"):
            problem = _("expected tables [plan.EXERCISE] and [coaching], got {key!r}").format(
                key=key
            )
            raise InputError(str(file), problem, PLAN_FILE_ADVICE)
    tables = _subtable(file, document, "plan") or {}
    plans = {
        name: _plan(file, name, _subtable(file, tables, name, "plan.") or {}) for name in tables
    }
    limits = _subtable(file, document, "coaching") or {}
    if not plans and not limits:
        raise InputError(str(file), _("there is no plan in it"), PLAN_FILE_ADVICE)
    coaching = _coaching(file, {**asdict(load_config(path).coaching), **limits})
    for name, plan in plans.items():
        save_plan(path, name, plan)
    if limits:
        save_coaching(path, coaching)
    return (*plans, *limits)


def save_loads(path: Path, loads: LoadsChoice) -> None:
    """Save how loads are shown; raises as `save_sensor` does."""
    values = {"units": loads.units, "bar": loads.bar or None}
    _save(path, "loads", values, lambda config: config.loads == loads)


def save_screen(path: Path, screen: ScreenChoice) -> None:
    """Save how a training is shown; raises as `save_sensor` does."""
    values = {"plain": screen.plain, "language": screen.language or None}
    _save(path, "screen", values, lambda config: config.screen == screen)


def checked_language(language: object) -> str:
    """Return the language if there is one; raises `InputError` that names those there are."""
    if language == "" or (isinstance(language, str) and language_named(language) is not None):
        return language
    known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
    raise InputError(
        "language",
        _("expected one of {known}, got {given!r}").format(known=known, given=language),
    )


def checked_loads(units: object, bar: object) -> LoadsChoice:
    """Return the choices if they make sense; raises `InputError` that names the key."""
    # Translators: between two words to choose from, as in "kg or lb".
    known = _(" or ").join(each.value for each in LoadUnit)
    try:
        unit = LoadUnit(units)
    except ValueError:
        raise InputError(
            "units", _("expected {known}, got {given!r}").format(known=known, given=units)
        ) from None
    if not isinstance(bar, str):
        raise InputError("bar", _("expected text such as '20kg', got {given!r}").format(given=bar))
    try:
        bar_kg = parse_load_kg(bar, unit) if bar.strip() else None
    except InputError as error:
        raise InputError("bar", error.problem, _("Write it as 20kg or 45lb.")) from error
    return LoadsChoice(unit, "" if bar_kg is None else f"{bar_kg!r}kg" if _unnamed(bar) else bar)


def _unnamed(load: str) -> bool:
    """Say whether a load has no unit of its own, so that the unit of the day would change it."""
    return load.strip()[-1:].isdigit()


def checked_coaching(pain_limit: object, training_days: object) -> CoachingChoice:
    """Return the choices if they can be meant; raises `InputError` that names the key."""
    least, most = LIMITS
    if not isinstance(pain_limit, int) or not least <= pain_limit <= most:
        raise InputError(
            "pain_limit",
            _("expected a whole number from {least} to {most}, got {given!r}").format(
                least=least, most=most, given=pain_limit
            ),
        )
    if not isinstance(training_days, str):
        raise InputError(
            "training_days",
            _("expected text, got {given!r}").format(given=training_days),
        )
    return CoachingChoice(pain_limit, days_text(parse_days(training_days)))


def _save(
    path: Path, name: str, values: Mapping[str, object], taken: Callable[[Config], bool]
) -> None:
    """Put values into the table of that name, or add it; what was not chosen leaves the table."""
    before = _read(path)
    _parsed(path, before)
    text = _with_table(before, name, values)
    try:
        replaced = taken(_parsed(path, text))
    except (InputError, KeyError):
        replaced = False
    if not replaced:
        raise InputError(
            str(path),
            _("[{name}] is written in a form that can't be replaced").format(name=name),
            _("Remove that table from the file, and try again."),
        )
    _replace(path, text)


def _replace(path: Path, text: str) -> None:
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path, force=True) as unfinished:
        # As it is: a line break inside a text must not become another one.
        unfinished.write_text(text, encoding="utf-8", newline="")


def _with_table(text: str, name: str, values: Mapping[str, object]) -> str:
    """Return a file with these values in the table of that name, which may be in a table."""
    # Saving is rare, and the library costs 70 ms.
    import tomlkit
    from tomlkit.items import Comment, Table, Whitespace

    document = tomlkit.parse(text if not text or text.endswith("\n") else f"{text}\n")
    table: MutableMapping[str, Any] = document
    *outer, last = name.split(".")
    for part in outer:
        table = table.setdefault(part, tomlkit.table(is_super_table=True))
    if last not in table:
        if text:
            document.add(tomlkit.nl())
        table[last] = tomlkit.table()
    table = table[last]
    # Comments below the last key belong to what follows.
    below = []
    while isinstance(table, Table) and table.value.body and table.value.body[-1][0] is None:
        below.append(table.value.body.pop()[1])
    for key in [key for key in table if values.get(key) is None]:
        del table[key]
    for key, value in values.items():
        if value is not None:
            table[key] = value.value if isinstance(value, Enum) else value
    if isinstance(table, Table):
        for each in reversed(below):
            if isinstance(each, Comment | Whitespace):
                table.add(each)
    return tomlkit.dumps(document)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise InputError(
            str(path),
            _("can't be read: {reason}").format(reason=system_words(error)),
            _("Check who owns the file and its folder."),
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(str(path), _("expected UTF-8 text")) from error


def _document(
    path: Path, text: str, advice: str = _("Fix that line, or remove the file and pair again.")
) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = _("is not TOML: {reason}").format(reason=error)
        raise InputError(str(path), problem, advice) from error


def _parsed(path: Path, text: str) -> Config:
    document = _document(path, text)
    _refuse_unknown(path, document, Config, "")
    plans = _subtable(path, document, "plan") or {}
    targets = _subtable(path, document, "push") or {}
    return Config(
        sensor=_texts(
            path, document, "sensor", SensorChoice, _("Write it again with: tracker pair ADDRESS")
        ),
        training=_training(path, _subtable(path, document, "training") or {}),
        plan={
            name: _plan(path, name, _subtable(path, plans, name, "plan.") or {}) for name in plans
        },
        log=_texts(
            path, document, "log", LogChoice, _("Write a path or a URL, or remove the table.")
        ),
        coaching=_coaching(path, _subtable(path, document, "coaching") or {}),
        push={name: _push_target(path, targets, name) for name in targets},
        loads=_loads(path, _subtable(path, document, "loads") or {}),
        screen=_screen(path, _subtable(path, document, "screen") or {}),
    )


def _subtable(
    path: Path, document: Mapping[str, Any], name: str, prefix: str = ""
) -> Mapping[str, Any] | None:
    table = document.get(name)
    if table is not None and not isinstance(table, dict):
        problem = _("expected a table [{name}]").format(name=f"{prefix}{name}")
        raise InputError(str(path), problem)
    return table


def _training(path: Path, table: Mapping[str, Any]) -> TrainingChoice:
    _refuse_unknown(path, table, TrainingChoice, "training.")
    for key in ("sound", "warned"):
        if not isinstance(table.get(key, True), bool):
            problem = _("expected true or false for {key}").format(key=f"training.{key}")
            raise InputError(str(path), problem)
    try:
        exercise = exercise_named(str(table.get("exercise", "hip_thrust"))).name
    except UnknownNameError as error:
        raise InputError(str(path), f"training.exercise: {error.message}", error.advice) from error
    try:
        theme = Theme(table.get("theme", Theme.DARK.value))
    except ValueError as error:
        problem = _("expected one of {known} for {key}")
        raise InputError(str(path), problem.format(known=_THEMES, key="training.theme")) from error
    return TrainingChoice(exercise, table.get("sound", True), theme, table.get("warned", False))


def _coaching(path: Path, table: Mapping[str, Any]) -> CoachingChoice:
    _refuse_unknown(path, table, CoachingChoice, "coaching.")
    chosen = {**asdict(CoachingChoice()), **table}
    try:
        return checked_coaching(**chosen)
    except InputError as error:
        raise InputError(str(path), f"coaching.{error.message}", error.advice) from error


def _loads(path: Path, table: Mapping[str, Any]) -> LoadsChoice:
    _refuse_unknown(path, table, LoadsChoice, "loads.")
    try:
        return checked_loads(table.get("units", LoadUnit.KG), table.get("bar", ""))
    except InputError as error:
        raise InputError(str(path), f"loads.{error.message}", error.advice) from error


def _screen(path: Path, table: Mapping[str, Any]) -> ScreenChoice:
    _refuse_unknown(path, table, ScreenChoice, "screen.")
    plain = table.get("plain", False)
    if not isinstance(plain, bool):
        problem = _("expected true or false for {key}").format(key="screen.plain")
        raise InputError(str(path), problem)
    try:
        return ScreenChoice(plain, checked_language(table.get("language", "")))
    except InputError as error:
        raise InputError(str(path), f"screen.{error.message}") from error


def _plan(path: Path, name: str, table: Mapping[str, Any]) -> Plan:
    _refuse_unknown(path, table, Plan, f"plan.{name}.")
    try:
        exercise_named(name)
        return plan_from_json(table)
    except TrackerError as error:
        raise InputError(str(path), f"[plan.{name}]: {error.message}", error.advice) from error


def _push_target(path: Path, targets: Mapping[str, Any], name: str) -> PushTarget:
    advice = _("Add the target again: tracker push --add")
    if not NAME.fullmatch(name):
        problem = _("expected small letters, digits, - and _")
        raise InputError(str(path), f"[push.{name}]: {problem}")
    target = _texts(path, targets, name, PushTarget, advice, "push.")
    assert target is not None
    try:
        return checked_target(target)
    except TrackerError as error:
        raise InputError(str(path), f"[push.{name}]: {error.message}", error.advice) from error


def _texts(
    path: Path,
    document: Mapping[str, Any],
    name: str,
    shape: type[Choice],
    advice: str,
    prefix: str = "",
) -> Choice | None:
    """Return a table in which every value is text, or None if it is not there."""
    table = _subtable(path, document, name, prefix)
    if table is None:
        return None
    name = f"{prefix}{name}"
    _refuse_unknown(path, table, shape, f"{name}.")
    for key, value in table.items():
        if not isinstance(value, str):
            raise InputError(
                str(path),
                _("expected text for {key}, got {given!r}").format(
                    key=f"{name}.{key}", given=value
                ),
            )
    for each in fields(shape):
        if each.default is MISSING and each.name not in table:
            problem = _("{key} is missing").format(key=f"{name}.{each.name}")
            raise InputError(str(path), problem, advice)
    return shape(**table)


def _refuse_unknown(path: Path, table: Mapping[str, Any], shape: type, prefix: str) -> None:
    known = [field.name for field in fields(shape)]
    for key in table:
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1)
            advice = _("Known: {names}.").format(names=", ".join(prefix + name for name in known))
            if nearest:
                hint = _("The nearest known key is {key}.").format(key=f"{prefix}{nearest[0]}")
                advice = f"{hint} {advice}"
            raise InputError(
                str(path),
                _("there is no key {key}").format(key=f"{prefix}{key}"),
                advice,
            )
