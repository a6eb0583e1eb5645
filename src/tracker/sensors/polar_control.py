"""How a Polar sensor is started: what it offers decides what it is asked for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.domain import SensorError
from tracker.sensors.faults import MalformedError
from tracker.sensors.polar_settings import (
    FEATURES,
    REPLY,
    Op,
    Reply,
    Status,
    chosen,
    decode_features,
    decode_reply,
    decode_settings,
    encode_settings,
)
from tracker.sensors.polar_wire import CONTROL_UUID, DATA_UUID, Measurement
from tracker.sensors.script import (
    Attempt,
    Decide,
    Expect,
    Pause,
    Read,
    Subscribe,
    Unsubscribe,
    Write,
    newest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tracker.sensors.script import Heard, Step

REPLY_TIMEOUT_S: Final = 3.0
MORE_S: Final = 0.3
"""Answers that go on come in the next connection events."""

MOST_MORE: Final = 10
"""How often to wait for the rest of an answer."""

LEAST_MTU: Final = 232
"""36 samples of an H10 need 226 bytes, other frames up to 229, and Bluetooth 3 more."""

_DONE: Final = frozenset({Status.SUCCESS, Status.ALREADY_IN_STATE})

_ADVICE: Final[Mapping[int | None, str]] = MappingProxyType(
    {
        Status.INVALID_MTU: "Its packets do not fit this Bluetooth adapter: try another one.",
        Status.IN_CHARGER: "Take it out of the charger.",
    }
)
_STATUS_NAMES: Final[Mapping[int | None, str]] = MappingProxyType(
    {status.value: status.name.lower().replace("_", " ") for status in Status}
)
_OTHER_ADVICE: Final = "Close other programs that use it, switch it off and on, and try again."


def command(op: Op, measurement: Measurement, parameters: bytes = b"") -> bytes:
    """Return what is written to the control point."""
    return bytes((op, measurement)) + parameters


def _ask(op: Op, measurement: Measurement, parameters: bytes = b"") -> tuple[Step, ...]:
    return (
        Write(CONTROL_UUID, command(op, measurement, parameters)),
        Expect(CONTROL_UUID, bytes((REPLY, op, measurement)), REPLY_TIMEOUT_S),
    )


def _replies(heard: Heard, op: Op, measurement: Measurement) -> list[Reply]:
    all_replies = (decode_reply(each.data) for each in heard if each.channel == CONTROL_UUID)
    return [
        reply
        for reply in all_replies
        if reply is not None and (reply.op, reply.measurement) == (op, measurement)
    ]


def _begin(heard: Heard) -> tuple[Step, ...]:
    """Decide what to start, by what the sensor has."""
    features = decode_features(newest(heard, CONTROL_UUID, bytes((FEATURES,))) or b"")
    if Measurement.ACC not in features:
        raise SensorError(
            "This Polar sensor does not stream acceleration.",
            "A Verity Sense, an OH1+, an H10 or a 360 does.",
        )
    if Measurement.GYRO not in features:
        return _negotiate(Measurement.ACC, _must)
    # The angular rate first, so that it is known to come when the first acceleration does.
    both = (
        *_negotiate(Measurement.GYRO, _may),
        *_negotiate(Measurement.ACC, _must),
    )
    if Measurement.SDK_MODE in features:
        # It opens the rates above 52 Hz. Without it the sensor works, with more delay.
        return (Attempt(_ask(Op.START, Measurement.SDK_MODE)), *both)
    return both


def _negotiate(
    measurement: Measurement, refused: Callable[[Measurement, int | None], tuple[Step, ...]]
) -> tuple[Step, ...]:
    """Return the steps that ask for settings and start; `refused` tells what if it will not."""

    def offer(heard: Heard, waited: int = 0) -> tuple[Step, ...]:
        replies = _replies(heard, Op.GET_SETTINGS, measurement)
        if not replies or replies[-1].status != Status.SUCCESS:
            return refused(measurement, _status(replies))
        if replies[-1].more and waited < MOST_MORE:
            return (Pause(MORE_S), Decide(lambda later: offer(later, waited + 1)))
        try:
            offered = decode_settings(b"".join(reply.parameters for reply in replies))
        except MalformedError:
            return refused(measurement, Status.INVALID_PARAMETER)
        settings = encode_settings(chosen(measurement, offered))
        return (
            Attempt(_ask(Op.START, measurement, settings)),
            Decide(started),
        )

    def started(heard: Heard) -> tuple[Step, ...]:
        replies = _replies(heard, Op.START, measurement)
        if replies and replies[-1].status in _DONE:
            return ()
        return refused(measurement, _status(replies))

    return (Attempt(_ask(Op.GET_SETTINGS, measurement)), Decide(offer))


def _status(replies: list[Reply]) -> int | None:
    return replies[-1].status if replies else None


def _must(measurement: Measurement, status: int | None) -> tuple[Step, ...]:
    why = "it did not answer" if status is None else f"it answered with status {status}"
    if status in _STATUS_NAMES:
        why += f", {_STATUS_NAMES[status]}"
    raise SensorError(
        f"The sensor was asked for {measurement.name} data: {why}.",
        _ADVICE.get(status, _OTHER_ADVICE),
    )


def _may(_measurement: Measurement, _status: int | None) -> tuple[Step, ...]:
    return ()


def _stop_all(measurements: Iterable[Measurement]) -> tuple[Step, ...]:
    return tuple(Attempt(_ask(Op.STOP, measurement)) for measurement in measurements)


_STREAMS: Final = (Measurement.GYRO, Measurement.ACC)

START: Final[tuple[Step, ...]] = (
    Subscribe(CONTROL_UUID),
    Read(CONTROL_UUID),
    # Streams may be left over from a program that ended without a word.
    *_stop_all(_STREAMS),
    Subscribe(DATA_UUID),
    Decide(_begin),
)

STOP: Final[tuple[Step, ...]] = (
    *(Write(CONTROL_UUID, command(Op.STOP, measurement)) for measurement in _STREAMS),
    Write(CONTROL_UUID, command(Op.STOP, Measurement.SDK_MODE)),
    Unsubscribe(DATA_UUID),
    Unsubscribe(CONTROL_UUID),
)
"""An H10 that is not told to stop stays on until its battery is empty."""
