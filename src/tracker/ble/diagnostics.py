"""What a few seconds of a sensor's data show, and whether it is good enough to train with.

Nothing here touches a radio: decoded samples in, figures and plain words out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import LOW_BATTERY_PERCENT, Fault, FaultReason, Frame
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.language import _, decimal, localized, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

STILL_WINDOW_S: Final = 1.0
"""Long enough for a mean, short enough to fit between two touches."""

STILL_ACC_MPS2: Final = 0.4
"""Largest standard deviation at rest, m/s²: twice that of the noisiest chip."""

STILL_GYRO_DPS: Final = 2.0
"""The same for the gyroscope, degrees/s."""

LEAST_RATE_HZ: Final = 10.0
"""Any slower, and a concentric of 0.8 s has fewer than eight samples: reps are missed."""

GOOD_RATE_HZ: Final = 40.0
"""From here on, phase boundaries are accurate to a few hundredths of a second."""

GRAVITY_OFF: Final = 0.05
"""Relative error of gravity on a good chip: offset and scale together."""

GRAVITY_WRONG: Final = 0.25
"""A larger relative error is no chip's: the counts must have another scale."""

LARGE_BIAS_DPS: Final = 5.0
"""Bias of a gyroscope that was not calibrated at power-on, degrees/s."""

NOISY_ACC_MPS2: Final = 0.2
"""Noise at rest that affects velocities, m/s²."""

LOSSY: Final = 0.02
"""Share of lost samples that affects phases."""

SLOW_SHARE: Final = 0.07
"""Share by which the rate may fall short of the promised one: oscillators in motion chips are off
by up to 5 %, and five seconds of arrivals show a rate to 2 %."""


@dataclass(frozen=True, slots=True)
class SignalQuality:
    """Figures from a few seconds of data; None means unknown."""

    samples: int
    """Decoded samples."""
    rate_hz: float | None
    """Samples per second, from their arrival."""
    still: bool
    """Whether the sensor lay still for a second; otherwise the figures at rest are unknown."""
    gravity_mps2: float | None = None
    """Length of the mean acceleration at rest, m/s²."""
    acc_noise_mps2: float | None = None
    """Standard deviation of the noisiest axis at rest, m/s²."""
    has_gyroscope: bool = False
    gyro_bias_dps: float | None = None
    """Length of the mean angular rate at rest, degrees/s."""
    lost: int = 0
    """Packets or samples lost on the way."""
    refused: int = 0
    """Packets that could not be decoded."""
    battery_percent: int | None = None
    promised_hz: float | None = None
    """Samples per second that the sensor has said it sends."""


def examine(
    results: Iterable[Frame | Fault],
    battery_percent: int | None = None,
    promised_hz: float | None = None,
) -> SignalQuality:
    """Return the signal quality of a decoder's results, in order."""
    frames: list[Frame] = []
    faults: Counter[bool] = Counter()
    for result in results:
        if isinstance(result, Fault):
            faults[result.reason is FaultReason.LOST] += result.count
        else:
            frames.append(result)
    samples = sum(len(frame.acc_mps2) for frame in frames)
    rate_hz = _rate_hz(frames)
    known = SignalQuality(
        samples=samples,
        rate_hz=rate_hz,
        still=False,
        has_gyroscope=any(frame.gyro_radps is not None for frame in frames),
        lost=faults[True],
        refused=faults[False],
        battery_percent=battery_percent,
        promised_hz=promised_hz,
    )
    return known if rate_hz is None else _at_rest(known, frames, rate_hz)


def _rate_hz(frames: Sequence[Frame]) -> float | None:
    """Return samples per second; those of the first packet were taken before the interval."""
    if len(frames) < 2:
        return None
    span_s = frames[-1].received_s - frames[0].received_s
    return sum(len(frame.acc_mps2) for frame in frames[1:]) / span_s if span_s > 0.0 else None


def _at_rest(known: SignalQuality, frames: Sequence[Frame], rate_hz: float) -> SignalQuality:
    """Return the figures with those of the quietest second, if it was still."""
    acc = np.concatenate([frame.acc_mps2 for frame in frames])
    gyro_dps = None
    if all(frame.gyro_radps is not None for frame in frames):
        turns = [frame.gyro_radps for frame in frames if frame.gyro_radps is not None]
        gyro_dps = np.concatenate(turns) / RADPS_PER_DPS
    window = max(2, round(rate_hz * STILL_WINDOW_S))
    if len(acc) < window:
        return known
    starts = range(0, len(acc) - window + 1, max(1, window // 4))
    quietest = min(starts, key=lambda start: _spread(acc[start : start + window]))
    quiet = slice(quietest, quietest + window)
    noise = _spread(acc[quiet])
    gyro_noise = None if gyro_dps is None else _spread(gyro_dps[quiet])
    still = noise < STILL_ACC_MPS2 and (gyro_noise is None or gyro_noise < STILL_GYRO_DPS)
    if not still:
        return known
    bias_dps = None if gyro_dps is None else float(np.linalg.norm(gyro_dps[quiet].mean(axis=0)))
    return replace(
        known,
        still=True,
        gravity_mps2=float(np.linalg.norm(acc[quiet].mean(axis=0))),
        acc_noise_mps2=noise,
        gyro_bias_dps=bias_dps,
    )


def _spread(values: NDArray[np.float64]) -> float:
    return float(values.std(axis=0).max())


class Severity(Enum):
    """How serious a diagnostic is."""

    GOOD = "good"
    REMARK = "remark"
    """It works, with limitations."""
    PROBLEM = "problem"
    """The counts could not be trusted."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One statement about the sensor."""

    severity: Severity
    text: str
    """In plain words, with what to do about it."""


def diagnose(quality: SignalQuality) -> tuple[Diagnostic, ...]:
    """Return statements about the signal, problems first."""
    parts = (_rate, _gravity_and_noise, _gyroscope, _losses, _battery)
    all_of_them = [each for part in parts for each in part(quality)]
    order = (Severity.PROBLEM, Severity.REMARK, Severity.GOOD)
    return tuple(sorted(all_of_them, key=lambda each: order.index(each.severity)))


def _rate(quality: SignalQuality) -> Iterator[Diagnostic]:
    rate_hz, promised_hz = quality.rate_hz, quality.promised_hz
    if not quality.samples:
        text = (
            ngettext(
                "{amount} packet came and could not be decoded: is it of this kind, with its "
                "usual firmware and settings?",
                "{amount} packets came and none could be decoded: is it of this kind, with its "
                "usual firmware and settings?",
                quality.refused,
            ).format(amount=quality.refused)
            if quality.refused
            else _("no samples came: is it of this kind, with its usual firmware and settings?")
        )
        yield Diagnostic(Severity.PROBLEM, text)
    elif rate_hz is None:
        text = _(
            "hardly any samples came, too few to see a rep: bring it near, and raise its rate to "
            "{enough:.0f} Hz or more."
        )
        yield Diagnostic(Severity.PROBLEM, text.format(enough=GOOD_RATE_HZ))
    elif rate_hz < LEAST_RATE_HZ:
        text = _(
            "{rate} samples a second came, too few to see a rep: bring it near, and raise its "
            "rate to {enough:.0f} Hz or more."
        )
        yield Diagnostic(
            Severity.PROBLEM, text.format(rate=decimal(rate_hz, 1), enough=GOOD_RATE_HZ)
        )
    elif promised_hz is not None and rate_hz < (1.0 - SLOW_SHARE) * promised_hz:
        text = (
            _(
                "{rate} samples a second, {percent:.0f}% fewer than the {promised} that it "
                "promises: some were lost on the way."
            )
            if quality.lost
            else _(
                "{rate} samples a second, {percent:.0f}% fewer than the {promised} that it "
                "promises: the sensor loses samples before it sends them. If its firmware is "
                "yours, read the chip's buffer more often; else set a lower rate."
            )
        )
        yield Diagnostic(
            Severity.REMARK,
            text.format(
                rate=decimal(rate_hz, 1),
                percent=100.0 * (1.0 - rate_hz / promised_hz),
                promised=localized(f"{promised_hz:g}"),
            ),
        )
    elif rate_hz < GOOD_RATE_HZ:
        yield Diagnostic(
            Severity.REMARK,
            _(
                "{rate} samples a second: reps are counted, but phases are timed coarsely; "
                "{enough:.0f} Hz or more is better."
            ).format(rate=decimal(rate_hz, 1), enough=GOOD_RATE_HZ),
        )
    else:
        yield Diagnostic(
            Severity.GOOD, _("{rate} samples a second.").format(rate=decimal(rate_hz, 1))
        )


def _gravity_and_noise(quality: SignalQuality) -> Iterator[Diagnostic]:
    gravity_mps2, noise = quality.gravity_mps2, quality.acc_noise_mps2
    if gravity_mps2 is None or noise is None:
        if quality.samples:
            yield Diagnostic(
                Severity.REMARK,
                _(
                    "it was moved, so gravity, noise and bias could not be checked: lay it on a "
                    "table and pair again."
                ),
            )
        return
    gravity_g = gravity_mps2 / STANDARD_GRAVITY_MPS2
    if abs(gravity_g - 1.0) > GRAVITY_WRONG:
        yield Diagnostic(
            Severity.PROBLEM,
            _(
                "at rest it measures {gravity} g instead of 1 g: its measuring range is set to "
                "something else, or it is of another kind."
            ).format(gravity=decimal(gravity_g, 2)),
        )
    elif abs(gravity_g - 1.0) > GRAVITY_OFF:
        yield Diagnostic(
            Severity.REMARK,
            _(
                "at rest it measures {gravity} g instead of 1 g: calibrate its accelerometer "
                "with the maker's app; until then rise and velocity are off by as much."
            ).format(gravity=decimal(gravity_g, 2)),
        )
    else:
        yield Diagnostic(
            Severity.GOOD, _("gravity {gravity} g.").format(gravity=decimal(gravity_g, 3))
        )
    if noise == 0.0:
        yield Diagnostic(
            Severity.PROBLEM,
            _(
                "it keeps sending the same values, so its motion chip is not running: switch it "
                "off and on."
            ),
        )
    elif noise > NOISY_ACC_MPS2:
        yield Diagnostic(
            Severity.REMARK,
            _(
                "noise of {noise} m/s² at rest: velocities will be rough; set its filter to "
                "about half of the rate."
            ).format(noise=decimal(noise, 2)),
        )
    else:
        yield Diagnostic(
            Severity.GOOD, _("noise {noise} m/s² at rest.").format(noise=decimal(noise, 3))
        )


def _gyroscope(quality: SignalQuality) -> Iterator[Diagnostic]:
    if not quality.has_gyroscope:
        if quality.samples:
            yield Diagnostic(
                Severity.REMARK,
                _("no gyroscope: reps are counted; angles and timing are less accurate."),
            )
        return
    bias_dps = quality.gyro_bias_dps
    if bias_dps is None:
        return
    if bias_dps > LARGE_BIAS_DPS:
        yield Diagnostic(
            Severity.REMARK,
            _("gyroscope bias of {bias}°/s: switch the sensor on while it lies still.").format(
                bias=decimal(bias_dps, 1)
            ),
        )
    else:
        yield Diagnostic(
            Severity.GOOD, _("gyroscope bias {bias}°/s.").format(bias=decimal(bias_dps, 2))
        )


def _losses(quality: SignalQuality) -> Iterator[Diagnostic]:
    if quality.lost > LOSSY * max(quality.samples, 1):
        yield Diagnostic(
            Severity.REMARK,
            ngettext(
                "{amount} packet or sample was lost: bring the computer nearer, with no body in "
                "between.",
                "{amount} packets or samples were lost: bring the computer nearer, with no body "
                "in between.",
                quality.lost,
            ).format(amount=quality.lost),
        )
    if quality.refused and quality.samples:
        yield Diagnostic(
            Severity.REMARK,
            ngettext(
                "{amount} packet could not be decoded and was left out.",
                "{amount} packets could not be decoded and were left out.",
                quality.refused,
            ).format(amount=quality.refused),
        )


def _battery(quality: SignalQuality) -> Iterator[Diagnostic]:
    percent = quality.battery_percent
    if percent is None:
        yield Diagnostic(Severity.REMARK, _("battery unknown: the sensor does not report it."))
    elif percent < LOW_BATTERY_PERCENT:
        yield Diagnostic(
            Severity.REMARK, _("battery at {percent} %: charge it soon.").format(percent=percent)
        )
    else:
        yield Diagnostic(Severity.GOOD, _("battery {percent} %.").format(percent=percent))
