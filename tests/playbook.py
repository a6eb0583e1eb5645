"""Sessions as readable scripts: input (`>>`) and the events that must follow (`<<`).

    >> link streaming
    << link streaming
    >> config
    >> still 2
    >> lift 1 1 1.5
    << set 1 starts
    << rep 1 counts at 3.9
    << rep 1 completes

Inputs: `link STATE`, `config`, `mark TEXT`, `still S`, `up S`, `hold S`, `down S`,
`lift UP_S HOLD_S DOWN_S`, `lifts N` (usual ones with a pause), `silence S` (samples are lost),
`bytes CHANNEL HEX`, `other sensor N` (another sensor does lifts), `end`. Phases and refinements of
reps are not listed; a time after `at` is checked to a few hundredths of a second.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import (
    HIP_THRUST,
    LINK_CHANNEL,
    MARK_CHANNEL,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    CalibrationWay,
    Fault,
    Gap,
    LinkChanged,
    Notification,
    ReferenceRep,
    RepCompleted,
    RepCounted,
    RepRevised,
    SetEnded,
    SetStarted,
    UserCommand,
)
from tracker.domain.units import ns_from_s
from tracker.engine import Engine
from tracker.sensors.profile import PROFILE
from tracker.sensors.profile.packets import CONFIG_UUID, IMU_UUID, ProfileConfig, encode_packet
from tracker.sim import Mounting
from tracker.sim.body import Pose, ideal_readings
from tracker.sim.trajectories import Channel, Move

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.domain import Event

BOTTOM_DEG: Final = -36.0
TOP_DEG: Final = 11.0
PACKET_SAMPLES: Final = 5
DELAY_S: Final = 0.02
CLOSE_S: Final = 0.04
"""Tolerance of a time in a script: it is rounded to a tenth or less, and the radio delays it."""
FORESEEN_S: Final = 0.06
"""Tolerance of a count's time: it is predicted while the concentric is about to end."""


class Performer:
    """Performs a script's inputs and sends them as packets of our own profile."""

    def __init__(self) -> None:
        self._config = ProfileConfig()
        self._pitch = Channel(float(np.radians(BOTTOM_DEG)))
        self._now_deg = BOTTOM_DEG
        self._samples = 0
        self._silent = False

    @property
    def _now_s(self) -> float:
        return self._samples / self._config.rate_hz

    def do(self, what: str) -> list[Notification]:
        """Return the notifications for one line of a script."""
        verb, *details = what.split()
        match verb:
            case "link":
                return [self._sent(LINK_CHANNEL, details[0].encode())]
            case "mark":
                return [self._sent(MARK_CHANNEL, details[0].encode())]
            case "config":
                return [self._sent(CONFIG_UUID, self._config.encode())]
            case "bytes":
                channel = {"imu": IMU_UUID, "config": CONFIG_UUID}.get(details[0], details[0])
                return [self._sent(channel, bytes.fromhex("".join(details[1:])))]
            case "still" | "hold":
                return self._move(float(details[0]), self._now_deg)
            case "up":
                return self._move(float(details[0]), TOP_DEG)
            case "down":
                return self._move(float(details[0]), BOTTOM_DEG)
            case "lift":
                up_s, hold_s, down_s = (float(each) for each in details)
                legs = f"up {up_s}", f"hold {hold_s}", f"down {down_s}"
                return [sent for leg in legs for sent in self.do(leg)]
            case "lifts":
                parts = ("lift 1 1 1.5", "still 0.7") * int(details[0])
                return [sent for part in parts for sent in self.do(part)]
            case "silence":
                self._move(float(details[0]), self._now_deg)
                return []
            case "other":
                sent = Performer().do(f"lifts {details[1]}")
                return [
                    Notification(each.received_ns, each.channel, each.data, 1) for each in sent
                ]
        raise ValueError(f"unknown input {what!r}")

    def _sent(self, channel: str, data: bytes) -> Notification:
        return Notification(ns_from_s(self._now_s), channel, data)

    def _move(self, duration_s: float, to_deg: float) -> list[Notification]:
        """Return a movement in whole packets, so that durations are rounded to 0.05 s."""
        if to_deg != self._now_deg:
            delta_rad = float(np.radians(to_deg - self._now_deg))
            self._pitch.moves.append(Move(self._now_s, duration_s, delta_rad))
            self._now_deg = to_deg
        packets = round(duration_s * self._config.rate_hz / PACKET_SAMPLES)
        first, count = self._samples, packets * PACKET_SAMPLES
        self._samples += count
        time_s = np.arange(first, self._samples) / self._config.rate_hz
        readings = ideal_readings(Pose(0.45, self._pitch), Mounting(), time_s)
        acc = self._config.acc_counts(readings.specific_force_mps2)
        gyro = self._config.gyro_counts(readings.rate_radps)
        sent = []
        for start in range(0, count, PACKET_SAMPLES):
            part = slice(start, start + PACKET_SAMPLES)
            sequence, stamp_us = (first + start) // PACKET_SAMPLES, round(1e6 * time_s[start])
            data = encode_packet(self._config, sequence, stamp_us, acc[part], gyro[part])
            received_ns = ns_from_s(float(time_s[part][-1]) + DELAY_S)
            sent.append(Notification(received_ns, IMU_UUID, data))
        return sent


def line(event: Event) -> str | None:
    """Return an event as a line of a script; None for events that scripts leave out."""
    match event:
        case LinkChanged(state=state):
            return f"link {state.value}"
        case UserCommand(text=text):
            return f"mark {text}"
        case ReferenceRep(index=index, of=of, refusal=refusal):
            return f"reference {index} of {of}" + (f", not: {refusal}" if refusal else "")
        case Calibrated(way=CalibrationWay.REPS):
            return "level known by reps"
        case Calibrated():
            return "level known"
        case CalibrationFailed(reason=reason):
            return f"level not found: {reason}"
        case CalibrationLost(reason=reason):
            return f"level lost: {reason}"
        case SetStarted(set_index=index):
            return f"set {index} starts"
        case RepCounted(index=index):
            return f"rep {index} counts"
        case RepCompleted(rep=rep):
            flags = "".join(f", {flag.value}" for flag in rep.flags)
            return f"rep {rep.index} {'completes' if rep.complete else 'is cut'}{flags}"
        case RepRevised(index=index, rep=None):
            return f"rep {index} is withdrawn"
        case SetEnded(set_index=index, reps=reps):
            return f"set {index} ends with {reps}"
        case Gap(start_s=start_s, end_s=end_s):
            return f"gap of {end_s - start_s:.1f} s"
        case Fault(reason=reason, count=count):
            return f"fault {reason.value} {count}"
    return None


def play(script: str, *, at_once: bool = False) -> None:
    """Play a script through a new engine; `at_once` feeds all input between two events at once."""
    engine = Engine(PROFILE, HIP_THRUST)
    performer = Performer()
    events: list[tuple[str, float]] = []
    for step in (row.strip() for row in script.strip().splitlines()):
        match step[:2]:
            case ">>" if step[2:].strip() == "end":
                events += lines(engine.finish())
            case ">>":
                sent = performer.do(step[2:].strip())
                groups = (sent,) if at_once else [(each,) for each in sent]
                for group in groups:
                    events += lines(engine.feed_many(group))
            case "<<":
                assert events, f"expected {step[2:].strip()!r}, but there were no more events"
                check(step[2:].strip(), *events.pop(0))
            case _:
                assert not step, f"a line starts with >> or <<, not {step!r}"
    assert not events, f"unexpected: {events}"


def lines(events: Iterable[Event]) -> list[tuple[str, float]]:
    return [(text, event.at_s) for event in events if (text := line(event)) is not None]


def check(expected: str, text: str, at_s: float) -> None:
    """Compare a script's line with an event."""
    event, _, when = expected.partition(" at ")
    assert text == event, f"expected {event!r}, got {text!r} at {at_s:.2f} s"
    if when:
        assert re.fullmatch(r"[0-9.]+", when), f"expected a time in s, got {when!r}"
        close_s = FORESEEN_S if " counts" in event else CLOSE_S
        assert abs(at_s - float(when)) < close_s, f"expected {expected!r}, got {at_s:.3f} s"
