from __future__ import annotations

import asyncio
import math

import pytest

from tests.app.doubles import (
    SAMPLES,
    GatedSource,
    ListRecorder,
    ListSink,
    ManualClock,
    ScriptedEngine,
    samples_every,
    settle,
    until,
)
from tracker.app.queue import NotificationQueue, OnFull
from tracker.app.session import FLUSH_EVERY_S, RecordingSink, Session
from tracker.app.snapshot import RecordingState, RunState
from tracker.domain import (
    ENTRY_CHANNEL,
    MARK_CHANNEL,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    Cue,
    CueKind,
    Fault,
    FaultReason,
    Gap,
    HeartRateRead,
    InputError,
    LinkChanged,
    LinkState,
    MarkKind,
    NoteEntered,
    OutputError,
    PainEntered,
    PainMoment,
    Phase,
    PhaseStarted,
    Plan,
    PlanChosen,
    RepCounted,
    RpeEntered,
    SensorError,
    SessionInfo,
    SetEnded,
    SetStarted,
    UserCommand,
    UserInput,
)
from tracker.domain.units import ns_from_s

INFO = SessionInfo(sensor="scripted")
ALWAYS = math.inf

SCRIPT = (
    (0.3, SetStarted(0.1, 1)),
    (0.3, PhaseStarted(0.1, 1, Phase.CONCENTRIC)),
    (0.5, RepCounted(0.45, 1, 1)),
    (0.5, PhaseStarted(0.45, 1, Phase.LOCKOUT)),
)


async def test_a_session_records_every_notification_and_says_every_event_in_order() -> None:
    notifications = samples_every(0.1, 1.0)
    recorder, sink = ListRecorder(), ListSink()
    engine = ScriptedEngine(SCRIPT, ending=(SetEnded(0.9, 1, 1),))
    session = Session(
        GatedSource(notifications, open_until_s=ALWAYS),
        engine,
        info=INFO,
        recorder=recorder,
        sinks=[sink],
        clock=ManualClock(),
    )

    await session.run()

    assert tuple(recorder.written) == notifications
    assert recorder.journal[-1] == "close"
    assert recorder.journal.count("close") == 1
    assert sink.events == [*(event for _, event in SCRIPT), SetEnded(0.9, 1, 1)]
    assert engine.finished == 1
    snapshot = session.snapshot()
    assert snapshot.state is RunState.FINISHED
    assert snapshot.recording is RecordingState.ON
    assert [record.counted for record in snapshot.sets] == [1]


async def test_what_waits_is_given_to_the_engine_in_one_go() -> None:
    engine = ScriptedEngine()
    source = GatedSource(samples_every(0.01, 10.0), open_until_s=ALWAYS)

    await Session(source, engine, info=INFO, clock=ManualClock()).run()

    assert sum(engine.batches) == 1000
    assert max(engine.batches) > 1


async def test_a_source_that_outruns_the_engine_waits_and_loses_nothing() -> None:
    engine = ScriptedEngine()
    source = GatedSource(samples_every(0.01, 10.0), open_until_s=ALWAYS)
    session = Session(source, engine, info=INFO, clock=ManualClock(), max_waiting=4)
    ahead: list[int] = []

    async with asyncio.TaskGroup() as group:
        running = group.create_task(session.run())
        while not running.done():
            ahead.append(source.yielded - engine.samples)
            await asyncio.sleep(0)

    assert engine.samples == 1000
    assert max(ahead) <= 4 + 1


async def test_bytes_are_recorded_before_they_are_decoded() -> None:
    recorder = ListRecorder()
    engine = ScriptedEngine(broken_after=2)
    source = GatedSource(samples_every(0.1, 0.5), open_until_s=ALWAYS)
    session = Session(source, engine, info=INFO, recorder=recorder, clock=ManualClock())

    with pytest.raises(ZeroDivisionError, match="a defect"):
        await session.run()

    assert len(recorder.written) == 5
    assert recorder.journal[-1] == "close"
    assert session.snapshot().state is RunState.FAILED
    assert source.closed


async def test_a_cancelled_session_keeps_what_arrived_and_closes_the_recorder() -> None:
    recorder, sink = ListRecorder(), ListSink()
    engine = ScriptedEngine(SCRIPT, ending=(SetEnded(0.5, 1, 1),))
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=0.5)
    session = Session(
        source, engine, info=INFO, recorder=recorder, sinks=[sink], clock=ManualClock()
    )

    async with asyncio.TaskGroup() as group:
        running = group.create_task(session.run())
        await until(lambda: engine.samples == 5)
        running.cancel()

    assert running.cancelled()
    assert len(recorder.written) == 5
    assert recorder.journal[-1] == "close"
    assert engine.finished == 1
    assert sink.events[-1] == SetEnded(0.5, 1, 1)
    assert source.closed
    assert session.snapshot().state is RunState.FINISHED
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_cancelling_with_a_full_intake_does_not_hang() -> None:
    engine = ScriptedEngine()
    source = GatedSource(samples_every(0.01, 10.0), open_until_s=ALWAYS)
    session = Session(source, engine, info=INFO, clock=ManualClock(), max_waiting=1)

    async with asyncio.TaskGroup() as group:
        running = group.create_task(session.run())
        await until(lambda: engine.samples > 3)
        session.stop()
        running.cancel()

    assert engine.finished == 1
    assert source.closed


async def test_stopping_ends_a_source_that_never_ends() -> None:
    recorder = ListRecorder()
    engine = ScriptedEngine()
    source = GatedSource(samples_every(0.1, 0.5), open_until_s=ALWAYS, endless=True)
    session = Session(source, engine, info=INFO, recorder=recorder, clock=ManualClock())

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: engine.samples == 5)
        session.stop()

    assert session.snapshot().state is RunState.FINISHED
    assert recorder.journal[-1] == "close"
    assert source.closed


async def test_a_frozen_session_stands_still_and_goes_on_as_if_it_had_not() -> None:
    recorder, engine = ListRecorder(), ScriptedEngine()
    source = GatedSource(samples_every(0.1, 3.0), open_until_s=1.0, endless=True)
    session = Session(source, engine, info=INFO, recorder=recorder, clock=ManualClock())

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: engine.samples == 10)
        session.freeze()
        source.play_to(2.0)
        await settle()
        assert engine.samples == 10
        said = session.enter(NoteEntered("tired"))
        assert said.received_ns <= ns_from_s(1.0), "it belongs to the moment of the freeze"
        session.resume()
        source.play_to(3.0)
        await until(lambda: engine.samples == 30)
        session.stop()
    assert [each.received_ns for each in recorder.written] == sorted(
        each.received_ns for each in recorder.written
    )


async def test_a_session_that_is_stopped_while_frozen_ended_then() -> None:
    recorder, engine = ListRecorder(), ScriptedEngine()
    source = GatedSource(samples_every(0.1, 3.0), open_until_s=1.0, endless=True)
    session = Session(source, engine, info=INFO, recorder=recorder, clock=ManualClock())

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: engine.samples == 10)
        session.freeze()
        source.play_to(2.0)
        await settle()
        session.stop()
    assert engine.samples == 10
    assert len(recorder.written) == 10


async def test_stopping_before_the_start_ends_at_once() -> None:
    engine = ScriptedEngine()
    session = Session(GatedSource(samples_every(0.1, 0.5)), engine, info=INFO, clock=ManualClock())
    session.stop()

    await session.run()

    assert session.snapshot().state is RunState.FINISHED
    assert engine.finished == 1


async def test_an_error_of_the_source_comes_after_what_it_had_sent() -> None:
    recorder = ListRecorder()
    engine = ScriptedEngine()
    error = SensorError("The sensor went away.", "Charge it.")
    source = GatedSource(samples_every(0.1, 0.5), open_until_s=ALWAYS, error=error)
    session = Session(source, engine, info=INFO, recorder=recorder, clock=ManualClock())

    with pytest.raises(SensorError, match="went away"):
        await session.run()

    assert engine.samples == 5
    assert engine.finished == 1
    assert recorder.journal[-1] == "close"
    assert session.snapshot().state is RunState.FAILED
    assert session.snapshot().failure == "The sensor went away.\nCharge it."


async def test_a_full_disk_ends_the_recording_but_not_the_set() -> None:
    engine = ScriptedEngine(SCRIPT)
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=ALWAYS)
    recorder = ListRecorder(full_after=3)
    session = Session(source, engine, info=INFO, recorder=recorder, clock=ManualClock())

    await session.run()

    snapshot = session.snapshot()
    assert engine.samples == 10
    assert snapshot.recording is RecordingState.FAILED
    assert "no space left" in (snapshot.recording_failure or "")
    assert recorder.journal[-1] == "close"


async def test_a_full_disk_is_told_at_once_and_room_in_time_costs_nothing() -> None:
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=0.5)
    recorder, told = ListRecorder(full_after=3), list[str]()
    engine = ScriptedEngine(SCRIPT)
    session = Session(source, engine, info=INFO, recorder=recorder, clock=ManualClock())
    session.recording.tell = told.append

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: engine.samples == 5)
        assert session.snapshot().recording is RecordingState.FAILED
        (line,) = told
        assert line.startswith("! not recording: no space left on device")
        recorder.full_after = None
        source.play_to(ALWAYS)

    assert recorder.written == list(samples_every(0.1, 1.0))
    assert session.snapshot().recording is RecordingState.ON
    assert session.snapshot().recording_failure is None
    assert told[1:] == ["recording again: nothing is lost"]


async def test_what_waits_for_room_is_bounded_and_what_is_lost_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tracker.app.session.HELD_NOTIFICATIONS", 4)
    source = GatedSource(samples_every(0.1, 2.0), open_until_s=1.0)
    recorder, told = ListRecorder(full_after=3), list[str]()
    engine = ScriptedEngine(SCRIPT)
    session = Session(source, engine, info=INFO, recorder=recorder, clock=ManualClock())
    session.recording.tell = told.append

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: engine.samples == 10)
        recorder.full_after = None
        source.play_to(ALWAYS)

    assert told[-1] == "recording again: 3 packets are lost"
    assert len(recorder.written) == 20 - 3
    assert "no space left" in (session.snapshot().recording_failure or "")


async def test_the_recording_is_flushed_every_second_without_traffic() -> None:
    clock, recorder = ManualClock(), ListRecorder()
    source = GatedSource((), endless=True)
    session = Session(source, ScriptedEngine(), info=INFO, recorder=recorder, clock=clock)

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await settle()
        for _ in range(3):
            await clock.advance(FLUSH_EVERY_S)
        session.stop()

    assert FLUSH_EVERY_S <= 1.0
    assert recorder.journal == ["flush", "flush", "flush", "close"]


async def test_a_mark_is_recorded_and_handled_behind_what_had_arrived() -> None:
    recorder, sink = ListRecorder(), ListSink()
    engine = ScriptedEngine()
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=0.5)
    session = Session(
        source, engine, info=INFO, recorder=recorder, sinks=[sink], clock=ManualClock()
    )

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: engine.samples == 5)
        session.mark(MarkKind.SET_START)
        source.play_to(ALWAYS)

    channels = [notification.channel for notification in recorder.written]
    assert channels == [SAMPLES] * 5 + [MARK_CHANNEL] + [SAMPLES] * 5
    stamps = [notification.received_ns for notification in recorder.written]
    assert stamps == sorted(stamps)
    assert sink.events == [UserCommand(0.5, "set_start"), SetStarted(0.5, 90)]


@pytest.mark.parametrize(
    "outcome", [Calibrated(0.8, 0.5), CalibrationFailed(0.8, "the hips moved")]
)
async def test_a_calibration_is_waited_for_until_it_is_settled(
    outcome: Calibrated | CalibrationFailed,
) -> None:
    engine = ScriptedEngine(((0.8, outcome),))
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=0.5)
    session = Session(source, engine, info=INFO, clock=ManualClock())
    awaited = []

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: engine.samples == 5)
        for kind in (MarkKind.SET_START, MarkKind.CALIBRATION, MarkKind.REFERENCE_REPS):
            session.mark(kind)
            await settle()
            awaited.append(session.snapshot().calibrating)
        source.play_to(ALWAYS)

    assert awaited == [None, MarkKind.CALIBRATION, MarkKind.REFERENCE_REPS]
    assert session.snapshot().calibrating is None


async def test_an_entry_is_recorded_and_handled_behind_what_had_arrived() -> None:
    recorder, sink = ListRecorder(), ListSink()
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=0.5)
    engine = ScriptedEngine()
    session = Session(
        source, engine, info=INFO, recorder=recorder, sinks=[sink], clock=ManualClock()
    )
    plan = PlanChosen(Plan(target_reps=8))

    async with asyncio.TaskGroup() as group:
        session.enter(plan)
        group.create_task(session.run())
        await until(lambda: engine.samples == 5)
        session.enter(PainEntered(3, PainMoment.BETWEEN))
        source.play_to(ALWAYS)

    assert [notification.received_ns for notification in recorder.written][:2] == [0, 100_000_000]
    assert [notification.channel for notification in recorder.written].count(ENTRY_CHANNEL) == 2
    said = [UserInput(0.0, plan), UserInput(0.5, PainEntered(3, PainMoment.BETWEEN))]
    assert sink.events == said
    assert session.snapshot().plan == plan.plan
    assert session.snapshot().pain == (said[1].entry,)


def test_an_entry_that_cannot_be_meant_is_refused_and_not_recorded() -> None:
    recorder = ListRecorder()
    session = Session(GatedSource(()), ScriptedEngine(), info=INFO, recorder=recorder)
    with pytest.raises(InputError, match="expected 0 to 10, got 11"):
        session.enter(PainEntered(11, PainMoment.AFTER))
    asyncio.run(session.run())
    assert recorder.written == []


@pytest.mark.parametrize("error", [None, SensorError("The sensor went away.")])
async def test_a_session_that_stays_open_takes_entries_after_the_end_of_its_source(
    error: SensorError | None,
) -> None:
    recorder, sink = ListRecorder(), ListSink()
    engine = ScriptedEngine(SCRIPT, ending=(SetEnded(0.9, 1, 1),))
    session = Session(
        GatedSource(samples_every(0.1, 1.0), open_until_s=ALWAYS, error=error),
        engine,
        info=INFO,
        recorder=recorder,
        sinks=[sink],
        clock=ManualClock(),
        until_stopped=True,
    )
    running = asyncio.ensure_future(session.run())
    over = RunState.FINISHED if error is None else RunState.FAILED
    await until(lambda: session.snapshot().state is over)
    assert sink.events[-1:] == [SetEnded(0.9, 1, 1)]
    assert session.snapshot().failure == (None if error is None else str(error))
    assert not running.done()

    session.enter(RpeEntered(1, 8.0))
    await settle()
    assert sink.events[-1:] == [UserInput(1.0, RpeEntered(1, 8.0))]
    session.stop()
    if error is None:
        await running
    else:
        with pytest.raises(SensorError):
            await running
    assert session.state is over
    assert engine.finished == 1
    assert recorder.written[-1].channel == ENTRY_CHANNEL
    assert recorder.journal[-1] == "close"


async def test_a_session_that_is_cancelled_while_it_stays_open_is_cancelled() -> None:
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=ALWAYS)
    session = Session(source, ScriptedEngine(), info=INFO, until_stopped=True)
    running = asyncio.ensure_future(session.run())
    await until(lambda: session.state is RunState.FINISHED)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("error", [None, SensorError("The link broke down.")])
async def test_a_queue_that_a_radio_fills_is_read_to_its_end(error: SensorError | None) -> None:
    queue, recorder = NotificationQueue(OnFull.DROP_AND_REPORT), ListRecorder()
    arrived = samples_every(0.1, 1.0)
    for notification in arrived[:5]:
        queue.put(notification)
    session = Session(queue, ScriptedEngine(), info=INFO, recorder=recorder)
    session.enter(RpeEntered(1, 8.0))
    running = asyncio.ensure_future(session.run())
    await until(lambda: session.reached_s == 0.5)
    session.mark(MarkKind.SET_START)
    for notification in arrived[5:]:
        queue.put(notification)
    if error is None:
        queue.close()
        await running
    else:
        queue.close(error)
        with pytest.raises(SensorError):
            await running
    entry, *rest = recorder.written
    assert entry.channel == ENTRY_CHANNEL, "what is entered before the start comes first"
    (mark,) = (each for each in rest if each.channel == MARK_CHANNEL)
    assert mark.received_ns == ns_from_s(0.5)
    rest.remove(mark)
    assert tuple(rest) == arrived


async def test_a_radio_that_goes_on_sending_does_not_keep_a_stopped_session() -> None:
    queue = NotificationQueue(OnFull.DROP_AND_REPORT)
    session = Session(queue, ScriptedEngine(), info=INFO, until_stopped=True)
    running = asyncio.ensure_future(session.run())
    await settle()
    session.stop()
    assert not queue.put(samples_every(0.1, 0.1)[0])
    await running
    assert session.state is RunState.FINISHED


async def test_a_recorded_session_replays_to_the_same_events() -> None:
    recorder, live, replayed = ListRecorder(), ListSink(), ListSink()
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=0.5)
    first_engine = ScriptedEngine(SCRIPT)
    session = Session(
        source, first_engine, info=INFO, recorder=recorder, sinks=[live], clock=ManualClock()
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: first_engine.samples == 5)
        session.mark(MarkKind.SET_START)
        source.play_to(ALWAYS)

    again = GatedSource(recorder.written, open_until_s=ALWAYS)
    await Session(
        again, ScriptedEngine(SCRIPT), info=INFO, sinks=[replayed], clock=ManualClock()
    ).run()

    assert replayed.events == live.events


async def test_a_snapshot_says_what_is_known_now() -> None:
    script = (
        (0.1, LinkChanged(0.0, LinkState.STREAMING)),
        (0.1, LinkChanged(0.0, LinkState.LOST, device=1)),
        (0.2, LinkChanged(0.2, LinkState.STREAMING, detail="It is back.")),
        (0.2, BatteryRead(0.2, 87)),
        (0.2, BatteryRead(0.2, 14, device=1)),
        (0.6, HeartRateRead(0.6, 128, device=1)),
        *SCRIPT,
        (0.6, Cue(0.6, "hold", CueKind.HOLD_LONGER, 1)),
        (0.6, Gap(0.52, 0.58)),
        (0.6, Fault(0.6, FaultReason.LOST, "3 packets", count=3)),
    )
    clock = ManualClock()
    engine = ScriptedEngine(script)
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=0.7)
    session = Session(source, engine, info=INFO, clock=clock)

    async with asyncio.TaskGroup() as group:
        group.create_task(session.run())
        await until(lambda: engine.samples == 7)
        await clock.advance(2.5)
        snapshot = session.snapshot()
        session.stop()

    assert snapshot.state is RunState.RUNNING
    assert snapshot.position_s == pytest.approx(0.7)
    assert snapshot.phase is Phase.LOCKOUT
    assert snapshot.phase_elapsed_s == pytest.approx(0.25)
    assert snapshot.cue == Cue(0.6, "hold", CueKind.HOLD_LONGER, 1)
    assert snapshot.link is LinkState.STREAMING
    assert snapshot.link_detail == "It is back."
    assert snapshot.second_link is LinkState.LOST
    assert snapshot.battery_percent == 87
    assert snapshot.heart_rate == HeartRateRead(0.6, 128, device=1)
    assert snapshot.gaps == (Gap(0.52, 0.58),)
    assert snapshot.faults == {FaultReason.LOST: 3}
    assert snapshot.sample_age_s == pytest.approx(2.5)
    assert snapshot.samples == 7
    assert snapshot.trace_time_s[-1] == pytest.approx(0.7)
    assert not snapshot.trace_pitch_deg.flags.writeable


def test_nothing_is_known_before_the_start_and_nothing_is_zero() -> None:
    snapshot = Session(GatedSource(()), ScriptedEngine(), info=INFO).snapshot()

    assert snapshot.state is RunState.READY
    assert snapshot.position_s is None
    assert snapshot.rate_hz is None
    assert snapshot.sample_age_s is None
    assert snapshot.phase_elapsed_s is None
    assert snapshot.recording is RecordingState.OFF


async def test_a_session_runs_once() -> None:
    session = Session(GatedSource(()), ScriptedEngine(), info=INFO, clock=ManualClock())
    await session.run()

    with pytest.raises(RuntimeError, match="once"):
        await session.run()


async def test_a_session_adds_up_to_what_an_analysis_of_its_recording_would() -> None:
    engine = ScriptedEngine((*SCRIPT, (0.6, Gap(0.5, 0.6))), ending=(SetEnded(0.9, 1, 1),))
    source = GatedSource(samples_every(0.1, 1.0), open_until_s=ALWAYS)
    session = Session(source, engine, info=INFO, clock=ManualClock())
    assert session.workout("x.arrows").facts.duration_s is None
    await session.run()
    workout = session.workout("x.arrows")
    facts = workout.facts
    assert (facts.path, facts.sensor, facts.samples) == ("x.arrows", "scripted", 10)
    assert facts.duration_s == pytest.approx(0.9)
    assert workout.info is INFO
    assert workout.gaps == (Gap(0.5, 0.6),)
    assert [(record.counted, record.ended) for record in workout.sets] == [(1, True)]


def test_without_a_recorder_nothing_is_kept_and_nothing_fails() -> None:
    sink = RecordingSink(None)
    sink.write_all(samples_every(0.1, 1.0))
    sink.flush()
    sink.close()

    assert sink.state is RecordingState.OFF


def test_a_recorder_gets_everything_and_is_closed_once() -> None:
    recorder = ListRecorder()
    sink = RecordingSink(recorder)
    sink.write_all(samples_every(0.1, 0.3))
    sink.flush()
    sink.close()
    sink.close()

    assert recorder.journal == [*samples_every(0.1, 0.3), "flush", "close"]
    assert sink.state is RecordingState.ON


def test_a_failure_is_kept_in_words_and_ends_the_recording_only() -> None:
    class LockedRecorder(ListRecorder):
        def flush(self) -> None:
            raise OutputError("x.arrows", "the disk is gone")

        def close(self) -> None:
            super().close()
            self.flush()

    recorder = LockedRecorder()
    sink = RecordingSink(recorder)
    sink.flush()
    sink.write_all(samples_every(0.1, 0.3))
    sink.close()

    assert sink.state is RecordingState.FAILED
    assert sink.failure == "the disk is gone (x.arrows)"
    assert recorder.written == list(samples_every(0.1, 0.3))
    assert recorder.journal[-1] == "close"
