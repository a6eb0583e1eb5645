"""A stage that fails at any sample costs a little counting, and nothing else."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import contextmanager
from functools import cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.app.doubles import GatedSource, ListRecorder, ManualClock, until
from tests.streams import disorder
from tests.tui.staging import app_of, look
from tracker import counting as counting_module
from tracker.app.session import Session
from tracker.app.session_files import SessionFile
from tracker.app.snapshot import RunState
from tracker.app.text import TextOutput
from tracker.cli import main
from tracker.cli.analyze import AnalysisSettings, file_results
from tracker.coach import Coach
from tracker.detect import Detector
from tracker.domain import (
    HIP_THRUST,
    MARK_CHANNEL,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Fault,
    FaultReason,
    MarkKind,
    MotionBlock,
    Notification,
    Plan,
    PlanChosen,
    RepCounted,
    SessionInfo,
    SessionState,
    WarningKind,
    entry_message,
)
from tracker.domain.units import ns_from_s
from tracker.engine import build_engine
from tracker.importers import ImportOptions
from tracker.recording import RecordingWriter
from tracker.sensors import SAMPLES_CHANNEL, encode_samples
from tracker.signal import MotionStage, SensorAgreement
from tracker.sim import RepPlan, SensorPlan, SessionPlan, SetPlan, simulate
from tracker.sim.plan import Activity, ActivityPlan, Posture
from tracker.tui.widgets.status import Banner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.domain import Event, ImuBlock

INFO = SessionInfo(sensor="samples")
REPS = 5
BLOCK = 10
WHY = "the bug that everybody feared"
STAGES = (MotionStage, Detector, SensorAgreement)


def any_stage_at_any_time(test: Callable[..., None]) -> Callable[..., None]:
    """Parametrize a test by a stage and by when it fails."""
    for mark in (
        pytest.mark.parametrize("at_s", [0.0, 5.3, 7.2, 11.5, 22.0]),
        pytest.mark.parametrize("stage", STAGES),
        pytest.mark.slow,
    ):
        test = mark(test)
    return test


@cache
def stream() -> tuple[Notification, ...]:
    """A few reps between two still moments, as a radio delivers them."""
    rep = RepPlan(concentric_s=0.9, hold_s=1.0, eccentric_s=1.0, bottom_s=0.6)
    still = ActivityPlan(Activity.REST, 5.0)
    blocks = (still, SetPlan((rep,) * REPS), still)
    plan = SessionPlan(
        exercise="hip_thrust", blocks=blocks, starts=Posture.LYING, sensor=SensorPlan(rate_hz=100)
    )
    time_s, acc, gyro = simulate(plan, 1).samples()
    assert gyro is not None
    return tuple(
        Notification(
            ns_from_s(float(time_s[part][-1])),
            SAMPLES_CHANNEL,
            encode_samples(time_s[part], acc[part], gyro[part]),
        )
        for part in (slice(first, first + BLOCK) for first in range(0, len(time_s), BLOCK))
    )


@contextmanager
def failing(stage: type[Any], method: str, at_call: int, times: int = 1) -> Iterator[None]:
    """Let a method of a stage raise at some call of it, and so many times from then on."""
    calls = count()
    with failing_where(stage, method, lambda *_: at_call <= next(calls) < at_call + times):
        yield


@contextmanager
def failing_at(stage: type[Any], at_s: float) -> Iterator[None]:
    """Let a stage raise once, at the samples that reach some time, however they are cut."""
    failed: list[float] = []

    def reached_first(block: ImuBlock | MotionBlock) -> bool:
        rows = len(block.up if isinstance(block, MotionBlock) else block.acc_mps2)
        if failed or block.start_s + rows / block.rate_hz <= at_s:
            return False
        failed.append(at_s)
        return True

    with failing_where(stage, "process", reached_first):
        yield
    assert failed


@contextmanager
def failing_where(stage: type[Any], method: str, fails: Callable[..., bool]) -> Iterator[None]:
    original = getattr(stage, method)

    def fragile(self: Any, *arguments: Any) -> Any:
        if fails(*arguments):
            raise ZeroDivisionError(WHY)
        return original(self, *arguments)

    class Fragile(stage):  # type: ignore[misc]
        pass

    setattr(Fragile, method, fragile)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting_module, stage.__name__, Fragile)
        yield


def said_by(notifications: tuple[Notification, ...]) -> list[Event]:
    engine = build_engine(INFO)
    events = [event for each in notifications for event in engine.feed(each)]
    return [*events, *engine.finish()]


def restarts(events: list[Event]) -> list[Fault]:
    return [
        event
        for event in events
        if isinstance(event, Fault) and event.reason is FaultReason.DETECTOR_RESTARTED
    ]


def test_without_a_defect_nothing_restarts() -> None:
    events = said_by(stream())
    ledger = SessionState()
    ledger.accept(events)
    assert [len(record.reps) for record in ledger.sets] == [REPS]
    assert (restarts(events), ledger.warnings) == ([], ())


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    stage=st.sampled_from(STAGES),
    at_call=st.integers(0, len(stream()) - 1),
)
def test_a_stage_that_fails_at_any_sample_starts_anew(stage: type[Any], at_call: int) -> None:
    with failing(stage, "process", at_call):
        events = said_by(stream())
    (fault,) = restarts(events)
    assert fault.detail.startswith("Counting restarted after an internal error")
    assert f"ZeroDivisionError: {WHY} in " in fault.detail

    ledger = SessionState()
    ledger.accept(events)
    assert all(record.ended for record in ledger.sets)
    assert list(disorder(events)) == []
    # Whole reps from before stay; at most the one under way and its neighbour are lost.
    assert REPS - 2 <= sum(record.done for record in ledger.sets) <= REPS
    before = {
        (event.set_index, event.index)
        for event in events[: events.index(fault)]
        if isinstance(event, RepCounted)
    }
    kept = {(record.index, rep.index) for record in ledger.sets for rep in record.reps}
    assert len(before - kept) <= 1
    assert [(warning.kind, warning.text) for warning in ledger.warnings] == [
        (WarningKind.DETECTOR_RESTARTED, fault.detail)
    ]


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(at_call=st.integers(0, 40))
def test_a_coach_that_fails_costs_no_rep_and_knows_the_plan(at_call: int) -> None:
    planned = entry_message(0, PlanChosen(Plan(target_reps=REPS)))
    with failing(Coach, "process", at_call):
        events = said_by((planned, *stream()))
    ledger = SessionState()
    ledger.accept(events)
    assert [len(record.reps) for record in ledger.sets] == [REPS]
    assert [fault.detail.split(" after")[0] for fault in restarts(events)] in (
        ["Coaching restarted"],
        [],  # the stream has fewer calls than that
    )
    assert ledger.sets[0].plan.target_reps == REPS


def test_what_fails_for_ever_ends_nothing() -> None:
    with failing(Detector, "process", 100, times=1 << 20):
        events = said_by(stream())
    assert len(restarts(events)) > 50
    ledger = SessionState()
    ledger.accept(events)
    assert len(ledger.warnings) == 1
    assert all(record.ended for record in ledger.sets)


@pytest.mark.parametrize("method", ["mark", "finish", "trace", "saturated"])
def test_every_door_of_the_detector_is_watched(method: str) -> None:
    mark = Notification(ns_from_s(5.0), MARK_CHANNEL, MarkKind.SET_START.value.encode())
    middle = len(stream()) // 2
    with failing(Detector, method, 0):
        engine = build_engine(INFO)
        events = [e for each in stream()[:middle] for e in engine.feed(each)]
        engine._counting.saturated(5.0, 5.1)
        events += engine.feed(mark)
        assert engine.trace.time_s.ndim == 1
        events += [e for each in stream()[middle:] for e in engine.feed(each)]
        events += engine.finish()
    assert len(restarts(events)) == 1


def test_a_level_that_is_lost_or_waited_for_is_told() -> None:
    mark = Notification(ns_from_s(0.5), MARK_CHANNEL, MarkKind.CALIBRATION.value.encode())
    with failing(Detector, "process", 20):  # 2 s in, while the hold is waited for
        waiting = said_by((*stream()[:5], mark, *stream()[5:]))
    assert [type(e) for e in waiting if isinstance(e, CalibrationFailed)] == [CalibrationFailed]
    with failing(Detector, "process", 60):
        known = said_by((*stream()[:5], mark, *stream()[5:]))
    levels = [type(event) for event in known if isinstance(event, Calibrated | CalibrationLost)]
    assert levels == [Calibrated, CalibrationLost]


async def test_a_session_goes_on_and_everything_is_recorded() -> None:
    recorder, lines = ListRecorder(), list[str]()
    source = GatedSource(stream(), open_until_s=1e6)
    with failing(Detector, "process", 1):
        session = Session(
            source,
            build_engine(INFO),
            info=INFO,
            recorder=recorder,
            sinks=[TextOutput(lines.append, HIP_THRUST)],
            clock=ManualClock(),
        )
        await session.run()
    assert session.state is RunState.FINISHED
    assert tuple(recorder.written) == stream()
    assert [line for line in lines if line.startswith("! Counting restarted")]
    (warning,) = session.workout("x.arrows").warnings
    assert WHY in warning.text


def reached(session: Session, time_s: float) -> bool:
    return (session.snapshot().position_s or 0.0) > time_s


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("at_s", [0.3, 7.2, 11.5])
async def test_the_screen_says_that_counting_restarted(stage: type[Any], at_s: float) -> None:
    source = GatedSource(stream(), endless=True)
    with failing_at(stage, at_s):
        session = Session(source, build_engine(INFO), info=INFO, clock=ManualClock())
        app = app_of(session)
        async with app.run_test(size=(120, 40)) as pilot:
            for second in range(1, round(at_s) + 3):
                source.play_to(second)
                await until(partial(reached, session, second - 0.2))
            await look(pilot)
            text = app.screen.query_one(Banner).text
            assert text.startswith("! Counting restarted after an internal error.")
            assert session.state is RunState.RUNNING
            source.play_to(at_s + 14.0)
            await until(partial(reached, session, at_s + 13.8))
            await look(pilot)
            assert "restarted" not in app.screen.query_one(Banner).text
            session.stop()
            await asyncio.sleep(0)


@any_stage_at_any_time
def test_without_a_screen_a_line_says_it_and_the_others_go_on(
    stage: type[Any], at_s: float, recordings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with failing_at(stage, at_s):
        code = main(["replay", recordings[0], "--headless"])
    assert code == 0
    lines = capsys.readouterr().out.splitlines()
    (said,) = (line for line in lines if line.startswith("! Counting restarted"))
    assert WHY in said
    assert re.match(r"(no|\d+) set", lines[-1])


# --- batch ---------------------------------------------------------------------------------------


@pytest.fixture
def recordings(tmp_path: Path) -> list[str]:
    """Three files, of which the tests let the second break."""
    names = []
    for name in ("first", "bad", "last"):
        path = tmp_path / f"{name}.arrows"
        writer = RecordingWriter(path, INFO)
        for notification in stream():
            writer.write(notification)
        writer.close()
        names.append(str(path))
    return names


@contextmanager
def breaking_of(name: str) -> Iterator[None]:
    """Let the analysis of one file raise what no user can have caused."""
    original = SessionFile.workout

    def broken(file: SessionFile, *arguments: Any, **options: Any) -> Any:
        if name in str(file.path):
            raise ZeroDivisionError(WHY)
        return original(file, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SessionFile, "workout", broken)
        yield


def test_analyze_names_the_file_that_breaks_and_goes_on(
    recordings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with breaking_of("bad"):
        found = list(
            file_results(recordings, AnalysisSettings(1000, None, ImportOptions()), jobs=1)
        )
        code = main(["analyze", *recordings, "--format", "json", "--jobs", "1"])
    assert [outcome.workout is None for outcome in found] == [False, True, False]
    assert WHY in found[1].problem
    said = capsys.readouterr()
    assert code == 2
    paths = [each["source"]["path"] for each in json.loads(said.out)]
    assert paths == [recordings[0], recordings[2]]
    assert f"{recordings[1]}: the analysis failed (ZeroDivisionError: {WHY})" in said.err


def test_export_names_the_file_that_breaks_and_goes_on(
    recordings: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "history"
    with breaking_of("bad"):
        code = main(["export", *recordings, "--format", "parquet", "-o", str(target)])
    said = capsys.readouterr()
    assert code == 2
    assert WHY in said.err
    assert "1 of 3 files could not be read" in said.err
    assert list(target.rglob("*.parquet"))


def test_rescore_names_the_file_that_breaks_and_goes_on(
    recordings: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    with breaking_of("bad"):
        code = main(["rescore", *recordings, "--jobs", "1"])
    said = capsys.readouterr()
    assert code == 2
    assert f"{recordings[1]}: the analysis failed" in said.err
    assert "1 failed" in said.err


def test_a_restart_is_a_warning_in_the_json(
    recordings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with failing(Detector, "process", 1):
        code = main(["analyze", recordings[0], "--format", "json"])
    said = capsys.readouterr()
    assert code == 0
    source = json.loads(said.out)["source"]
    assert source["faults"] == {"detector_restarted": 1}
    (warning,) = source["warnings"]
    assert warning["kind"] == "detector_restarted"
    assert f"{recordings[0]}: {warning['text']}" in said.err


@any_stage_at_any_time
def test_a_batch_has_all_files_and_says_which_was_restarted(
    stage: type[Any], at_s: float, recordings: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with failing_at(stage, at_s):
        code = main(["analyze", *recordings, "--format", "json", "--jobs", "1"])
    said = capsys.readouterr()
    assert code == 0
    found = json.loads(said.out)
    assert [each["source"]["path"] for each in found] == recordings
    assert [len(each["source"]["warnings"]) for each in found] == [1, 0, 0]
    assert [[len(one["reps"]) for one in each["sets"]] for each in found[1:]] == [[REPS]] * 2
    assert f"{recordings[0]}: Counting restarted" in said.err
