"""One sensor of every kind that can be worn in front of the program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.radio.wearables.lifter import LEAD_S, Lifter
from tests.radio.wearables.metamotion import metamotion_peripheral
from tests.radio.wearables.microbit import microbit_peripheral
from tests.radio.wearables.movesense import movesense_peripheral
from tests.radio.wearables.nus import diy_peripheral, puck_peripheral
from tests.radio.wearables.polar import H10, polar_peripheral
from tests.radio.wearables.profile import ProfileFirmware, profile_peripheral
from tests.radio.wearables.thingy52 import thingy_peripheral
from tests.radio.wearables.witmotion import Heed, witmotion_peripheral
from tests.radio.wearables.xsens_dot import dot_peripheral
from tracker.sensors.metamotion.protocol import Chip

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.radio.bluez import Peripheral


@dataclass(frozen=True, slots=True)
class SensorFixture:
    """A way to wear a sensor."""

    name: str
    """What the test is called."""
    kind: str
    """Kind by which the program should know it."""
    make: Callable[[Lifter], Peripheral]
    has_gyro: bool = True
    has_stamps: bool = True
    """Whether samples carry the sensor's own time; without, phases are as good as arrivals."""
    lead_s: float = LEAD_S
    """Rest before the first rep, s: as long as the start script streams before it is through."""


def _profile(lifter: Lifter) -> Peripheral:
    return profile_peripheral(ProfileFirmware(lifter))


SENSOR_FIXTURES: Final = (
    SensorFixture("profile", "profile", _profile),
    SensorFixture("witmotion", "witmotion", witmotion_peripheral, has_stamps=False, lead_s=3.0),
    SensorFixture(
        "witmotion that has to save",
        "witmotion",
        partial(witmotion_peripheral, heed=Heed.SAVED),
        has_stamps=False,
        lead_s=6.0,
    ),
    SensorFixture("metamotion BMI160", "metamotion", metamotion_peripheral, has_stamps=False),
    SensorFixture(
        "metamotion BMI160 of old",
        "metamotion",
        partial(metamotion_peripheral, revision=0),
        has_stamps=False,
    ),
    SensorFixture(
        "metamotion BMI270",
        "metamotion",
        partial(metamotion_peripheral, chip=Chip.BMI270),
        has_stamps=False,
    ),
    SensorFixture("movesense", "movesense", movesense_peripheral),
    SensorFixture(
        "movesense old", "movesense", partial(movesense_peripheral, old=True), lead_s=4.0
    ),
    SensorFixture("polar Verity Sense", "polar", polar_peripheral),
    SensorFixture("polar H10", "polar", partial(polar_peripheral, model=H10), has_gyro=False),
    SensorFixture("nus Puck.js", "nus", puck_peripheral, has_stamps=False),
    SensorFixture("nus DIY", "nus", diy_peripheral),
    SensorFixture("xsens_dot", "xsens_dot", dot_peripheral),
    SensorFixture("thingy52", "thingy52", thingy_peripheral, has_stamps=False),
    SensorFixture("microbit", "microbit", microbit_peripheral, has_gyro=False, has_stamps=False),
)


def one_of_each_kind() -> list[SensorFixture]:
    """Return the first fixture of each kind."""
    return list({fixture.kind: fixture for fixture in reversed(SENSOR_FIXTURES)}.values())[::-1]
