"""`import tracker`: sessions as objects and tables, and the engine for arrays."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tracker
from tests.cli.logged import open_log
from tests.workouts import TWO_SETS
from tracker.cli.app import main
from tracker.domain import (
    Fault,
    FaultReason,
    InputError,
    MarkKind,
    Plan,
    RepCounted,
    SetStarted,
    UnknownNameError,
    UserInput,
)
from tracker.export import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.domain import Event

RECORDING = Path(__file__).parents[1] / "recordings" / "clean_set.arrows"
TRUTH = json.loads(RECORDING.with_suffix(".truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def session() -> tracker.Session:
    return tracker.open(RECORDING)


@pytest.fixture
def log_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    monkeypatch.delenv("TRACKER_LOG_URL", raising=False)
    return tmp_path


USES_EVERYTHING = f"""
import sys
import tracker
first = sorted(sys.modules)
assert tracker.__version__
session = tracker.open({str(RECORDING)!r})
again = tracker.analyze(
    session.samples.time_s, session.samples.acc_mps2, session.samples.gyro_radps
)
assert len(again.reps) == len(session.reps) > 0
session.reps.to_arrow(), session.sets.to_arrow(), session.samples.to_arrow(), session.to_dict()
engine = tracker.Engine()
engine.feed(session.samples.time_s[:100], session.samples.acc_mps2[:100])
engine.finish()
import json
print(json.dumps([first, sorted(sys.modules)]))
"""


def test_no_screen_and_no_radio_are_imported_and_the_import_itself_is_cheap() -> None:
    done = subprocess.run(
        [sys.executable, "-c", USES_EVERYTHING], check=True, capture_output=True, text=True
    )
    first, last = json.loads(done.stdout)
    assert not {"numpy", "scipy", "pyarrow", "sqlalchemy", "asyncio"} & set(first)
    assert not [name for name in first if name.startswith("tracker.")]
    assert not {"textual", "rich", "bleak", "dbus_fast", "aiohttp", "click"} & set(last)


def test_a_name_that_is_not_there_is_missed() -> None:
    with pytest.raises(AttributeError, match="analyse"):
        tracker.analyse  # type: ignore[attr-defined] # noqa: B018
    assert {"open", "analyze", "Engine"} <= set(dir(tracker))


def test_a_recording_has_its_sets_reps_and_samples(session: tracker.Session) -> None:
    (true_set,) = TRUTH["sets"]
    assert len(session.sets) == 1
    assert len(session.reps) == len(true_set["reps"]) == session.sets[0].counted
    assert list(session.reps) == list(session.sets[0].reps)
    assert session.reps[-1] == session.reps[-1:][0]
    assert session.exercise == "hip_thrust"
    for rep, true in zip(session.reps, true_set["reps"], strict=True):
        assert rep.start_s == pytest.approx(true["start_s"], abs=0.1)
    assert session.samples.time_s.shape == (len(session.samples),)
    assert session.samples.acc_mps2.shape == (len(session.samples), 3)


def test_it_is_what_the_command_prints(
    session: tracker.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["analyze", str(RECORDING), "--format", "json"]) == 0
    assert session.to_dict() == json.loads(capsys.readouterr().out)
    assert session.to_dict()["schema"] == SCHEMA


def test_tables_hold_what_the_objects_hold(session: tracker.Session) -> None:
    for table in (session.reps, session.sets, session.samples):
        arrow, pandas, polars = table.to_arrow(), table.to_pandas(), table.to_polars()
        assert arrow.column_names == list(pandas.columns) == polars.columns
        assert arrow.num_rows == len(pandas) == len(polars) == len(table)
        assert polars.to_arrow().to_pylist() == arrow.to_pylist()
    frame = session.reps.to_pandas()
    assert frame["rom_deg"].tolist() == [rep.rom_deg for rep in session.reps]
    assert str(frame["rep"].dtype) == "Int32"
    assert frame["load_kg"].isna().all()
    samples = session.samples
    assert samples.gyro_radps is not None
    assert np.array_equal(samples.to_pandas()["gyro_y"].to_numpy(), samples.gyro_radps[:, 1])


def test_unknown_whole_numbers_stay_whole(log_home: Path) -> None:
    with open_log(log_home) as log:
        log.add(TWO_SETS, version="0.1.0")
    sets = tracker.open("last").sets
    pandas = sets.to_pandas()["pain_after"]
    assert [None if value is None else int(value) for value in sets.to_polars()["pain_after"]] == [
        None if missing else int(value)
        for value, missing in zip(pandas, pandas.isna(), strict=True)
    ]
    assert str(pandas.dtype) == "Int32"


def test_a_session_of_the_log_is_as_logged_and_its_samples_are_of_its_recording(
    log_home: Path, session: tracker.Session
) -> None:
    recording = log_home / "a.arrows"
    shutil.copy(RECORDING, recording)
    with open_log(log_home) as log:
        number = log.add(TWO_SETS, version="0.1.0", recording=str(recording), sha256="aa")
    for name in (number, str(number), "last"):
        logged = tracker.open(name)
        assert tuple(logged.sets) == TWO_SETS.sets
        assert np.array_equal(logged.samples.acc_mps2, session.samples.acc_mps2)
    recording.unlink()
    with pytest.raises(InputError, match="recording is gone"):
        _ = tracker.open(number).samples
    with pytest.raises(InputError, match="what was trained"):
        tracker.open(number, exercise="squat")


@pytest.mark.parametrize("name", ["gone.arrows", 7, "last"])
def test_what_is_not_there_is_an_error_that_says_so(name: str | int, log_home: Path) -> None:
    with pytest.raises(tracker.TrackerError):
        tracker.open(name)
    # A look at the log does not make one.
    assert not list(log_home.rglob("*.sqlite"))


def test_a_file_that_is_called_like_a_session_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: tracker.Session
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(RECORDING, "7")
    assert tracker.open("7").sets[0] == session.sets[0]


def test_arrays_give_what_their_recording_gives(session: tracker.Session) -> None:
    samples = session.samples
    found = tracker.analyze(samples.time_s, samples.acc_mps2, samples.gyro_radps)
    assert [rep.phases for rep in found.reps] == [rep.phases for rep in session.reps]
    without = tracker.analyze(samples.time_s, samples.acc_mps2)
    assert without.samples.gyro_radps is None
    assert len(without.reps) == len(session.reps)


def test_arrays_may_be_changed_afterwards(session: tracker.Session) -> None:
    acc_mps2 = session.samples.acc_mps2.copy()
    found = tracker.analyze(session.samples.time_s, acc_mps2)
    acc_mps2[:] = np.nan
    assert len(found.reps) == len(session.reps)


STILL = np.tile([0.0, 0.0, 9.81], (1000, 1))
TIMES_S = np.arange(1000) / 100.0


@pytest.mark.parametrize(
    ("time_s", "acc_mps2", "gyro_radps", "complaint"),
    [
        (TIMES_S[::-1], STILL, None, "row 1: time runs backwards"),
        (TIMES_S, STILL / 9.81, None, "not gravity"),
        (TIMES_S * 1e3, STILL, None, "samples a second"),
        (TIMES_S, STILL, STILL * 100.0, "angular rate"),
        (TIMES_S, np.where(STILL > 1.0, np.nan, STILL), None, "not a finite number"),
        (TIMES_S[:1], STILL[:1], None, "one sample"),
        ([], [], None, "no samples"),
    ],
)
def test_what_no_worn_sensor_measures_is_refused(
    time_s: np.ndarray, acc_mps2: np.ndarray, gyro_radps: np.ndarray | None, complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint) as refused:
        tracker.analyze(time_s, acc_mps2, gyro_radps)
    # The options of the command are of no use here.
    assert "--" not in str(refused.value)


@pytest.mark.parametrize(
    ("time_s", "acc_mps2", "gyro_radps"),
    [
        (TIMES_S, STILL.T, None),
        (TIMES_S[:-1], STILL, None),
        (TIMES_S, STILL, STILL[:-1]),
        (TIMES_S[:, None], STILL, None),
        (1.0, STILL, None),
        ([], STILL, None),
    ],
)
def test_shapes_that_do_not_fit_are_a_mistake_of_the_program(
    time_s: object, acc_mps2: np.ndarray, gyro_radps: np.ndarray | None
) -> None:
    for call in (tracker.analyze, tracker.Engine().feed):
        with pytest.raises(ValueError, match="shape"):
            call(time_s, acc_mps2, gyro_radps)  # type: ignore[arg-type]


def test_an_exercise_that_does_not_exist_is_answered_with_the_nearest() -> None:
    for call in (tracker.Engine, lambda name: tracker.analyze(TIMES_S, STILL, exercise=name)):
        with pytest.raises(UnknownNameError, match="hip_thrust"):
            call("hip_trust")


def fed(session: tracker.Session, cuts: Sequence[int]) -> tuple[list[Event], tracker.Engine]:
    """Return the events of the first rep or so, fed in blocks that end at `cuts`."""
    samples, engine = session.samples, tracker.Engine()
    assert samples.gyro_radps is not None
    events: list[Event] = []
    first = 0
    for last in (*sorted(cuts), 1500):
        cut = slice(first, last)
        events += engine.feed(samples.time_s[cut], samples.acc_mps2[cut], samples.gyro_radps[cut])
        first = last
    return [*events, *engine.finish()], engine


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 1500), max_size=6))
def test_any_cut_into_blocks_gives_the_same_events(
    session: tracker.Session, cuts: list[int]
) -> None:
    whole, engine = fed(session, [])
    assert any(isinstance(event, RepCounted) for event in whole)
    assert fed(session, cuts)[0] == whole
    assert sum(each.counted for each in engine.sets) >= 1
    assert engine.newest_s == session.samples.time_s[1499]


def test_samples_may_come_one_by_one(session: tracker.Session) -> None:
    engine, blocks = tracker.Engine(), tracker.Engine()
    for time_s, acc_mps2 in zip(TIMES_S[:50], STILL[:50], strict=True):
        assert engine.feed(float(time_s), list(acc_mps2)) == ()
    assert blocks.feed(TIMES_S[:50], STILL[:50]) == ()
    assert engine.newest_s == blocks.newest_s == TIMES_S[49]


def test_a_sample_that_is_no_number_or_comes_late_is_a_fault_and_not_the_end() -> None:
    engine = tracker.Engine()
    assert engine.feed([], []) == ()
    engine.feed(TIMES_S[:100], STILL[:100])
    for time_s, reason in ((np.nan, FaultReason.NOT_FINITE), (0.5, FaultReason.CLOCK)):
        (fault,) = engine.feed(time_s, STILL[0])
        assert isinstance(fault, Fault)
        assert fault.reason is reason
    assert engine.newest_s == TIMES_S[99]


def test_a_plan_reaches_the_coach_and_a_mark_the_detector() -> None:
    engine = tracker.Engine(plan=Plan(target_reps=5))
    (chosen,) = engine.feed(TIMES_S[:10], STILL[:10])
    assert isinstance(chosen, UserInput)
    events = engine.mark(MarkKind.SET_START)
    assert any(isinstance(event, SetStarted) for event in events)
    assert engine.sets[0].plan.target_reps == 5


def test_a_missing_library_is_named_with_its_extra(
    session: tracker.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, convert in (
        ("pandas", session.reps.to_pandas),
        ("polars", session.reps.to_polars),
    ):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(ModuleNotFoundError, match=rf"hip-thrust-tracker\[{name}\]"):
            convert()
