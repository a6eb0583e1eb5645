from __future__ import annotations

import pytest
from tui.widgets.snapshots import playing, snapshot

from tracker.domain import FaultReason, Gap, LinkState
from tracker.runtime.snapshot import RecordingState
from tracker.tui.widgets.quality import quality_text


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
