"""MbientLab MetaMotion, with the BMI160 or the BMI270 on board.

Bytes, commands, ranges and pairing: `firmware_notes/05-metamotion.md`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from tracker.domain import Fault, FaultReason, Frame, Notification, TrackerError
from tracker.domain.units import s_from_ns
from tracker.language import _, counted
from tracker.sensors.base import (
    FIRMWARE_REVISION,
    FIRMWARE_REVISION_UUID,
    ClockKind,
    MalformedError,
    PacketDecoder,
    SensorFamily,
    check_length,
    fault_of,
    whole_number,
)
from tracker.sensors.metamotion.protocol import (
    ACC_RANGE_CODES,
    BATTERY,
    COMMAND_UUID,
    GYRO_RANGE_CODES,
    HEADER_BYTES,
    MODULES,
    NOTIFY_UUID,
    READ_BIT,
    SERVICE_UUID,
    START,
    STOP,
    Chip,
    MetaMotionConfig,
    Stream,
    counts_per_unit,
    decode_samples,
    updated,
)
from tracker.sensors.metamotion.streams import Part, StreamPairer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMES: Final = ("metawear", "metamotion")
"""How its name starts, in lower case, unless its owner renamed it."""

BOOTLOADER_NAME: Final = "metaboot"
"""Its name while it waits for a firmware and has no sensors."""

T = TypeVar("T")


class MetaMotionDecoder(PacketDecoder):
    """Turns notifications of either sensor into frames of both.

    The board's responses replace `config`. `only` is the only stream to expect; None pairs both.
    `packed` says whether samples must come in threes; None accepts both.
    """

    def __init__(
        self,
        config: MetaMotionConfig | None = None,
        only: Stream | None = None,
        packed: bool | None = None,
    ) -> None:
        super().__init__({NOTIFY_UUID: self._message}, (COMMAND_UUID, FIRMWARE_REVISION_UUID))
        self._config = config or MetaMotionConfig()
        self._only = only
        self._packed = packed
        self._pairer = StreamPairer()

    @property
    def promised_hz(self) -> float | None:
        """The rate that the board was set to; None until it has said so."""
        return self._config.rate_hz if self._config.chip is not None else None

    def configuration(self) -> dict[str, object]:
        """Return the chip, its rate and its ranges; those that are requested until it reports."""
        config = self._config
        return {
            "chip": None if config.chip is None else config.chip.value,
            "rate_hz": config.rate_hz,
            "acc_range_g": config.acc_range_g,
            "gyro_range_dps": config.gyro_range_dps if config.has_gyro else None,
        }

    def _message(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        data = notification.data
        check_length(data, HEADER_BYTES, _("a module and a register"), exact=False)
        if not data[1] & READ_BIT:
            return self._samples(notification)
        self._config = updated(self._config, data)
        if data[0] in MODULES.values():
            # The board is being configured: what waits belongs to a stream that has ended.
            self._pairer = StreamPairer()
        return ()

    def _samples(self, notification: Notification) -> tuple[Frame | Fault, ...]:
        samples = decode_samples(notification.data, self._config.chip)
        stream, n = samples.stream, len(samples.counts)
        if self._packed is not None and self._packed != (n > 1):
            raise MalformedError(
                FaultReason.FORMAT,
                _("expected packed={packed}, got {n}").format(packed=self._packed, n=n),
            )
        scale = counts_per_unit(stream, self._config.full_range(stream))
        received_s = s_from_ns(notification.received_ns)
        part = Part(received_s, samples.counts / scale, samples.saturated)
        only = self._only if self._config.has_gyro else Stream.ACC
        if only is not None:
            if stream is not only:
                detail = _("expected only {expected} samples, got {got}").format(
                    expected=only.value, got=stream.value
                )
                raise MalformedError(FaultReason.FORMAT, detail)
            if stream is Stream.GYRO:
                # Angular rate alone leaves the frame empty.
                return (Frame(np.empty((0, 3)), part.values, None, received_s, part.saturated),)
            return (Frame(part.values, None, None, received_s, part.saturated),)

        outcome = self._pairer.add(stream, part)
        faults = (
            fault_of(
                notification,
                FaultReason.LOST,
                _("lost from the {stream} stream: {samples}").format(
                    stream=missing.value, samples=counted(count, "sample", "samples")
                ),
                count,
            )
            for missing, count in outcome.lost
        )
        return (*faults, *outcome.frames)


def _decoder(settings: Mapping[str, str]) -> MetaMotionDecoder:
    """Return a decoder; the range of one sensor alone implies that there is only that one."""
    default = MetaMotionConfig()
    config = MetaMotionConfig(
        chip=_choice("impl", settings.get("impl"), {chip.value: chip for chip in Chip}),
        acc_range_g=whole_number(settings, "range_g", default.acc_range_g),
        gyro_range_dps=whole_number(settings, "range_dps", default.gyro_range_dps),
    )
    _check("range_g", config.acc_range_g, sorted(ACC_RANGE_CODES[Chip.BMI160]))
    _check("range_dps", config.gyro_range_dps, sorted(GYRO_RANGE_CODES))
    text = settings.get("packed")
    packed = _choice("packed", text and text.lower(), {"true": True, "false": False})
    return MetaMotionDecoder(config, _only(settings), packed)


def _only(settings: Mapping[str, str]) -> Stream | None:
    stream = _choice("module", settings.get("module"), {stream.value: stream for stream in Stream})
    if stream is not None:
        return stream
    match "range_g" in settings, "range_dps" in settings:
        case True, False:
            return Stream.ACC
        case False, True:
            return Stream.GYRO
    return None


def _choice(name: str, text: str | None, meanings: Mapping[str, T]) -> T | None:
    """Return what the text of a setting stands for, or None where it is not given."""
    if text is None:
        return None
    _check(name, text, list(meanings))
    return meanings[text]


def _check(name: str, value: object, allowed: Sequence[object]) -> None:
    if value not in allowed:
        known = ", ".join(str(each) for each in allowed)
        raise TrackerError(
            _("The setting {name} cannot be {value}.").format(name=name, value=value),
            _("Known: {known}.").format(known=known),
        )


METAMOTION: Final = SensorFamily(
    kind="metamotion",
    title="MbientLab MetaMotion",
    clock=ClockKind.NONE,
    channels={
        "notify": NOTIFY_UUID,
        "command": COMMAND_UUID,
        "firmware": FIRMWARE_REVISION_UUID,
    },
    new_decoder=_decoder,
    settings=("impl", "module", "range_g", "range_dps", "packed"),
    recognises=lambda advertisement: (
        advertisement.offers(SERVICE_UUID) or advertisement.is_named(*NAMES, BOOTLOADER_NAME)
    ),
    refuses=lambda advertisement: (
        _("it waits for a firmware; install one with MbientLab's app")
        if advertisement.is_named(BOOTLOADER_NAME)
        else None
    ),
    services=(SERVICE_UUID,),
    start=START,
    stop=STOP,
    battery=BATTERY,
    firmware=FIRMWARE_REVISION,
    default_channel=NOTIFY_UUID,
    carries_samples=lambda data: len(data) > HEADER_BYTES and not data[1] & READ_BIT,
)
"""A board with the maker's firmware and a BMI160 or BMI270."""
