from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signal.hips import rotations
from tests.simulated import demo, scenario
from tests.stages import Output, cut_at, said, same, without_stamps, words
from tracker.decoding import timed_samples
from tracker.domain import (
    BATTERY_CHANNEL,
    HIP_THRUST,
    LINK_CHANNEL,
    MARK_CHANNEL,
    OVERRUN_CHANNEL,
    BatteryRead,
    Cue,
    CueKind,
    Fault,
    FaultReason,
    Flag,
    Gap,
    HeartRateRead,
    LinkChanged,
    LinkState,
    Notification,
    Plan,
    PlanChosen,
    RepCounted,
    SessionInfo,
    SessionState,
    UnknownNameError,
    battery_message,
    entry_message,
    exercise_named,
    link_message,
    overrun_message,
)
from tracker.domain.units import ns_from_s
from tracker.engine import LOOK_S, Engine, build_engine
from tracker.sensors import HEART_RATE_UUID, SAMPLES, SAMPLES_CHANNEL, encode_samples
from tracker.sensors.profile import PROFILE
from tracker.sensors.profile.packets import CONFIG_UUID, IMU_UUID
from tracker.sensors.witmotion import WITMOTION
from tracker.signal import GRID_RATE_HZ
from tracker.signal.motion import SMOOTHING_HALF_WIDTH_S
from tracker.sim import (
    Disconnect,
    RadioPlan,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    simulate,
)
from tracker.sim.plan import Activity, ActivityPlan, Posture
from tracker.sim.sensor import LSM6DSOX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tracker.domain import Event, SetRecord
    from tracker.sim import SimulatedSession

# --- simulated sessions ------------------------------------------------------------------------


def session(name: str) -> SimulatedSession:
    return demo() if name == "demo" else scenario(name)


@cache
def everything(name: str) -> tuple[Notification, ...]:
    """Return the first set of a session, with a mark, a second sensor and garbage strewn in."""
    sent = [each for each in session(name).notifications() if each.received_ns < 70e9]
    third = len(sent) // 3
    middle = sent[third]
    sent[third:third] = [
        replace(middle, channel=MARK_CHANNEL, data=b"set_start"),
        replace(middle, device=1),
        replace(middle, data=b"\x00"),
    ]
    return tuple(sent)


def told(name: str, notifications: Sequence[Notification], grouping: int) -> list[Event]:
    engine = build_engine(session(name).info)
    events = [
        event
        for first in range(0, len(notifications), grouping)
        for event in engine.feed_many(notifications[first : first + grouping])
    ]
    return [*events, *engine.finish()]


@cache
def whole(name: str) -> Output:
    """Return the events of a session that is fed at once."""
    return said(told(name, everything(name), 100_000))


def sets_of(events: Sequence[Event]) -> tuple[SetRecord, ...]:
    ledger = SessionState()
    ledger.accept(events)
    return ledger.sets


def test_announcements_of_every_sensor_become_events() -> None:
    engine = build_engine(SessionInfo("profile"))
    said = engine.feed_many(
        [
            link_message(0, LinkState.STREAMING),
            battery_message(1_000_000_000, 14),
            link_message(2_000_000_000, LinkState.LOST, 1, "The connection broke."),
            overrun_message(3_000_000_000, 5),
        ]
    )
    assert said[:3] == (
        LinkChanged(0.0, LinkState.STREAMING),
        BatteryRead(1.0, 14),
        LinkChanged(2.0, LinkState.LOST, 1, "The connection broke."),
    )
    assert isinstance(said[3], Fault)
    assert (said[3].reason, said[3].count) == (FaultReason.OVERRUN, 5)


HARD = ("demo", "disconnected", "restarted", "lossy_radio", "saturating_sensor")


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD)
def test_events_do_not_depend_on_how_notifications_are_grouped(name: str) -> None:
    for grouping in (7, 100):
        same(said(told(name, everything(name), grouping)), whole(name))


def test_one_by_one_is_the_same_as_all_at_once() -> None:
    engine = build_engine(session("demo").info)
    events = [event for each in everything("demo") for event in engine.feed(each)]
    same(said([*events, *engine.finish()]), whole("demo"))


@settings(max_examples=4, deadline=None)
@given(cuts=st.lists(st.integers(0, 1500), max_size=30))
def test_groups_of_any_sizes_are_the_same(cuts: list[int]) -> None:
    notifications = everything("saturating_sensor")
    engine = build_engine(session("saturating_sensor").info)
    size = len(notifications)
    events: list[Event] = []
    for piece in cut_at(size, [min(cut, size) for cut in cuts]):
        events += engine.feed_many(notifications[piece])
    same(said([*events, *engine.finish()]), whole("saturating_sensor"))


@pytest.mark.parametrize("grouping", [1, 7, 100_000])
def test_cues_keep_to_the_plan_in_the_stream_however_it_is_grouped(grouping: int) -> None:
    plan = Plan(lockout_goal_s=3.0, target_reps=5, load_kg=60.0)
    stream = (entry_message(0, PlanChosen(plan)), *session("demo").notifications())
    cues = [event for event in told("demo", stream, grouping) if isinstance(event, Cue)]
    assert [(cue.kind, cue.set_index, cue.rep_index) for cue in cues] == [
        (CueKind.HOLD_LONGER, 1, 1),
        (CueKind.TARGET_REACHED, 1, 5),
        (CueKind.HOLD_LONGER, 1, 6),
        (CueKind.HOLD_LONGER, 2, 1),
        (CueKind.REACH_LOCKOUT, 2, 3),
        (CueKind.DROPPED, 2, 4),
        (CueKind.TARGET_REACHED, 2, 5),
    ]
    assert cues[0].text == "Hold the top for 3 seconds."


@pytest.mark.parametrize("grouping", [1, 7, 100_000])
def test_the_detector_changes_with_the_exercise_between_two_sets(grouping: int) -> None:
    """A bridge is a smaller movement: what follows is counted as one, however it is grouped."""
    sent = tuple(session("demo").notifications())
    (first, *_) = sets_of(told("demo", sent, 100_000))
    at = next(n for n, each in enumerate(sent) if each.received_ns > (first.end_s + 15.0) * 1e9)
    change = entry_message(sent[at].received_ns, PlanChosen(Plan(exercise="glute_bridge")))
    events = told("demo", (*sent[:at], change, *sent[at:]), grouping)
    sets = sets_of(events)
    assert sets[0] == first
    assert [each.index for each in sets] == list(range(1, len(sets) + 1))
    assert [each.exercise for each in sets] == [None] + ["glute_bridge"] * (len(sets) - 1)
    assert [each.counted for each in sets] == [
        each.counted for each in sets_of(told("demo", sent, 100_000))
    ]
    same(said(events), said(told("demo", (*sent[:at], change, *sent[at:]), 50)))


def test_a_change_of_exercise_in_the_middle_of_a_set_ends_it() -> None:
    sent = tuple(session("demo").notifications())
    (first, *_) = sets_of(told("demo", sent, 100_000))
    at = next(n for n, each in enumerate(sent) if each.received_ns > (first.end_s - 8.0) * 1e9)
    change = entry_message(sent[at].received_ns, PlanChosen(Plan(exercise="squat")))
    cut, *_ = sets_of(told("demo", (*sent[:at], change, *sent[at:]), 100_000))
    assert cut.ended
    assert 0 < cut.counted < first.counted
    assert cut.exercise is None


def test_nothing_is_said_of_a_time_that_has_not_come() -> None:
    engine = build_engine(session("restarted").info)
    for notification in everything("restarted"):
        events = engine.feed(notification)
        heard_s = notification.received_ns / 1e9
        newest_s = max(heard_s if engine.newest_s is None else engine.newest_s, heard_s)
        for event in events:
            assert event.at_s <= newest_s + 1e-9, event


@pytest.mark.parametrize("name", ["demo", "touch_and_go", "dips", "accelerometer_only"])
def test_a_simulated_session_is_understood(name: str) -> None:
    truth = session(name).truth
    events = told(name, tuple(session(name).notifications()), 100)
    found = sets_of(events)
    assert [len(record.reps) for record in found] == [len(each.reps) for each in truth.sets]
    for record, expected in zip(found, truth.sets, strict=True):
        for rep, real in zip(record.reps, expected.reps, strict=True):
            # Without a gyroscope, the first and last 15 % of the travel are left out.
            close_s = 0.3 if name == "accelerometer_only" else 0.05
            assert rep.start_s - truth.least_delay_s == pytest.approx(real.start_s, abs=close_s)
            assert rep.rom_deg == pytest.approx(real.rom_deg, abs=8.0)


def test_gaps_are_those_that_the_radio_made() -> None:
    real = session("disconnected")
    found = [
        event
        for event in told("disconnected", tuple(real.notifications()), 100)
        if isinstance(event, Gap)
    ]
    long = [gap for gap in real.truth.gaps if gap.end_s - gap.start_s > 0.3]
    assert len(found) == len(long)
    for gap, true in zip(found, long, strict=True):
        assert gap.end_s - gap.start_s == pytest.approx(true.end_s - true.start_s, abs=0.1)


def test_saturated_samples_are_flagged_in_their_reps() -> None:
    flags = [
        rep.flags
        for record in sets_of(told("saturating_sensor", everything("saturating_sensor"), 100))
        for rep in record.reps
    ]
    assert any(Flag.SATURATED in each for each in flags)
    assert not any(
        Flag.SATURATED in rep.flags
        for record in sets_of(told("demo", everything("demo"), 100))
        for rep in record.reps
    )


def test_the_rate_is_measured_without_the_holes() -> None:
    for name in ("demo", "disconnected"):
        plan = session(name).plan.sensor
        engine = build_engine(session(name).info)
        assert engine.rate_hz is None
        engine.feed_many(tuple(session(name).notifications()))
        real_hz = plan.rate_hz * (1.0 + plan.rate_error)
        assert engine.rate_hz == pytest.approx(real_hz, rel=0.01)


def test_the_trace_ends_where_the_samples_do() -> None:
    engine = build_engine(session("demo").info)
    notifications = tuple(session("demo").notifications())
    engine.feed_many(notifications[: len(notifications) // 2])
    trace = engine.trace
    assert engine.newest_s is not None
    assert trace.time_s[-1] == pytest.approx(engine.newest_s, abs=0.1)
    assert len(trace.time_s) == len(trace.pitch_deg)


@pytest.mark.parametrize("rate_hz", [50.0, 200.0, 1000.0])
def test_small_packets_wait_for_each_other_but_not_for_long(rate_hz: float) -> None:
    engine = Engine(SAMPLES, HIP_THRUST)
    most_s, shown_s = 0.0, set()
    for number in range(round(2.0 * rate_hz)):
        at_s = number / rate_hz
        data = encode_samples(np.array([at_s]), np.array([[0.0, 0.0, 9.81]]), np.zeros((1, 3)))
        engine.feed(Notification(ns_from_s(at_s), SAMPLES_CHANNEL, data))
        if len(engine.trace.time_s):
            shown_s.add(float(engine.trace.time_s[-1]))
            most_s = max(most_s, at_s - float(engine.trace.time_s[-1]))
    seen_s = LOOK_S + SMOOTHING_HALF_WIDTH_S + 2.0 / GRID_RATE_HZ
    assert most_s < seen_s + 1.0 / rate_hz
    assert len(shown_s) <= 2.0 / LOOK_S


def test_what_waits_when_the_stream_ends_is_counted() -> None:
    time_s, acc_mps2, gyro_radps = (part[:401] for part in samples())
    engines = [Engine(SAMPLES, HIP_THRUST) for _ in range(2)]
    for engine, end in zip(engines, (400, 401), strict=True):
        for at in range(end):
            one = slice(at, at + 1)
            data = encode_samples(time_s[one], acc_mps2[one], gyro_radps[one])
            engine.feed(Notification(ns_from_s(float(time_s[at])), SAMPLES_CHANNEL, data))
        engine.finish()
    first_s, second_s = (float(engine.trace.time_s[-1]) for engine in engines)
    assert second_s == pytest.approx(first_s + 1.0 / GRID_RATE_HZ)


# --- samples from a file -----------------------------------------------------------------------


def plain_session(radio: RadioPlan | None = None) -> SimulatedSession:
    rep = RepPlan(concentric_s=0.9, hold_s=0.8, eccentric_s=1.2, bottom_s=0.6)
    return simulate(
        SessionPlan(
            exercise=HIP_THRUST.name,
            blocks=(
                ActivityPlan(Activity.REST, 2.0),
                SetPlan((rep, rep, replace(rep, reach=0.7), rep)),
                ActivityPlan(Activity.REST, 14.0),
            ),
            starts=Posture.LYING,
            sensor=SensorPlan(noise=LSM6DSOX),
            radio=radio or RadioPlan(),
        ),
        seed=5,
    )


@cache
def samples() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    time_s, acc_mps2, gyro_radps = plain_session().samples()
    assert gyro_radps is not None
    return time_s, acc_mps2, gyro_radps


def from_file(
    time_s: NDArray[np.float64],
    acc_mps2: NDArray[np.float64],
    gyro_radps: NDArray[np.float64] | None,
    rows: int = 400,
) -> list[Event]:
    """Return what is said about a file's samples, given in blocks of some rows."""
    engine = Engine(SAMPLES, HIP_THRUST)
    events: list[Event] = []
    for first in range(0, len(time_s), rows):
        part = slice(first, first + rows)
        gyro = None if gyro_radps is None else gyro_radps[part]
        data = encode_samples(time_s[part], acc_mps2[part], gyro)
        received_ns = ns_from_s(float(time_s[part][-1]))
        events += engine.feed(Notification(received_ns, SAMPLES_CHANNEL, data))
    return [*events, *engine.finish()]


@pytest.mark.slow
@pytest.mark.parametrize("rows", [1, 13, 100_000])
def test_samples_of_a_file_are_the_same_in_blocks_of_any_size(rows: int) -> None:
    same(said(from_file(*samples(), rows=rows)), said(from_file(*samples())))


def worn_otherwise(
    rotation: NDArray[np.float64], *, gyro: bool
) -> tuple[list[Event], list[Event]]:
    """Return what is said about the same movement, as it was and with the sensor turned."""
    time_s, acc_mps2, gyro_radps = samples()
    rates = (gyro_radps, gyro_radps @ rotation.T) if gyro else (None, None)
    plain = from_file(time_s, acc_mps2, rates[0])
    return plain, from_file(time_s, acc_mps2 @ rotation.T, rates[1])


@pytest.mark.parametrize("gyro", [True, False], ids=["with a gyroscope", "without"])
@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
@pytest.mark.parametrize("signs", [(1, -1, -1), (-1, 1, -1), (-1, -1, 1)])
def test_which_axis_points_where_does_not_matter(
    gyro: bool, order: tuple[int, ...], signs: tuple[int, ...]
) -> None:
    plain, turned = worn_otherwise(np.diag(signs)[list(order)], gyro=gyro)
    same(said(plain), said(turned), 1e-6)


@settings(max_examples=6, deadline=None)
@given(rotation=rotations())
@pytest.mark.parametrize("gyro", [True, False], ids=["with a gyroscope", "without"])
def test_which_way_round_the_sensor_is_worn_does_not_matter(
    gyro: bool, rotation: NDArray[np.float64]
) -> None:
    """Only the rise and the velocity know the axes: each axis may have its own scale error."""
    events = worn_otherwise(rotation, gyro=gyro)
    one, other = map(said, events)
    np.testing.assert_array_equal(one["words"], other["words"])
    np.testing.assert_allclose(one["figures"], other["figures"], rtol=5e-3, atol=1e-6)
    plain, turned = (
        np.array(
            [
                (rep.start_s, rep.concentric_s, rep.rom_deg)
                for record in sets_of(each)
                for rep in record.reps
            ],
            dtype=float,
        )
        for each in events
    )
    np.testing.assert_allclose(plain, turned, atol=1e-6)


@settings(max_examples=6, deadline=None)
@given(steps=st.integers(0, 500_000))
def test_when_the_session_starts_does_not_matter(steps: int) -> None:
    """Shifted by whole steps of the grid, all times shift and nothing else changes."""
    time_s, acc_mps2, gyro_radps = samples()
    shift_s = steps / 100.0
    plain = sets_of(from_file(time_s, acc_mps2, gyro_radps))
    later = sets_of(from_file(time_s + shift_s, acc_mps2, gyro_radps))
    assert words(tuple(record.reps for record in plain)) == words(
        tuple(record.reps for record in later)
    )
    for one, other in zip(plain, later, strict=True):
        for rep, moved in zip(one.reps, other.reps, strict=True):
            assert moved.start_s - shift_s == pytest.approx(rep.start_s, abs=1e-6)
            assert moved.end_s - shift_s == pytest.approx(rep.end_s, abs=1e-6)
            assert moved.rom_deg == pytest.approx(rep.rom_deg, abs=1e-5)


@pytest.mark.parametrize("every", [1, 2, 4])
def test_a_slower_sensor_tells_the_same_story(every: int) -> None:
    time_s, acc_mps2, gyro_radps = samples()
    (record,) = sets_of(from_file(time_s[::every], acc_mps2[::every], gyro_radps[::every]))
    assert [Flag.SHORT_OF_LOCKOUT in rep.flags for rep in record.reps] == [
        False,
        False,
        True,
        False,
    ]
    (full,) = sets_of(from_file(time_s, acc_mps2, gyro_radps))
    for rep, known in zip(record.reps, full.reps, strict=True):
        assert rep.start_s == pytest.approx(known.start_s, abs=0.03)


def test_a_recorded_session_and_its_samples_agree() -> None:
    """Through the radio or from a file: the same body, the same reps."""
    recorded = plain_session()
    engine = build_engine(recorded.info)
    events = [*engine.feed_many(tuple(recorded.notifications())), *engine.finish()]
    (heard,), (read,) = sets_of(events), sets_of(from_file(*samples()))
    for rep, known in zip(heard.reps, read.reps, strict=True):
        assert rep.start_s - known.start_s == pytest.approx(0.02, abs=0.05)
        assert rep.rom_deg == pytest.approx(known.rom_deg, abs=0.5)


def test_a_restarted_sensor_goes_on_in_the_same_session() -> None:
    silence = Disconnect(start_s=6.0, duration_s=3.0, reboots=True)
    recorded = plain_session(RadioPlan(disconnects=(silence,)))
    engine = build_engine(recorded.info)
    events = [*engine.feed_many(tuple(recorded.notifications())), *engine.finish()]
    states = [event.state for event in events if isinstance(event, LinkChanged)]
    assert states.count(LinkState.STREAMING) == 2
    reasons = [event.reason for event in events if isinstance(event, Fault)]
    assert reasons == [FaultReason.CLOCK]
    (gap,) = [event for event in events if isinstance(event, Gap)]
    assert gap.end_s - gap.start_s == pytest.approx(3.0, abs=0.15)


@pytest.mark.parametrize("name", ["demo", "lossy_radio", "disconnected"])
def test_a_sensor_without_a_clock_tells_the_same_story(name: str) -> None:
    """Stamps or arrivals: the same reps, at the same times but for the link's least delay."""
    sent = tuple(session(name).notifications())
    stamped = build_engine(session(name).info)
    bare = Engine(WITMOTION, exercise_named(session(name).info.exercise))
    heard = sets_of([*bare.feed_many(tuple(without_stamps(sent))), *bare.finish()])
    known = sets_of([*stamped.feed_many(sent), *stamped.finish()])
    assert [len(each.reps) for each in heard] == [len(each.reps) for each in known]
    shifts_s = np.array(
        [
            (rep.start_s - same.start_s, rep.end_s - same.end_s)
            for one, other in zip(heard, known, strict=True)
            for rep, same in zip(one.reps, other.reps, strict=True)
        ]
    )
    assert np.abs(shifts_s).max() < 0.1
    assert bare.rate_hz == pytest.approx(stamped.rate_hz, rel=0.02)


@pytest.mark.parametrize("name", ["demo", "lossy_radio", "disconnected", "accelerometer_only"])
def test_the_samples_of_a_session_lead_to_its_reps(name: str) -> None:
    sent = tuple(session(name).notifications())
    taken = timed_samples(session(name).info, sent)
    found = sets_of(from_file(taken.time_s, taken.acc_mps2, taken.gyro_radps))
    engine = build_engine(session(name).info)
    known = sets_of([*engine.feed_many(sent), *engine.finish()])
    assert len(taken.time_s) == engine.samples
    assert taken.time_s[-1] == engine.newest_s
    assert [len(each.reps) for each in found] == [len(each.reps) for each in known]
    for one, other in zip(found, known, strict=True):
        for rep, same_rep in zip(one.reps, other.reps, strict=True):
            assert rep.start_s == pytest.approx(same_rep.start_s, abs=1e-6)
            assert rep.rom_deg == pytest.approx(same_rep.rom_deg, abs=1e-6)


def test_a_stream_without_a_sample_has_none() -> None:
    taken = timed_samples(session("demo").info, ())
    assert taken.acc_mps2.shape == (0, 3)
    assert taken.gyro_radps is None


def test_where_only_some_samples_have_a_rate_the_others_have_none() -> None:
    time_s, acc_mps2, gyro_radps = samples()
    assert gyro_radps is not None
    sent = (
        Notification(
            ns_from_s(float(time_s[9])),
            SAMPLES_CHANNEL,
            encode_samples(time_s[:10], acc_mps2[:10], gyro_radps[:10]),
        ),
        Notification(
            ns_from_s(float(time_s[19])),
            SAMPLES_CHANNEL,
            encode_samples(time_s[10:20], acc_mps2[10:20], None),
        ),
    )
    taken = timed_samples(SessionInfo(SAMPLES.kind), sent)
    assert taken.gyro_radps is not None
    np.testing.assert_array_equal(taken.gyro_radps[:10], gyro_radps[:10])
    assert np.isnan(taken.gyro_radps[10:]).all()
    np.testing.assert_array_equal(taken.acc_mps2, acc_mps2[:20])


# --- anything ----------------------------------------------------------------------------------

channels = st.sampled_from(
    [
        IMU_UUID,
        CONFIG_UUID,
        LINK_CHANNEL,
        BATTERY_CHANNEL,
        OVERRUN_CHANNEL,
        MARK_CHANNEL,
        "anything",
    ]
)


@settings(max_examples=60, deadline=None)
@given(packets=st.lists(st.tuples(channels, st.binary(max_size=80)), max_size=20))
def test_no_bytes_bring_it_down(packets: list[tuple[str, bytes]]) -> None:
    engine = Engine(PROFILE, HIP_THRUST, {"rate_hz": "100"})
    for number, (channel, data) in enumerate(packets):
        engine.feed(Notification(number * 10_000_000, channel, data))
    engine.finish()


def test_sensors_and_exercises_are_known_by_name() -> None:
    with pytest.raises(UnknownNameError):
        build_engine(SessionInfo("toaster"))
    with pytest.raises(UnknownNameError):
        build_engine(SessionInfo("profile", "bench_press"))
    assert {part.name for part in fields(SessionInfo)} >= {"sensor", "exercise"}


def test_a_recording_whose_configuration_was_lost_is_read_by_its_head() -> None:
    session = demo()
    whole, lost = build_engine(session.info), build_engine(session.info)
    bare = build_engine(replace(session.info, settings=None))
    sent = list(session.notifications())
    others = [each for each in sent if each.channel != CONFIG_UUID]
    assert len(others) < len(sent)
    found = [event for event in whole.feed_many(sent) if isinstance(event, RepCounted)]
    kept = [event for event in lost.feed_many(others) if isinstance(event, RepCounted)]
    assert kept == found
    assert found
    assert not [event for event in bare.feed_many(others) if isinstance(event, RepCounted)]


# --- heart rate ---------------------------------------------------------------------------------


def with_heart_rate(name: str) -> tuple[Notification, ...]:
    """Return the first set of a session with a strap beside it, which loses contact."""
    hearts = [
        Notification(
            ns_from_s(0.4 + second), HEART_RATE_UUID, bytes((0x06 if second % 9 else 0x04, 90)), 1
        )
        for second in range(70)
    ]
    return tuple(sorted((*everything(name), *hearts), key=lambda each: each.received_ns))


def test_the_heart_rate_of_any_sensor_is_an_event_and_changes_no_other() -> None:
    sent = with_heart_rate("demo")
    engine = Engine(PROFILE, HIP_THRUST)
    events = (*engine.feed_many(sent), *engine.finish())
    alone = Engine(PROFILE, HIP_THRUST)
    others = (*alone.feed_many(everything("demo")), *alone.finish())

    hearts = [each for each in events if isinstance(each, HeartRateRead)]
    assert [each.bpm for each in hearts] == [90 if second % 9 else None for second in range(70)]
    assert {each.device for each in hearts} == {1}
    assert [each for each in events if not isinstance(each, HeartRateRead)] == list(others)


@pytest.mark.parametrize("size", [1, 7, 500])
def test_any_cut_gives_the_same_heart_rate_at_the_same_place(size: int) -> None:
    sent = with_heart_rate("demo")
    whole, cut = Engine(PROFILE, HIP_THRUST), Engine(PROFILE, HIP_THRUST)

    at_once = whole.feed_many(sent)
    pieces = [cut.feed_many(sent[at : at + size]) for at in range(0, len(sent), size)]

    assert tuple(event for piece in pieces for event in piece) == at_once


def test_a_heart_rate_that_is_none_is_a_fault() -> None:
    (fault,) = Engine(PROFILE, HIP_THRUST).feed(Notification(0, HEART_RATE_UUID, b"\x00"))

    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.LENGTH
