"""wger: a session and an entry for each set, on a server of one's own or on wger.de.

After the OpenAPI description of version 2.7.0, the first in which a session has a start and an end
(https://wger.readthedocs.io, and `schema/wger-openapi.yaml` in wger-project/api-client). Ids are
chosen by the client: they follow from the key of the session, so that nothing can be there twice,
whatever is cut short.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from tracker.domain import exercise_named
from tracker.export.app_terms import at, elapsed_s, parts_of, session_text, started
from tracker.language import _, localized
from tracker.push.errors import Gone, PushError, Unreachable
from tracker.push.web import Web

if TYPE_CHECKING:
    from tracker.domain import SetRecord, Workout
    from tracker.export.app_terms import Part
    from tracker.push.delivery import Parcel
    from tracker.push.secrets import Secret
    from tracker.push.targets import PushTarget

OLDEST: Final = (2, 7)
"""First version whose sessions have an id and a start that a client can choose."""

_UPDATE: Final = _("Update it: version {oldest} or newer is needed.").format(
    oldest=".".join(map(str, OLDEST))
)

_NAMESPACE: Final = UUID("0b9ffb83-97a5-4ffc-a7a8-29b0a3c1f0c4")
"""Made up once and for all; ids follow from it and the key of a session."""

_SESSIONS: Final = "/api/v2/workoutsession/"
_ENTRIES: Final = "/api/v2/workoutlog/"
_REPETITIONS: Final = 1
_KILOGRAM: Final = 1
_NEUTRAL: Final = "2"

MOST_ENTRIES: Final = 999
"""Most that it lists at once; a session has fewer sets."""

EXERCISE_NAMES: Final = {
    "hip_thrust": ("Hip Thrust", "Barbell Hip Thrust"),
    "glute_bridge": ("Glute Bridge",),
    "single_leg_hip_thrust": ("Single Leg Hip Thrust", "Single Leg Glute Bridge"),
    "b_stance_hip_thrust": ("B-Stance Hip Thrust", "Hip Thrust"),
    "banded_hip_thrust": ("Banded Hip Thrust", "Hip Thrust"),
    "feet_elevated_hip_thrust": ("Feet Elevated Hip Thrust", "Hip Thrust"),
    "squat": ("Squats", "Squat", "Barbell Squat"),
    "sit_to_stand": ("Sit to Stand", "Box Squat"),
}
"""What our exercises may be called there, the best first. Its users write that list, so it differs
from server to server."""


class WgerReceiver:
    """The account that a key belongs to."""

    def __init__(self, name: str, target: PushTarget, key: Secret) -> None:
        self._name = name
        self._web = Web(
            name,
            target.place,
            headers={"authorization": f"Token {key.reveal()}"},
            secret=key,
        )
        self._chosen = target.chosen_exercises
        self._found: dict[str, int] = {}
        self._version_known = False

    def find(self, parcel: Parcel) -> str | None:
        """Return the id of the session if it is there, complete or not."""
        self._check_version()
        session_id = str(uuid5(_NAMESPACE, parcel.key))
        answer = self._web.request("GET", f"{_SESSIONS}{session_id}/", expected={404})
        return None if answer.status == 404 else session_id

    def create(self, parcel: Parcel) -> str:
        """Add the session, then its sets."""
        # First, because it can fail: a session without sets would be left behind.
        entries = self._entries(parcel)
        wanted = str(uuid5(_NAMESPACE, parcel.key))
        body = {"id": wanted, **_session(parcel.session.workout)}
        answer = self._web.request("POST", _SESSIONS, json=body)
        made = answer.field(answer.one(), "id")
        if made != wanted:
            # Fields that it does not know are dropped without a word.
            self._web.request("DELETE", f"{_SESSIONS}{made}/")
            raise Unreachable(
                _("{where} gives sessions ids of its own.").format(where=self._web.where), _UPDATE
            )
        for entry in entries.values():
            self._web.request("POST", _ENTRIES, json=entry)
        return wanted

    def update(self, parcel: Parcel, remote_id: str) -> None:
        """Change the session and its sets to what they are now; others' entries stay.

        Raises `Gone` if it was deleted there.
        """
        self._check_version()
        entries = self._entries(parcel)
        answer = self._web.request(
            "PATCH",
            f"{_SESSIONS}{remote_id}/",
            json=_session(parcel.session.workout),
            expected={404},
        )
        if answer.status == 404:
            raise Gone(
                _("{where} has no session {id} any more.").format(
                    where=self._web.where, id=remote_id
                )
            )
        listed = self._web.request(
            "GET", _ENTRIES, params={"session": remote_id, "limit": MOST_ENTRIES}
        )
        there = {listed.field(each, "id") for each in listed.many("results")}
        for entry_id, entry in entries.items():
            if entry_id in there:
                self._web.request("PATCH", f"{_ENTRIES}{entry_id}/", json=entry)
            else:
                self._web.request("POST", _ENTRIES, json=entry)
        # Ours of an earlier state that had more sets.
        once = {_entry_id(parcel, place) for place in range(len(entries), MOST_ENTRIES)}
        for entry_id in sorted(there & once):
            self._web.request("DELETE", f"{_ENTRIES}{entry_id}/", expected={404})

    def close(self) -> None:
        """Close the connections."""
        self._web.close()

    def _check_version(self) -> None:
        if self._version_known:
            return
        told = self._web.request("GET", "/api/v2/version/").body.decode("utf-8", "replace")
        version = re.search(r"(\d+)\.(\d+)", told)
        if version is None:
            raise Unreachable(
                _("{where} does not say which version of wger it is.").format(
                    where=self._web.where
                )
            )
        if (int(version[1]), int(version[2])) < OLDEST:
            raise Unreachable(
                _("{where} runs wger {version}.").format(
                    where=self._web.where, version=version[0]
                ),
                _UPDATE,
            )
        self._version_known = True

    def _entries(self, parcel: Parcel) -> dict[str, dict[str, object]]:
        """Return the entries of the sets, by their ids."""
        workout = parcel.session.workout
        session_id = str(uuid5(_NAMESPACE, parcel.key))
        start = started(workout, "wger")
        entries: dict[str, dict[str, object]] = {}
        for place, record in enumerate(workout.sets):
            entry_id = _entry_id(parcel, place)
            entries[entry_id] = {
                "id": entry_id,
                "session": session_id,
                "date": at(start, record.start_s).isoformat(),
                "exercise": self._exercise(workout, record),
                "repetitions_unit": _REPETITIONS,
                "repetitions": f"{record.done}",
                "weight_unit": _KILOGRAM,
                "weight": None if record.load_kg is None else f"{record.load_kg:.2f}",
            }
        return entries

    def _exercise(self, workout: Workout, record: SetRecord) -> int:
        """Return the number of the exercise of a set: chosen by the user, or by its name."""
        exercise = exercise_named(workout.exercise_of(record)).name
        chosen = self._chosen.get(exercise)
        if chosen is not None:
            if not chosen.isdecimal():
                raise PushError(
                    _(
                        "{target}: exercises there have numbers, got {given!r} for {exercise}."
                    ).format(target=self._name, given=chosen, exercise=exercise),
                    _("Take it from its address: {command}").format(
                        command=f"tracker push {self._name} --exercise {exercise}=NUMBER"
                    ),
                )
            return int(chosen)
        if exercise not in self._found:
            self._found[exercise] = self._looked_up(exercise)
        return self._found[exercise]

    def _looked_up(self, exercise: str) -> int:
        for name in EXERCISE_NAMES[exercise]:
            asked = {"name__exact": name, "language__code": "en", "limit": 20}
            told = self._web.request("GET", "/api/v2/exerciseinfo/", params=asked)
            for each in told.many("results"):
                names = [str(words.get("name")) for words in each.get("translations") or ()]
                # A filter that a server does not know is ignored.
                if name.casefold() in map(str.casefold, names):
                    return int(told.field(each, "id"))
        raise PushError(
            _("{where} has no exercise called {exercise}.").format(
                where=self._web.where, exercise=EXERCISE_NAMES[exercise][0]
            ),
            _("Name one by the number in its address: {command}").format(
                command=f"tracker push {self._name} --exercise {exercise}=NUMBER"
            ),
        )


def _entry_id(parcel: Parcel, place: int) -> str:
    return str(uuid5(_NAMESPACE, f"{parcel.key} {place}"))


def _session(workout: Workout) -> dict[str, object]:
    start = started(workout, "wger")
    begin = at(start, 0.0)
    end = max(at(start, elapsed_s(workout) or 0.0), begin + timedelta(seconds=1))
    lines = [
        "; ".join(filter(None, (each.title, _rpe(each), each.text))) for each in parts_of(workout)
    ]
    return {
        "datetime_start": begin.isoformat(),
        "datetime_end": end.isoformat(),
        "impression": _NEUTRAL,
        "notes": "\n".join(filter(None, (*lines, session_text(workout)))),
    }


def _rpe(part: Part) -> str:
    rpe = None if part.row is None else part.row.record.entries.rpe
    return "" if rpe is None else _("RPE {effort}").format(effort=localized(f"{rpe:g}"))
