"""Several people on one computer: nothing of one is seen by another, in any command or export."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from tests.heavy import sweep
from tests.workouts import TWO_SETS
from tracker.app.clock import local_now
from tracker.app.paths import paths_of, shared_paths
from tracker.app.people import add_person, everyone, name_in, rename_person
from tracker.app.push import _environment_of
from tracker.app.training_log import open_training_log
from tracker.cli.app import COMMANDS, OF_NOBODY
from tracker.domain import PainEntered, PainMoment
from tracker.export.formats import formats
from tracker.recording import RecordingWriter, open_recording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.cli.conftest import Outcome
    from tracker.sim import SimulatedSession

    Tracker = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, where nobody has trained yet."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    for name in ("TRACKER_LOG_URL", "TRACKER_PERSON"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


def mark(name: str) -> str:
    """Return a word that only the sessions of one person hold."""
    return f"secret-{name.lower()}-end"


def fill(names: Sequence[str], sessions: int) -> None:
    """Give everybody sessions of their own, every other day until yesterday."""
    shared = shared_paths()
    add_person(shared, names[1])
    rename_person(shared, "me", names[0])
    for name in names[2:]:
        add_person(shared, name)
    for paths in everyone(shared):
        name = name_in(paths)
        with open_training_log(paths) as log:
            for number in range(sessions):
                started = local_now() - timedelta(days=2 * (sessions - number) - 1)
                info = replace(
                    TWO_SETS.info,
                    started_utc=started.isoformat(),
                    person=name,
                    device_name=mark(name),
                )
                sets = tuple(
                    replace(each, entries=replace(each.entries, note=mark(name)))
                    for each in TWO_SETS.sets
                )
                log.add(replace(TWO_SETS, info=info, sets=sets, note=mark(name)), version="1")


SHOWN: Final[dict[str, Sequence[Sequence[object]]]] = {
    "history": [
        ("history",),
        ("history", "--format", "json"),
        ("history", "--trend"),
        ("history", "--calendar"),
        ("history", "--trash"),
    ],
    "show": [("show", "last"), ("show", "1", "--format", "json")],
    "next": [("next",), ("next", "--format", "json")],
    "config": [("config",), ("config", "pain_limit")],
    "edit": [("edit", "last", "--rpe", "8", "--set", "1"), ("edit", "last", "--undo")],
    "delete": [("delete", "1"), ("delete", "--restore", "1")],
    "rescore": [("rescore", "--missing")],
    "add": [
        ("add", "--exercise", "hip_thrust", "--started", "2026-01-02T10:00", "--set", "reps=3")
    ],
}
"""Calls of the commands that read or write a log without a sensor."""

ELSEWHERE: Final = {
    "export": "every format, below",
    "backup": "opened, below",
    "train": "test_a_training_is_in_the_log_of_whoever_trained",
    "serve": "starts train",
    "record": "writes a file that is named; test_a_recording_carries_whose_it_is",
    "import": "test_a_recording_carries_whose_it_is",
    "pair": "test_options_are_apart_but_a_sensor_is_shared_until_somebody_has_their_own",
    "demo": "stores nothing and reads no log",
    "analyze": "reads files that are named",
    "replay": "reads a file that is named",
    "push": "test_a_push_in_the_background_is_that_of_whoever_trained",
    "conform": "asks a sensor that is named, and keeps nothing",
    "compact": "rewrites files that are named, byte for byte the same",
    "doctor": "asks the radio; the log's place is test_logs_that_share_a_place_are_apart",
}
"""Where the other commands are tried, or why they need not be."""


def test_every_command_is_tried_or_has_a_reason() -> None:
    assert set(COMMANDS) == {*SHOWN, *ELSEWHERE, *OF_NOBODY}


def written(path: Path) -> str:
    """Return everything that was written to a file or folder, unpacked."""
    if path.is_dir():
        return "".join(f"{each.name} {written(each)}" for each in sorted(path.iterdir()))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return "".join(
                packed.read(name).decode("utf-8", "replace") for name in packed.namelist()
            )
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return str(pq.ParquetFile(path).read().to_pydict())
    return path.read_bytes().decode("utf-8", "replace")


# All of it takes four minutes on a busy machine.
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("people", "sessions"), sweep([(3, 2), (12, 30)], light=1))
def test_nothing_of_one_person_is_in_what_another_sees(
    people: int, sessions: int, tracker: Tracker, tmp_path: Path
) -> None:
    # No name is the beginning of another.
    names = [f"P{number:02}x" for number in range(people)]
    fill(names, sessions)
    seen: dict[str, list[str]] = {name: [] for name in names}
    for name in names:
        for calls in SHOWN.values():
            for call in calls:
                outcome = tracker(*call, "--person", name)
                assert outcome.code == 0, (call, outcome.err)
                seen[name].append(outcome.out + outcome.err)
        backup = tmp_path / f"{name}.backup"
        assert tracker("--person", name, "backup", backup).code == 0
        seen[name].append(written(backup))
        for form in formats().values():
            # What needs samples needs a recording, which these sessions do not have.
            word = "all" if form.joined_writer or form.folder_writer else "last"
            out = tmp_path / f"{name}-{form.name}{form.suffix if form.is_file else ''}"
            outcome = tracker("export", word, "--format", form.name, "-o", out, "--person", name)
            seen[name].append(outcome.out + outcome.err)
            if out.exists():
                seen[name].append(written(out))
    for name, texts in seen.items():
        whole = "".join(texts)
        assert whole.count(mark(name)) > 10
        for other in names:
            if other != name:
                assert mark(other) not in whole
                assert not any(other in text for text in texts), (name, other)


def test_everybody_is_exported_apart(tracker: Tracker, tmp_path: Path) -> None:
    names = ["Anna", "Bea", "Cleo"]
    fill(names, 2)
    add_person(shared_paths(), "Dora")
    for word, form in (("last", "html"), ("all", "csv-sets"), ("all", "xlsx"), ("all", "json")):
        out = tmp_path / form
        if form == "json":
            # One session each: a format that holds no more says so.
            refused = tracker("export", word, "--format", form, "-o", out, "--all-people")
            assert refused.code == 2
            assert "export the newest: last" in refused.err
            continue
        outcome = tracker("export", word, "--format", form, "-o", out, "--all-people")
        assert outcome.code == 0, outcome.err
        assert "Dora: left out, there is no session yet" in outcome.err
        files = sorted(out.iterdir())
        assert [each.stem.partition("_")[2] for each in files] == names
        for name, file in zip(names, files, strict=True):
            text = written(file)
            assert mark(name) in text
            assert not any(mark(other) in text for other in names if other != name)
    days = tracker("export", "all", "--format", "parquet", "-o", tmp_path / "days", "--all-people")
    assert days.code == 0, days.err
    folders = sorted(each.name for each in (tmp_path / "days").iterdir())
    assert folders == ["01_Anna", "02_Bea", "03_Cleo"]
    report = min((tmp_path / "html").iterdir()).read_text(encoding="utf-8")
    assert 'aria-label="Name">Anna</span>' in report


def recorded_for(
    lifted: SimulatedSession, path: Path, person: str | None, until_s: float = 20.0
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    info = replace(lifted.info, person=person, origin="live")
    with RecordingWriter(path, info) as writer:
        for notification in lifted.notifications():
            if notification.received_ns < until_s * 1e9:
                writer.write(notification)
    return path


def test_a_rebuilt_log_takes_what_is_its_own(
    tracker: Tracker, lifted: SimulatedSession, tmp_path: Path
) -> None:
    tracker("people", "add", "Anna")
    folder = tmp_path / "found"
    for number, person in enumerate((None, "me", "Anna", "Kim")):
        recorded_for(lifted, folder / f"{number}.arrows", person, 20.0 + number)
    mine = tracker("rescore", "--missing", folder)
    assert mine.code == 2
    assert [line.split()[1] for line in mine.out.splitlines()] == ["0.arrows:", "1.arrows:"]
    assert "was recorded for Anna" in mine.err
    assert "was recorded for Kim" in mine.err
    # Only whoever is not here has to be added.
    assert "tracker people add 'Kim'" in mine.err
    assert "tracker people add 'Anna'" not in mine.err
    annas = tracker("--person", "Anna", "rescore", "--missing", folder)
    assert [line.split()[1] for line in annas.out.splitlines()] == ["2.arrows:"]
    # Renamed, the recordings are still hers, and nobody else can take the name.
    assert tracker("people", "rename", "Anna", "Berta").code == 0
    refused = tracker("people", "add", "anna")
    assert refused.code == 2
    assert "anna: was the name of Berta\n" in refused.err
    again = tracker("--person", "Berta", "rescore", "all", "--again")
    assert again.code == 0, again.err
    for name in ("Berta", "me"):
        shown = json.loads(tracker("--person", name, "history", "--format", "json").out)
        assert len(shown) == (1 if name == "Berta" else 2)


def test_a_folder_of_several_people_is_not_exported_as_one(
    tracker: Tracker, lifted: SimulatedSession, tmp_path: Path
) -> None:
    tracker("people", "add", "Anna")
    recorded_for(lifted, tmp_path / "found" / "a.arrows", "Anna")
    recorded_for(lifted, tmp_path / "found" / "b.arrows", None)
    for form in ("csv", "parquet", "xlsx"):
        out = tmp_path / f"out-{form}"
        refused = tracker("export", tmp_path / "found", "--format", form, "-o", out)
        assert refused.code == 2
        assert "belong to several people: Anna, me" in refused.err
        assert not out.exists()


def test_a_training_is_in_the_log_of_whoever_trained(tracker: Tracker, home: Path) -> None:
    tracker("people", "add", "Anna")
    done = tracker(
        *("train", "--sensor", "sim", "--headless", "--speed", "max", "--seconds", "20"),
        *("--person", "anna"),
    )
    assert done.code == 0
    assert "training of Anna" in done.err
    assert tracker("history").out == "no sessions\n"
    (recording,) = (home / "data" / "people" / "2_anna" / "recordings").iterdir()
    assert open_recording(recording).info.person == "Anna"
    assert recording.stat().st_mode & 0o077 == 0
    assert recording.parent.stat().st_mode & 0o077 == 0
    # What is suggested next is about the same log.
    assert "logged as session 1: tracker --person 'Anna' show 1\n" in done.err
    deleted = tracker("delete", "1", "--person", "anna").err
    assert deleted.endswith("to restore: tracker --person 'Anna' delete --restore 1\n")


def test_a_push_in_the_background_is_that_of_whoever_trained(
    tracker: Tracker, tmp_path: Path
) -> None:
    tracker("people", "add", "Anna")
    added = tracker("push", "--add", f"folder:{tmp_path}", "--person", "Anna")
    assert added.code == 0, added.err
    assert str(tmp_path) in tracker("push", "--list", "--person", "Anna").out
    assert str(tmp_path) not in tracker("push", "--list").out
    annas, shared = paths_of("Anna", shared_paths()), shared_paths()
    assert _environment_of(annas)["TRACKER_PERSON"] == "Anna"
    assert "TRACKER_PERSON" not in _environment_of(shared)


def test_a_recording_carries_whose_it_is(
    tracker: Tracker, short_csv: Path, tmp_path: Path
) -> None:
    assert tracker("import", short_csv, "-o", tmp_path / "alone.arrows").code == 0
    tracker("people", "add", "Anna")
    assert tracker("import", short_csv, "-o", tmp_path / "a.arrows", "--person", "Anna").code == 0
    assert open_recording(tmp_path / "alone.arrows").info.person is None
    assert open_recording(tmp_path / "a.arrows").info.person == "Anna"


def test_options_are_apart_but_a_sensor_is_shared_until_somebody_has_their_own(
    tracker: Tracker, home: Path
) -> None:
    from tracker.app.config import SensorChoice, config_of, save_sensor
    from tracker.app.paths import paths_of

    tracker("people", "add", "Anna")
    tracker("config", "pain_limit", "3")
    tracker("--person", "Anna", "config", "training_days", "mon,thu")
    assert tracker("config", "pain_limit").out == "3\n"
    assert tracker("config", "pain_limit", "--person", "Anna").out == "5\n"
    assert tracker("config", "training_days").out == "\n"
    shared = shared_paths()
    save_sensor(shared.config_file, SensorChoice("AA:BB", "profile"))
    anna = paths_of("Anna", shared)
    assert config_of(anna).sensor == SensorChoice("AA:BB", "profile")
    save_sensor(anna.config_file, SensorChoice("CC:DD", "profile"))
    assert config_of(anna).sensor == SensorChoice("CC:DD", "profile")
    assert config_of(shared).sensor == SensorChoice("AA:BB", "profile")


@pytest.mark.parametrize("kind", ["file", "server"])
def test_logs_that_share_a_place_are_apart(
    kind: str, tracker: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.store.conftest import POSTGRES, new_schema

    if kind == "file":
        _shares(str(tmp_path / "on a disk" / "log.sqlite"), tracker, monkeypatch)
    elif not POSTGRES:
        pytest.skip("TRACKER_TEST_POSTGRES names no PostgreSQL to try it on")
    else:
        with new_schema() as url:
            _shares(url, tracker, monkeypatch)


def _shares(place: str, tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_LOG_URL", place)
    fill(["Anna", "Bea", "Cleo"], 2)
    for name in ("Anna", "Bea", "Cleo"):
        shown = tracker("--person", name, "show", "last").out
        assert mark(name) in shown
        assert shown.count("secret-") == shown.count(mark(name))
    assert [line.split()[:2] for line in tracker("people").out.splitlines()[1:]] == [
        ["Anna", "2"],
        ["Bea", "2"],
        ["Cleo", "2"],
    ]
    assert tracker("people", "remove", "Bea", "--yes").code == 0
    assert tracker("--person", "Bea", "history").code == 2
    for name in ("Anna", "Cleo"):
        assert mark(name) in tracker("--person", name, "show", "last").out
    # Whoever comes next under the same number finds nothing of her.
    tracker("people", "add", "Dora")
    assert tracker("--person", "Dora", "history").out == "no sessions\n"
    tracker("people", "remove", "Dora", "--yes")
    tracker("people", "remove", "Cleo", "--yes")


def test_removing_somebody_asks_first(
    tracker: Tracker, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(["Anna", "Bea"], 1)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "n")
    asked = tracker("people", "remove", "Bea")
    assert asked.code == 4
    assert "deletes 1 sessions and 0 recordings of Bea" in asked.err
    assert tracker("--person", "Bea", "history", "--format", "json").out.count('"id"') == 1
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt: "y")
    assert tracker("people", "remove", "Bea").code == 0
    assert not list((home / "data" / "people").iterdir())
    assert not list((home / "config" / "people").iterdir())
    first = tracker("people", "remove", "Anna", "--yes")
    assert first.code == 2
    assert "is the first person" in first.err


def test_a_log_from_before_there_were_people_is_the_first_persons(
    tracker: Tracker, log_home: Path
) -> None:
    before = tracker("history", "--format", "json").out
    tracker("people", "add", "Anna")
    tracker("people", "rename", "me", "Bea")
    assert tracker("history", "--format", "json").out == before
    assert tracker("--person", "Bea", "history", "--format", "json").out == before
    assert tracker("--person", "Anna", "history").out == "no sessions\n"


def test_the_triage_puts_those_first_who_need_a_look(tracker: Tracker) -> None:
    shared = shared_paths()
    for name in ("Hurt", "Gone", "Fine", "New"):
        add_person(shared, name)
    for paths in everyone(shared):
        days, pain = {
            "Hurt": ((15, 12, 9, 6, 3), (0, 1, 1, 0, 4)),
            "Gone": ((40, 38, 36), (0, 0, 0)),
            "Fine": ((9, 6, 3), (1, 0, 1)),
        }.get(name_in(paths), ((), ()))
        with open_training_log(paths) as log:
            for ago, score in zip(days, pain, strict=True):
                started = (local_now() - timedelta(days=ago)).isoformat()
                info = replace(TWO_SETS.info, started_utc=started)
                scores = (PainEntered(score, PainMoment.AFTER),)
                log.add(replace(TWO_SETS, info=info, pain=scores), version="1")
    found = json.loads(tracker("people", "--triage", "--format", "json").out)
    by_name = {each["name"]: each for each in found}
    assert [each["name"] for each in found] == ["Hurt", "Gone", "Fine", "me", "New"]
    assert by_name["Hurt"]["hurts_more"]
    assert by_name["Hurt"]["pain"] == 4
    assert by_name["Gone"]["stopped"]
    assert by_name["Gone"]["days_ago"] == 36
    assert by_name["Fine"]["overdue_days"] == 1
    assert by_name["Fine"]["sessions_4_weeks"] == 3
    assert by_name["New"]["last"] is None
    assert by_name["New"]["verdict"] == "go"
    table = tracker("people", "--triage").out.splitlines()
    assert table[1].startswith("!  Hurt")
    assert "4 ↑" in table[1]
    assert table[2].startswith("◌  Gone")


def test_the_triage_counts_no_chosen_days_where_there_were_none(tracker: Tracker) -> None:
    yesterday = local_now() - timedelta(days=1)
    tracker("config", "training_days", f"{yesterday + timedelta(days=2):%a}".lower())
    tracker(
        *("add", "--exercise", "hip_thrust", "--set", "reps=3"),
        *("--started", yesterday.isoformat()),
    )
    assert " of " not in tracker("people", "--triage").out.splitlines()[1]


def test_a_plan_file_is_taken_in_for_one_person(tracker: Tracker, tmp_path: Path) -> None:
    tracker("people", "add", "Anna")
    tracker("--person", "Anna", "config", "training_days", "mon,thu")
    file = tmp_path / "anna.toml"
    file.write_text(
        '[plan.hip_thrust]\nload_kg = 42.5\nsets = 3\ntarget_reps = 10\ntempo = "3-0-1-2"\n'
        "[coaching]\npain_limit = 3\n"
    )
    assert tracker("people", "plan", "Anna", file).code == 0
    assert "42.5 kg" in tracker("--person", "Anna", "next").out
    assert "42.5 kg" not in tracker("next").out
    assert tracker("config", "pain_limit", "--person", "Anna").out == "3\n"
    assert tracker("config", "training_days", "--person", "Anna").out == "mon,thu\n"
    # What is printed can be read again, by somebody else as well.
    printed = tracker("people", "plan", "Anna").out
    file.write_text(printed)
    assert tracker("people", "plan", "me", file).code == 0
    assert tracker("people", "plan", "me").out == printed


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "there is no plan in it"),
        ("[sensor]\naddress = 'x'", "got 'sensor'"),
        ("[plan.hip_thrust]\nload_kg = 4000", "expected 0 to"),
        ("[plan.hip_trust]\nsets = 3", "hip_trust"),
        ("[coaching]\npain_limit = 11", "pain_limit"),
        ("plan = 3", "expected a table [plan]"),
        ("no toml", "is not TOML"),
    ],
)
def test_a_plan_file_with_anything_else_changes_nothing(
    tracker: Tracker, tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(text)
    before = tracker("people", "plan", "me").out
    refused = tracker("people", "plan", "me", file)
    assert refused.code == 2
    assert problem in refused.err
    assert "pair again" not in refused.err
    assert tracker("people", "plan", "me").out == before


def test_a_name_is_the_same_however_its_umlaut_was_typed(tracker: Tracker) -> None:
    assert tracker("people", "add", "\u00c4nne").code == 0
    refused = tracker("people", "add", "A\u0308nne")
    assert refused.code == 2
    assert "is the name of somebody here" in refused.err
    assert tracker("--person", "a\u0308nne", "history").out == "no sessions\n"


def test_the_environment_names_a_person_and_an_option_overrides_it(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(["Anna", "Bea"], 1)
    monkeypatch.setenv("TRACKER_PERSON", "Bea")
    assert mark("Bea") in tracker("show", "last").out
    assert mark("Anna") in tracker("--person", "Anna", "show", "last").out
    assert os.environ["TRACKER_PERSON"] == "Bea"
    monkeypatch.setenv("TRACKER_PERSON", "Zoe")
    unknown = tracker("history")
    assert unknown.code == 2
    assert "There is no person 'Zoe'" in unknown.err
    # The list is what shows how to go on.
    assert tracker("people").code == 0
    assert tracker("--person", " ", "history").code == 2


def test_a_session_of_the_api_stays_that_of_whoever_was_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import tracker as api

    fill(["Anna", "Bea"], 1)
    annas, beas = api.open("last"), api.open("last", person="Bea")
    monkeypatch.setenv("TRACKER_PERSON", "Bea")
    assert (annas.workout.note, beas.workout.note) == (mark("Anna"), mark("Bea"))
