from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tests.tui.widgets.snapshots import playing, set_of, snapshot
from tests.workouts import rep_at
from tracker.domain import SessionInfo
from tracker.tui.widgets.status import headline_parts, headline_text, origin_of, pace_of

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
