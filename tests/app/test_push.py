"""What goes where, and that it goes once: over edits, faults, deaths and time."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.push.services import KEY, Fault, Hevy
from tests.workouts import TWO_SETS
from tracker.app.clock import local_now
from tracker.app.paths import tracker_paths
from tracker.app.push import PushService, Reason, due_sessions
from tracker.domain import InputError, TrackerError, UnknownNameError
from tracker.push import PushTarget, Secret, Unreachable, read_target
from tracker.store import Edit, Field, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.app.paths import Paths
    from tracker.domain import Workout


class Killed(BaseException):
    """The process ends here."""


class Wearer:
    """Somebody with a log, and targets."""

    def __init__(self, home: Path) -> None:
        self.paths: Paths = tracker_paths({"TRACKER_HOME": str(home)})
        self.said: list[str] = []
        self.trained = 0
        self.service = self.service_with(lambda _pause_s: None)

    def service_with(self, sleep: object) -> PushService:
        return PushService(self.paths, self.said.append, sleep, {})  # type: ignore[arg-type]

    def log(self) -> TrainingLog:
        return TrainingLog(self.paths.data / "training.sqlite", local_now)

    def train(self, *, now: bool = False, **changes: object) -> int:
        self.trained += 1
        started = f"2026-03-01T{self.trained % 24:02d}:30:00+01:00"
        started = local_now().isoformat() if now else started
        info = replace(TWO_SETS.info, started_utc=started)
        workout: Workout = replace(TWO_SETS, info=info, **changes)  # type: ignore[arg-type]
        name = f"/r/{self.trained}.arrows"
        with self.log() as log:
            return log.add(workout, version="1", recording=name, sha256=name)

    def edit(self, session_id: int, note: str) -> None:
        with self.log() as log:
            log.edit(session_id, [Edit(Field.NOTE, note)])

    def reasons(self, name: str) -> dict[int, Reason]:
        return {due.session.id: due.reason for due in self.service.state(name).due}


@pytest.fixture
def wearer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wearer:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    return Wearer(tmp_path / "home")


@pytest.fixture
def hevy(wearer: Wearer) -> Iterator[Hevy]:
    """A service, set up as `hevy`."""
    service = Hevy()
    wearer.service.add("hevy", PushTarget("hevy", service.url))
    wearer.service.keep_secret("hevy", Secret(KEY))
    yield service
    service.close()


def test_what_is_missing_goes_once(wearer: Wearer, hevy: Hevy) -> None:
    first, second = wearer.train(), wearer.train()
    done = wearer.service.push("hevy", [str(first)])
    assert (done.new, done.updated, done.unchanged) == (1, 0, 0)
    assert wearer.reasons("hevy") == {second: Reason.NEW}
    done = wearer.service.push("hevy", ["all"])
    assert (done.new, done.unchanged) == (1, 1)
    asked = len(hevy.requests)
    done = wearer.service.push("hevy", None)
    assert (done.new, done.updated, len(hevy.kept)) == (0, 0, 2)
    # Not even asked: the log knows.
    assert len(hevy.requests) == asked
    assert wearer.service.state("hevy").there == 2


def test_an_edited_session_is_brought_up_to_date(wearer: Wearer, hevy: Hevy) -> None:
    session_id = wearer.train()
    wearer.service.push("hevy", None)
    wearer.edit(session_id, "left foot out")
    assert wearer.reasons("hevy") == {session_id: Reason.CHANGED}
    done = wearer.service.push("hevy", None)
    assert (done.new, done.updated) == (0, 1)
    (workout,) = hevy.kept.values()
    assert "left foot out" in workout["description"]
    assert wearer.reasons("hevy") == {}


def test_neither_simulated_nor_empty_sessions_are_missing(wearer: Wearer, hevy: Hevy) -> None:
    wearer.train()
    with wearer.log() as log:
        info = replace(TWO_SETS.info, origin="synthetic", started_utc="2026-03-05T10:00:00+00:00")
        simulated = log.add(replace(TWO_SETS, info=info), version="1")
    wearer.train(sets=())
    wearer.service.push("hevy", None)
    assert len(hevy.kept) == 1
    assert wearer.service.push("hevy", ["all"], again=True).updated == 1
    # Named, it goes.
    assert wearer.service.push("hevy", [str(simulated)]).new == 1


def test_what_was_deleted_there_stays_deleted_until_it_is_asked_for_again(
    wearer: Wearer, hevy: Hevy
) -> None:
    session_id = wearer.train()
    wearer.service.push("hevy", None)
    hevy.workouts.clear()
    wearer.edit(session_id, "changed")
    assert wearer.service.push("hevy", None).failed == 1
    assert any("--again" in line for line in wearer.said)
    assert not hevy.kept
    # Told once.
    assert wearer.reasons("hevy") == {}
    assert wearer.service.state("hevy").there == 0
    assert wearer.service.push("hevy", [str(session_id)], again=True).new == 1
    assert len(hevy.kept) == 1


def test_one_session_that_can_not_go_does_not_keep_the_others(wearer: Wearer, hevy: Hevy) -> None:
    with wearer.log() as log:
        info = replace(TWO_SETS.info, started_utc=None)
        undated = log.add(replace(TWO_SETS, info=info), version="1")
    wearer.train()
    wearer.train()
    done = wearer.service.push("hevy", None)
    assert (done.new, done.failed) == (2, 1)
    assert wearer.reasons("hevy") == {undated: Reason.FAILED}
    (due,) = wearer.service.state("hevy").due
    assert due.known is not None
    assert "no start time" in str(due.known.problem)


def test_a_target_that_takes_nothing_is_left_at_once(wearer: Wearer, hevy: Hevy) -> None:
    for _ in range(3):
        wearer.train()
    hevy.secret = "another"
    with pytest.raises(Unreachable, match="401"):
        wearer.service.push("hevy", None)
    assert len(hevy.requests) == 1
    assert len(wearer.reasons("hevy")) == 3


def test_a_target_at_another_place_has_nothing_yet(wearer: Wearer, hevy: Hevy) -> None:
    wearer.train()
    wearer.service.push("hevy", None)
    other = Hevy()
    try:
        wearer.service.change("hevy", place=other.url)
        assert wearer.service.push("hevy", None).new == 1
        assert len(other.kept) == 1
    finally:
        other.close()


def test_a_lost_log_makes_no_second_session(wearer: Wearer, hevy: Hevy) -> None:
    wearer.train()
    wearer.service.push("hevy", None)
    # Rebuilt from the same recordings.
    for path in wearer.paths.data.glob("training.sqlite*"):
        path.unlink()
    wearer.trained = 0
    wearer.train()
    done = wearer.service.push("hevy", None)
    assert (done.new, done.updated, len(hevy.kept)) == (0, 1, 1)


def test_by_itself_goes_what_starts_from_then_on(wearer: Wearer, hevy: Hevy) -> None:
    old = wearer.train()
    wearer.service.push_automatic()
    wearer.service.switch_automatic("hevy", True)
    new = wearer.train(now=True)
    hevy.faults = {0: Fault.DOWN}
    broken = wearer.service_with(_die)
    with pytest.raises(Killed):
        broken.push_automatic()
    assert not hevy.kept
    wearer.service.push_automatic()
    assert len(hevy.kept) == 1
    assert wearer.reasons("hevy") == {old: Reason.NEW}
    # What was pushed by hand is kept up to date.
    wearer.service.push("hevy", [str(old)])
    wearer.edit(old, "x")
    wearer.edit(new, "y")
    wearer.service.push_automatic()
    assert wearer.reasons("hevy") == {}
    wearer.service.switch_automatic("hevy", False)
    wearer.train(now=True)
    wearer.service.push_automatic()
    assert len(hevy.kept) == 2


def _die(_pause_s: float) -> None:
    raise Killed


def test_one_target_that_fails_does_not_keep_the_others_from_theirs(
    wearer: Wearer, hevy: Hevy, tmp_path: Path
) -> None:
    for name in ("hevy", "folder"):
        if name == "folder":
            wearer.service.add(name, read_target(f"folder:{tmp_path / 'out'}"))
        wearer.service.switch_automatic(name, True)
    (tmp_path / "out").mkdir()
    hevy.secret = "another"
    wearer.train(now=True)
    wearer.service.push_automatic()
    assert len(os.listdir(tmp_path / "out")) == 1
    (due,) = wearer.service.state("hevy").due
    assert "401" in str(due.known and due.known.problem)


def test_unknown_targets_and_sessions_are_told(wearer: Wearer) -> None:
    with pytest.raises(InputError, match="no target yet"):
        wearer.service.target("hevy")
    wearer.service.add("hevy", PushTarget("hevy", "https://x.example"))
    with pytest.raises(UnknownNameError, match="no target 'hevi'"):
        wearer.service.target("hevi")
    with pytest.raises(InputError, match="a target of that name"):
        wearer.service.add("hevy", PushTarget("hevy", "https://y.example"))
    with pytest.raises(InputError, match="no session yet"):
        wearer.service.push("hevy", None)
    session_id = wearer.train()
    with pytest.raises(TrackerError):
        wearer.service.push("hevy", ["99"])
    with wearer.log() as log:
        log.delete([session_id])
    with pytest.raises(InputError, match="is in the trash"):
        wearer.service.push("hevy", [str(session_id)])


def test_a_removed_target_leaves_nothing_behind(wearer: Wearer, hevy: Hevy) -> None:
    wearer.train()
    wearer.service.push("hevy", None)
    wearer.service.remove("hevy")
    assert wearer.service.targets == {}
    with wearer.log() as log:
        assert log.pushes("hevy") == {}
    assert KEY not in "".join(
        path.read_text(errors="replace") for path in wearer.paths.config.iterdir()
    )
    # Added again, the service is asked before anything is sent.
    wearer.service.add("hevy", PushTarget("hevy", hevy.url))
    wearer.service.keep_secret("hevy", Secret(KEY))
    assert wearer.service.push("hevy", None).updated == 1
    assert len(hevy.kept) == 1


def test_thousands_of_sessions_are_compared_quickly(wearer: Wearer) -> None:
    """One query each for sessions, edits and pushes, however many there are."""
    wearer.service.add("hevy", PushTarget("hevy", "https://x.example"))
    for _ in range(3):
        wearer.train()
    with wearer.log() as log:
        statements: list[str] = []
        from sqlalchemy import event

        event.listen(
            log._database._engine,
            "before_cursor_execute",
            lambda _c, _cur, statement, *_: statements.append(statement),
        )
        assert len(due_sessions(log, "hevy", wearer.service.target("hevy"))) == 3
    assert sum(each.startswith("SELECT") for each in statements) <= 5


# Whatever happens, in any order

STEPS = st.one_of(
    st.just(("train",)),
    st.tuples(st.just("edit"), st.integers(0, 5), st.sampled_from("abc")),
    st.tuples(
        st.just("push"),
        st.dictionaries(st.integers(0, 12), st.sampled_from(Fault), max_size=3),
        st.booleans(),
    ),
)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.lists(STEPS, min_size=2, max_size=8))
def test_in_the_end_the_service_has_each_session_once_and_as_it_is(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]]
) -> None:
    wearer = Wearer(tmp_path_factory.mktemp("home"))
    hevy, fresh = Hevy(), Hevy()
    try:
        for name, service in (("hevy", hevy), ("fresh", fresh)):
            wearer.service.add(name, PushTarget("hevy", service.url))
            wearer.service.keep_secret(name, Secret(KEY))
        sessions = [wearer.train()]
        for step in steps:
            match step:
                case ("train",):
                    sessions.append(wearer.train())
                case ("edit", int(place), str(note)):
                    wearer.edit(sessions[place % len(sessions)], note)
                case ("push", dict(faults), bool(dies)):
                    at = len(hevy.requests)
                    hevy.faults = {at + number: fault for number, fault in faults.items()}
                    pusher = wearer.service_with(_die) if dies else wearer.service
                    with suppress(Killed, TrackerError):
                        pusher.push("hevy", None)
                    hevy.faults = {}
        wearer.service.push("hevy", None)
        wearer.service.push("fresh", None)
        assert _described(hevy) == _described(fresh)
        assert len(hevy.kept) == len(sessions)
        assert wearer.reasons("hevy") == {}
    finally:
        hevy.close()
        fresh.close()


def _described(service: Hevy) -> list[str]:
    return sorted(
        str({key: value for key, value in each.items() if key != "id"})
        for each in service.kept.values()
    )
