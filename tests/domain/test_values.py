from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import (
    UNMENDED,
    Frame,
    FrameRun,
    Gap,
    InputError,
    MarkKind,
    OutputError,
    Phase,
    PhaseSpan,
    Rep,
    SensorError,
    SensorMend,
    TrackerError,
    UnknownNameError,
    mean_of_known,
    remedy_words,
    without_remedy,
)
from tracker.domain.units import (
    NS_PER_S,
    RADPS_PER_DPS,
    STANDARD_GRAVITY_MPS2,
    ns_from_s,
    s_from_ns,
)

SPANS = (
    PhaseSpan(Phase.CONCENTRIC, 2.0, 3.0),
    PhaseSpan(Phase.LOCKOUT, 3.0, 4.5),
    PhaseSpan(Phase.ECCENTRIC, 4.5, 7.5),
)


REP = Rep(index=1, start_s=2.0, end_s=7.5, complete=True, phases=SPANS)


def test_durations_are_those_of_the_phases() -> None:
    assert [span.duration_s for span in SPANS] == [1.0, 1.5, 3.0]
    assert (REP.concentric_s, REP.lockout_s, REP.eccentric_s) == (1.0, 1.5, 3.0)


def test_a_phase_that_was_not_seen_has_no_duration() -> None:
    cut = replace(REP, phases=SPANS[:1])
    assert (cut.concentric_s, cut.lockout_s, cut.eccentric_s) == (1.0, None, None)


def test_what_was_not_measured_is_none() -> None:
    for name in ("rom_deg", "top_deg", "rise_m", "mean_velocity_mps", "tilt_deg", "bottom_s"):
        assert getattr(REP, name) is None


def test_a_gap_happened_when_samples_came_again() -> None:
    assert Gap(3.0, 5.0).at_s == 5.0


def test_events_are_final() -> None:
    with pytest.raises(FrozenInstanceError):
        REP.index = 2  # type: ignore[misc]


def test_marks_are_what_travels_as_bytes() -> None:
    assert {kind.value for kind in MarkKind} == {
        "set_start",
        "set_stop",
        "calibration",
        "reference_reps",
    }


NAN = float("nan")


@pytest.mark.parametrize(
    ("stamps_s", "expected_s"),
    [
        ((4.0, 4.1, 4.2), 4.0),
        ((NAN, 4.1, NAN), 4.1),
        ((NAN, NAN, NAN), None),
        ((), None),
        (None, None),
    ],
)
def test_the_device_time_is_the_first_that_was_carried(
    stamps_s: tuple[float, ...] | None, expected_s: float | None
) -> None:
    stamps = None if stamps_s is None else np.array(stamps_s)
    frame = Frame(np.zeros((len(stamps_s or ()), 3)), None, stamps, 1.0)
    assert frame.device_time_s == expected_s


def test_frames_are_compared_by_identity() -> None:
    """Two arrays have no single truth value; comparing by value would raise."""
    one, other = (Frame(np.zeros((2, 3)), None, None, 0.0) for _ in range(2))
    assert one != other


def run_of_three() -> FrameRun:
    acc = np.arange(18.0).reshape(6, 3)
    stamp_s = np.array([1.0, 2.0, 3.0])
    return FrameRun(acc, -acc, stamp_s, stamp_s + 0.5, saturated=True)


def test_a_run_is_its_frames() -> None:
    frames = list(run_of_three().frames())

    assert [frame.device_time_s for frame in frames] == [1.0, 2.0, 3.0]
    assert [frame.received_s for frame in frames] == [1.5, 2.5, 3.5]
    assert all(frame.saturated for frame in frames)
    np.testing.assert_array_equal(frames[1].acc_mps2, [[6.0, 7.0, 8.0], [9.0, 10.0, 11.0]])
    assert frames[1].gyro_radps is not None
    np.testing.assert_array_equal(frames[1].gyro_radps, -frames[1].acc_mps2)
    assert frames[1].stamps_s is not None
    np.testing.assert_array_equal(frames[1].stamps_s, [2.0, NAN])


@pytest.mark.parametrize("part", [slice(1, None), slice(None, 2), slice(1, 2)])
def test_a_part_of_a_run_has_the_frames_of_that_part(part: slice) -> None:
    run = run_of_three()

    expected = list(run.frames())[part]
    for one, other in zip(run[part].frames(), expected, strict=True):
        np.testing.assert_array_equal(one.acc_mps2, other.acc_mps2)
        assert (one.device_time_s, one.received_s) == (other.device_time_s, other.received_s)


@given(time_ns=st.integers(0, 10**13))
def test_nanoseconds_survive_being_seconds_for_hours(time_ns: int) -> None:
    """A float has 53 bits: below 2.5 hours it tells all nanoseconds apart, and this is 2.8."""
    assert abs(ns_from_s(s_from_ns(time_ns)) - time_ns) <= 1


def test_seconds_round_to_the_nearest_nanosecond() -> None:
    assert ns_from_s(1.4e-9) == 1
    assert ns_from_s(1.6e-9) == 2
    assert s_from_ns(1_500_000_000) == 1.5


def test_constants_are_those_of_the_textbook() -> None:
    assert pytest.approx(9.80665) == STANDARD_GRAVITY_MPS2
    assert math.degrees(RADPS_PER_DPS) == pytest.approx(1.0)
    assert NS_PER_S == 10**9


def test_the_unknown_weighs_nothing_and_is_never_zero() -> None:
    assert mean_of_known([1.0, None, 2.0]) == 1.5
    assert mean_of_known([0.0]) == 0.0
    assert mean_of_known([None, None]) is None
    assert mean_of_known(iter(())) is None


def test_an_error_says_what_came_and_what_to_try() -> None:
    error = TrackerError("Wanted a file, got a folder.", "Name a file in it.")
    assert str(error) == "Wanted a file, got a folder.\nName a file in it."
    assert (error.message, error.advice) == (
        "Wanted a file, got a folder.",
        "Name a file in it.",
    )


def test_an_error_without_advice_is_one_line() -> None:
    assert str(TrackerError("No.")) == "No."


@pytest.mark.parametrize("kind", [InputError, OutputError])
def test_a_file_that_will_not_do_is_named(kind: type[InputError] | type[OutputError]) -> None:
    error = kind("/tmp/a.csv", "is empty", "Record again.")
    assert str(error) == "/tmp/a.csv: is empty\nRecord again."
    assert (error.path, error.problem) == ("/tmp/a.csv", "is empty")


def test_an_unknown_name_comes_with_the_nearest_and_all_known_ones() -> None:
    error = UnknownNameError("exercise", "hip_trust", ("squat", "hip_thrust"))
    assert "'hip_trust'" in str(error)
    assert "Did you mean hip_thrust?" in str(error)
    assert "squat, hip_thrust" in str(error)
    assert error.known == ("squat", "hip_thrust")


def test_a_name_like_none_gets_no_guess() -> None:
    assert "Did you mean" not in str(UnknownNameError("exercise", "xylophone", ("squat",)))


@pytest.mark.parametrize("kind", [InputError, OutputError, SensorError, UnknownNameError])
def test_all_errors_of_users_have_one_root(kind: type[Exception]) -> None:
    assert issubclass(kind, TrackerError)


@pytest.mark.parametrize(
    ("whole", "given"),
    [
        (SensorMend(acc_factor=0.5), UNMENDED),
        (SensorMend(acc_factor=0.5), SensorMend(gyro_factor=2.0)),
        (UNMENDED, SensorMend(gyro_factor=2.0)),
    ],
)
def test_what_to_type_can_be_left_off_a_warning(whole: SensorMend, given: SensorMend) -> None:
    said = "The acceleration is wrong: it is half. It is left out for now."
    remedy = remedy_words(whole, given)
    assert all(each.text in remedy for each in (whole, given))
    assert without_remedy(f"{said} {remedy}") == said
    assert without_remedy(said) == said
