"""Whether a sensor is good enough to train with, in plain words and with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain import LOW_BATTERY_PERCENT
from tracker.domain.units import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.ble.checkup import Checkup

LEAST_RATE_HZ: Final = 10.0
"""Slower, and a way up of 0.8 s is eight samples: reps are missed."""

GOOD_RATE_HZ: Final = 40.0
"""From here on a phase boundary is found to a few hundredths of a second."""

GRAVITY_OFF: Final = 0.05
"""Share by which a good chip may miss 1 g: offset and scale together."""

GRAVITY_WRONG: Final = 0.25
"""Beyond this share it is no chip's error: counts are taken for something that they are not."""

LARGE_BIAS_DPS: Final = 5.0
"""Bias of a gyroscope that was not calibrated at switch-on, degrees/s."""

NOISY_ACC_MPS2: Final = 0.2
"""Noise at rest that shows in velocities, m/s²."""

LOSSY: Final = 0.02
"""Share of lost samples that shows in phases."""


class Severity(Enum):
    """How bad a finding is."""

    GOOD = "good"
    REMARK = "remark"
    """It works, with less to be expected."""
    PROBLEM = "problem"
    """What would be counted could not be trusted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is worth saying."""

    severity: Severity
    text: str
    """In plain words, with what to do."""


def findings(checkup: Checkup) -> tuple[Finding, ...]:
    """Return what there is to say about a check-up, problems first."""
    each = [
        *_flow(checkup),
        *_rest(checkup),
        *_turning(checkup),
        *_loss(checkup),
        *_charge(checkup),
    ]
    order = (Severity.PROBLEM, Severity.REMARK, Severity.GOOD)
    return tuple(sorted(each, key=lambda finding: order.index(finding.severity)))


def _flow(checkup: Checkup) -> Iterator[Finding]:
    rate_hz = checkup.rate_hz
    if not checkup.samples:
        what = (
            f"{checkup.refused} packets came and none could be read"
            if checkup.refused
            else "no samples came"
        )
        yield Finding(
            Severity.PROBLEM, f"{what}: is it of this kind, with its usual firmware and settings?"
        )
    elif rate_hz is None or rate_hz < LEAST_RATE_HZ:
        rate = "hardly any samples" if rate_hz is None else f"{rate_hz:.1f} samples a second"
        yield Finding(
            Severity.PROBLEM,
            f"{rate} came, too few to see a rep: bring it near, and raise its rate "
            f"to {GOOD_RATE_HZ:.0f} Hz or more.",
        )
    elif rate_hz < GOOD_RATE_HZ:
        yield Finding(
            Severity.REMARK,
            f"{rate_hz:.1f} samples a second: reps are counted, but phases are timed coarsely; "
            f"{GOOD_RATE_HZ:.0f} Hz or more is better.",
        )
    else:
        yield Finding(Severity.GOOD, f"{rate_hz:.1f} samples a second.")


def _rest(checkup: Checkup) -> Iterator[Finding]:
    gravity_mps2, noise = checkup.gravity_mps2, checkup.acc_noise_mps2
    if gravity_mps2 is None or noise is None:
        if checkup.samples:
            yield Finding(
                Severity.REMARK,
                "it was moved, so gravity, noise and bias could not be checked: lay it on a "
                "table and pair again to know.",
            )
        return
    gravity_g = gravity_mps2 / STANDARD_GRAVITY_MPS2
    if abs(gravity_g - 1.0) > GRAVITY_WRONG:
        yield Finding(
            Severity.PROBLEM,
            f"at rest it measures {gravity_g:.2f} g instead of 1 g: its measuring range is set to "
            "something else, or it is of another kind.",
        )
    elif abs(gravity_g - 1.0) > GRAVITY_OFF:
        yield Finding(
            Severity.REMARK,
            f"at rest it measures {gravity_g:.2f} g instead of 1 g: calibrate its accelerometer "
            "with the maker's app; rise and velocity are off by as much.",
        )
    else:
        yield Finding(Severity.GOOD, f"gravity {gravity_g:.3f} g.")
    if noise == 0.0:
        yield Finding(
            Severity.PROBLEM,
            "it sends the same values all the time: its motion chip is not running; switch it "
            "off and on.",
        )
    elif noise > NOISY_ACC_MPS2:
        yield Finding(
            Severity.REMARK,
            f"noise of {noise:.2f} m/s² at rest: velocities will be rough; set its filter to "
            "about half of the rate.",
        )
    else:
        yield Finding(Severity.GOOD, f"noise {noise:.3f} m/s² at rest.")


def _turning(checkup: Checkup) -> Iterator[Finding]:
    if not checkup.has_gyroscope:
        if checkup.samples:
            yield Finding(
                Severity.REMARK,
                "no gyroscope: reps are counted, angles and timing are less exact.",
            )
        return
    bias_dps = checkup.gyro_bias_dps
    if bias_dps is None:
        return
    if bias_dps > LARGE_BIAS_DPS:
        yield Finding(
            Severity.REMARK,
            f"the gyroscope turns by {bias_dps:.1f}°/s at rest: switch the sensor on while it "
            "lies still.",
        )
    else:
        yield Finding(Severity.GOOD, f"gyroscope bias {bias_dps:.2f}°/s.")


def _loss(checkup: Checkup) -> Iterator[Finding]:
    if checkup.lost > LOSSY * max(checkup.samples, 1):
        yield Finding(
            Severity.REMARK,
            f"{checkup.lost} packets or samples were lost: bring the computer nearer, with no "
            "body between.",
        )
    if checkup.refused and checkup.samples:
        yield Finding(
            Severity.REMARK, f"{checkup.refused} packets could not be read and were left out."
        )


def _charge(checkup: Checkup) -> Iterator[Finding]:
    percent = checkup.battery_percent
    if percent is None:
        yield Finding(Severity.REMARK, "battery unknown: the sensor does not tell.")
    elif percent < LOW_BATTERY_PERCENT:
        yield Finding(Severity.REMARK, f"battery at {percent} %: charge it soon.")
    else:
        yield Finding(Severity.GOOD, f"battery {percent} %.")
