"""Judges what a sensor said and sent by the requirements of our own profile.

The walk over the radio is `tracker.ble.conformance`; this is the part that needs no radio. Numbers
in brackets are those of `firmware_notes/01-profile.md`, section 17.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain.units import NS_PER_S
from tracker.language import _, decimal, localized, ngettext
from tracker.sensors.base import MalformedError
from tracker.sensors.profile.packets import (
    AXES_WITH_GYRO,
    AXES_WITHOUT_GYRO,
    CONFIG,
    COUNT,
    EXTENDED_FLAG,
    GREATEST_SPAN,
    GYRO_FLAG,
    HIGHEST_RATE_HZ,
    LEAST_SPAN,
    LOWEST_RATE_HZ,
    PACKET_HEADER,
    SATURATED_FLAG,
    SEQUENCE_MODULUS,
    TIME_MODULUS_US,
    VERSION,
    ProfileConfig,
    counts_span,
)
from tracker.sensors.profile.requirements import REQUIREMENTS, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

RESERVED_FLAG: Final = 0x08

STILL_G: Final = 0.05
"""An axis that varies by less, standard deviation in g, lies on a table or hangs from a hand."""

GRAVITY_G: Final = (0.75, 1.25)
"""At rest; chips are off by a few hundredths, and without gravity it is 0."""

COARSEST_US: Final = 100
"""Resolution of the timestamp, µs."""

CRYSTAL_PPM: Final = 50.0
"""What a crystal may be off by."""

HOST_PPM: Final = 100.0
"""What this computer's own clock may be off by while it is not being corrected."""

ARRIVAL_S: Final = 0.001
"""How exactly the earliest of many arrivals can be known, s."""

GAP_S: Final = 1.0
"""How far device time and host time may differ over a pause, s: links queue for less."""


class Verdict(Enum):
    """What became of a requirement."""

    PASSED = "pass"
    FAILED = "fail"
    UNTESTED = "not-testable"


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement and what became of it."""

    requirement: Requirement
    verdict: Verdict
    detail: str
    """What was seen or expected, or why it was not tried; may be empty where it passed."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One packet as it arrived."""

    received_ns: int
    """Host time, ns."""
    data: bytes


class Report:
    """Collects verdicts. A failure stands, whatever else passes."""

    def __init__(self) -> None:
        self._findings: dict[str, Finding] = {}

    def passed(self, number: str, detail: str = "") -> None:
        """Note that a requirement was met, unless it has failed."""
        self._note(number, Verdict.PASSED, detail)

    def failed(self, number: str, detail: str) -> None:
        """Note that a requirement was violated; the first violation is kept."""
        self._note(number, Verdict.FAILED, detail)

    def untested(self, number: str, detail: str) -> None:
        """Note why a requirement could not be tried, unless it was."""
        if number not in self._findings:
            self._findings[number] = Finding(REQUIREMENTS[number], Verdict.UNTESTED, detail)

    def check(self, number: str, met: bool, wrong: str, right: str = "") -> bool:
        """Note whether a requirement was met, and return it."""
        if met:
            self.passed(number, right)
        else:
            self.failed(number, wrong)
        return met

    def findings(self, otherwise: str) -> tuple[Finding, ...]:
        """Return a finding for every requirement; `otherwise` is why the rest was not tried."""
        for number, requirement in REQUIREMENTS.items():
            self.untested(number, requirement.elsewhere or otherwise)
        return tuple(self._findings[number] for number in REQUIREMENTS)

    def _note(self, number: str, verdict: Verdict, detail: str) -> None:
        before = self._findings.get(number)
        newly_failed = verdict is Verdict.FAILED and (
            before is not None and before.verdict is Verdict.PASSED
        )
        if before is None or before.verdict is Verdict.UNTESTED or newly_failed:
            self._findings[number] = Finding(REQUIREMENTS[number], verdict, detail)


def judge_config(report: Report, value: bytes) -> ProfileConfig | None:
    """Judge a configuration value; return it if the decoder can use it."""
    try:
        config = ProfileConfig.decode(value)
    except MalformedError:
        config = None
    whole = len(value) == CONFIG.size and value[0] == VERSION
    wrong = (
        _("expected {size} bytes that begin with {version:02x}, got {got}")
        if value
        else _("expected {size} bytes that begin with {version:02x}, got nothing")
    )
    wrong = wrong.format(size=CONFIG.size, version=VERSION, got=value.hex(" "))
    if not report.check("6.1", whole, wrong):
        return config
    __, flags, rate_hz, acc_range_g, gyro_range_dps, acc_lsb_g, gyro_lsb_dps, __ = CONFIG.unpack(
        value
    )
    report.check(
        "6.1",
        not flags & ~GYRO_FLAG,
        _("expected flags 00 or 01, got {flags:02x}").format(flags=flags),
    )
    report.check(
        "6.2",
        LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ,
        _("expected {lowest} to {highest} Hz, got {got}").format(
            lowest=LOWEST_RATE_HZ, highest=HIGHEST_RATE_HZ, got=rate_hz
        ),
    )
    scales = [(_("accelerometer"), acc_range_g, acc_lsb_g)]
    if flags & GYRO_FLAG:
        scales.append((_("gyroscope"), gyro_range_dps, gyro_lsb_dps))
    else:
        nothing = gyro_range_dps == 0 and gyro_lsb_dps == 0.0
        report.check(
            "6.4",
            nothing,
            _("expected 0 for both, got a range of {range} and an LSB of {lsb}").format(
                range=gyro_range_dps, lsb=localized(f"{gyro_lsb_dps:g}")
            ),
        )
    for name, full_range, lsb in scales:
        span = counts_span(full_range, lsb)
        report.check(
            "6.3",
            LEAST_SPAN <= span <= GREATEST_SPAN,
            _("{name}: 32768 × {lsb} is {span} times the range of {range}").format(
                name=name,
                lsb=localized(f"{lsb:g}"),
                span=localized(f"{span:.3g}"),
                range=full_range,
            ),
        )
    return config


def judge_packets(report: Report, config: ProfileConfig, packets: Sequence[Arrival]) -> None:
    """Judge the packets of one stream, from the first one after *start*."""
    whole = [each for each in packets if _judge_bytes(report, config, each.data)]
    if len(whole) < 2:
        return
    _judge_sequence(report, [_header(each)[1] for each in whole])
    _judge_resolution(report, [_header(each)[2] for each in whole])
    _judge_gravity(report, config, np.concatenate(list(_acc_counts(whole))))
    report.untested("8.4", _("no value reached the end of 16 bits"))


def _judge_bytes(report: Report, config: ProfileConfig, data: bytes) -> bool:
    """Judge one packet by itself; return whether its header and samples can be read."""
    shown = data[: PACKET_HEADER.size].hex(" ")
    if not report.check(
        "9.1",
        len(data) >= PACKET_HEADER.size,
        _("a packet of {size} bytes").format(size=len(data)),
    ):
        return False
    version_flags, n, __, __ = PACKET_HEADER.unpack_from(data)
    version = version_flags >> 4
    report.check(
        "13.1",
        version == VERSION,
        _("version {version} in a packet: {shown}").format(version=version, shown=shown),
    )
    clean = version == VERSION and not version_flags & RESERVED_FLAG
    report.check(
        "8.1", clean, _("expected 1 and a reserved bit of 0, got {shown}").format(shown=shown)
    )
    if not report.check("8.2", n >= 1, f"n = 0: {shown}") or version != VERSION:
        return False
    has_gyro = bool(version_flags & GYRO_FLAG)
    configured = config.gyro_range_dps is not None
    wrong = (
        _("configured with a gyroscope, a packet came without: {shown}")
        if configured
        else _("configured without a gyroscope, a packet came with: {shown}")
    )
    report.check("8.3", has_gyro == configured, wrong.format(shown=shown))
    start = PACKET_HEADER.size
    if version_flags & EXTENDED_FLAG:
        start += 1 + (data[start] if len(data) > start else 0)
    axes = AXES_WITH_GYRO if has_gyro else AXES_WITHOUT_GYRO
    expected = start + n * axes * COUNT.itemsize
    right: bool = len(data) == expected
    report.check(
        "9.1",
        right,
        _("expected {expected} bytes for {shown}, got {got}").format(
            expected=expected, shown=shown, got=len(data)
        ),
    )
    if right:
        counts = np.frombuffer(data, COUNT, offset=start)
        limits = np.iinfo(COUNT)
        if ((counts == limits.min) | (counts == limits.max)).any():
            told = bool(version_flags & SATURATED_FLAG)
            report.check(
                "8.4",
                told,
                _("a value at the end of 16 bits and no flag: {shown}").format(shown=shown),
            )
    return right


def _header(arrival: Arrival) -> tuple[int, int, int]:
    """Return n, sequence and device time, µs."""
    _, n, sequence, time_us = PACKET_HEADER.unpack_from(arrival.data)
    return n, sequence, time_us


def _judge_sequence(report: Report, sequence: Sequence[int]) -> None:
    steps = [(later - earlier) % SEQUENCE_MODULUS for earlier, later in pairwise(sequence)]
    usual, __ = Counter(steps).most_common(1)[0]
    backward = sum(not 0 < step < SEQUENCE_MODULUS // 2 for step in steps)
    lost = sum(step - 1 for step in steps if 0 < step < SEQUENCE_MODULUS // 2)
    if usual != 1:
        report.failed("11.1", _("it usually grows by {step}").format(step=usual))
    elif backward:
        report.failed(
            "11.1",
            _("{amount} of {steps} steps do not go forward").format(
                amount=backward, steps=len(steps)
            ),
        )
    else:
        told = ngettext("{amount} packet lost", "{amount} packets lost", lost)
        report.passed("11.1", told.format(amount=lost) if lost else "")


def _judge_resolution(report: Report, stamps_us: Sequence[int]) -> None:
    steps_us = [(later - earlier) % TIME_MODULUS_US for earlier, later in pairwise(stamps_us)]
    unit_us = math.gcd(*steps_us)
    if unit_us <= COARSEST_US:
        report.passed("11.4", _("steps are multiples of {unit} µs").format(unit=unit_us))
    elif len(set(steps_us)) > 1:
        report.failed("11.4", _("all steps are multiples of {unit} µs").format(unit=unit_us))
    else:
        report.untested(
            "11.4",
            _(
                "every step is {unit} µs to the microsecond: either a crystal triggers each "
                "sample, or timestamps are counted instead of measured"
            ).format(unit=unit_us),
        )


def _acc_counts(packets: Iterable[Arrival]) -> Iterator[NDArray[np.int16]]:
    for each in packets:
        n = each.data[1]
        axes = AXES_WITH_GYRO if each.data[0] & GYRO_FLAG else AXES_WITHOUT_GYRO
        counts = np.frombuffer(each.data[-n * axes * COUNT.itemsize :], COUNT)
        yield counts.reshape(n, axes)[:, :3]


def _judge_gravity(report: Report, config: ProfileConfig, counts: NDArray[np.int16]) -> None:
    acc_g = counts * config.acc_count_g
    spread_g = float(acc_g.std(axis=0).max())
    if spread_g > STILL_G:
        report.untested("1.1", _("it was moved: lay it on a table and try again"))
        return
    length_g = float(np.linalg.norm(acc_g.mean(axis=0)))
    least, most = GRAVITY_G
    report.check(
        "1.1",
        least <= length_g <= most,
        _("at rest it measures {gravity} g").format(gravity=decimal(length_g, 2)),
    )


def judge_clock(report: Report, packets: Sequence[Arrival]) -> None:
    """Compare the timestamps of one stream with the times of arrival."""
    device_s, received_s = _times_s(packets)
    if len(device_s) < 6:
        report.untested("11.3", _("too few packets came"))
        return
    ppm, error_ppm = drift_ppm(device_s, received_s)
    shown = _("{ppm:+.0f} ± {error:.0f} ppm against this computer").format(
        ppm=ppm, error=error_ppm
    )
    tolerated = CRYSTAL_PPM + HOST_PPM
    if abs(ppm) - error_ppm > tolerated:
        report.failed("11.3", shown)
    elif abs(ppm) + error_ppm <= tolerated:
        report.passed("11.3", shown)
    else:
        report.untested("11.3", _("{shown}; for more, --seconds 300").format(shown=shown))


def drift_ppm(
    device_s: NDArray[np.float64], received_s: NDArray[np.float64]
) -> tuple[float, float]:
    """Return how much faster a device's clock runs than the host's, and the error, both in ppm.

    Times have the shape (n,) with n of at least 6. Of packets that wait for the radio, the
    earliest of many waited least: the first and the last third are compared by theirs, and the
    error is how well their second earliest agree.
    """
    third = len(device_s) // 3
    offsets_s = received_s - device_s
    first, last = np.sort(offsets_s[:third])[:2], np.sort(offsets_s[-third:])[:2]
    span_s = float(received_s[-third:].mean() - received_s[:third].mean())
    error_s = float(first[1] - first[0] + last[1] - last[0]) + ARRIVAL_S
    if span_s <= 0.0:
        return 0.0, math.inf
    return float(first[0] - last[0]) / span_s * 1e6, error_s / span_s * 1e6


def _times_s(packets: Sequence[Arrival]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return device times, unwrapped, and arrival times since the first packet, s."""
    whole = [each for each in packets if len(each.data) >= PACKET_HEADER.size]
    stamps_us = np.array([_header(each)[2] for each in whole], dtype=np.int64)
    received_ns = np.array([each.received_ns for each in whole], dtype=np.int64)
    if not len(whole):
        return np.empty(0), np.empty(0)
    steps_us = np.diff(stamps_us, prepend=stamps_us[0]) % TIME_MODULUS_US
    return np.cumsum(steps_us) / 1e6, (received_ns - received_ns[0]) / NS_PER_S


def judge_pause(
    report: Report, before: Sequence[Arrival], after: Sequence[Arrival], when: str
) -> None:
    """Judge whether the counters ran on over a pause; `when` is "after" it, in words."""
    if not before or not after or min(len(before[-1].data), len(after[0].data)) < 8:
        return
    __, last, last_us = _header(before[-1])
    __, first, first_us = _header(after[0])
    ahead = (first - last) % SEQUENCE_MODULUS
    report.check(
        "11.5",
        0 < ahead < SEQUENCE_MODULUS // 2,
        _("{when} the sequence went from {last} to {first}").format(
            when=when, last=last, first=first
        ),
    )
    elapsed_s = ((first_us - last_us) % TIME_MODULUS_US) / 1e6
    host_s = (after[0].received_ns - before[-1].received_ns) / NS_PER_S
    report.check(
        "11.5",
        abs(elapsed_s - host_s) < GAP_S,
        _("{when} of {paused} s the timestamp had moved by {elapsed} s").format(
            when=when, paused=decimal(host_s, 1), elapsed=decimal(elapsed_s, 1)
        ),
    )


def judge_time(report: Report, reply: bytes, packets: Sequence[Arrival], asked_ns: int) -> None:
    """Judge the reply to *time*, asked at `asked_ns` on the host, by the packets around it."""
    if len(reply) > 1 and reply[1] == 1:
        report.untested("15.2", _("it has no command time, which may be left out"))
        return
    if not report.check(
        "15.2",
        len(reply) >= 11 and reply[1] == 0,
        _("expected 83 00 and 9 bytes, got {got}").format(got=reply.hex(" ")),
    ):
        return
    if not packets or len(packets[-1].data) < PACKET_HEADER.size:
        return
    device_us = int.from_bytes(reply[3:11], "little")
    __, __, newest_us = _header(packets[-1])
    host_us = (asked_ns - packets[-1].received_ns) / 1000
    difference_s = (_signed_us(device_us - newest_us) - host_us) / 1e6
    report.check(
        "15.2",
        abs(difference_s) < GAP_S,
        _("it differs from the timestamps of the packets by {seconds} s").format(
            seconds=decimal(difference_s, 1)
        ),
    )


def _signed_us(difference_us: int) -> int:
    """Return a difference of two times modulo 2**32 µs as the smaller of both ways around."""
    half = TIME_MODULUS_US // 2
    return (difference_us + half) % TIME_MODULUS_US - half
