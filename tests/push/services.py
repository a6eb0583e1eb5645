"""Stand-ins for the services, on real sockets; each is as strict as its description is.

Where each comes from, with the commit at which the public repository in brackets has it:

- `Intervals`: the OpenAPI description of intervals.icu, as it is in the client generated from it
  (LeonardHd/python-intervals-icu-client, 517d28e): `uploadActivity` (multipart `file`, `name`,
  `external_id`; "de-duped using a hash of the file", 201 for a new one and 200 for a known one, an
  `UploadResponse`), `listActivities`, `updateActivity`. That the user is called `API_KEY` is in
  its author's examples in "API access to Intervals.icu" on forum.intervals.icu.
- `Hevy`: the OpenAPI description of Hevy, version 0.0.1 (chrisdoc/hevy-mcp, 00c9e6b): fields of a
  workout, the RPEs it takes, pages of at most 100 exercises, `exercise_history`. That a new
  workout comes back in a list under `workout` is what its users report
  (benjaminshafii/digital-empire, HEVY-API-REFERENCE.md); the description says otherwise, so the
  stand-in can do both.
- `Wger`: the OpenAPI description of wger 2.7.0 (wger-project/api-client, 0965b95): ids of sessions
  and entries that the client chooses, "unknown fields are dropped on write", `count`, `next` and
  `results`. With `version="2.5"`, what came before: numbers that the server chooses.
- `Webhook`: the draft of the `Idempotency-Key` header, and the signatures of GitHub's webhooks.

No real account was at hand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import Message
from email.parser import BytesParser
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "k3y-of-the-wearer"


class Fault(Enum):
    """What happens to one request."""

    BUSY = "429, with a pause to make"
    DOWN = "503"
    LOST = "the connection breaks before the request is carried out"
    UNANSWERED = "it is carried out, and the connection breaks"
    HALF = "it is carried out, and half of the answer comes"


@dataclass(frozen=True)
class Request:
    """What a client asked for."""

    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """What it is answered."""

    status: int
    content: object = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        if isinstance(self.content, bytes):
            return self.content
        return b"" if self.content is None else json.dumps(self.content).encode()


class Refused(Exception):
    """A request that the service does not take."""

    def __init__(self, status: int, content: object = None) -> None:
        super().__init__(status)
        self.reply = Reply(status, content)


class Handler(BaseHTTPRequestHandler):
    """Hands every request to the stand-in."""

    protocol_version = "HTTP/1.1"
    # Head and body in one packet: the second would wait for the first one's acknowledgement.
    wbufsize = -1
    server: Listener

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        request = Request(self.command, parts.path, query, self.headers, body)
        self.server.service.serve(request, self)

    def send(self, reply: Reply, part: float = 1.0) -> None:
        body = reply.body
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: round(len(body) * part)])
        self.wfile.flush()

    def drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class Listener(ThreadingHTTPServer):
    """A socket of its own for each stand-in."""

    daemon_threads = True
    service: Service

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no news."""


class Service(ABC):
    """A stand-in at `url`. `faults` gives what happens to a request, by its number from 0."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: dict[int, Fault] = {}
        self.before: Callable[[int], object] = lambda _number: None
        """Called with the number of a request before it is carried out, and `after` after it."""
        self.after: Callable[[int], object] = lambda _number: None
        self.secret = KEY
        self._lock = threading.Lock()
        self._listener = Listener(("127.0.0.1", 0), Handler)
        self._listener.service = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_port}"

    def close(self) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    def serve(self, request: Request, handler: Handler) -> None:
        with self._lock:
            number = len(self.requests)
            self.requests.append(request)
            fault = self.faults.pop(number, None)
            if fault is Fault.BUSY:
                handler.send(Reply(429, {"error": "slow down"}, {"Retry-After": "7"}))
                return
            if fault is Fault.DOWN:
                handler.send(Reply(503, b"<html>maintenance</html>"))
                return
            self.before(number)
            if fault is Fault.LOST:
                handler.drop()
                return
            try:
                self.authorise(request)
                reply = self.answer(request)
            except Refused as refused:
                reply = refused.reply
            self.after(number)
            match fault:
                case Fault.UNANSWERED:
                    handler.drop()
                case Fault.HALF:
                    handler.send(reply, 0.5)
                    handler.drop()
                case _:
                    handler.send(reply)

    @abstractmethod
    def authorise(self, request: Request) -> None:
        """Refuse anybody without the key."""

    @abstractmethod
    def answer(self, request: Request) -> Reply:
        """Carry out a request."""

    @property
    @abstractmethod
    def kept(self) -> dict[str, dict[str, Any]]:
        """What it has, by its own ids."""


class Intervals(Service):
    """intervals.icu."""

    def __init__(self) -> None:
        super().__init__()
        self.activities: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}

    @property
    def kept(self) -> dict[str, dict[str, Any]]:
        return self.activities

    def authorise(self, request: Request) -> None:
        expected = base64.b64encode(f"API_KEY:{self.secret}".encode()).decode()
        if request.headers["authorization"] != f"Basic {expected}":
            raise Refused(401, {"status": 401, "error": "Unauthorized"})

    def answer(self, request: Request) -> Reply:
        match request.method, request.path.split("/")[1:]:
            case "GET", ["api", "v1", "athlete", "0", "activities"]:
                oldest = date.fromisoformat(request.query["oldest"])
                newest = date.fromisoformat(request.query["newest"])
                wanted = request.query["fields"].split(",")
                # "Also excludes null values."
                return Reply(
                    200,
                    [
                        {name: each[name] for name in wanted if each.get(name) is not None}
                        for each in self.activities.values()
                        if oldest <= each["start"].date() <= newest
                    ],
                )
            case "POST", ["api", "v1", "athlete", "0", "activities"]:
                return self._upload(request)
            case "PUT", ["api", "v1", "activity", activity_id]:
                if activity_id not in self.activities:
                    raise Refused(404, {"status": 404, "error": "Activity not found"})
                assert request.json.keys() <= {"name", "description", "kg_lifted"}
                self.activities[activity_id] |= request.json
                return Reply(200, {"id": activity_id})
        raise Refused(404)

    def _upload(self, request: Request) -> Reply:
        head = b"Content-Type: " + request.headers["content-type"].encode() + b"\r\n\r\n"
        parts = BytesParser().parsebytes(head + request.body).get_payload()
        assert isinstance(parts, list)
        (part,) = parts
        assert isinstance(part, Message)
        assert part.get_param("name", header="content-disposition") == "file"
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if content[8:12] != b".FIT":
            raise Refused(422, {"status": 422, "error": "Unsupported file"})
        digest = hashlib.sha256(content).hexdigest()
        known = [key for key, each in self.activities.items() if each["digest"] == digest]
        activity_id = known[0] if known else f"i{len(self.activities) + 100}"
        if not known:
            self.files[activity_id] = content
            self.activities[activity_id] = {
                "id": activity_id,
                "digest": digest,
                "external_id": request.query.get("external_id"),
                "name": request.query.get("name"),
                "start": start_of_fit(content),
            }
        told = {"icu_athlete_id": "i1", "id": activity_id}
        return Reply(200 if known else 201, {**told, "activities": [told]})


def start_of_fit(content: bytes) -> datetime:
    """Return when the session in a file began, with another reader than ours."""
    import fitdecode

    with fitdecode.FitReader(content) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "session":
                start = frame.get_value("start_time")
                assert isinstance(start, datetime)
                return start
    raise AssertionError("no session in the file")


class Hevy(Service):
    """Hevy."""

    WORKOUT = frozenset(
        {"title", "description", "start_time", "end_time", "is_private", "exercises"}
    )
    EXERCISE = frozenset({"exercise_template_id", "superset_id", "notes", "sets"})
    SET = frozenset(
        {
            "type",
            "weight_kg",
            "reps",
            "distance_meters",
            "duration_seconds",
            "custom_metric",
            "rpe",
        }
    )
    RPES = (None, 6, 7, 7.5, 8, 8.5, 9, 9.5, 10)

    def __init__(self, *, as_list: bool = True) -> None:
        super().__init__()
        self.workouts: dict[str, dict[str, Any]] = {}
        # Enough for three pages, ours on the last ones.
        self.templates = {f"{number:08X}": f"Exercise {number}" for number in range(210)}
        self.templates |= {
            "D57C2EC7": "Hip Thrust (Barbell)",
            "68CE0B9B": "Hip Thrust",
            "0A1B2C3D": "Glute Bridge",
        }
        self._as_list = as_list

    @property
    def kept(self) -> dict[str, dict[str, Any]]:
        return self.workouts

    def authorise(self, request: Request) -> None:
        if request.headers["api-key"] != self.secret:
            raise Refused(401, {"error": "InvalidApiKey"})

    def answer(self, request: Request) -> Reply:
        match request.method, request.path.split("/")[1:]:
            case "GET", ["v1", "exercise_templates"]:
                page, size = int(request.query["page"]), int(request.query["pageSize"])
                if size > 100:
                    raise Refused(400, {"error": "Invalid page size"})
                rows = [{"id": key, "title": title} for key, title in self.templates.items()]
                return Reply(
                    200,
                    {
                        "page": page,
                        "page_count": -(-len(rows) // size),
                        "exercise_templates": rows[(page - 1) * size : page * size],
                    },
                )
            case "GET", ["v1", "exercise_history", template]:
                return Reply(200, {"exercise_history": self._history(template, request.query)})
            case "POST", ["v1", "workouts"]:
                workout = {"id": str(UUID(int=len(self.workouts) + 1)), **self._checked(request)}
                self.workouts[workout["id"]] = workout
                return Reply(201, self._told(workout))
            case "PUT", ["v1", "workouts", workout_id]:
                if workout_id not in self.workouts:
                    raise Refused(404, {"error": "Workout not found"})
                self.workouts[workout_id] = {"id": workout_id, **self._checked(request)}
                return Reply(200, self._told(self.workouts[workout_id]))
            case "GET", ["v1", "workouts", workout_id]:
                if workout_id not in self.workouts:
                    raise Refused(404)
                return Reply(200, self.workouts[workout_id])
        raise Refused(404)

    def _told(self, workout: dict[str, Any]) -> object:
        return {"workout": [workout]} if self._as_list else workout

    def _history(self, template: str, query: dict[str, str]) -> list[dict[str, Any]]:
        first, last = (datetime.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        return [
            {
                "workout_id": workout["id"],
                # It answers with an offset where it was sent a Z.
                "workout_start_time": workout["start_time"].replace("Z", "+00:00"),
                "exercise_template_id": template,
            }
            for workout in self.workouts.values()
            for exercise in workout["exercises"]
            if exercise["exercise_template_id"] == template
            and first <= datetime.fromisoformat(workout["start_time"]) <= last
            for _ in exercise["sets"]
        ]

    def _checked(self, request: Request) -> dict[str, Any]:
        if "workout" not in request.json:
            raise Refused(400, {"error": '"workout" is required'})
        workout: dict[str, Any] = request.json["workout"]
        assert workout.keys() == self.WORKOUT
        if not workout["exercises"]:
            raise Refused(400, {"error": '"exercises" is required'})
        start, end = (datetime.fromisoformat(workout[f"{name}_time"]) for name in ("start", "end"))
        if start >= end:
            raise Refused(400, {"error": "start_time must be before end_time"})
        for exercise in workout["exercises"]:
            assert exercise.keys() == self.EXERCISE
            if exercise["exercise_template_id"] not in self.templates:
                raise Refused(400, {"error": "Invalid exercise_template_id"})
            for each in exercise["sets"]:
                assert each.keys() == self.SET
                assert each["type"] in ("warmup", "normal", "failure", "dropset")
                assert isinstance(each["reps"], int)
                if each["rpe"] not in self.RPES:
                    raise Refused(400, {"error": "Invalid rpe for set"})
        return workout


class Wger(Service):
    """wger."""

    SESSION = ("id", "routine", "day", "notes", "impression", "datetime_start", "datetime_end")
    ENTRY = (
        "id",
        "date",
        "session",
        "exercise",
        "repetitions_unit",
        "repetitions",
        "weight_unit",
        "weight",
    )

    def __init__(self, version: str = "2.7.0") -> None:
        super().__init__()
        self.version = version
        self.sessions: dict[str, dict[str, Any]] = {}
        self.entries: dict[str, dict[str, Any]] = {}
        self.exercises = {294: "Barbell Hip Thrust", 295: "Glute Bridge"}

    @property
    def kept(self) -> dict[str, dict[str, Any]]:
        return self.sessions

    def entries_of(self, session_id: str) -> list[dict[str, Any]]:
        """Return the entries of a session in their order."""
        ours = (each for each in self.entries.values() if each["session"] == session_id)
        return sorted(ours, key=lambda each: str(each["date"]))

    def authorise(self, request: Request) -> None:
        public = request.path.startswith(("/api/v2/version/", "/api/v2/exerciseinfo/"))
        if not public and request.headers["authorization"] != f"Token {self.secret}":
            raise Refused(401, {"detail": "Invalid token."})

    def answer(self, request: Request) -> Reply:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["api", "v2", "version"]:
                return Reply(200, self.version)
            case "GET", ["api", "v2", "exerciseinfo"]:
                wanted = request.query["name__exact"]
                return self._page(
                    [
                        {"id": number, "translations": [{"name": name, "language": 2}]}
                        for number, name in self.exercises.items()
                        if name == wanted
                    ]
                )
            case "GET", ["api", "v2", "workoutlog"]:
                assert int(request.query["limit"]) <= 999
                return self._page(self.entries_of(request.query["session"]))
            case method, ["api", "v2", "workoutsession", *rest]:
                return self._change(method, rest, request, self.sessions, self.SESSION)
            case method, ["api", "v2", "workoutlog", *rest]:
                return self._change(method, rest, request, self.entries, self.ENTRY)
        raise Refused(404)

    def _page(self, results: list[dict[str, Any]]) -> Reply:
        return Reply(
            200, {"count": len(results), "next": None, "previous": None, "results": results}
        )

    def _change(
        self,
        method: str,
        rest: list[str],
        request: Request,
        kept: dict[str, dict[str, Any]],
        fields: tuple[str, ...],
    ) -> Reply:
        if method == "POST" and not rest:
            row = self._checked(request.json, fields)
            row.setdefault("id", f"{len(kept) + 1}")
            if row["id"] in kept:
                raise Refused(400, {"id": ["Object with this ID already exists."]})
            kept[row["id"]] = row
            return Reply(201, row)
        (key,) = rest
        if key not in kept:
            raise Refused(404, {"detail": "Not found."})
        match method:
            case "GET":
                return Reply(200, kept[key])
            case "PATCH":
                kept[key] |= self._checked(request.json, fields)
                return Reply(200, kept[key])
            case "DELETE":
                del kept[key]
                return Reply(204)
        raise Refused(405)

    def _checked(self, given: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
        row = {name: given[name] for name in fields if name in given}
        if self.version.startswith("2.5"):
            row.pop("id", None)
        elif "id" in row:
            UUID(row["id"])
        if row.get("datetime_end") is not None and row["datetime_end"] < row["datetime_start"]:
            raise Refused(400, {"non_field_errors": ["ends before it starts"]})
        if "session" in row and row["session"] not in self.sessions:
            raise Refused(403, {"detail": "not your session"})
        for name in ("weight", "repetitions"):
            if row.get(name) is not None:
                assert len(row[name].partition(".")[2]) <= 2
        return row


class Webhook(Service):
    """A program of one's own that keeps to the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.received: dict[str, dict[str, Any]] = {}
        self.deliveries: list[str] = []

    @property
    def kept(self) -> dict[str, dict[str, Any]]:
        return self.received

    def authorise(self, request: Request) -> None:
        digest = hmac.new(self.secret.encode(), request.body, hashlib.sha256).hexdigest()
        if request.headers["x-tracker-signature-256"] != f"sha256={digest}":
            raise Refused(401)

    def answer(self, request: Request) -> Reply:
        assert (request.method, request.path) == ("POST", "/hook/s3cret-path")
        key = request.headers["idempotency-key"]
        if key not in self.deliveries:
            self.deliveries.append(key)
            self.received[request.headers["x-tracker-session"]] = request.json
        return Reply(200, {"taken": True})
