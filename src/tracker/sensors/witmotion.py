"""WitMotion's Bluetooth 5 sensors: WT901BLE67 and 68, WT901BLECL, WT9011DCL-BT50, BWT901BLE5.0.

They stream frames of 20 bytes at 10 Hz out of the box; the start script sets 100 Hz. Bytes, and
how much of them is certain: `firmware_notes/02-witmotion.md`.
"""

from __future__ import annotations

import struct
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.domain import Fault, FaultReason, Frame, FrameRun, Notification, SensorError
from tracker.domain.units import NS_PER_S, RADPS_PER_DPS, STANDARD_GRAVITY_MPS2, s_from_ns
from tracker.language import _, ngettext
from tracker.sensors.base import (
    ClockKind,
    Decide,
    Expect,
    Inquiry,
    MalformedError,
    PacketDecoder,
    Pause,
    SensorFamily,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
    alike,
    fault_of,
    received_s_of,
    runs_of,
    stretches,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tracker.sensors.base import Responses, Step

# The base ends in 9a34fb. Bluetooth's own ends in 9b34fb, so these have no short form.
SERVICE_UUID: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY_UUID: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE_UUID: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"

DUAL_SERVICE_UUID: Final = "49535343-fe7d-4ae5-8fa9-9fafd205e455"
DUAL_NOTIFY_UUID: Final = "49535343-1e4d-4bd9-ba61-23c647249616"
DUAL_WRITE_UUID: Final = "49535343-8841-43f4-a8d4-ecbe34729bb3"

SAMPLE_CHANNELS: Final = (NOTIFY_UUID, DUAL_NOTIFY_UUID)

FRAME_BYTES: Final = 20
MARK: Final = 0x55
SAMPLE: Final = 0x61
REPLY: Final = 0x71

# 02-witmotion.md, "Sample": int16 acc x y z, gyro x y z, angle roll pitch yaw, after two bytes.
COUNT: Final = np.dtype("<i2")
COLUMNS: Final = 9
COUNTS_PER_RANGE: Final = 32768

# 02-witmotion.md, "Register reply": register u16, then eight registers from it on.
REPLY_LAYOUT: Final = struct.Struct("<BBH8h")

UNLOCK: Final = bytes.fromhex("ff aa 69 88 b5")
SAVE: Final = bytes.fromhex("ff aa 00 00 00")

RATE_REGISTER: Final = 0x03
BANDWIDTH_REGISTER: Final = 0x1F
VERSION_REGISTER: Final = 0x2E
BATTERY_REGISTER: Final = 0x64
_READ_REGISTER: Final = 0x27

RATE_100_HZ: Final = 0x09
BANDWIDTH_44_HZ: Final = 0x03

COMMAND_GAP_S: Final = 0.15
"""Vendor apps wait 100 to 150 ms; back-to-back commands get lost."""

LISTEN_S: Final = 1.5
"""Long enough to tell 10 Hz, the factory setting, from 100 Hz."""

REPLY_TIMEOUT_S: Final = 1.0

REQUESTED_HZ: Final = 100

LEAST_SHARE: Final = 0.75
"""Of the requested rate: sensors run some percent off, and a bad link loses samples."""

SLOWEST_HZ: Final = 25
"""Any slower, and the fastest concentric (0.4 s) has fewer than ten samples."""

# 02-witmotion.md, "Battery": the vendor's Android app; its iOS app shows up to 15 points more.
CELL_V: Final = (3.40, 3.50, 3.68, 3.70, 3.73, 3.77, 3.79, 3.82, 3.87, 3.93, 3.96, 3.99)
CELL_PERCENT: Final = (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 75.0, 90.0, 100.0)
PACK_V: Final = (6.5, 8.8)
"""A pack of two cells, empty and full."""
LEAST_PACK_V: Final = 5.5
LEAST_CELL_V: Final = 2.5
"""No sensor runs on less: the register must mean something else."""

STALE_NS: Final = 1 * NS_PER_S
"""The rest of a frame comes with the next notification, or never."""

_VIBRATION: Final = _(
    "WTVB sensors measure vibration: their frames look like those of a motion sensor but mean "
    "something else"
)


@dataclass(frozen=True, slots=True)
class Scale:
    """The ranges that an int16 spans."""

    acc_range_g: float = 16.0
    """The accelerometer measures from minus to plus this, g."""
    gyro_range_dps: float = 2000.0
    """The gyroscope measures from minus to plus this, degrees/s."""

    @property
    def acc_count_mps2(self) -> float:
        """One accelerometer count, m/s²."""
        return self.acc_range_g * STANDARD_GRAVITY_MPS2 / COUNTS_PER_RANGE

    @property
    def gyro_count_radps(self) -> float:
        """One gyroscope count, rad/s."""
        return self.gyro_range_dps * RADPS_PER_DPS / COUNTS_PER_RANGE


@dataclass(frozen=True, slots=True)
class RegisterReply:
    """A sensor's reply to a read: eight registers."""

    register: int
    """Number of the first one."""
    words: tuple[int, ...]
    """Their values, signed."""


class FrameSplitter:
    """Finds frames in a stream of bytes, however it was cut into notifications."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> tuple[list[bytes], int]:
        """Return the frames that `data` completes, and how many bytes belong to no frame.

        A 0x55 may also occur inside a frame. It starts one only if another frame, or the end of
        the stream so far, follows 20 bytes later. Sensors send whole frames, so a notification
        that consists of frames only resynchronises the search.
        """
        if self._rest and _only_frames(data):
            frames = [data[at : at + FRAME_BYTES] for at in range(0, len(data), FRAME_BYTES)]
            return frames, self.drop_rest()
        stream, self._rest = self._rest + data, b""
        frames = []
        skipped = 0
        at = 0
        while at < len(stream):
            start = stream.find(MARK, at)
            if start < 0:
                return frames, skipped + len(stream) - at
            skipped += start - at
            at = start
            end = at + FRAME_BYTES
            if _may_start(stream, at) and len(stream) < end:
                self._rest = stream[at:]
                return frames, skipped
            if _may_start(stream, at) and _may_start(stream, end):
                frames.append(stream[at:end])
                at = end
            else:
                skipped += 1
                at += 1
        return frames, skipped

    @property
    def has_rest(self) -> bool:
        """Whether a frame has begun that is not complete."""
        return bool(self._rest)

    def drop_rest(self) -> int:
        """Drop an incomplete frame, and return how many bytes it had."""
        dropped, self._rest = len(self._rest), b""
        return dropped


def _may_start(stream: bytes, at: int) -> bool:
    """Return whether a frame may start at `at`, judging by the bytes there are."""
    return stream[at : at + 2] in (b"", b"\x55", b"\x55\x61", b"\x55\x71")


def _only_frames(data: bytes) -> bool:
    whole = len(data) > 0 and len(data) % FRAME_BYTES == 0
    return whole and all(
        data[at : at + 2] in (b"\x55\x61", b"\x55\x71") for at in range(0, len(data), FRAME_BYTES)
    )


def decode_samples(
    frames: Iterable[bytes], scale: Scale
) -> tuple[NDArray[np.float64], NDArray[np.float64], bool]:
    """Return acceleration (m/s²), angular rate (rad/s) and whether either is saturated.

    `frames` are sample frames of `FRAME_BYTES` each.
    """
    body = b"".join(frame[2:] for frame in frames)
    counts = np.frombuffer(body, COUNT).reshape(-1, COLUMNS)
    acc_mps2, gyro_radps, saturated = _scaled(counts, scale)
    return acc_mps2, gyro_radps, bool(saturated.any())


def _scaled(
    counts: NDArray[np.int16], scale: Scale
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return acceleration, m/s², angular rate, rad/s, and which rows are saturated."""
    values = counts[:, :6].astype(np.float64)
    at_end = (values <= -COUNTS_PER_RANGE) | (values >= COUNTS_PER_RANGE - 1)
    saturated: NDArray[np.bool_] = np.logical_or.reduce(at_end, axis=1)
    return values[:, :3] * scale.acc_count_mps2, values[:, 3:] * scale.gyro_count_radps, saturated


def decode_reply(frame: bytes) -> RegisterReply:
    """Return the registers in a reply frame of `FRAME_BYTES`."""
    _mark, _kind, register, *words = REPLY_LAYOUT.unpack(frame)
    return RegisterReply(register, tuple(words))


def write_command(register: int, value: int) -> bytes:
    """Return the command that sets a register, which works for 10 s after `UNLOCK`."""
    return struct.pack("<BBBH", 0xFF, 0xAA, register, value)


def read_command(register: int) -> bytes:
    """Return the command that reads eight registers from `register` on."""
    return write_command(_READ_REGISTER, register)


def measured_rate_hz(responses: Responses, channel: str, over_s: float = LISTEN_S) -> float:
    """Return the recent samples per second of a channel; 0 without two notifications."""
    ours = [each for each in responses if each.channel == channel]
    if ours:
        oldest_ns = ours[-1].received_ns - int(over_s * NS_PER_S)
        ours = [each for each in ours if each.received_ns >= oldest_ns]
    if len(ours) < 2 or ours[-1].received_ns == ours[0].received_ns:
        return 0.0
    splitter = FrameSplitter()
    counts = [sum(frame[1] == SAMPLE for frame in splitter.feed(each.data)[0]) for each in ours]
    # The samples in the first one were taken before the interval.
    return sum(counts[1:]) * NS_PER_S / (ours[-1].received_ns - ours[0].received_ns)


def battery_percent(volts: float) -> int | None:
    """Return the approximate charge; None if no battery has such a voltage."""
    if LEAST_PACK_V < volts <= PACK_V[1] * 1.1:
        return round(float(np.interp(volts, PACK_V, (0.0, 100.0))))
    if LEAST_CELL_V <= volts <= LEAST_PACK_V:
        return round(float(np.interp(volts, CELL_V, CELL_PERCENT)))
    return None


def _words(responses: Responses, register: int) -> tuple[int, ...] | None:
    splitter = FrameSplitter()
    for notification in reversed(responses):
        if notification.channel not in SAMPLE_CHANNELS:
            continue
        splitter.drop_rest()
        for frame in splitter.feed(notification.data)[0]:
            if frame[1] == REPLY and (reply := decode_reply(frame)).register == register:
                return reply.words
    return None


def _battery(responses: Responses) -> int | None:
    words = _words(responses, BATTERY_REGISTER)
    return None if words is None else battery_percent(words[0] / 100.0)


def _version(responses: Responses) -> str | None:
    """Return the firmware number; how it splits into parts differs between models."""
    words = _words(responses, VERSION_REGISTER)
    return str(words[0] & 0xFFFF) if words and words[0] else None


def _either(steps: Callable[[str, str], tuple[Step, ...]]) -> tuple[Step, ...]:
    """Return the steps for whichever pair of characteristics the sensor has."""
    return (
        Where(
            NOTIFY_UUID, steps(NOTIFY_UUID, WRITE_UUID), steps(DUAL_NOTIFY_UUID, DUAL_WRITE_UUID)
        ),
    )


def _start(notify: str, write: str) -> tuple[Step, ...]:
    def check_again(responses: Responses) -> tuple[Step, ...]:
        rate_hz = measured_rate_hz(responses, notify)
        if rate_hz < SLOWEST_HZ:
            raise SensorError(
                _(
                    "The sensor was set to {requested} samples a second but sends {rate:.0f}."
                ).format(requested=REQUESTED_HZ, rate=rate_hz),
                _("Switch it off and on, or set its rate to 100 Hz in the vendor's app."),
            )
        return ()

    def check(responses: Responses) -> tuple[Step, ...]:
        if measured_rate_hz(responses, notify) >= LEAST_SHARE * REQUESTED_HZ:
            return ()
        # Some firmware applies a rate only once it is saved. Saving is permanent, so try it last.
        return (*_set_rate(write), *_paced(write, SAVE), Pause(LISTEN_S), Decide(check_again))

    return (Subscribe(notify), *_set_rate(write), Pause(LISTEN_S), Decide(check))


def _set_rate(write: str) -> tuple[Step, ...]:
    commands = (
        UNLOCK,
        write_command(RATE_REGISTER, RATE_100_HZ),
        write_command(BANDWIDTH_REGISTER, BANDWIDTH_44_HZ),
    )
    return tuple(step for command in commands for step in _paced(write, command))


def _paced(write: str, command: bytes) -> tuple[Step, ...]:
    return (Write(write, command), Pause(COMMAND_GAP_S))


def _ask(register: int) -> Callable[[str, str], tuple[Step, ...]]:
    answer = bytes((0x55, REPLY, register, 0x00))
    return lambda notify, write: (
        Write(write, read_command(register)),
        Expect(notify, answer, REPLY_TIMEOUT_S, anywhere=True),
    )


class WitMotionDecoder(PacketDecoder):
    """Turns a stream of 20-byte frames, which have no counter and no clock, into samples.

    `refused` says in words why this sensor must not be decoded.
    """

    def __init__(self, scale: Scale | None = None, refused: str | None = None) -> None:
        readers = dict.fromkeys(SAMPLE_CHANNELS, self._read)
        super().__init__(readers, (WRITE_UUID, DUAL_WRITE_UUID))
        self._scale = scale or Scale()
        self._refused = refused
        self._splitter = FrameSplitter()
        self._newest_ns: int | None = None

    def configuration(self) -> dict[str, object]:
        """Return the ranges that are assumed: the sensor does not report them."""
        return asdict(self._scale)

    def feed_run(
        self, notifications: Sequence[Notification]
    ) -> Iterator[Frame | FrameRun | Fault]:
        """Decode notifications as `feed` would, those that consist of samples together."""
        for group in alike(notifications):
            first = group[0]
            size = len(first.data)
            if first.channel not in SAMPLE_CHANNELS or not size or size % FRAME_BYTES:
                yield from super().feed_run(group)
                continue
            octets = np.frombuffer(b"".join(each.data for each in group), np.uint8)
            frames = octets.reshape(len(group), -1, FRAME_BYTES)
            only_samples = (frames[:, :, :2] == (MARK, SAMPLE)).all(axis=(1, 2))
            for part in stretches(only_samples):
                start = part.start
                # What a frame begun before needs is for the splitter to find.
                while start < part.stop and (
                    not only_samples[start] or self._splitter.has_rest or self._refused
                ):
                    yield from self.feed(group[start])
                    start += 1
                if start < part.stop:
                    together = slice(start, part.stop)
                    yield from self._samples(group[together], frames[together])

    def _samples(
        self, notifications: Sequence[Notification], frames: NDArray[np.uint8]
    ) -> Iterator[FrameRun]:
        """Decode notifications of sample frames, shape (p, k, FRAME_BYTES), and nothing else."""
        self._newest_ns = notifications[-1].received_ns
        counts = frames[:, :, 2:].copy().view(COUNT).reshape(-1, COLUMNS)
        acc_mps2, gyro_radps, at_end = _scaled(counts, self._scale)
        saturated: NDArray[np.bool_] = np.logical_or.reduce(
            at_end.reshape(frames.shape[:2]), axis=1
        )
        yield from runs_of(acc_mps2, gyro_radps, None, received_s_of(notifications), saturated)

    def _read(self, notification: Notification) -> Iterator[Frame | Fault]:
        if self._refused is not None:
            raise MalformedError(FaultReason.FORMAT, self._refused)
        stale = 0
        newest_ns, self._newest_ns = self._newest_ns, notification.received_ns
        if newest_ns is not None and abs(notification.received_ns - newest_ns) > STALE_NS:
            stale = self._splitter.drop_rest()
        frames, skipped = self._splitter.feed(notification.data)
        if stale + skipped:
            stray = stale + skipped
            detail = ngettext(
                "{amount} byte belongs to no frame", "{amount} bytes belong to no frame", stray
            ).format(amount=stray)
            yield fault_of(notification, FaultReason.FORMAT, detail)
        samples = [frame for frame in frames if frame[1] == SAMPLE]
        if samples:
            acc_mps2, gyro_radps, saturated = decode_samples(samples, self._scale)
            received_s = s_from_ns(notification.received_ns)
            yield Frame(acc_mps2, gyro_radps, None, received_s, saturated)


def _decoder(settings: Mapping[str, str]) -> WitMotionDecoder:
    default = Scale()
    scale = Scale(
        whole_number(settings, "acc_range_g", round(default.acc_range_g)),
        whole_number(settings, "gyro_range_dps", round(default.gyro_range_dps)),
    )
    return WitMotionDecoder(scale, _refusal(settings.get("device_name")))


def _refusal(name: str | None) -> str | None:
    return _VIBRATION if (name or "").lower().startswith("wtvb") else None


WITMOTION: Final = SensorFamily(
    kind="witmotion",
    title=_("WitMotion Bluetooth 5 sensor"),
    clock=ClockKind.NONE,
    channels={
        "notify": NOTIFY_UUID,
        "write": WRITE_UUID,
        "dual_notify": DUAL_NOTIFY_UUID,
        "dual_write": DUAL_WRITE_UUID,
    },
    new_decoder=_decoder,
    settings=("acc_range_g", "gyro_range_dps", "device_name"),
    recognises=lambda advertisement: (
        not _refusal(advertisement.name)
        and (advertisement.is_named("wt") or advertisement.offers(SERVICE_UUID))
    ),
    services=(SERVICE_UUID, DUAL_SERVICE_UUID),
    refuses=lambda advertisement: _refusal(advertisement.name),
    # It raises the rate from the factory setting of 10 Hz, without saving it if that works.
    start=_either(_start),
    # Sensors stream for as long as they have a subscriber.
    stop=_either(lambda notify, _write: (Unsubscribe(notify),)),
    battery=Inquiry(_either(_ask(BATTERY_REGISTER)), _battery),
    firmware=Inquiry(_either(_ask(VERSION_REGISTER)), _version),
    default_channel=NOTIFY_UUID,
    second_channel=DUAL_NOTIFY_UUID,
    carries_samples=lambda data: not data.startswith(bytes((MARK, REPLY))),
)
"""Among the best-selling motion sensors."""
