"""A recording in every format, read back by programs of others, holds what `analyze` prints."""

from __future__ import annotations

import contextlib
import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.recordings.readers import READERS, Session
from tracker.cli import main
from tracker.export.formats import FORMATS

FOLDER = Path(__file__).parents[2] / "recordings"
STARTED = "2026-11-25T18:00:00+01:00"
SETS = {"clean_set": 1, "hard_session": 2, "link_trouble": 2}

each_format = pytest.mark.parametrize("form", FORMATS)
each_recording = pytest.mark.parametrize("name", SETS)


def run(*arguments: str) -> tuple[int, str, str]:
    """Return the exit code of a command, and what it printed."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    err = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return code, out.buffer.getvalue().decode(), err.getvalue()


def printed(*arguments: str) -> str:
    code, out, err = run(*arguments)
    assert code == 0, err
    return out


@pytest.fixture(scope="module")
def analyzed() -> dict[str, Session]:
    """What `analyze` prints of each recording, and when it was."""
    found: dict[str, Session] = {}
    for name, sets in SETS.items():
        path = str(FOLDER / f"{name}.arrows")
        found[name] = {
            **json.loads(printed("analyze", path, "--format", "json")),
            "started": STARTED,
        }
        assert len(found[name]["sets"]) == sets
    return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of one's own."""
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    return tmp_path


def exported(source: str, form: str, folder: Path) -> Path:
    target = folder / f"{form}{FORMATS[form].suffix}"
    printed("export", source, "--format", form, "--started", STARTED, "-o", str(target))
    return target


@pytest.mark.slow
@each_format
@each_recording
def test_a_recording(name: str, form: str, analyzed: dict[str, Session], home: Path) -> None:
    READERS[form](exported(str(FOLDER / f"{name}.arrows"), form, home), analyzed[name])


@pytest.mark.slow
def test_a_session_of_the_log_as_it_was_measured_and_as_it_was_put_right(
    analyzed: dict[str, Session], home: Path
) -> None:
    printed("rescore", str(FOLDER / "link_trouble.arrows"))
    measured = analyzed["link_trouble"]
    (home / "before").mkdir()
    for form in FORMATS:
        READERS[form](exported("last", form, home / "before"), measured)
    printed("edit", "last", "--set", "1", "--reps", "9", "--load-kg", "82.5")
    edited = put_right(measured, 0, reps_done=9, load_kg=82.5)
    (home / "after").mkdir()
    for form in FORMATS:
        READERS[form](exported("last", form, home / "after"), edited)


def test_samples_of_a_session_of_the_log_go_with_what_was_put_right(home: Path) -> None:
    printed("rescore", str(FOLDER / "clean_set.arrows"))
    printed("edit", "last", "--exercise", "glute_bridge")
    target = exported("last", "bids", home)
    (events,) = target.glob("sub-01/motion/*_events.tsv")
    assert "_task-glutebridge_" in events.name


def put_right(session: Session, place: int, **values: Any) -> Session:
    """Return a session of which a set is otherwise, its reps being those that were measured."""
    changed = copy.deepcopy(session)
    changed["sets"][place] |= values
    return changed


@pytest.mark.parametrize(
    "form", ["csv-sets", "json", "html", "fit", "strava", "hevy", "strong", "fitnotes", "xlsx"]
)
def test_the_readers_would_see_another_number(
    form: str, analyzed: dict[str, Session], home: Path
) -> None:
    target = exported(str(FOLDER / "clean_set.arrows"), form, home)
    for values in ({"reps_done": 9}, {"load_kg": 20.0}):
        with pytest.raises(AssertionError):
            READERS[form](target, put_right(analyzed["clean_set"], 0, **values))


@pytest.mark.slow
@each_format
def test_the_readers_would_see_a_rep_less(
    form: str, analyzed: dict[str, Session], home: Path
) -> None:
    target = exported(str(FOLDER / "clean_set.arrows"), form, home)
    less = copy.deepcopy(analyzed["clean_set"])
    less["sets"][0]["reps"].pop()
    less["sets"][0]["reps_done"] -= 1
    less["source"]["samples"] -= 1
    with pytest.raises((AssertionError, ValueError)):
        READERS[form](target, less)


def test_without_a_date_it_says_how_to_give_one(tmp_path: Path) -> None:
    path, target = str(FOLDER / "clean_set.arrows"), tmp_path / "x.fit"
    for form in ("fit", "strava", "hevy", "strong"):
        code, out, err = run("export", path, "--format", form, "-o", str(target))
        assert (code, out) == (2, "")
        assert '--started "2026-11-25T18:00+01:00"' in err
        assert not target.exists()
