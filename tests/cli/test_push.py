"""`tracker push`, as it is typed; killed at every moment; twice at once; and after a training."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.ble.fake_radio import ADDRESS, FakeRadio
from tests.cli.conftest import Outcome
from tests.cli.logged import open_log
from tests.cli.worn import sensor_on_a_table
from tests.push.services import KEY, Hevy, Intervals, Service, Webhook, Wger
from tests.push.test_delivery import contents
from tests.workouts import TWO_SETS
from tracker.app.clock import local_now
from tracker.app.devices import SensorRequest
from tracker.app.paths import tracker_paths
from tracker.app.push import PushService
from tracker.app.training import TrainingRequest, TrainingService
from tracker.ble import DeviceQuery
from tracker.cli.doctor import pushes
from tracker.cli.exits import interruption
from tracker.cli.train import train_once
from tracker.push import PushTarget, Secret, read_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Tracker = Callable[..., Outcome]

PATIENCE_S = 60.0
"""How long a process of its own may take on a busy computer, s."""


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have the next command read text from stdin."""

    def put(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return put


@pytest.fixture
def hevy() -> Iterator[Hevy]:
    service = Hevy()
    yield service
    service.close()


def add_hevy(home: Path, service: Service) -> PushService:
    """Set a service up whose address is not typed, because there is only one Hevy."""
    pushing = PushService(tracker_paths({"TRACKER_HOME": str(home)}), environment={})
    pushing.add("hevy", PushTarget("hevy", service.url))
    pushing.keep_secret("hevy", Secret(KEY))
    return pushing


def test_from_adding_a_folder_to_having_everything_in_it(
    tracker: Tracker, log_home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    added = tracker("push", "--add", f"folder:{folder}", "--name", "stick", "--format", "fit")
    assert (added.code, added.out) == (0, "")
    assert f"stick: added, folder:{folder} as fit." in added.err
    listed = tracker("push", "--list")
    assert listed.out.splitlines() == [
        f"stick: folder:{folder} as fit, when you push",
        "  0 sessions there; outstanding: 1 (not there yet: session 1)",
    ]
    planned = tracker("push", "--missing", "--dry-run")
    assert planned.out == "session 1: would send to stick (not there yet)\n"
    assert os.listdir(folder) == []
    pushed = tracker("push", "stick", "1")
    assert pushed.code == 0
    (name,) = os.listdir(folder)
    assert f"session 1: sent to stick ({name})" in pushed.err
    assert tracker("push", "1", "--to", "stick").err == "stick: 1 there already.\n"
    # The newest one is a simulated one, which goes if it is meant.
    assert tracker("push", "stick").err == "stick: 1 there already.\n"
    assert "session 2: sent" in tracker("push", "stick", "2").err
    assert tracker("edit", "1", "--note", "x").code == 0
    assert "session 1: brought up to date" in tracker("push", "--missing").err
    assert len(os.listdir(folder)) == 2
    assert tracker("push", "--list").out.splitlines()[1] == "  2 sessions there, none outstanding"
    removed = tracker("push", "stick", "--remove")
    assert "What was pushed is still there" in removed.err
    assert len(os.listdir(folder)) == 2


def test_a_key_is_read_from_stdin_and_shown_nowhere(
    tracker: Tracker, log_home: Path, typed: Callable[[str], None]
) -> None:
    service = Wger()
    try:
        typed(f"{KEY}\n")
        said = [tracker("push", "--add", f"wger:{service.url}")]
        assert "API key of wger: kept in" in said[0].err
        assert "begins with http:" in said[0].err
        said.append(tracker("push", "wger", "1"))
        assert len(service.kept) == 1
        said += [tracker("push", "--list"), tracker("--debug", "push", "wger", "1", "--again")]
        service.secret = "another"
        said.append(tracker("push", "wger", "1", "--again", "--debug"))
        assert said[-1].code == 2
        assert "Traceback" in said[-1].err
        assert "tracker push --secret wger" in said[-1].err
        typed("another\n")
        assert tracker("push", "--secret", "wger").code == 0
        assert tracker("push", "wger", "1").code == 0
    finally:
        service.close()
    for each in said:
        assert KEY not in each.out + each.err
    config = (log_home / "config" / "config.toml").read_text(encoding="utf-8")
    assert KEY not in config
    for path in (log_home / "data").glob("training.sqlite*"):
        assert KEY.encode() not in path.read_bytes()


def test_a_webhook_asks_for_its_address_and_signs(
    tracker: Tracker, log_home: Path, typed: Callable[[str], None]
) -> None:
    service = Webhook()
    try:
        typed(f"{service.url}/hook/s3cret-path\n{KEY}\n")
        said = [tracker("push", "--add", "webhook"), tracker("push", "webhook", "1")]
        (told,) = service.kept.values()
        assert told["note"] == TWO_SETS.note
        said += [tracker("push", "--list")]
    finally:
        service.close()
    assert all("s3cret-path" not in each.out + each.err for each in said)


def test_wrong_words_are_told(tracker: Tracker, log_home: Path, tmp_path: Path) -> None:
    for words, told in (
        (("push",), "name a target"),
        (("push", "--missing"), "no target yet"),
        (("push", "--auto", "on"), "name the target to change"),
        (("push", "--list", "--missing"), "exclude each other"),
        (("push", "x", "--name", "y"), "are for --add"),
        (("push", "--add", "strava"), "no service 'strava'"),
        (("push", "--add", f"folder:{tmp_path}", "--format", "bids"), "is a folder"),
        (("push", "--add", f"folder:{tmp_path}", "--name", "A b"), "expected small letters"),
        (("push", "hevi"), "no target yet"),
    ):
        outcome = tracker(*words)
        assert outcome.code == 2
        assert told in outcome.err, (words, outcome.err)
        assert "Traceback" not in outcome.err


def test_one_target_that_fails_leaves_the_others_theirs(
    tracker: Tracker, log_home: Path, hevy: Hevy, tmp_path: Path
) -> None:
    add_hevy(log_home, hevy)
    hevy.secret = "another"
    tracker("push", "--add", f"folder:{tmp_path}")
    outcome = tracker("push", "--missing")
    assert outcome.code == 2
    assert "does not know the key" in outcome.err
    assert "1 of 2 targets failed." in outcome.err
    assert "folder: 1 new." in outcome.err
    listed = tracker("push", "--list").out
    assert "outstanding: 1 (failed: session 1)" in listed
    assert "! 127.0.0.1" in listed


def test_a_failure_that_nobody_saw_is_told_later(
    tracker: Tracker, log_home: Path, hevy: Hevy
) -> None:
    pushing = add_hevy(log_home, hevy)
    pushing.switch_automatic("hevy", True)
    hevy.secret = "another"
    with open_log(log_home) as log:
        info = replace(TWO_SETS.info, started_utc=local_now().isoformat())
        log.add(replace(TWO_SETS, info=info), version="1", recording="/r/w.arrows", sha256="w")
    assert tracker("push", "--background") == Outcome(0, "", "")
    told = tracker("history")
    assert "! not pushed to hevy: 127.0.0.1" in told.err
    assert "(401)" in told.err
    check = pushes(tracker_paths())
    assert check is not None
    assert not check.good
    assert "(401)" in check.text
    hevy.secret = KEY
    tracker("push", "--background")
    assert len(hevy.kept) == 1
    assert "not pushed" not in tracker("history").err
    assert pushes(tracker_paths()) is None


def test_exercises_can_be_chosen_one_by_one(tracker: Tracker, log_home: Path, hevy: Hevy) -> None:
    add_hevy(log_home, hevy)
    assert tracker("push", "hevy", "--exercise", "hip_thrust=0A1B2C3D").code == 0
    assert tracker("push", "hevy", "--exercise", "squat=1").code == 0
    config = (log_home / "config" / "config.toml").read_text(encoding="utf-8")
    assert 'exercises = "hip_thrust=0A1B2C3D squat=1"' in config
    assert "no exercise 'squid'" in tracker("push", "hevy", "--exercise", "squid=1").err
    assert tracker("push", "hevy", "1").code == 0
    (workout,) = hevy.kept.values()
    assert workout["exercises"][0]["exercise_template_id"] == "0A1B2C3D"


# In processes of their own


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TRACKER_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-m", "tracker", "push", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.slow
@pytest.mark.posix("kill -9")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", [Intervals, Hevy, Wger], ids=lambda kind: kind.__name__.lower())
def test_kill_9_at_any_write_makes_no_second_session(
    log_home: Path, tmp_path: Path, kind: type[Service], when: str
) -> None:
    """Killed before or after a write is carried out; whoever pushes next completes it."""
    undisturbed = pushed_undisturbed(tmp_path / "undisturbed", kind)
    for number in count():
        service = kind()
        home = tmp_path / f"{number}"
        pushing = with_a_session(home, service)
        process = start(home, "there")
        setattr(service, when, killer(service, process, number))
        try:
            process.communicate(timeout=PATIENCE_S)
            pushing.push("there", None)
            assert contents(kind.__name__.lower(), service) == undisturbed
            assert pushing.state("there").due == ()
        finally:
            service.close()
        if process.returncode != -signal.SIGKILL:
            # It has fewer writes than that: every one had its turn.
            assert (process.returncode, number > 0) == (0, True)
            return


def with_a_session(home: Path, service: Service) -> PushService:
    """Return the pushes of a home with a session and a target called `there`."""
    with open_log(home) as log:
        log.add(TWO_SETS, version="1", recording="/r/a.arrows", sha256="a")
    pushing = PushService(tracker_paths({"TRACKER_HOME": str(home)}), environment={})
    pushing.add("there", PushTarget(type(service).__name__.lower(), service.url))
    pushing.keep_secret("there", Secret(KEY))
    return pushing


def pushed_undisturbed(home: Path, kind: type[Service]) -> object:
    """Return what a service has of a session that nothing happened to."""
    service = kind()
    try:
        with_a_session(home, service).push("there", None)
        return contents(kind.__name__.lower(), service)
    finally:
        service.close()


def killer(
    service: Service, process: subprocess.Popen[str], number: int
) -> Callable[[int], object]:
    """Return what kills a process at its write of that number, from 0."""

    def kill(at: int) -> None:
        writes = [each for each in service.requests[: at + 1] if each.method != "GET"]
        if service.requests[at].method != "GET" and len(writes) == number + 1:
            process.send_signal(signal.SIGKILL)
            process.wait()

    return kill


@pytest.mark.slow
def test_two_at_once_push_once(log_home: Path, hevy: Hevy) -> None:
    add_hevy(log_home, hevy)
    hevy.before = lambda _number: time.sleep(0.02)
    processes = [start(log_home, "--missing") for _ in range(3)]
    for process in processes:
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
    assert len(hevy.kept) == 1


@pytest.mark.slow
@pytest.mark.posix("reads the list of processes")
def test_the_key_is_in_no_list_of_processes(log_home: Path, hevy: Hevy) -> None:
    add_hevy(log_home, hevy)
    seen: list[bytes] = []
    process = start(log_home, "hevy", "1")

    def look(_number: int) -> None:
        for name in ("cmdline", "environ"):
            with open(f"/proc/{process.pid}/{name}", "rb") as file:
                seen.append(file.read())

    hevy.before = look
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert seen
    assert not any(KEY.encode() in each for each in seen)


@pytest.mark.slow
@pytest.mark.posix("the emulated sensor needs its clock")
def test_after_a_training_it_goes_by_itself(
    around: Callable[..., FakeRadio], log_home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    paths = tracker_paths()
    pushing = PushService(paths)
    pushing.add("folder", read_target(f"folder:{folder}"))
    pushing.switch_automatic("folder", True)
    # Something that did not go earlier goes at the next chance, too.
    with open_log(log_home) as log:
        info = replace(TWO_SETS.info, started_utc=local_now().isoformat())
        waiting = replace(TWO_SETS, info=info, note="from before")
        log.add(waiting, version="1", recording="/r/w.arrows", sha256="w")
    around(sensor_on_a_table())
    service = TrainingService(paths)
    asked = SensorRequest(DeviceQuery(ADDRESS))
    request = TrainingRequest((asked,), "squat", seconds=0.5, pain_before=1)
    with interruption() as interrupted:
        train_once(service, request, interrupted, headless=True)
    deadline = time.monotonic() + PATIENCE_S
    while not (names := [each for each in os.listdir(folder) if not each.startswith(".")]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (name,) = names
    assert json.loads((folder / name).read_bytes())["note"] == "from before"
    while pushing.state("folder").there != 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_a_simulated_training_goes_nowhere(log_home: Path, tmp_path: Path, hevy: Hevy) -> None:
    add_hevy(log_home, hevy).switch_automatic("hevy", True)
    line = ["train", "--sensor", "sim", "--headless", "--speed", "max", "--seconds", "60"]
    done = subprocess.run(
        [sys.executable, "-m", "tracker", *line],
        env={**os.environ, "TRACKER_HOME": str(log_home)},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
        check=True,
    )
    assert "logged as session" in done.stderr
    process = start(log_home, "--background")
    process.communicate(timeout=PATIENCE_S)
    assert hevy.requests == []
