"""Our own profile over a real ATT exchange: the page alone is enough to build such a sensor."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from bumble.att import ATT_Error
from bumble.core import UUID, AdvertisingData

from tests.firmware.compiled import needs_compiler
from tests.radio.notification_catcher import NotificationCatcher
from tests.radio.virtual_radio import air
from tests.radio.wearables.lifter import LEAD_S, Lifter
from tests.radio.wearables.profile import ProfileFirmware, profile_peripheral
from tests.radio.wearables.reference import ReferenceFirmware
from tracker.domain import Fault, Frame, Notification, SessionInfo, SessionState
from tracker.domain.units import ns_from_s
from tracker.engine import build_engine
from tracker.sensors.base import BATTERY_LEVEL_UUID
from tracker.sensors.profile import ProfileDecoder
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    SERVICE_UUID,
    ProfileConfig,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from bumble.device import Peer
    from bumble.gatt_client import CharacteristicProxy

    from tests.radio.virtual_radio import Air

pytestmark = pytest.mark.slow

START, STOP = b"\x01", b"\x02"
DEFAULT_MTU, OFFERED_MTU = 23, 247
RECOMMENDED = ProfileConfig()


@pytest.fixture(params=["python", pytest.param("c", marks=needs_compiler)])
def firmware(request: pytest.FixtureRequest) -> Iterator[ProfileFirmware | ReferenceFirmware]:
    """Our own, and the reference implementation in C."""
    if request.param == "python":
        yield ProfileFirmware(Lifter(3))
        return
    reference = ReferenceFirmware(Lifter(3))
    yield reference
    reference.close()


@pytest.fixture
async def around(firmware: ProfileFirmware | ReferenceFirmware) -> AsyncIterator[Air]:
    async with air(profile_peripheral(firmware)) as made:
        yield made


class Central:
    """A central that goes by the note."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.replies = NotificationCatcher()
        self.packets = NotificationCatcher()

    def characteristic(self, uuid: str) -> CharacteristicProxy[bytes]:
        (found,) = self.peer.get_characteristics_by_uuid(UUID(uuid))
        return found

    async def read(self, uuid: str) -> bytes:
        return bytes(await self.characteristic(uuid).read_value())

    async def write(self, uuid: str, data: bytes) -> None:
        await self.characteristic(uuid).write_value(data, with_response=True)

    async def command(self, data: bytes) -> bytes:
        await self.write(CONTROL_UUID, data)
        return await self.replies.next()

    async def listen(self) -> None:
        await self.characteristic(CONTROL_UUID).subscribe(self.replies)

    async def start(self) -> bytes:
        """Go through the order of things up to the reply to start; return the configuration."""
        await self.listen()
        assert (await self.command(STOP))[:2] == b"\x82\x00"
        config = await self.read(CONFIG_UUID)
        await self.characteristic(IMU_UUID).subscribe(self.packets)
        assert (await self.command(START))[:2] == b"\x81\x00"
        return config


@asynccontextmanager
async def central(around: Air, mtu: int = OFFERED_MTU) -> AsyncIterator[Central]:
    async with around.connection(mtu) as peer:
        yield Central(peer)


def stamps_of(results: Sequence[Frame | Fault]) -> list[float]:
    """Return the device time of each frame's first sample, s."""
    times_s = [result.device_time_s for result in results if isinstance(result, Frame)]
    return [time_s for time_s in times_s if time_s is not None]


async def test_the_advertising_packet_holds_the_flags_and_the_service(around: Air) -> None:
    heard = await around.heard()
    services = heard.get_all(AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS)
    assert services == [[UUID(SERVICE_UUID)]]
    assert heard.get(AdvertisingData.FLAGS) == 0x06


@pytest.mark.parametrize(
    ("mtu", "gyro", "rate_hz", "n"),
    [
        (23, True, 100, 1),
        (23, False, 100, 2),
        (185, True, 100, 5),
        (247, True, 25, 1),
        (247, True, 100, 5),
        (247, False, 100, 5),
        (247, True, 200, 10),
    ],
)
async def test_packets_are_as_long_as_the_note_says(
    around: Air, mtu: int, gyro: bool, rate_hz: int, n: int
) -> None:
    wanted = replace(RECOMMENDED, rate_hz=rate_hz, gyro_range_dps=1000 if gyro else None)
    async with central(around, mtu) as host:
        await host.write(CONFIG_UUID, wanted.request())
        await host.start()
        packet = await host.packets.next()
    assert packet[1] == n
    assert len(packet) == 8 + n * (12 if gyro else 6)


@pytest.mark.parametrize("mtu", [DEFAULT_MTU, OFFERED_MTU])
async def test_the_bytes_that_arrive_are_what_the_lifter_felt(
    around: Air, firmware: ProfileFirmware | ReferenceFirmware, mtu: int
) -> None:
    decoder = ProfileDecoder()
    frames: list[Frame] = []
    async with central(around, mtu) as host:
        assert decoder.feed(Notification(0, CONFIG_UUID, await host.start())) == ()
        while sum(len(frame.acc_mps2) for frame in frames) < 100:
            for result in decoder.feed(Notification(0, IMU_UUID, await host.packets.next())):
                assert isinstance(result, Frame)
                frames.append(result)
    motion = firmware.lifter.motion(100)
    config = firmware.config
    assert config.gyro_scale_radps is not None
    acc_mps2 = np.concatenate([frame.acc_mps2 for frame in frames])
    gyro_radps = np.concatenate([frame.gyro_radps for frame in frames])
    stamps_s = stamps_of(frames)
    starts = np.cumsum([0, *(len(frame.acc_mps2) for frame in frames[:-1])])
    np.testing.assert_allclose(
        acc_mps2, motion.acc_mps2[: len(acc_mps2)], rtol=0, atol=0.51 * config.acc_scale_mps2
    )
    np.testing.assert_allclose(
        gyro_radps, motion.gyro_radps[: len(acc_mps2)], rtol=0, atol=0.51 * config.gyro_scale_radps
    )
    np.testing.assert_allclose(stamps_s, motion.time_s[starts], rtol=0, atol=1e-6)


async def test_the_set_that_was_lifted_is_counted(
    around: Air, firmware: ProfileFirmware | ReferenceFirmware
) -> None:
    """The whole way from hips to events over ATT; times are the sensor's own."""
    engine = build_engine(SessionInfo(sensor="profile"))
    ledger = SessionState()
    (truth,) = firmware.lifter.truth.sets
    async with central(around) as host:
        config = await host.start()
        ledger.accept(engine.feed_many([Notification(0, CONFIG_UUID, config)]))
        while firmware.lifter.now_s() < truth.end_s + LEAD_S:
            packet = await host.packets.next()
            arrived_ns = ns_from_s(firmware.lifter.now_s())
            ledger.accept(engine.feed_many([Notification(arrived_ns, IMU_UUID, packet)]))
    ledger.accept(engine.finish())
    (found,) = ledger.sets
    assert (found.counted, ledger.faults, ledger.gaps) == (3, {}, ())
    for rep, true in zip(found.reps, truth.reps, strict=True):
        assert rep.rom_deg == pytest.approx(true.rom_deg, abs=3.0)
        for span, true_span in zip(rep.phases, true.phases, strict=True):
            assert span.phase is true_span.phase
            assert span.end_s - span.start_s == pytest.approx(
                true_span.end_s - true_span.start_s, abs=0.06
            )


async def test_commands_are_answered_one_by_one(around: Air) -> None:
    async with central(around) as host:
        await host.listen()
        assert await host.command(START) == b"\x81\x02\x00"
        assert await host.command(STOP) == b"\x82\x00\x00"
        assert await host.command(b"\x33") == b"\xb3\x01\x00"
        await host.characteristic(IMU_UUID).subscribe(host.packets)
        assert await host.command(START) == b"\x81\x00\x01"
        assert await host.command(START) == b"\x81\x00\x01"
        await host.packets.next()
        assert await host.command(STOP) == b"\x82\x00\x00"
        # What was sent before the reply has arrived before it; nothing comes behind it.
        waiting = host.packets.waiting
        assert await host.command(STOP) == b"\x82\x00\x00"
        assert host.packets.waiting == waiting


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ((104, 8, 1000), (200, 8, 1000)),
        ((60, 3, 300), (100, 4, 500)),
        ((999, 99, 9999), (200, 16, 2000)),
    ],
)
async def test_the_sensor_takes_what_is_nearest(
    around: Air, wanted: tuple[int, int, int], given: tuple[int, int, int]
) -> None:
    rate_hz, acc_range_g, gyro_range_dps = wanted
    request = b"\x01\x01" + b"".join(
        value.to_bytes(2, "little") for value in (rate_hz, acc_range_g, gyro_range_dps)
    )
    async with central(around) as host:
        await host.write(CONFIG_UUID, request)
        config = ProfileConfig.decode(await host.read(CONFIG_UUID))
    assert (config.rate_hz, config.acc_range_g, config.gyro_range_dps) == given


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"\x01\x01\x64", 0x0D),
        (b"\x02\x01\x64\x00\x08\x00\xe8\x03", 0x13),
        (b"\x01\x01\x00\x00\x08\x00\xe8\x03", 0x13),
        (b"\x01\x01\x64\x00\x00\x00\xe8\x03", 0x13),
    ],
    ids=["short", "version", "rate", "range"],
)
async def test_a_request_that_is_wrong_gets_its_att_error(
    around: Air, request_: bytes, code: int
) -> None:
    async with central(around) as host:
        with pytest.raises(ATT_Error) as refused:
            await host.write(CONFIG_UUID, request_)
    assert refused.value.error_code == code


async def test_a_stream_has_to_stop_before_it_is_configured(around: Air) -> None:
    async with central(around) as host:
        await host.start()
        with pytest.raises(ATT_Error) as refused:
            await host.write(CONFIG_UUID, RECOMMENDED.request())
    assert refused.value.error_code == 0x80


async def test_the_end_of_a_connection_stops_the_stream_and_counters_run_on(
    around: Air, firmware: ProfileFirmware | ReferenceFirmware
) -> None:
    decoder = ProfileDecoder()
    results: list[Frame | Fault] = []
    for _ in range(2):
        async with central(around) as host:
            results += decoder.feed(Notification(0, CONFIG_UUID, await host.start()))
            packet = await host.packets.next()
            results += decoder.feed(Notification(0, IMU_UUID, packet))
        await asyncio.sleep(0.05)
        assert not firmware.streaming
    faults = [result for result in results if isinstance(result, Fault)]
    # Packets that were on their way when the first connection ended are lost, and nothing else.
    assert all(fault.reason.value == "lost" for fault in faults)
    before_s, after_s = stamps_of(results)
    assert after_s > before_s


async def test_the_battery_is_a_percentage(around: Air) -> None:
    async with central(around, DEFAULT_MTU) as host:
        assert await host.read(BATTERY_LEVEL_UUID) == bytes([87])
