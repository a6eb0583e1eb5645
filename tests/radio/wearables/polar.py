"""A Polar Verity Sense and an H10 (`firmware_notes/04-polar.md`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.radio.bluez import Advert, AttError, Characteristic, Peripheral, Service
from tests.radio.wearables.board import Board
from tests.sensors.encoders import encode_polar
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import BATTERY_LEVEL_UUID, FIRMWARE_REVISION_UUID
from tracker.sensors.polar.protocol import (
    COMPANY_ID,
    COMPRESSED,
    CONTROL_UUID,
    DATA_UUID,
    REPLY,
    SERVICE_UUID,
    VALUES,
    Measurement,
    Op,
    Setting,
    Status,
    decode_settings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.radio.wearables.board import Pack
    from tests.radio.wearables.lifter import Lifter, Motion

LEAST_MTU: Final = 232
EPOCH_NS: Final = 560_000_000_000_000_000
"""What the sensor takes for the time at the lifter's second 0, ns since 2000."""

GYRO_SLOWER_HZ: Final = 1
"""Both streams are nominally alike, and are not: the gyroscope runs about so much slower."""

HEART_RATE_UUID: Final = "0000180d-0000-1000-8000-00805f9b34fb"

Offer = dict[Setting, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Model:
    """What one model has and offers."""

    name: str
    features: bytes
    offers: Mapping[Measurement, Offer]
    """By stream; with the SDK mode on where the model has it."""
    acc_frame: int
    """Frame type of acceleration."""
    samples: int
    """Samples in a frame."""
    factors: Mapping[Measurement, float]
    """Worth of a count, told in the answer to a start."""


VERITY: Final = Model(
    "Polar Sense A1B2C3D4",
    bytes.fromhex("0f6e02"),
    {
        Measurement.ACC: {
            Setting.SAMPLE_RATE: (26, 52, 104, 208, 416),
            Setting.RESOLUTION: (16,),
            Setting.RANGE: (2, 4, 8, 16),
            Setting.CHANNELS: (3,),
        },
        Measurement.GYRO: {
            Setting.SAMPLE_RATE: (26, 52, 104, 208, 416),
            Setting.RESOLUTION: (16,),
            Setting.RANGE: (250, 500, 1000, 2000),
            Setting.CHANNELS: (3,),
        },
    },
    acc_frame=COMPRESSED | 1,
    samples=30,
    factors={Measurement.ACC: 1.0, Measurement.GYRO: 0.07},
)

H10: Final = Model(
    "Polar H10 1234ABCD",
    bytes.fromhex("0f0500"),
    {
        Measurement.ACC: {
            Setting.SAMPLE_RATE: (25, 50, 100, 200),
            Setting.RESOLUTION: (16,),
            Setting.RANGE: (2, 4, 8),
        }
    },
    acc_frame=1,
    samples=36,
    factors={},
)

SERVICES: Final = (
    Service(
        SERVICE_UUID,
        (
            Characteristic(CONTROL_UUID, ("read", "write", "indicate")),
            Characteristic(DATA_UUID, ("notify",)),
        ),
    ),
    Service(
        "0000180f-0000-1000-8000-00805f9b34fb",
        (Characteristic(BATTERY_LEVEL_UUID, ("read", "notify")),),
    ),
    Service(
        "0000180a-0000-1000-8000-00805f9b34fb",
        (Characteristic(FIRMWARE_REVISION_UUID, ("read",)),),
    ),
)


class PolarProgram:
    """Streams what was negotiated at the control point."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._sdk_mode = False

    def read(self, uuid: str) -> bytes:
        """Return features, battery or version."""
        values = {
            CONTROL_UUID: self._model.features,
            BATTERY_LEVEL_UUID: bytes((90,)),
            FIRMWARE_REVISION_UUID: b"2.1.2\0",
        }
        if uuid not in values:
            raise AttError(0x02)
        return values[uuid]

    def write(self, board: Board, uuid: str, data: bytes) -> None:
        """Take a command."""
        op, measurement, settings = data[0], data[1], data[2:]
        match op:
            case Op.GET_SETTINGS if measurement in self._model.offers:
                offer = self._model.offers[Measurement(measurement)]
                self._reply(board, data, Status.SUCCESS, _as_bytes(offer))
            case Op.START if measurement == Measurement.SDK_MODE:
                self._switch(board, data, on=True)
            case Op.STOP if measurement == Measurement.SDK_MODE:
                self._switch(board, data, on=False)
            case Op.START if measurement in self._model.offers:
                self._start(board, data, Measurement(measurement), settings)
            case Op.STOP if board.plays(str(measurement)):
                board.halt(str(measurement))
                self._reply(board, data, Status.SUCCESS)
            case Op.STOP:
                self._reply(board, data, Status.ALREADY_IN_STATE)
            case _:
                self._reply(board, data, Status.INVALID_TYPE)

    def _switch(self, board: Board, command: bytes, *, on: bool) -> None:
        """Switch the SDK mode, which is possible only while nothing streams."""
        if self._model is H10:
            self._reply(board, command, Status.INVALID_TYPE)
        elif board.streaming:
            self._reply(board, command, Status.INVALID_STATE)
        else:
            done = Status.SUCCESS if self._sdk_mode is not on else Status.ALREADY_IN_STATE
            self._sdk_mode = on
            self._reply(board, command, done)

    def _start(
        self, board: Board, command: bytes, measurement: Measurement, settings: bytes
    ) -> None:
        wanted = decode_settings(settings)
        offer = self._model.offers[measurement]
        if board.mtu < LEAST_MTU:
            self._reply(board, command, Status.INVALID_MTU)
        elif board.plays(str(measurement)):
            self._reply(board, command, Status.ALREADY_IN_STATE)
        elif wanted.keys() != offer.keys() or any(
            len(values) != 1 or values[0] not in offer[Setting(each)]
            for each, values in wanted.items()
        ):
            self._reply(board, command, Status.INVALID_PARAMETER)
        else:
            factor = self._model.factors.get(measurement)
            told = b"" if factor is None else _as_bytes({Setting.FACTOR: (factor,)})
            self._reply(board, command, Status.SUCCESS, told)
            (rate_hz,) = wanted[Setting.SAMPLE_RATE]
            assert isinstance(rate_hz, int)
            slower_hz = GYRO_SLOWER_HZ if measurement is Measurement.GYRO else 0
            pack = self._packing(measurement)
            board.play(rate_hz - slower_hz, self._model.samples, pack, str(measurement))

    def _packing(self, measurement: Measurement) -> Pack:
        factor = self._model.factors.get(measurement, 1.0)

        def pack(motion: Motion, place: slice) -> Iterator[tuple[str, bytes]]:
            stamp_ns = EPOCH_NS + round(float(motion.time_s[place.stop - 1]) * 1e9)
            if measurement is Measurement.ACC:
                values = motion.acc_mps2[place] / STANDARD_GRAVITY_MPS2
                frame_type = self._model.acc_frame
            else:
                values = motion.gyro_radps[place] / RADPS_PER_DPS
                frame_type = COMPRESSED | 0
            frame = encode_polar(measurement, stamp_ns, values, frame_type, factor)
            assert len(frame) <= LEAST_MTU - 3, f"a frame of {len(frame)} bytes is cut"
            yield DATA_UUID, frame

        return pack

    def _reply(
        self, board: Board, command: bytes, status: Status, parameters: bytes = b""
    ) -> None:
        answer = bytes((REPLY, command[0], command[1], status, 0)) + parameters
        board.answer(CONTROL_UUID, answer, 0.03)

    def subscribed(self, board: Board, uuid: str) -> None:
        """Wait for a start."""

    def unsubscribed(self, board: Board, uuid: str) -> None:
        """Go on for nobody."""

    def unlinked(self, board: Board) -> None:
        """Stop, and leave the SDK mode."""
        board.halt()
        self._sdk_mode = False


def polar_peripheral(
    lifter: Lifter, model: Model = VERITY, address: str = "A0:9E:1A:00:00:04"
) -> Peripheral:
    """Return a sensor of a model."""
    board = Board(lifter, PolarProgram(model))
    advert = Advert(model.name, (HEART_RATE_UUID,), {COMPANY_ID: bytes(6)})
    return Peripheral(address, advert, SERVICES, board)


def _as_bytes(settings: Mapping[Setting, tuple[float, ...]]) -> bytes:
    return b"".join(
        bytes((setting, len(values))) + b"".join(VALUES[setting].pack(each) for each in values)
        for setting, values in settings.items()
    )
