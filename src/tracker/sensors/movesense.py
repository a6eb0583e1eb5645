"""Movesense sensors whose firmware speaks the GATT sensor data protocol.

Byte tables, and how much of them is certain: `firmware_notes/03-movesense.md`. A payload that does
not fit into one notification continues in the next ones. No part says how much follows, so a
payload is complete when it has the expected length: at first by the subscription's rate, later by
what the sensor was seen to send.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import (
    Fault,
    FaultReason,
    Frame,
    FrameRun,
    Notification,
    SensorError,
    TrackerError,
)
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, s_from_ns
from tracker.language import _
from tracker.sensors.base import (
    BATTERY_LEVEL,
    BATTERY_LEVEL_UUID,
    CLIP_SLACK,
    RANGE_SLACK,
    Attempt,
    ClockKind,
    Decide,
    Expect,
    Inquiry,
    MalformedError,
    PacketDecoder,
    PacketOrder,
    Pause,
    Read,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
    check_length,
    check_range,
    fault_of,
    newest,
    order_faults,
    percent_in,
    received_s_of,
    runs_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tracker.sensors.base import Responses, Step

SERVICE_UUID: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE_UUID: Final = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY_UUID: Final = "34800002-7185-4d5d-b431-630e7050e8f0"

HEADER_BYTES: Final = 2
"""The kind of message, and the reference that the client chose."""

STAMP: Final = struct.Struct("<I")
STATUS: Final = struct.Struct("<H")
FLOAT: Final = np.dtype("<f4")
AXES: Final = 3

PAYLOAD_SAMPLES: Final[Mapping[int, int]] = {13: 1, 26: 2, 52: 4, 104: 8, 208: 16}
"""Samples in a payload by the rate in Hz: thirteen payloads come each second."""


class Command(IntEnum):
    """First byte of what is written."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    GET = 4
    PUT_SYSTEM_MODE = 7


class Message(IntEnum):
    """First byte of what is notified."""

    REPLY = 1
    DATA = 2
    MORE_DATA = 3


RESTART: Final = b"\x05"
"""System mode that restarts the sensor's program."""

ARRAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "Acc": ("acc",),
    "Gyro": ("gyro",),
    "Magn": ("magn",),
    "IMU6": ("acc", "gyro"),
    "IMU6m": ("acc", "magn"),
    "IMU9": ("acc", "gyro", "magn"),
}
"""Signals of each resource, in the order of a payload."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A stream that can be subscribed to."""

    name: str
    """What it measures, one of `ARRAYS`."""
    rate_hz: int
    """Nominal samples per second."""

    @classmethod
    def parse(cls, path: str) -> Resource:
        """Return the resource of a path such as /Meas/IMU6/104.

        Raises `ValueError` if it is not such a path.
        """
        parts = path.strip("/").split("/")
        if len(parts) != 3 or parts[0] != "Meas" or parts[1] not in ARRAYS:
            known = ", ".join(ARRAYS)
            raise ValueError(
                _("expected /Meas/ with one of {known} and a rate, got {path}").format(
                    known=known, path=path
                )
            )
        if not parts[2].isdecimal() or not 1 <= int(parts[2]) <= 0xFFFF:
            raise ValueError(
                _("expected a rate in whole Hz, got {rate} in {path}").format(
                    rate=parts[2], path=path
                )
            )
        return cls(parts[1], int(parts[2]))

    @property
    def path(self) -> str:
        """The path to subscribe to."""
        return f"/Meas/{self.name}/{self.rate_hz}"

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample of all signals."""
        return len(ARRAYS[self.name]) * AXES * FLOAT.itemsize

    @property
    def payload_bytes(self) -> int | None:
        """Bytes of a payload; None if its number of samples is unknown."""
        samples = PAYLOAD_SAMPLES.get(self.rate_hz)
        return None if samples is None else STAMP.size + samples * self.sample_bytes


def encode_path(path: str) -> bytes:
    """Return a path as encoded in commands."""
    return path.encode("ascii") + b"\0"


def decode_status(data: bytes) -> tuple[int, bytes]:
    """Return status and data of a reply's body.

    Raises `MalformedError` if it is too short for a status.
    """
    check_length(data, STATUS.size, _("a status"), exact=False)
    (status,) = STATUS.unpack_from(data)
    return status, data[STATUS.size :]


def is_whole(data: bytes, resource: Resource) -> bool:
    """Return whether a payload ends with a sample."""
    body = len(data) - STAMP.size
    return body > 0 and body % resource.sample_bytes == 0


def decode_payload(data: bytes, resource: Resource) -> tuple[int, dict[str, NDArray[np.float64]]]:
    """Return the time of a whole payload's first sample and each signal, shape (n, 3).

    The time is in ms since the sensor started, modulo 2**32; signals are in m/s², degrees/s, µT.
    Raises `MalformedError` if it does not hold a whole number of samples.
    """
    if not is_whole(data, resource):
        raise MalformedError(
            FaultReason.LENGTH,
            _("expected 4 bytes and a multiple of {size}, got {got}").format(
                size=resource.sample_bytes, got=len(data)
            ),
        )
    names = ARRAYS[resource.name]
    (time_ms,) = STAMP.unpack_from(data)
    with np.errstate(invalid="ignore"):  # a signalling NaN stays a NaN
        values = np.frombuffer(data, FLOAT, offset=STAMP.size).astype(np.float64)
    signals = values.reshape(len(names), -1, AXES)
    return time_ms, dict(zip(names, signals, strict=True))


MOST_BYTES: Final = 8192
"""Longer than any payload: 1666 samples a second of three signals need 4612."""


Joined = tuple[tuple[bytes, ...], str | None]
"""The whole payloads that a part completes, and why earlier parts cannot be used, in words."""


class Reassembler:
    """Joins the parts of one subscription's payloads.

    `sized` says whether the rate of `resource` is certain, and so gives the length.
    """

    def __init__(self, resource: Resource, *, sized: bool) -> None:
        self._resource = resource
        self._expected = resource.payload_bytes if sized else None
        self._pending: bytes | None = None
        self._last = 0

    def first(self, data: bytes) -> Joined:
        """Add the part that starts a payload."""
        before, self._pending = self._pending, data
        if before is None:
            return self._completed(), None
        if is_whole(before, self._resource):
            # The sensor packs fewer samples than expected, and this payload was complete.
            self._expected = len(before)
            return (before, *self._completed()), None
        trouble = _("a payload ended after {size} bytes, inside a sample").format(size=len(before))
        return self._completed(), trouble

    def more(self, data: bytes) -> Joined:
        """Add a part that continues a payload."""
        if self._pending is None:
            # Either the start was lost, or what seemed whole was not, and this is the length.
            self._expected = self._last + len(data) if self._last else self._expected
            return (), _("the rest of a payload came without its start")
        self._pending += data
        if len(self._pending) > MOST_BYTES:
            self._pending = None
            return (), _("a payload is longer than {most} bytes").format(most=MOST_BYTES)
        return self._completed(), None

    def _completed(self) -> tuple[bytes, ...]:
        pending = self._pending
        if pending is None or not is_whole(pending, self._resource):
            return ()
        if self._expected is not None and len(pending) < self._expected:
            return ()
        self._expected = self._last = len(pending)
        self._pending = None
        return (pending,)


MOTION: Final = Resource("IMU6", 104)
"""Acceleration and angular rate; many adapters lose packets at higher rates."""

ACCELERATION: Final = Resource("Acc", 104)
"""For a sensor without a gyroscope."""

HELLO_REF: Final = 0x71
MOTION_REF: Final = 0x72
ACCELERATION_REF: Final = 0x73
ENERGY_REF: Final = 0x74
RESTART_REF: Final = 0x75

SUBSCRIPTIONS: Final = {MOTION_REF: MOTION, ACCELERATION_REF: ACCELERATION}
"""What the tracker subscribes to, by the reference that comes back with the samples."""

ENERGY_PATH: Final = "/System/Energy/Level"

OK: Final = frozenset({200, 202})
NOT_THERE: Final = frozenset({403, 404})
NO_SLOT: Final = 429

REPLY_TIMEOUT_S: Final = 2.0
STALE_TIMEOUT_S: Final = 0.5
"""Usually there was nothing to stop, and some firmware does not even reply."""

LISTEN_S: Final = 1.0
"""Enough for thirteen payloads."""

_APP_VERSION: Final = 4
"""Field of the reply to HELLO: serial, product, update address, program, version."""

LOSS_SHARE: Final = 0.5
"""Share of a payload's duration: a timestamp later than expected by more shows a loss."""

LATE_MS: Final = 500
"""A timestamp that falls by less is a late packet; by more, a restart."""

ACC_RANGES_G: Final = (2.0, 4.0, 8.0, 16.0)
LARGEST_ACC_MPS2: Final = ACC_RANGES_G[-1] * STANDARD_GRAVITY_MPS2
GYRO_RANGES_DPS: Final = (125.0, 245.0, 500.0, 1000.0, 2000.0)


class _Stream:
    def __init__(self, resource: Resource, *, sized: bool) -> None:
        self.resource = resource
        self.parts = Reassembler(resource, sized=sized)
        self._newest_ms: int | None = None
        self._newest_samples = 0

    def place(self, time_ms: int, samples: int) -> tuple[PacketOrder, int]:
        """Return the order of a payload, and how many samples were lost before it."""
        previous_ms, previous_samples = self._newest_ms, self._newest_samples
        later_ms = 1 if previous_ms is None else time_ms - previous_ms
        if later_ms == 0:
            return PacketOrder.DUPLICATE, 0
        if -LATE_MS < later_ms < 0:
            return PacketOrder.LATE, 0
        self._newest_ms, self._newest_samples = time_ms, samples
        if later_ms < 0:
            return PacketOrder.RESTART, 0
        missing = later_ms / 1000.0 * self.resource.rate_hz - previous_samples
        if previous_ms is None or missing <= LOSS_SHARE * previous_samples:
            return PacketOrder.NEXT, 0
        return PacketOrder.NEXT, round(missing)


class MovesenseDecoder(PacketDecoder):
    """Turns payloads of acceleration, with or without angular rate, into frames.

    `resource` is what every reference stands for, if another program subscribed; None assumes the
    tracker's own subscriptions, and the usual one for unknown references.
    """

    def __init__(self, resource: Resource | None = None) -> None:
        super().__init__({NOTIFY_UUID: self._message}, (WRITE_UUID, BATTERY_LEVEL_UUID))
        self._resource = resource
        self._streams: dict[int, _Stream] = {}

    @property
    def promised_hz(self) -> float | None:
        """The rate of the only stream; None before it, and with several."""
        rates = {stream.resource.rate_hz for stream in self._streams.values()}
        return float(rates.pop()) if len(rates) == 1 else None

    def configuration(self) -> dict[str, object]:
        """Return the resource that each reference stands for."""
        return {f"path_{ref:02x}": each.resource.path for ref, each in self._streams.items()}

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications as `feed` would, payloads of one length together."""
        waiting: list[_Part] = []
        for notification in notifications:
            data = notification.data
            if notification.channel != NOTIFY_UUID or data[:1] not in _DATA or len(data) < 2:
                yield from _together(waiting)
                waiting = []
                yield from self.feed(notification)
                continue
            stream, payloads, trouble = self._assembled(data)
            if trouble is not None:
                yield from _together(waiting)
                waiting = []
                yield fault_of(notification, FaultReason.LENGTH, trouble)
            for payload in payloads:
                part = (notification, stream, payload)
                if waiting and not _is_like(waiting[0], part):
                    yield from _together(waiting)
                    waiting = []
                waiting.append(part)
        yield from _together(waiting)

    def _message(self, notification: Notification) -> Iterator[Frame | Fault]:
        data = notification.data
        check_length(data, HEADER_BYTES, _("a header"), exact=False)
        kind = data[0]
        if kind == Message.REPLY:
            return
        if kind not in (Message.DATA, Message.MORE_DATA):
            raise MalformedError(
                FaultReason.FORMAT, _("unknown message kind {kind}").format(kind=kind)
            )

        stream, payloads, trouble = self._assembled(data)
        if trouble is not None:
            yield fault_of(notification, FaultReason.LENGTH, trouble)
        for payload in payloads:
            yield from _samples((notification, stream, payload))

    def _assembled(self, data: bytes) -> tuple[_Stream, tuple[bytes, ...], str | None]:
        """Return the stream of a part, the payloads that it completes, and what is wrong."""
        stream = self._stream(data[1])
        take = stream.parts.first if data[0] == Message.DATA else stream.parts.more
        return stream, *take(data[HEADER_BYTES:])

    def _stream(self, ref: int) -> _Stream:
        if ref not in self._streams:
            known = self._resource or SUBSCRIPTIONS.get(ref)
            self._streams[ref] = _Stream(known or MOTION, sized=known is not None)
        return self._streams[ref]


_Part = tuple["Notification", _Stream, bytes]
"""A whole payload, with its stream and the notification that completed it."""

_DATA: Final = (bytes((Message.DATA,)), bytes((Message.MORE_DATA,)))


def _is_like(first: _Part, other: _Part) -> bool:
    """Return whether two payloads have one shape and belong to one stream."""
    return first[1] is other[1] and len(first[2]) == len(other[2])


def _samples(part: _Part) -> Iterator[Frame | Fault]:
    """Decode one payload."""
    notification, stream, data = part
    try:
        time_ms, signals = decode_payload(data, stream.resource)
        acc_mps2, gyro_dps = signals["acc"], signals.get("gyro")
        check_range(acc_mps2, LARGEST_ACC_MPS2)
        if gyro_dps is not None:
            check_range(gyro_dps, GYRO_RANGES_DPS[-1])
    except MalformedError as error:
        yield fault_of(notification, error.reason, error.detail)
        return
    stamps_s = np.full(len(acc_mps2), np.nan)
    stamps_s[0] = time_ms / 1000.0
    frame = Frame(
        acc_mps2,
        None if gyro_dps is None else gyro_dps * RADPS_PER_DPS,
        stamps_s,
        s_from_ns(notification.received_ns),
        bool(_is_saturated(acc_mps2[None], None if gyro_dps is None else gyro_dps[None])[0]),
    )
    order, lost = stream.place(time_ms, len(acc_mps2))
    yield from _order_faults(notification, order, time_ms, lost)
    if order.is_usable:
        yield frame


def _together(parts: Sequence[_Part]) -> Iterator[Frame | FrameRun | Fault]:
    """Decode payloads of one stream and one length; one that is irregular is decoded alone."""
    if not parts:
        return
    stream = parts[0][1]
    octets = np.frombuffer(b"".join(data for _, _, data in parts), np.uint8)
    octets = octets.reshape(len(parts), -1)
    names = ARRAYS[stream.resource.name]
    times_ms = octets[:, : STAMP.size].copy().view("<u4")[:, 0].tolist()
    with np.errstate(invalid="ignore"):  # a signalling NaN stays a NaN
        values = octets[:, STAMP.size :].copy().view(FLOAT).astype(np.float64)
    signals = values.reshape(len(parts), len(names), -1, AXES)
    acc_mps2 = signals[:, names.index("acc")]
    gyro_dps = signals[:, names.index("gyro")] if "gyro" in names else None
    usable = _within(acc_mps2, LARGEST_ACC_MPS2)
    if gyro_dps is not None:
        usable &= _within(gyro_dps, GYRO_RANGES_DPS[-1])
    saturated = _is_saturated(acc_mps2, gyro_dps)
    received_s = received_s_of([notification for notification, _, _ in parts])
    stamp_s = np.array(times_ms, dtype=np.float64) / 1000.0

    def run(first: int, last: int) -> Iterator[FrameRun]:
        if last > first:
            yield from runs_of(
                acc_mps2[first:last].reshape(-1, AXES),
                None
                if gyro_dps is None
                else gyro_dps[first:last].reshape(-1, AXES) * RADPS_PER_DPS,
                stamp_s[first:last],
                received_s[first:last],
                saturated[first:last],
            )

    first = 0
    for at, (part, time_ms) in enumerate(zip(parts, times_ms, strict=True)):
        if not usable[at]:
            yield from run(first, at)
            yield from _samples(part)
            first = at + 1
            continue
        order, lost = stream.place(time_ms, acc_mps2.shape[1])
        faults = _order_faults(part[0], order, time_ms, lost)
        if faults:
            yield from run(first, at)
            yield from faults
            first = at if order.is_usable else at + 1
    yield from run(first, len(parts))


def _order_faults(
    notification: Notification, order: PacketOrder, time_ms: int, lost: int
) -> tuple[Fault, ...]:
    return order_faults(
        notification, order, _("the payload of {time_ms} ms").format(time_ms=time_ms), lost
    )


def _within(signal: NDArray[np.float64], most: float) -> NDArray[np.bool_]:
    """Return which payloads `check_range` accepts; a comparison with no number is false."""
    inside = np.abs(signal) <= most * (1.0 + RANGE_SLACK)
    within: NDArray[np.bool_] = np.logical_and.reduce(inside, axis=(1, 2))
    return within


def _is_saturated(
    acc_mps2: NDArray[np.float64], gyro_dps: NDArray[np.float64] | None
) -> NDArray[np.bool_]:
    """Return which payloads, shape (p, n, 3), have a value that is stuck at the end of a range."""
    saturated = _clipped(acc_mps2 / STANDARD_GRAVITY_MPS2, ACC_RANGES_G)
    if gyro_dps is not None:
        saturated |= _clipped(gyro_dps, GYRO_RANGES_DPS)
    return saturated


def _clipped(signal: NDArray[np.float64], ranges: tuple[float, ...]) -> NDArray[np.bool_]:
    """Return where a value is stuck at the end of a range; which range is set is unknown."""
    size = np.abs(signal)
    at_end = np.zeros(signal.shape, dtype=bool)
    with np.errstate(invalid="ignore"):  # what is not finite is refused anyway
        for end in ranges:
            at_end |= np.abs(size - end) <= CLIP_SLACK * end
    stuck = signal[:, 1:] == signal[:, :-1]
    clipped: NDArray[np.bool_] = (at_end[:, 1:] & stuck).any(axis=(1, 2))
    return clipped


def request(command: Command, ref: int, payload: bytes = b"") -> Write:
    """Return the step that writes a command; `ref` comes back in the replies to it."""
    return Write(WRITE_UUID, bytes((command, ref)) + payload)


def _expect_reply(ref: int, timeout_s: float = REPLY_TIMEOUT_S) -> Step:
    return Expect(NOTIFY_UUID, bytes((Message.REPLY, ref)), timeout_s)


def _body(responses: Responses, kind: Message, ref: int) -> bytes | None:
    """Return the newest message of a kind, without its header."""
    found = newest(responses, NOTIFY_UUID, bytes((kind, ref)))
    return None if found is None else found[HEADER_BYTES:]


def _status(responses: Responses, ref: int) -> int | None:
    try:
        return decode_status(_body(responses, Message.REPLY, ref) or b"")[0]
    except MalformedError:
        return None


def _subscribe(ref: int, refused: Callable[[int], tuple[Step, ...]]) -> tuple[Step, ...]:
    """Return the steps that subscribe; `refused` handles an error status."""

    def ask(before: Responses) -> tuple[Step, ...]:
        # An earlier reply, to the UNSUBSCRIBE of the same reference, does not count.
        asked_ns = before[-1].received_ns if before else None

        def check(responses: Responses) -> tuple[Step, ...]:
            since = [each for each in responses if asked_ns is None or each.received_ns > asked_ns]
            status = _status(since, ref)
            if status in OK:
                return ()
            if status is None:
                # Very old firmware does not reply if all is well; its samples show that.
                return (Pause(LISTEN_S), Decide(check_samples))
            return refused(status)

        return (
            request(Command.SUBSCRIBE, ref, encode_path(SUBSCRIPTIONS[ref].path)),
            Attempt((_expect_reply(ref),)),
            Decide(check),
        )

    def check_samples(responses: Responses) -> tuple[Step, ...]:
        if _body(responses, Message.DATA, ref) is None:
            raise SensorError(
                _("The sensor did not reply when it was asked for its motion."),
                _("Press its snaps until the light blinks, and try again."),
            )
        return ()

    return (Decide(ask),)


def _motion_refused(status: int) -> tuple[Step, ...]:
    if status in NOT_THERE:
        return _subscribe(ACCELERATION_REF, _refused)
    return _refused(status)


def _refused(status: int) -> tuple[Step, ...]:
    if status == NO_SLOT:
        return (request(Command.PUT_SYSTEM_MODE, RESTART_REF, RESTART), Decide(_restarting))
    raise SensorError(
        _("The sensor refused to send its motion (status {status}).").format(status=status),
        _("It may need other firmware: Movesense's GATT sensor data program."),
    )


def _restarting(_heard: Responses) -> tuple[Step, ...]:
    raise SensorError(
        _("The sensor had no free slot for the request, so it was told to restart."),
        _("Connect again in ten seconds."),
    )


def _battery(responses: Responses) -> int | None:
    percent = BATTERY_LEVEL.answer(responses)
    if percent is not None:
        return percent
    status, body = _status(responses, ENERGY_REF), _body(responses, Message.REPLY, ENERGY_REF)
    return percent_in(decode_status(body)[1]) if body is not None and status in OK else None


def _version(responses: Responses) -> str | None:
    """Return the program and its version; a reply to HELLO has no status."""
    fields = (_body(responses, Message.REPLY, HELLO_REF) or b"")[1:].split(b"\0")
    if len(fields) <= _APP_VERSION:
        return None
    program, version = (
        field.decode("utf-8", errors="replace").strip()
        for field in fields[_APP_VERSION - 1 : _APP_VERSION + 1]
    )
    return f"{program} {version}".strip() or None


def _decoder(settings: Mapping[str, str]) -> MovesenseDecoder:
    path = settings.get("path")
    if path is None:
        return MovesenseDecoder()
    try:
        resource = Resource.parse(path)
    except ValueError as error:
        raise TrackerError(
            _("The setting path is malformed: {error}.").format(error=error),
            _("Write for example path={path}.").format(path=MOTION.path),
        ) from error
    if "acc" not in ARRAYS[resource.name]:
        raise TrackerError(
            _("The tracker needs acceleration, which {path} does not have.").format(path=path),
            _("Subscribe to {path}.").format(path=MOTION.path),
        )
    return MovesenseDecoder(resource)


MOVESENSE: Final = SensorFamily(
    kind="movesense",
    title=_("Movesense sensor"),
    clock=ClockKind.DEVICE,
    channels={"notify": NOTIFY_UUID, "write": WRITE_UUID, "battery": BATTERY_LEVEL_UUID},
    new_decoder=_decoder,
    settings=("path",),
    recognises=lambda advertisement: (
        advertisement.is_named("movesense ") or advertisement.offers(SERVICE_UUID)
    ),
    services=(SERVICE_UUID,),
    start=(
        Subscribe(NOTIFY_UUID),
        # An earlier program may have ended without unsubscribing.
        *(
            Attempt((request(Command.UNSUBSCRIBE, ref), _expect_reply(ref, STALE_TIMEOUT_S)))
            for ref in SUBSCRIPTIONS
        ),
        request(Command.HELLO, HELLO_REF),
        Attempt((_expect_reply(HELLO_REF),)),
        *_subscribe(MOTION_REF, _motion_refused),
    ),
    confirms_start=True,
    stop=(
        *(request(Command.UNSUBSCRIBE, ref) for ref in SUBSCRIPTIONS),
        Unsubscribe(NOTIFY_UUID),
    ),
    battery=Inquiry(
        (
            Where(
                BATTERY_LEVEL_UUID,
                (Read(BATTERY_LEVEL_UUID),),
                (
                    request(Command.GET, ENERGY_REF, encode_path(ENERGY_PATH)),
                    _expect_reply(ENERGY_REF),
                ),
            ),
        ),
        _battery,
    ),
    firmware=Inquiry((request(Command.HELLO, HELLO_REF), _expect_reply(HELLO_REF)), _version),
    default_channel=NOTIFY_UUID,
    carries_samples=lambda data: data[:1] != bytes((Message.REPLY,)),
)
"""A coin-sized pod: 104 samples a second, with the sensor's own timestamps."""
