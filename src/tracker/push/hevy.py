"""Hevy: a workout with its sets, through the public API for members of Hevy Pro.

After its OpenAPI description, version 0.0.1 (https://api.hevyapp.com/docs), which promises no
stability. The API has no field for an id of ours, so the key of the session is the last line of
the description, and what is there already is found by exercise and start. A workout is private:
the API can't say what it was changed to in the app, so an update makes it private again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tracker.domain import exercise_named
from tracker.export.app_files import hevy_notes
from tracker.export.app_terms import at, elapsed_s, names_in, rounded, session_text, started
from tracker.push.errors import Gone, PushError
from tracker.push.web import Web

if TYPE_CHECKING:
    from tracker.domain import SetRecord, Workout
    from tracker.push.delivery import Parcel
    from tracker.push.secrets import Secret
    from tracker.push.targets import PushTarget
    from tracker.push.web import Answer

RPES: Final = (6.0, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0)
"""What Hevy takes; anything else is refused. Others are left out rather than changed."""

TEMPLATES_A_PAGE: Final = 100
"""Most that it gives at once."""

MOST_PAGES: Final = 50
"""Pages of exercises that are read: its own are five, and a wearer adds some."""


class HevyReceiver:
    """The account that a key belongs to."""

    def __init__(self, name: str, target: PushTarget, key: Secret) -> None:
        self._name = name
        self._web = Web(name, target.place, headers={"api-key": key.reveal()}, secret=key)
        self._chosen = target.chosen_exercises
        self._templates: dict[str, str] | None = None

    def find(self, parcel: Parcel) -> str | None:
        """Return the id of the workout that starts when the session does and has its key."""
        workout = parcel.session.workout
        start = at(started(workout, "hevy"), 0.0)
        window = {
            "start_date": _time(start - timedelta(days=1)),
            "end_date": _time(start + timedelta(days=1)),
        }
        seen = set()
        for template in dict.fromkeys(self._templates_of(workout)):
            path = f"/v1/exercise_history/{template}"
            history = self._web.request("GET", path, params=window, expected={404})
            entries = [] if history.status == 404 else history.many("exercise_history")
            seen |= {
                history.field(each, "workout_id")
                for each in entries
                if _is_at(each.get("workout_start_time"), start)
            }
        for workout_id in sorted(seen):
            there = self._web.request("GET", f"/v1/workouts/{workout_id}", expected={404})
            if there.status != 404 and parcel.key in str(_workout(there).get("description")):
                return workout_id
        return None

    def create(self, parcel: Parcel) -> str:
        """Add the workout."""
        made = self._web.request("POST", "/v1/workouts", json=self._body(parcel))
        return made.field(_workout(made), "id")

    def update(self, parcel: Parcel, remote_id: str) -> None:
        """Replace the workout; raises `Gone` if it was deleted there."""
        path = f"/v1/workouts/{remote_id}"
        answer = self._web.request("PUT", path, json=self._body(parcel), expected={404})
        if answer.status == 404:
            raise Gone(f"{self._web.where} has no workout {remote_id} any more.")

    def close(self) -> None:
        """Close the connections."""
        self._web.close()

    def _body(self, parcel: Parcel) -> dict[str, object]:
        workout = parcel.session.workout
        start = started(workout, "hevy")
        templates = self._templates_of(workout)
        notes = hevy_notes(workout, templates)
        # It refuses a workout that ends when it starts.
        end_s = max(elapsed_s(workout), 1.0)
        return {
            "workout": {
                "title": exercise_named(workout.info.exercise).title,
                "description": "\n".join(filter(None, (session_text(workout), parcel.key))),
                "start_time": _time(at(start, 0.0)),
                "end_time": _time(at(start, end_s)),
                "is_private": True,
                "exercises": [
                    {
                        "exercise_template_id": template,
                        "superset_id": None,
                        "notes": notes[template],
                        "sets": [
                            _set(record)
                            for record, its in zip(workout.sets, templates, strict=True)
                            if its == template
                        ],
                    }
                    for template in dict.fromkeys(templates)
                ],
            }
        }

    def _templates_of(self, workout: Workout) -> list[str]:
        """Return the id of the exercise of each set: chosen by the user, or by its name."""
        found = []
        for record, names in zip(workout.sets, names_in(workout), strict=True):
            exercise = exercise_named(workout.exercise_of(record)).name
            template = self._chosen.get(exercise) or self._by_title().get(names.hevy.casefold())
            if template is None:
                raise PushError(
                    f"{self._web.where} has no exercise called {names.hevy}.",
                    f"Name another one by its id: tracker push {self._name} "
                    f"--exercise {exercise}=ID",
                )
            found.append(template)
        return found

    def _by_title(self) -> dict[str, str]:
        """Return the ids of all exercises of the account, by their names."""
        if self._templates is None:
            found: dict[str, str] = {}
            for page in range(1, MOST_PAGES + 1):
                pages = {"page": page, "pageSize": TEMPLATES_A_PAGE}
                told = self._web.request("GET", "/v1/exercise_templates", params=pages)
                for each in told.many("exercise_templates"):
                    # Its own come first; a wearer's may have the same name.
                    title = told.field(each, "title").casefold()
                    found.setdefault(title, told.field(each, "id"))
                if str(page) == told.field(told.one(), "page_count"):
                    break
            self._templates = found
        return self._templates


def _set(record: SetRecord) -> dict[str, object]:
    rpe = record.entries.rpe
    return {
        "type": "warmup" if record.warm_up else "normal",
        "weight_kg": rounded(record.load_kg),
        "reps": record.done,
        "distance_meters": None,
        "duration_seconds": None,
        "custom_metric": None,
        "rpe": rounded(rpe) if rpe in RPES else None,
    }


def _workout(answer: Answer) -> dict[str, Any]:
    """Return the workout in an answer: bare, as described, or in the list that really comes."""
    told: object = answer.one()
    if isinstance(told, dict) and "workout" in told:
        told = told["workout"]
    if isinstance(told, list) and told:
        told = told[0]
    if not isinstance(told, dict):
        raise answer.unexpected()
    return told


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _is_at(text: object, moment: datetime) -> bool:
    try:
        return datetime.fromisoformat(str(text)) == moment
    except (ValueError, TypeError):
        return False
