"""What sessions can be pushed to, and how a target is written: `hevy`, `webdav:https://…`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tracker.domain import InputError, UnknownNameError, exercise_named
from tracker.language import _

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""How a target may be called; its name is part of file names and of environment variables."""


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of target."""

    name: str
    """What a user types."""
    title: str
    """What people call it."""
    example: str
    """A target, as it is typed."""
    left_out: str
    """What it has no field for, and where that goes instead; one sentence or two."""
    default_place: str | None = None
    """Its address, if there is only one."""
    secret: str | None = None
    """What its secret is called; None if it has none."""
    secret_needed: bool = True
    """Whether it takes nothing without a secret."""
    default_format: str | None = None
    """The export format of its files; None if it takes no files."""
    has_exercises: bool = False
    """Whether exercises have numbers there, which a user can choose."""


_ALL: Final = (
    Service(
        "intervals",
        "intervals.icu",
        "intervals",
        _(
            "intervals.icu has no field for a set: a line for each goes into the description, "
            "with tempo, holds, range and velocity. A later edit changes that and the weight "
            "lifted, not the uploaded FIT file."
        ),
        default_place="https://intervals.icu",
        secret=_("API key"),
    ),
    Service(
        "hevy",
        "Hevy",
        "hevy",
        _(
            "Hevy takes sets, reps, weights and RPE from 6 on. Tempo, holds, range, velocity and "
            "side go into the notes, pain into the description; single reps and tilt stay here."
        ),
        default_place="https://api.hevyapp.com",
        secret=_("API key"),
        has_exercises=True,
    ),
    Service(
        "wger",
        "wger",
        "wger:https://wger.example.org",
        _(
            "wger takes reps and weights, to two decimals. RPE, tempo, holds, range, velocity, "
            "side and pain go into the notes of the session; single reps and tilt stay here."
        ),
        secret=_("API key"),
        has_exercises=True,
    ),
    Service(
        "webdav",
        "WebDAV",
        "webdav:https://ann@cloud.example/remote.php/dav/files/ann/Training",
        _("A file has what its export format holds."),
        secret=_("password"),
        secret_needed=False,
        default_format="json",
    ),
    Service(
        "folder",
        _("a folder"),
        "folder:/home/ann/Dropbox/Training",
        _("A file has what its export format holds."),
        default_format="json",
    ),
    Service(
        "webhook",
        _("a webhook"),
        "webhook:https://example.org/training",
        _("The session goes as JSON, with everything but the samples."),
        secret=_("secret for signatures"),
        secret_needed=False,
    ),
)

SERVICES: Final = {each.name: each for each in _ALL}
"""Every kind of target by its name."""


@dataclass(frozen=True, slots=True)
class PushTarget:
    """Where sessions go, as the configuration has it. Its secret is kept elsewhere."""

    service: str
    place: str
    """URL of the service, or path of the folder."""
    user: str | None = None
    """Who logs in, for WebDAV."""
    format: str | None = None
    """Export format of the files; None where the service takes none."""
    exercises: str | None = None
    """Numbers of exercises at the service, as `hip_thrust=ID squat=ID`; others are looked up."""
    auto_since: str | None = None
    """Sessions that start from this time on go by themselves; ISO 8601 in UTC."""

    @property
    def identity(self) -> str:
        """What must stay the same for what was pushed to count as being there."""
        return " ".join(filter(None, (self.service, self.user, self.place, self.format)))

    @property
    def shown(self) -> str:
        """The target for people; the path of a webhook is often a secret, so it stays away."""
        parts = urlsplit(self.place)
        if self.service == "webhook":
            return f"webhook:{parts.scheme}://{parts.netloc}/…"
        service = SERVICES[self.service]
        if self.place == service.default_place:
            return service.title
        place = f"{self.service}:{self.place}"
        if not self.format:
            return place
        return _("{place} as {format}").format(place=place, format=self.format)

    @property
    def chosen_exercises(self) -> dict[str, str]:
        """Numbers of exercises at the service, by our names."""
        return dict(word.split("=", 1) for word in (self.exercises or "").split())


def service_named(name: str) -> Service:
    """Return a kind of target; raises `UnknownNameError`."""
    try:
        return SERVICES[name]
    except KeyError:
        raise UnknownNameError(_("service"), name, tuple(SERVICES)) from None


def read_target(text: str) -> PushTarget:
    """Return the target that is written as `service` or `service:place`.

    Raises `InputError` if it can't be meant, or has a password in it.
    """
    name, __, place = text.partition(":")
    service = service_named(name)
    place = place or service.default_place or ""
    if not place:
        raise InputError(
            name,
            _("the place is missing"),
            _("For example {example}").format(example=service.example),
        )
    if service.name == "folder":
        place = str(Path(place).expanduser().absolute())
        return PushTarget(service.name, place, format=service.default_format)
    parts = _parts(service, place)
    user = parts.username
    if user is not None:
        place = place.replace(f"{user}@", "", 1)
    target = PushTarget(service.name, place.rstrip("/"), user, service.default_format)
    return checked_target(target)


def checked_target(target: PushTarget) -> PushTarget:
    """Return a target if it can be meant; raises `InputError` or `UnknownNameError`."""
    service = service_named(target.service)
    if service.name != "folder":
        _parts(service, target.place)
    elif not Path(target.place).is_absolute():
        raise InputError(
            target.place, _("depends on the working directory"), _("Give an absolute path.")
        )
    if (target.format is None) != (service.default_format is None):
        takes = (
            _("takes files: their format is needed")
            if service.default_format
            else _("takes no files")
        )
        raise InputError(service.name, takes)
    if target.exercises is not None:
        if not service.has_exercises:
            raise InputError(service.name, _("has no numbers for exercises"))
        return replace(target, exercises=_exercises(target.exercises))
    return target


def _parts(service: Service, place: str) -> SplitResult:
    try:
        parts = urlsplit(place)
        usable = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InputError(
            service.name,
            _("expected a URL"),
            _("For example {example}").format(example=service.example),
        )
    if parts.password is not None:
        # Not quoted.
        raise InputError(
            service.name,
            _("a password in an address can be seen by everybody on this computer"),
            _("Leave it out: you are asked for it."),
        )
    return parts


def _exercises(text: str) -> str:
    """Return numbers of exercises with our names checked; raises `InputError`."""
    words = text.split()
    for word in words:
        exercise, separator, number = word.partition("=")
        if not separator or not re.fullmatch(r"[\w-]+", number):
            raise InputError(
                word, _("expected an exercise and its number"), _("As hip_thrust=D57C2EC7")
            )
        exercise_named(exercise)
    return " ".join(words)
