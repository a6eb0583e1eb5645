"""A session gets to each service once, whatever happens to the requests."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.push.services import KEY, Fault, Hevy, Intervals, Request, Service, Webhook, Wger
from tests.workouts import TWO_SETS
from tracker.domain import PainEntered, PainMoment, Workout
from tracker.export.formats import Session
from tracker.push import (
    Gone,
    Parcel,
    PushError,
    PushTarget,
    Secret,
    TryAgain,
    Unreachable,
    deliver,
    open_receiver,
)
from tracker.push.delivery import BACKOFF_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.push import Delivered

SERVICES: dict[str, Callable[[], Service]] = {
    "intervals": Intervals,
    "hevy": Hevy,
    "wger": Wger,
    "webhook": Webhook,
}
WORKOUT = replace(
    TWO_SETS,
    info=replace(TWO_SETS.info, started_utc="2026-03-01T18:30:00+01:00"),
    pain=(PainEntered(2, PainMoment.AFTER),),
    note="felt good",
)
EDITED = replace(
    WORKOUT,
    note="left foot out",
    sets=(
        WORKOUT.sets[0],
        replace(WORKOUT.sets[1], entries=replace(WORKOUT.sets[1].entries, reps=7, load_kg=72.5)),
    ),
)
PARCEL = Parcel("tracker-0123456789abcdef0123", Session(WORKOUT))
PARCEL_EDITED = Parcel(PARCEL.key, Session(EDITED))


@pytest.fixture
def serve() -> Iterator[Callable[[str], Service]]:
    """Start stand-ins by their names, and stop them at the end."""
    services: list[Service] = []

    def start(name: str) -> Service:
        services.append(SERVICES[name]())
        return services[-1]

    yield start
    for service in services:
        service.close()


def target_of(name: str, service: Service, **more: Any) -> PushTarget:
    place = f"{service.url}/hook/s3cret-path" if name == "webhook" else service.url
    return PushTarget(name, place, **more)


def send(
    name: str,
    service: Service,
    parcel: Parcel = PARCEL,
    remote_id: str | None = None,
    *,
    key: str = KEY,
    slept: list[float] | None = None,
    **more: Any,
) -> Delivered:
    receiver = open_receiver(name, target_of(name, service, **more), Secret(key))
    pauses: list[float] = [] if slept is None else slept
    try:
        return deliver(receiver, parcel, remote_id, pauses.append)
    finally:
        receiver.close()


def contents(name: str, service: Service) -> object:
    """Return what a service has of a session, apart from its own ids."""
    (kept,) = service.kept.values()
    if isinstance(service, Wger):
        return kept, service.entries_of(kept["id"])
    if isinstance(service, Intervals):
        return {key: value for key, value in kept.items() if key not in ("id", "digest", "start")}
    return {key: value for key, value in kept.items() if key != "id"}


# What each service gets


def test_hevy_gets_sets_notes_and_the_key(serve: Callable[[str], Service]) -> None:
    service = serve("hevy")
    sent = send("hevy", service)
    workout = service.kept[sent.remote_id]
    assert sent.created
    assert (workout["start_time"], workout["is_private"]) == ("2026-03-01T17:30:00Z", True)
    assert workout["description"].splitlines() == [
        "felt good",
        "Pain after: 2 of 10",
        PARCEL.key,
    ]
    (exercise,) = workout["exercises"]
    assert exercise["exercise_template_id"] == "D57C2EC7"
    assert [(each["reps"], each["weight_kg"], each["rpe"]) for each in exercise["sets"]] == [
        (record.done, record.load_kg, record.entries.rpe) for record in WORKOUT.sets
    ]
    assert exercise["notes"].startswith("Set 1: ")
    assert "tempo" in exercise["notes"]


@pytest.mark.parametrize("rpe", [None, 0.0, 5.5, 6.0, 6.5, 8.5, 10.0])
def test_an_rpe_that_hevy_refuses_stays_here(
    serve: Callable[[str], Service], rpe: float | None
) -> None:
    first = replace(WORKOUT.sets[0], entries=replace(WORKOUT.sets[0].entries, rpe=rpe))
    service = serve("hevy")
    sent = send("hevy", service, Parcel("k", Session(replace(WORKOUT, sets=(first,)))))
    ((only,),) = (each["sets"] for each in service.kept[sent.remote_id]["exercises"])
    assert only["rpe"] == (rpe if rpe in Hevy.RPES else None)


def test_hevy_may_answer_as_it_is_described(serve: Callable[[str], Service]) -> None:
    service = Hevy(as_list=False)
    try:
        sent = send("hevy", service)
        assert list(service.kept) == [sent.remote_id]
    finally:
        service.close()


def test_a_chosen_exercise_is_not_looked_up(serve: Callable[[str], Service]) -> None:
    service = serve("hevy")
    sent = send("hevy", service, exercises="hip_thrust=0A1B2C3D")
    (exercise,) = service.kept[sent.remote_id]["exercises"]
    assert exercise["exercise_template_id"] == "0A1B2C3D"
    assert not any("templates" in request.path for request in service.requests)


def test_an_exercise_of_wger_is_a_number(serve: Callable[[str], Service]) -> None:
    service = serve("wger")
    assert isinstance(service, Wger)
    with pytest.raises(PushError, match="have numbers, got 'D57C2EC7' for hip_thrust"):
        send("wger", service, exercises="hip_thrust=D57C2EC7")
    assert not service.kept
    send("wger", service, exercises="hip_thrust=12")
    assert {each["exercise"] for each in service.entries.values()} == {12}


@pytest.mark.parametrize("name", ["hevy", "wger"])
def test_an_exercise_that_a_service_does_not_have_can_be_chosen(
    serve: Callable[[str], Service], name: str
) -> None:
    info = replace(WORKOUT.info, exercise="squat")
    with pytest.raises(PushError) as raised:
        send(name, serve(name), Parcel("k", Session(replace(WORKOUT, info=info))))
    assert "no exercise called Squat" in raised.value.message
    assert "--exercise squat=" in str(raised.value.advice)
    # Sessions of other exercises can go.
    assert not isinstance(raised.value, Unreachable)


def test_wger_gets_an_entry_for_each_set(serve: Callable[[str], Service]) -> None:
    service = serve("wger")
    assert isinstance(service, Wger)
    sent = send("wger", service)
    session = service.sessions[sent.remote_id]
    assert session["datetime_start"] == "2026-03-01T18:30:00+01:00"
    assert session["notes"].endswith("felt good\nPain after: 2 of 10")
    assert f"RPE {WORKOUT.sets[1].entries.rpe:g}" in session["notes"]
    entries = service.entries_of(sent.remote_id)
    assert [int(each["repetitions"]) for each in entries] == [each.done for each in WORKOUT.sets]
    assert {each["exercise"] for each in entries} == {294}


def test_sets_that_are_no_more_leave_wger_and_others_entries_stay(
    serve: Callable[[str], Service],
) -> None:
    service = serve("wger")
    assert isinstance(service, Wger)
    sent = send("wger", service)
    own = {"id": "own", "session": sent.remote_id, "date": "2026-03-01T20:00:00+01:00"}
    service.entries["own"] = own
    fewer = replace(WORKOUT, sets=WORKOUT.sets[:1])
    send("wger", service, Parcel(PARCEL.key, Session(fewer)), sent.remote_id)
    assert len(service.entries) == 2
    assert service.entries["own"] == own


def test_an_older_wger_is_refused_and_nothing_is_left_there(
    serve: Callable[[str], Service],
) -> None:
    service = Wger(version="2.5")
    try:
        with pytest.raises(Unreachable, match=r"runs wger 2\.5"):
            send("wger", service)
        # One that lies about its version.
        service.answer = Lying(service)  # type: ignore[method-assign]
        with pytest.raises(Unreachable, match="ids of its own"):
            send("wger", service)
        assert (service.sessions, service.entries) == ({}, {})
    finally:
        service.close()


class Lying:
    """An old wger that calls itself a new one."""

    def __init__(self, service: Wger) -> None:
        self._answer = service.answer

    def __call__(self, request: Request) -> Any:
        reply = self._answer(request)
        return replace(reply, content="9.0") if "version" in request.path else reply


def test_intervals_gets_the_file_and_a_line_for_each_set(
    serve: Callable[[str], Service],
) -> None:
    service = serve("intervals")
    assert isinstance(service, Intervals)
    sent = send("intervals", service)
    activity = service.activities[sent.remote_id]
    assert activity["external_id"] == PARCEL.key
    assert activity["name"] == "Hip thrust"
    loads = [record.load_kg for record in WORKOUT.sets]
    assert activity["kg_lifted"] == sum(
        load * record.done for load, record in zip(loads, WORKOUT.sets, strict=True) if load
    )
    assert [line.split(":")[0] for line in activity["description"].splitlines()] == [
        "Set 1",
        "Set 2",
        "felt good",
        "Pain after",
    ]
    assert service.files[sent.remote_id][8:12] == b".FIT"


def test_a_webhook_gets_the_json_of_the_session_with_a_signature(
    serve: Callable[[str], Service],
) -> None:
    service = serve("webhook")
    send("webhook", service)
    told = service.kept[PARCEL.key]
    assert told["schema"] == "tracker.session/1"
    assert [each["reps_done"] for each in told["sets"]] == [each.done for each in WORKOUT.sets]
    with pytest.raises(Unreachable):
        send("webhook", service, key="another")


# Once, whatever happens


def requests_of(name: str, service: Service) -> int:
    send(name, service)
    return len(service.requests)


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name.lower())
@pytest.mark.parametrize("name", SERVICES)
def test_one_fault_anywhere_changes_nothing(
    serve: Callable[[str], Service], name: str, fault: Fault
) -> None:
    undisturbed = serve(name)
    count = requests_of(name, undisturbed)
    for number in range(count):
        service, slept = serve(name), list[float]()
        service.faults[number] = fault
        send(name, service, slept=slept)
        assert contents(name, service) == contents(name, undisturbed)
        asked_s = 7.0 if fault is Fault.BUSY else BACKOFF_S[0]
        (pause_s,) = slept
        assert asked_s <= pause_s <= 1.25 * asked_s


@pytest.mark.parametrize("name", SERVICES)
def test_whoever_comes_after_a_push_that_was_cut_short_completes_it(
    serve: Callable[[str], Service], name: str
) -> None:
    undisturbed = serve(name)
    count = requests_of(name, undisturbed)
    for number in range(count):
        for fault in (Fault.LOST, Fault.UNANSWERED, Fault.HALF):
            service = serve(name)
            service.faults[number] = fault
            with pytest.raises(Killed):
                deliver_and_die(name, service)
            send(name, service)
            assert contents(name, service) == contents(name, undisturbed)


class Killed(BaseException):
    """The end of the process, as far as the services can tell."""


def deliver_and_die(name: str, service: Service) -> None:
    def die(_pause_s: float) -> None:
        raise Killed

    receiver = open_receiver(name, target_of(name, service), Secret(KEY))
    deliver(receiver, PARCEL, None, die)


@pytest.mark.parametrize("name", SERVICES)
def test_an_edited_session_replaces_itself(serve: Callable[[str], Service], name: str) -> None:
    service, fresh = serve(name), serve(name)
    sent = send(name, service)
    again = send(name, service, PARCEL_EDITED, sent.remote_id)
    send(name, fresh, PARCEL_EDITED)
    assert not again.created
    assert contents(name, service) == contents(name, fresh)


@pytest.mark.parametrize("name", ["intervals", "hevy", "wger"])
def test_what_was_deleted_there_is_told(serve: Callable[[str], Service], name: str) -> None:
    service = serve(name)
    sent = send(name, service)
    service.kept.clear()
    with pytest.raises(Gone):
        send(name, service, PARCEL, sent.remote_id)
    assert not service.kept
    # And found missing, it can be sent anew.
    if isinstance(service, Wger):
        service.entries.clear()
    assert send(name, service).created


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_stays_away_is_left_alone_after_a_while(
    serve: Callable[[str], Service], name: str
) -> None:
    service, slept = serve(name), list[float]()
    service.faults = dict.fromkeys(range(99), Fault.DOWN)
    with pytest.raises(TryAgain, match=r"has trouble \(503\)"):
        send(name, service, slept=slept)
    assert len(slept) == len(BACKOFF_S)
    assert len(service.requests) == len(BACKOFF_S) + 1


@pytest.mark.parametrize("name", SERVICES)
def test_a_pause_that_is_too_long_is_left_for_another_time(
    serve: Callable[[str], Service], name: str
) -> None:
    service, slept = serve(name), list[float]()

    def busy(_request: Request) -> None:
        raise_busy()

    service.authorise = busy  # type: ignore[assignment, method-assign]
    with pytest.raises(Unreachable, match="asks to wait 3600 s"):
        send(name, service, slept=slept)
    assert slept == []


def raise_busy() -> None:
    from tests.push.services import Refused, Reply

    refused = Refused(429)
    refused.reply = Reply(
        429,
        None,
        {"Date": "Sun, 01 Mar 2026 18:00:00 GMT", "Retry-After": "Sun, 01 Mar 2026 19:00:00 GMT"},
    )
    raise refused


# What goes wrong for good


@pytest.mark.parametrize("name", SERVICES)
def test_a_wrong_key_is_told_and_not_shown(serve: Callable[[str], Service], name: str) -> None:
    service, key = serve(name), "wr0ng-key-0123"
    with pytest.raises(Unreachable, match=r"does not know the key or password \(401\)") as raised:
        send(name, service, key=key)
    assert f"tracker push --secret {name}" in str(raised.value.advice)
    assert key not in repr(raised.value) + str(raised.value)


def test_a_service_that_repeats_the_key_does_not_get_it_shown(
    serve: Callable[[str], Service],
) -> None:
    from tests.push.services import Refused

    service = serve("hevy")

    def parrot(request: Request) -> None:
        raise Refused(400, {"error": f"no such key: {request.headers['api-key']} \x1b[2J"})

    service.authorise = parrot  # type: ignore[method-assign]
    with pytest.raises(PushError) as raised:
        send("hevy", service)
    assert "no such key: ***" in raised.value.message
    assert "\x1b" not in raised.value.message


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (400, PushError, "refuses the session"),
        (403, Unreachable, "does not allow it"),
        (404, Unreachable, "nothing at the address"),
        (413, PushError, "too large"),
        (422, PushError, "refuses the session"),
        (507, Unreachable, "no space left"),
    ],
)
def test_a_refusal_says_whether_others_may_go(
    serve: Callable[[str], Service], status: int, error: type[PushError], told: str
) -> None:
    from tests.push.services import Refused

    service = serve("webhook")

    def refuse(_request: Request) -> None:
        raise Refused(status, {"error": "because"})

    service.authorise = refuse  # type: ignore[assignment, method-assign]
    with pytest.raises(error, match=rf"{told}.*\({status}\).*because") as raised:
        send("webhook", service)
    assert type(raised.value) is error
    # The path of a webhook is often a secret of its own.
    assert "s3cret-path" not in str(raised.value)


def test_a_secret_does_not_follow_to_another_computer(serve: Callable[[str], Service]) -> None:
    from tests.push.services import Refused, Reply

    service, other = serve("hevy"), serve("hevy")

    def move(_request: Request) -> None:
        refused = Refused(308)
        refused.reply = Reply(308, None, {"Location": f"{other.url}/v1"})
        raise refused

    service.authorise = move  # type: ignore[assignment, method-assign]
    with pytest.raises(Unreachable, match="has moved to 127"):
        send("hevy", service)
    assert other.requests == []


@pytest.mark.parametrize("content", [b"<html>", b"", b"[]", b'"x"', b"{}", b'{"workouts": 1}'])
@pytest.mark.parametrize("name", ["intervals", "hevy", "wger"])
def test_an_answer_that_makes_no_sense_is_no_traceback(
    serve: Callable[[str], Service], name: str, content: bytes
) -> None:
    from tests.push.services import Reply

    service = serve(name)
    service.answer = lambda _request: Reply(200, content)  # type: ignore[assignment, method-assign]
    with pytest.raises(Unreachable):
        send(name, service)


def test_nobody_at_the_address() -> None:
    service = Hevy()
    service.close()
    with pytest.raises(TryAgain, match="can't be reached"):
        send("hevy", service)


def test_a_name_that_there_is_not() -> None:
    target = PushTarget("hevy", "https://nobody.invalid")
    receiver = open_receiver("hevy", target, Secret(KEY))
    with pytest.raises(Unreachable, match="no computer of that name"):
        deliver(receiver, PARCEL, None, lambda _pause_s: None)


@pytest.mark.parametrize("name", ["intervals", "hevy", "wger"])
def test_a_session_without_a_date_or_a_set_is_refused_here(
    serve: Callable[[str], Service], name: str
) -> None:
    from tracker.domain import InputError

    service = serve(name)
    undated: Workout = replace(WORKOUT, info=replace(WORKOUT.info, started_utc=None))
    for workout in (undated, replace(WORKOUT, sets=())):
        with pytest.raises(InputError):
            send(name, service, Parcel("k", Session(workout)))
    assert not service.kept


def test_a_key_with_odd_letters_is_not_sent_nor_shown(serve: Callable[[str], Service]) -> None:
    for key in ("schlüssel", "two\nlines"):
        with pytest.raises(Unreachable) as raised:
            send("hevy", serve("hevy"), key=key)
        assert key not in str(raised.value)
        assert raised.value.__cause__ is None
        json.dumps(str(raised.value))
