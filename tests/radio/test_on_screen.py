"""The whole way on the screen with a sensor that drops out: nobody has to do anything about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.radio.evidence import evidence
from tests.radio.training import is_stopped, judge
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.profile import ProfileFirmware, profile_peripheral
from tests.tui.multiplexer import MISSING, TMUX, tmux
from tracker.domain import LinkState, Phase

if TYPE_CHECKING:
    from tests.radio.stage import Stage

pytestmark = [pytest.mark.radio, pytest.mark.slow, pytest.mark.timeout(300)]

REPS = 6

AWAY_S = 2.0
"""A rep takes 2.1 s, so one or two are not seen."""


def test_a_sensor_that_drops_out_in_a_set_comes_back_to_it(stage: Stage) -> None:
    if TMUX is None:
        pytest.skip(MISSING)
    # While the sensor is looked at, it lies still.
    firmware = ProfileFirmware(Lifter(2, lead_s=100.0))
    device = stage.place(profile_peripheral(firmware))
    home = stage.folder / "home"
    with tmux(home, "train", "--no-sound", environment=stage.bench.environment) as screen:
        screen.shows("HipOne 1A2B")
        screen.press("Up", "Enter")
        screen.shows("Check · HipOne 1A2B")
        screen.shows("gyroscope yes")
        screen.press("Enter")
        screen.shows("Set-up · HipOne 1A2B")
        firmware.lifter = lifter = Lifter(REPS, lead_s=3.0)
        screen.press("Enter")
        screen.shows("Before the first training")
        screen.press("Enter")

        screen.shows(r"▸ +1 +2 ")
        breaks_s = lifter.phase(3, Phase.ECCENTRIC)
        lifter.wait_for(breaks_s)
        stage.bench.drop(device, away=True)
        screen.shows(r"! .*Sensor (lost|gone)")
        lifter.wait_for(breaks_s + AWAY_S)
        stage.bench.come_back(device)
        screen.shows(r"● streaming .* gaps 1 \(")
        screen.shows_no("Sensor (lost|gone)")

        # The set goes on and ends, and the rest comes by itself.
        lifter.wait_for(lifter.end_s)
        shown = int(screen.shows(r"set 1: (\d+) of 10 reps")[1])
        screen.press("f")
        screen.shows("about the session")
        screen.press("Enter")
        screen.shows("Which sensor")
        screen.press("h")
        screen.shows(rf"Hip thrust +1 +{shown} ")
        screen.press("q")
        assert screen.ended() == 0

    (path,) = stage.program.recordings()
    seen = evidence(path)
    missed = judge(seen, lifter)
    assert missed <= 2
    assert seen.counts == [shown]
    assert shown >= REPS - missed
    assert len(seen.gaps) == 1
    assert seen.link[-4:] == [
        LinkState.LOST,
        LinkState.RECONNECTING,
        LinkState.CONFIGURING,
        LinkState.STREAMING,
    ]
    assert is_stopped(stage.bench, device)
