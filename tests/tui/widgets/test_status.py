from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tests.tui.widgets.snapshots import playing, set_of, snapshot
from tests.workouts import rep_at
from tracker.app.snapshot import RecordingState, RunState
from tracker.domain import (
    FaultReason,
    Gap,
    HeartRateRead,
    LinkState,
    MarkKind,
    Plan,
    SessionInfo,
    exercise_named,
    parse_tempo,
)
from tracker.tui.widgets.status import (
    STALLED_AFTER_S,
    banner_of,
    headline_parts,
    headline_text,
    notice_of,
    origin_of,
    pace_of,
    plan_lines,
    quality_text,
)

if TYPE_CHECKING:
    from tracker.app.snapshot import PlaybackState


SYNTHETIC = SessionInfo(sensor="scripted", origin="synthetic")


@pytest.mark.parametrize(
    ("known", "origin"),
    [
        ({}, "LIVE"),
        ({"info": SYNTHETIC}, "SIMULATED"),
        ({"info": SYNTHETIC, "playback": playing()}, "SIMULATED"),
        ({"playback": playing(recording_name="a.arrows")}, "REPLAY a.arrows"),
        (
            {"info": SYNTHETIC, "playback": playing(recording_name="a.arrows")},
            "REPLAY of a simulated session a.arrows",
        ),
    ],
)
def test_it_says_plainly_whether_it_is_real(known: dict[str, object], origin: str) -> None:
    assert origin_of(snapshot(**known)) == origin


@pytest.mark.parametrize(
    ("playback", "pace"),
    [
        (None, ""),
        (playing(), "1×"),
        (playing(speed=0.25), "0.25×"),
        (playing(speed=math.inf), "max speed"),
        (playing(paused=True), "paused"),
    ],
)
def test_it_says_how_fast_it_plays(playback: PlaybackState | None, pace: str) -> None:
    assert pace_of(playback) == pace


def test_a_live_session_has_no_end_and_no_pace() -> None:
    live = snapshot(position_s=75.0, sets=(set_of(rep_at(1.0, 1)),))
    assert headline_parts(live) == ("Hip thrust · set 1", "LIVE", "1:15")


def test_a_long_file_name_gives_way() -> None:
    text = headline_text("Hip thrust", "REPLAY " + "x" * 99, "1×  0:42 / 2:31", 78)

    assert len(text) == 78
    assert text.endswith("x…  1×  0:42 / 2:31")
    assert text.startswith("Hip thrust  REPLAY ")


def test_nothing_is_said_while_all_is_well() -> None:
    well = snapshot(link=LinkState.STREAMING, sample_age_s=0.1, recording=RecordingState.ON)
    assert banner_of(well) == ("", False)


@pytest.mark.parametrize(
    "link", [LinkState.STALLED, LinkState.LOST, LinkState.RECONNECTING, LinkState.GONE]
)
def test_a_broken_link_is_an_alarm_in_words(link: LinkState) -> None:
    text, alarm = banner_of(snapshot(link=link))
    assert text.startswith("!")
    assert alarm


def test_silence_is_an_alarm_even_if_the_link_claims_to_be_well() -> None:
    text, alarm = banner_of(snapshot(link=LinkState.STREAMING, sample_age_s=STALLED_AFTER_S + 2.0))
    assert text.startswith("! No data for")
    assert alarm


def test_a_pause_is_no_alarm_and_hides_the_silence() -> None:
    paused = snapshot(playback=playing(paused=True), sample_age_s=60.0)
    assert banner_of(paused) == ("PAUSED   space: go on", False)


def test_seeking_is_said() -> None:
    assert banner_of(snapshot(playback=playing(seeking=True)))[0] == "SEEKING"


def test_a_recording_that_failed_is_an_alarm() -> None:
    text, alarm = banner_of(
        snapshot(recording=RecordingState.FAILED, recording_failure="No space left on device")
    )
    assert text == "! No space left on device: not recording. Reps are counted all the same"
    assert alarm


def test_after_the_end_of_a_replay_there_is_nothing_to_warn_of() -> None:
    ended = snapshot(state=RunState.FINISHED, sample_age_s=60.0, playback=playing())
    assert banner_of(ended) == ("", False)


def test_after_the_end_of_the_data_of_a_training_it_says_what_can_be_done() -> None:
    text, alarm = banner_of(snapshot(state=RunState.FINISHED))
    assert text == "Sensor stream ended. Press f for the summary"
    assert not alarm


def test_a_session_that_broke_says_why_in_one_line() -> None:
    text, alarm = banner_of(snapshot(state=RunState.FAILED, failure="It broke.\nMend it."))
    assert text == "! Stopped: It broke. What was recorded is kept"
    assert alarm
    assert banner_of(snapshot(state=RunState.FAILED))[0].startswith("! Stopped: the session")


@pytest.mark.parametrize("kind", [MarkKind.CALIBRATION, MarkKind.REFERENCE_REPS])
def test_after_the_first_set_a_calibration_that_is_waited_for_is_said(kind: MarkKind) -> None:
    reps = set_of(rep_at(1.0, 1))
    text, alarm = banner_of(snapshot(calibrating=kind, sets=(reps,)))
    assert text.startswith("» ")
    assert len(text) <= 78
    assert not alarm
    assert banner_of(snapshot(calibrating=kind)) == ("", False), "there is a notice for that"


@pytest.mark.parametrize("link", LinkState)
def test_every_warning_fits_the_smallest_terminal(link: LinkState) -> None:
    assert len(banner_of(snapshot(link=link))[0]) <= 78


def test_a_reason_comes_first_because_something_can_be_done_about_it() -> None:
    text, alarm = banner_of(
        snapshot(link=LinkState.RECONNECTING, link_detail="Bluetooth is switched off.")
    )
    assert text.startswith("! Bluetooth is switched off. ")
    assert alarm


def words(**known: object) -> str:
    return "\n".join(notice_of(snapshot(**known)) or ())


def test_before_any_sample_the_sensor_is_waited_for() -> None:
    assert words().startswith("Waiting for the sensor")


def test_before_the_first_rep_it_says_what_to_do() -> None:
    assert "push through the heels" in words(samples=10)
    assert "Stand still" in words(samples=10, exercise=exercise_named("squat"))


def test_before_the_first_rep_the_plan_is_said_with_the_tempo_both_ways() -> None:
    plan = Plan(60.0, 8, parse_tempo("3-0-1-2"), lockout_goal_s=2.5, velocity_loss=0.2)
    for heard in (0, 10):
        assert words(samples=heard, plan=plan).endswith(
            "\n\n8 reps · 60 kg\ntempo 3-0-1-2\nup 1 · hold 2 · down 3 · floor 0\n"
            "hold 2.5 s · until 20 % slower"
        )
    assert plan_lines(Plan(load_kg=0.0)) == ("bodyweight",)
    assert plan_lines(Plan()) == ()


def test_a_calibration_that_is_waited_for_says_what_to_do() -> None:
    hold = words(samples=10, calibrating=MarkKind.CALIBRATION, plan=Plan(target_reps=8))
    assert hold.startswith("Your lockout\nHips up to lockout,\nand hold still for 3 s")
    assert hold.endswith("8 reps")
    assert "three good reps" in words(samples=10, calibrating=MarkKind.REFERENCE_REPS)


def test_while_there_are_reps_the_numbers_are_shown() -> None:
    assert notice_of(snapshot(samples=10, sets=(set_of(rep_at(1.0, 1)),))) is None


def test_the_end_is_a_summary() -> None:
    sets = (
        set_of(rep_at(1.0, 1), rep_at(7.0, 2), ended=True),
        set_of(rep_at(60.0, 1), ended=True, index=2),
    )
    text = words(state=RunState.FINISHED, sets=sets)

    assert text.startswith("Finished")
    assert "2 sets, 3 reps" in text
    assert "mean hold  1.6 s" in text
    assert "mean range 37°" in text


def test_an_end_without_reps_says_so() -> None:
    assert "No reps were found." in words(state=RunState.FINISHED)


def test_an_error_says_what_happened_and_what_is_left() -> None:
    text = words(state=RunState.FAILED, failure="The sensor went away.\nCharge it.")

    assert text.startswith("! Stopped")
    assert "The sensor went away.\nCharge it." in text
    assert "is kept" in text


def test_a_good_live_session() -> None:
    good = snapshot(
        link=LinkState.STREAMING,
        rate_hz=100.24,
        sample_age_s=0.04,
        recording=RecordingState.ON,
    )
    assert quality_text(good) == ("● streaming  100.2 Hz  gaps 0  faults 0  ● recording")
    assert quality_text(good, "muted").startswith("● streaming  muted  100.2 Hz")


def test_gaps_and_faults_are_counted_and_named() -> None:
    bad = snapshot(
        link=LinkState.STREAMING,
        playback=playing(),
        gaps=(Gap(1.0, 1.5), Gap(9.0, 10.0)),
        faults={FaultReason.LOST: 3, FaultReason.LENGTH: 1},
    )
    assert quality_text(bad) == ("● streaming  –  gaps 2 (1.5 s)  faults 4 (lost 3, length 1)")


def test_what_has_no_link_has_a_dash() -> None:
    assert quality_text(snapshot(playback=playing())).startswith("link –")


@pytest.mark.parametrize("link", LinkState)
def test_every_link_state_has_a_sign(link: LinkState) -> None:
    assert link.value in quality_text(snapshot(link=link))


@pytest.mark.parametrize(
    ("percent", "words"), [(87, "  battery 87 %"), (15, "  battery 15 %"), (14, "! battery 14 %")]
)
def test_the_battery_is_shown_with_a_sign_when_it_runs_out(percent: int, words: str) -> None:
    assert words in quality_text(snapshot(link=LinkState.STREAMING, battery_percent=percent))


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (None, "0:12"),
        (HeartRateRead(9.0, 128), "heart 128  0:12"),
        (HeartRateRead(9.0, None), "heart –  0:12"),
    ],
)
def test_the_heart_rate_is_in_the_headline(reading: HeartRateRead | None, words: str) -> None:
    assert headline_parts(snapshot(position_s=12.0, heart_rate=reading))[2] == words


def test_an_unknown_battery_is_not_shown() -> None:
    assert "battery" not in quality_text(snapshot(link=LinkState.STREAMING))


def test_a_second_sensor_has_its_own_link() -> None:
    text = quality_text(snapshot(link=LinkState.STREAMING, second_link=LinkState.LOST))
    assert text.startswith("● streaming  second × lost")


def test_a_link_that_brings_nothing_is_not_called_streaming() -> None:
    streaming = {"link": LinkState.STREAMING, "sample_age_s": 1.0}
    assert quality_text(snapshot(**streaming)).startswith("● streaming")
    silent = streaming | {"sample_age_s": 2.0}
    assert quality_text(snapshot(**silent)).startswith("! no data")
    assert quality_text(snapshot(**silent, playback=playing())).startswith("● streaming")
