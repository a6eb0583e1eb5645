from __future__ import annotations

import pytest

from tests.tui.widgets.snapshots import playing, set_of, snapshot
from tests.workouts import rep_at
from tracker.app.snapshot import RecordingState, RunState
from tracker.domain import LinkState, MarkKind
from tracker.tui.widgets.status import STALLED_AFTER_S, banner_of


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
    assert text == "! Not recording: No space left on device"
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
