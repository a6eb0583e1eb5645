from __future__ import annotations

import pytest

from tests.tui.widgets.snapshots import playing, snapshot
from tracker.app.snapshot import RecordingState
from tracker.domain import FaultReason, Gap, LinkState
from tracker.tui.widgets.status import quality_text


def test_a_good_live_session() -> None:
    good = snapshot(
        link=LinkState.STREAMING,
        rate_hz=100.24,
        sample_age_s=0.04,
        recording=RecordingState.ON,
    )
    assert quality_text(good) == (
        "● streaming  100.2 Hz  gaps 0  faults 0  last sample 0.0 s  ● recording"
    )


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
