"""How a Movesense sensor is subscribed to, and what it tells of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.domain import SensorError
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    HIGHEST_PERCENT,
    Attempt,
    Decide,
    Expect,
    Inquiry,
    MalformedError,
    Pause,
    Read,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
    newest,
)
from tracker.sensors.movesense.packets import (
    HEADER_BYTES,
    NOTIFY_UUID,
    RESTART,
    WRITE_UUID,
    Answer,
    Command,
    Resource,
    decode_status,
    encode_command,
    encode_path,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.sensors.base import Heard, Step

MOTION: Final = Resource("IMU6", 104)
"""Acceleration and angular rate; more samples a second lose packets on many adapters."""

ACCELERATION: Final = Resource("Acc", 104)
"""For a sensor without a gyroscope."""

HELLO_REF: Final = 0x71
MOTION_REF: Final = 0x72
ACCELERATION_REF: Final = 0x73
ENERGY_REF: Final = 0x74
RESTART_REF: Final = 0x75

SUBSCRIPTIONS: Final = {MOTION_REF: MOTION, ACCELERATION_REF: ACCELERATION}
"""What the tracker subscribes to, by the reference under which samples then come."""

ENERGY_PATH: Final = "/System/Energy/Level"

OK: Final = frozenset({200, 202})
NOT_THERE: Final = frozenset({403, 404})
NO_SLOT: Final = 429

REPLY_TIMEOUT_S: Final = 2.0
STALE_TIMEOUT_S: Final = 0.5
"""Most often there was nothing to end, and some firmware does not even say so."""

LISTEN_S: Final = 1.0
"""Thirteen payloads come each second."""

_APP_VERSION: Final = 4
"""Field of the answer to HELLO: serial, product, address for updates, program, its version."""


def _ask(command: Command, ref: int, payload: bytes = b"") -> Step:
    return Write(WRITE_UUID, encode_command(command, ref, payload))


def _answered(ref: int, timeout_s: float = REPLY_TIMEOUT_S) -> Step:
    return Expect(NOTIFY_UUID, bytes((Answer.REPLY, ref)), timeout_s)


def _body(heard: Heard, kind: Answer, ref: int) -> bytes | None:
    """Return what the newest answer of a kind says behind its header."""
    found = newest(heard, NOTIFY_UUID, bytes((kind, ref)))
    return None if found is None else found[HEADER_BYTES:]


def _status(heard: Heard, ref: int) -> int | None:
    """Return the status of the newest reply; None without one."""
    try:
        return decode_status(_body(heard, Answer.REPLY, ref) or b"")[0]
    except MalformedError:
        return None


def _subscribe(ref: int, refused: Callable[[int], tuple[Step, ...]]) -> tuple[Step, ...]:
    """Return the steps that subscribe; `refused` tells what to do about an error."""

    def ask(before: Heard) -> tuple[Step, ...]:
        # A reply to the UNSUBSCRIBE of the same ref is none to this.
        asked_ns = before[-1].received_ns if before else None

        def check(heard: Heard) -> tuple[Step, ...]:
            news = [each for each in heard if asked_ns is None or each.received_ns > asked_ns]
            status = _status(news, ref)
            if status in OK:
                return ()
            if status is None:
                # Very old firmware says nothing if all is well: samples are the answer.
                return (Pause(LISTEN_S), Decide(check_samples))
            return refused(status)

        return (
            _ask(Command.SUBSCRIBE, ref, encode_path(SUBSCRIPTIONS[ref].path)),
            Attempt((_answered(ref),)),
            Decide(check),
        )

    def check_samples(heard: Heard) -> tuple[Step, ...]:
        if _body(heard, Answer.DATA, ref) is None:
            raise SensorError(
                "The sensor did not answer when it was asked for its motion.",
                "Press it on its snaps until the light blinks, and try again.",
            )
        return ()

    return (Decide(ask),)


def _motion_refused(status: int) -> tuple[Step, ...]:
    if status in NOT_THERE:
        return _subscribe(ACCELERATION_REF, _refused)
    return _refused(status)


def _refused(status: int) -> tuple[Step, ...]:
    if status == NO_SLOT:
        return (_ask(Command.PUT_SYSTEM_MODE, RESTART_REF, RESTART), Decide(_restarting))
    raise SensorError(
        f"The sensor refused to send its motion (status {status}).",
        "It may need other firmware: the GATT sensor data program of Movesense.",
    )


def _restarting(_heard: Heard) -> tuple[Step, ...]:
    raise SensorError(
        "All places for requests in the sensor were taken; it was told to restart.",
        "Connect again in ten seconds.",
    )


def _battery(heard: Heard) -> int | None:
    percent = BATTERY_LEVEL.answer(heard)
    if percent is not None:
        return percent
    status, body = _status(heard, ENERGY_REF), _body(heard, Answer.REPLY, ENERGY_REF)
    level = decode_status(body)[1] if body is not None and status in OK else b""
    return level[0] if level and level[0] <= HIGHEST_PERCENT else None


def _version(heard: Heard) -> str | None:
    """Return the program and its version; the reply to HELLO carries no status."""
    fields = (_body(heard, Answer.REPLY, HELLO_REF) or b"")[1:].split(b"\0")
    if len(fields) <= _APP_VERSION:
        return None
    program, version = (
        field.decode("utf-8", errors="replace").strip()
        for field in fields[_APP_VERSION - 1 : _APP_VERSION + 1]
    )
    return f"{program} {version}".strip() or None


START: Final = (
    Subscribe(NOTIFY_UUID),
    # A subscription may be left over from a program that ended without a word.
    *(
        Attempt((_ask(Command.UNSUBSCRIBE, ref), _answered(ref, STALE_TIMEOUT_S)))
        for ref in SUBSCRIPTIONS
    ),
    _ask(Command.HELLO, HELLO_REF),
    Attempt((_answered(HELLO_REF),)),
    *_subscribe(MOTION_REF, _motion_refused),
)

STOP: Final = (
    *(_ask(Command.UNSUBSCRIBE, ref) for ref in SUBSCRIPTIONS),
    Unsubscribe(NOTIFY_UUID),
)

BATTERY: Final = Inquiry(
    (
        Where(
            BATTERY_LEVEL_UUID,
            (Read(BATTERY_LEVEL_UUID),),
            (_ask(Command.GET, ENERGY_REF, encode_path(ENERGY_PATH)), _answered(ENERGY_REF)),
        ),
    ),
    _battery,
)

VERSION: Final = Inquiry((_ask(Command.HELLO, HELLO_REF), _answered(HELLO_REF)), _version)
