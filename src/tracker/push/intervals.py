"""intervals.icu: the FIT file, with a line for each set as the description.

After `uploadActivity`, `listActivities` and `updateActivity` in the OpenAPI description of its API
(https://intervals.icu/api-docs.html). It keeps the file that came first; name, description and
what was lifted can be changed. A key belongs to one athlete, who is called 0.
"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tracker.domain import exercise_named
from tracker.domain.loads import load_text
from tracker.export.app_terms import parts_of, session_text, started
from tracker.export.fit import write_fit
from tracker.language import _, counted
from tracker.push.errors import Gone
from tracker.push.web import Web

if TYPE_CHECKING:
    from tracker.domain import Workout
    from tracker.export.app_terms import Part
    from tracker.push.delivery import Parcel
    from tracker.push.secrets import Secret
    from tracker.push.targets import PushTarget

_ACTIVITIES: Final = "/api/v1/athlete/0/activities"
_USER: Final = "API_KEY"
"""Who logs in with a key: this word."""


class IntervalsReceiver:
    """The account that a key belongs to."""

    def __init__(self, name: str, target: PushTarget, key: Secret) -> None:
        self._web = Web(name, target.place, login=(_USER, key))

    def find(self, parcel: Parcel) -> str | None:
        """Return the id of the activity that was uploaded with the key of the session."""
        start = started(parcel.session.workout, "fit")
        # Its days are the athlete's, whose time zone may be another.
        days = {
            "oldest": f"{start - timedelta(days=1):%Y-%m-%d}",
            "newest": f"{start + timedelta(days=2):%Y-%m-%d}",
            "fields": "id,external_id",
        }
        answer = self._web.request("GET", _ACTIVITIES, params=days)
        ours = [each for each in answer.many() if each.get("external_id") == parcel.key]
        return answer.field(ours[0], "id") if ours else None

    def create(self, parcel: Parcel) -> str:
        """Upload the file; one that is there already is recognised by its bytes."""
        workout = parcel.session.workout
        out = io.BytesIO()
        write_fit(workout, out)
        answer = self._web.request(
            "POST",
            _ACTIVITIES,
            params={"name": _title(parcel), "external_id": parcel.key, "device_name": "tracker"},
            files={"file": (f"{parcel.key}.fit", out.getvalue(), "application/octet-stream")},
        )
        made = answer.many("activities")
        remote_id = answer.field(made[0] if made else None, "id")
        self.update(parcel, remote_id)
        return remote_id

    def update(self, parcel: Parcel, remote_id: str) -> None:
        """Change name and description; raises `Gone` if the activity was deleted there."""
        workout = parcel.session.workout
        lines = [
            f"{part.title}: {'; '.join(filter(None, (_done(part), part.text)))}"
            for part in parts_of(workout)
        ]
        description = "\n".join(filter(None, (*lines, session_text(workout))))
        told: dict[str, object] = {"name": _title(parcel), "description": description}
        lifted_kg = _lifted_kg(workout)
        if lifted_kg is not None:
            told["kg_lifted"] = lifted_kg
        path = f"/api/v1/activity/{remote_id}"
        answer = self._web.request("PUT", path, json=told, expected={404})
        if answer.status == 404:
            raise Gone(
                _("{where} has no activity {id} any more.").format(
                    where=self._web.where, id=remote_id
                )
            )

    def close(self) -> None:
        """Close the connections."""
        self._web.close()


def _title(parcel: Parcel) -> str:
    return exercise_named(parcel.session.workout.info.exercise).title


def _done(part: Part) -> str:
    if part.row is None:
        return ""
    record = part.row.record
    reps = counted(record.done, "rep", "reps")
    if record.load_kg is None:
        return reps
    return _("{reps} with {load}").format(reps=reps, load=load_text(record.load_kg))


def _lifted_kg(workout: Workout) -> float | None:
    """Return load times reps over the working sets; None if the load of one is unknown."""
    lifted_kg = 0.0
    for record in workout.working_sets:
        if record.load_kg is None:
            return None
        lifted_kg += record.load_kg * record.done
    return lifted_kg
