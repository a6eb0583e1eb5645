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
from tracker.export.app_terms import at, elapsed_s, parts_of, rounded, session_text, started
from tracker.language import _
from tracker.push.errors import Gone, PushError
from tracker.push.web import Web

if TYPE_CHECKING:
    from tracker.domain import Workout
    from tracker.export.app_terms import Part
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
        for template in dict.fromkeys(its for its, __ in self._with_templates(workout)):
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
            raise Gone(
                _("{where} has no workout {id} any more.").format(
                    where=self._web.where, id=remote_id
                )
            )

    def close(self) -> None:
        """Close the connections."""
        self._web.close()

    def _body(self, parcel: Parcel) -> dict[str, object]:
        workout = parcel.session.workout
        start = started(workout, "hevy")
        parts = self._with_templates(workout)
        # It refuses a workout that ends when it starts.
        end_s = max(elapsed_s(workout) or 0.0, 1.0)
        exercises = []
        for template in dict.fromkeys(its for its, __ in parts):
            ours = [part for its, part in parts if its == template]
            exercises.append(
                {
                    "exercise_template_id": template,
                    "superset_id": None,
                    "notes": hevy_notes(ours),
                    "sets": [_set(part) for part in ours],
                }
            )
        return {
            "workout": {
                "title": exercise_named(workout.info.exercise).title,
                "description": "\n".join(filter(None, (session_text(workout), parcel.key))),
                "start_time": _time(at(start, 0.0)),
                "end_time": _time(at(start, end_s)),
                "is_private": True,
                "exercises": exercises,
            }
        }

    def _with_templates(self, workout: Workout) -> list[tuple[str, Part]]:
        """Return what was done, each with the id of its exercise: chosen, or found by its name.

        Timed work that the account has no exercise for is left out.
        """
        found = []
        for part in parts_of(workout):
            title = part.names.hevy
            if part.row is None:
                template = self._by_title().get(title.casefold())
            else:
                template = self._template_of(workout.exercise_of(part.row.record), title)
            if template is not None:
                found.append((template, part))
        return found

    def _template_of(self, exercise: str, title: str) -> str:
        name = exercise_named(exercise).name
        template = self._chosen.get(name) or self._by_title().get(title.casefold())
        if template is None:
            raise PushError(
                _("{where} has no exercise called {exercise}.").format(
                    where=self._web.where, exercise=title
                ),
                _("Name another one by its id: {command}").format(
                    command=f"tracker push {self._name} --exercise {name}=ID"
                ),
            )
        return template

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


def _set(part: Part) -> dict[str, object]:
    record = None if part.row is None else part.row.record
    rpe = None if record is None else record.entries.rpe
    return {
        "type": "warmup" if part.warm_up else "normal",
        "weight_kg": None if record is None else rounded(record.load_kg),
        "reps": None if record is None else record.done,
        "distance_meters": None,
        "duration_seconds": part.duration_s,
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
