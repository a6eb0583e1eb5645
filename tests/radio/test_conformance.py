"""`tracker conform` without a radio: sensors that follow the note, and one for each way not to."""

from __future__ import annotations

import asyncio
import re
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from tests import virtual_time
from tests.firmware.compiled import (
    Chip,
    command,
    needs_both_compilers,
    needs_compiler,
    sketch,
)
from tests.radio.bluez import AttError, Characteristic, Service
from tests.radio.direct import DirectRadio
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.profile import ProfileFirmware, profile_peripheral
from tests.radio.wearables.reference import ReferenceFirmware
from tests.sensors import notes
from tracker.ble import AdapterError, Conformance, DeviceQuery, NotFoundError, examine_profile
from tracker.ble.conformance import INVALID_LENGTH, STOP_FIRST, VALUE_NOT_ALLOWED
from tracker.domain import SensorError
from tracker.sensors.profile.conformance import Arrival, Report, Verdict, drift_ppm, judge_clock
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    PACKET_HEADER,
    SERVICE_UUID,
    ProfileConfig,
)
from tracker.sensors.profile.requirements import REQUIREMENTS, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.radio.bluez import Link, Peripheral
    from tracker.ble.ports import Connection, DiscoveredDevice

PAGE: Final = "reference/README.md"

LYING_S: Final = 200.0
"""Longer than the walk takes."""

TESTABLE: Final = frozenset(
    number for number, each in REQUIREMENTS.items() if each.elsewhere is None
)


def examined(
    peripheral: Peripheral, *, resumes: bool = True, listen_s: float = 10.0
) -> Conformance:
    async def walk() -> Conformance:
        radio = DirectRadio(peripheral)
        radio.resumes = resumes
        query = DeviceQuery(peripheral.address)
        return await examine_profile(radio, query, virtual_time.LoopClock(), listen_s)

    return virtual_time.run(walk())


def numbers(found: Conformance, verdict: Verdict) -> set[str]:
    return {each.requirement.number for each in found.findings if each.verdict is verdict}


def still() -> Lifter:
    return Lifter(2, lead_s=LYING_S)


# ---- sensors that follow the note ----


@pytest.mark.parametrize("mtu", [23, 247])
def test_a_sensor_that_follows_the_note_fails_nothing(mtu: int) -> None:
    found = examined(profile_peripheral(ProfileFirmware(still()), mtu=mtu))

    assert numbers(found, Verdict.FAILED) == set()
    assert numbers(found, Verdict.PASSED) == TESTABLE - {"8.4"}
    assert (found.name, found.mtu, found.boot_id) == ("HipOne 1A2B", mtu, 0x7E901C4A)


@needs_compiler
@pytest.mark.parametrize(
    "chip",
    [
        Chip(),
        Chip((26, 52, 104), ((2, 0.000061), (16, 0.000488)), ((250, 0.00875), (2000, 0.07))),
        Chip((25, 100), ((8, 0.00025),), (), bits=12),
    ],
    ids=["16 bits", "odd LSBs", "without a gyroscope"],
)
def test_the_reference_implementation_fails_nothing(chip: Chip) -> None:
    firmware = ReferenceFirmware(still(), command(chip))
    before = firmware.config
    try:
        found = examined(profile_peripheral(firmware))
        after = firmware.config
    finally:
        firmware.close()

    assert numbers(found, Verdict.FAILED) == set()
    assert numbers(found, Verdict.PASSED) == TESTABLE - {"8.4"}
    # It is left as it was found.
    assert after == before


@pytest.mark.slow
@needs_both_compilers
def test_the_arduino_sketch_fails_what_its_page_says_and_nothing_else() -> None:
    """Its Bluetooth library, played as its source reads, acknowledges whatever is written."""
    told = re.search(r"`tracker conform` to fail (.*?)\. A ", notes.text_of(PAGE), re.S)
    assert told is not None
    firmware = ReferenceFirmware(still(), [str(sketch())])
    try:
        found = examined(profile_peripheral(firmware))
    finally:
        firmware.close()

    assert numbers(found, Verdict.FAILED) == set(re.findall(r"\d+\.\d+", told.group(1)))


def test_what_cannot_be_tried_says_what_to_do_instead() -> None:
    found = examined(profile_peripheral(ProfileFirmware(still())))

    for each in found.findings:
        if each.verdict is Verdict.UNTESTED:
            assert each.detail


def test_a_sensor_that_is_moved_cannot_be_weighed() -> None:
    lifter = Lifter(40, lead_s=0.0)
    found = examined(profile_peripheral(ProfileFirmware(lifter)))

    assert "1.1" in numbers(found, Verdict.UNTESTED)
    assert numbers(found, Verdict.FAILED) == set()


def test_without_the_command_time_nothing_fails() -> None:
    class Without(ProfileFirmware):
        def _command(self, data: bytes) -> None:
            super()._command(b"\x7e" if data == b"\x03" else data)

        def _reply(self, command: int, result: int, extra: bytes = b"") -> None:
            super()._reply(3 if command == 0x7E else command, result, extra)

    found = examined(profile_peripheral(Without(still())))

    assert numbers(found, Verdict.FAILED) == set()
    assert "15.2" in numbers(found, Verdict.UNTESTED)


# ---- one for each way not to ----


class Tampering:
    """A link that changes what a firmware sends."""

    def __init__(self, link: Link, tamper: Callable[[str, bytes], bytes | None]) -> None:
        self._link = link
        self._tamper = tamper

    @property
    def mtu(self) -> int:
        return self._link.mtu

    def notify(self, uuid: str, data: bytes) -> None:
        changed = self._tamper(uuid, data)
        if changed is not None:
            self._link.notify(uuid, changed)


class Tampered(ProfileFirmware):
    """Sends something else than it should; what, its subclass says."""

    def connected(self, link: Link) -> None:
        super().connected(Tampering(link, self.tamper))

    def tamper(self, uuid: str, data: bytes) -> bytes | None:
        if uuid == CONTROL_UUID:
            return self.reply(data)
        head, n, sequence, time_us = PACKET_HEADER.unpack_from(data)
        return self.packet(head, n, sequence, time_us, data[PACKET_HEADER.size :])

    def reply(self, data: bytes) -> bytes | None:
        return data

    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return PACKET_HEADER.pack(head, n, sequence % 65536, time_us % (1 << 32)) + rest


class RemovesGravity(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head, n, sequence, time_us, bytes(len(rest)))


class WantsPairing(ProfileFirmware):
    def read(self, uuid: str) -> bytes:
        raise AttError(0x05)


class StreamsOn(ProfileFirmware):
    def disconnected(self) -> None:
        self._link = None
        self._enabled.clear()


class RemembersSubscriptions(ProfileFirmware):
    def connected(self, link: Link) -> None:
        self._link = link

    def disconnected(self) -> None:
        self._halt()
        self._link = None


class ForgetsItsConfiguration(ProfileFirmware):
    def disconnected(self) -> None:
        super().disconnected()
        self.config = ProfileConfig(boot_id=self.config.boot_id)


class IgnoresUnknownCommands(Tampered):
    def reply(self, data: bytes) -> bytes | None:
        return None if data[1] == 1 else data


class RepliesWithoutState(Tampered):
    def reply(self, data: bytes) -> bytes | None:
        return data[:2]


class RepliesTheStateBefore(Tampered):
    def reply(self, data: bytes) -> bytes | None:
        return data[:2] + bytes((1 - data[2],)) + data[3:]


class RefusesAStopThatDoesNothing(Tampered):
    _stopped = True

    def reply(self, data: bytes) -> bytes | None:
        wrong = data[0] == 0x82 and self._stopped
        self._stopped = data[2] == 0
        return b"\x82\x01\x00" if wrong else data


class StopsAtASecondStart(ProfileFirmware):
    def _command(self, data: bytes) -> None:
        if data == b"\x01" and self._stream is not None:
            self._stream.stop()
        super()._command(data)


class ObeysUnknownCommands(Tampered):
    def reply(self, data: bytes) -> bytes | None:
        return data[:1] + b"\x00" + data[2:] if data[1] == 1 else data


class StartsWithoutNotifications(ProfileFirmware):
    def _refusal(self) -> int:
        return 0


class StreamsBeforeItReplies(ProfileFirmware):
    def _command(self, data: bytes) -> None:
        if data == b"\x01" and IMU_UUID in self._enabled:
            self._reply(1, 0)
            return
        super()._command(data)

    def _reply(self, command: int, result: int, extra: bytes = b"") -> None:
        if command == 1 and result == 0 and not self.streaming:
            link, self._link = self._link, Tampering(self._link, lambda _, data: None)  # type: ignore[arg-type]
            super()._reply(command, result)
            assert self._stream is not None
            self._link = link
            reply = bytes((0x81, 0, 1))
            asyncio.get_running_loop().call_later(0.3, lambda: self._late(reply))
            return
        super()._reply(command, result, extra)

    def _late(self, reply: bytes) -> None:
        if self._link is not None:
            self._link.notify(CONTROL_UUID, reply)


class StreamsAfterItReplied(Tampered):
    """Its packets wait in a queue that replies overtake."""

    def tamper(self, uuid: str, data: bytes) -> bytes | None:
        if uuid == IMU_UUID and self._link is not None:
            late = self._link._link.notify  # type: ignore[attr-defined]
            asyncio.get_running_loop().call_later(0.2, late, uuid, data)
            return None
        return data


class AppendsAByte(ProfileFirmware):
    def read(self, uuid: str) -> bytes:
        return super().read(uuid) + (b"\x00" if uuid == CONFIG_UUID else b"")


class SetsAnotherFlag(ProfileFirmware):
    def read(self, uuid: str) -> bytes:
        value = super().read(uuid)
        return value[:1] + bytes((value[1] | 0x80,)) + value[2:] if uuid == CONFIG_UUID else value


class IsTooFast(ProfileFirmware):
    def read(self, uuid: str) -> bytes:
        value = super().read(uuid)
        return value[:2] + struct.pack("<H", 416) + value[4:] if uuid == CONFIG_UUID else value


class HasAnLsbInThousandths(ProfileFirmware):
    def read(self, uuid: str) -> bytes:
        value = super().read(uuid)
        lsb = struct.pack("<f", 8000 / 32768)
        return value[:8] + lsb + value[12:] if uuid == CONFIG_UUID else value


class KeepsTheRangeOfNoGyroscope(ProfileFirmware):
    def read(self, uuid: str) -> bytes:
        value = super().read(uuid)
        if uuid == CONFIG_UUID and self.config.gyro_range_dps is None:
            return value[:6] + struct.pack("<H", 1000) + value[8:]
        return value


class DrawsABootIdForEachConnection(ProfileFirmware):
    def connected(self, link: Link) -> None:
        super().connected(link)
        self.config = replace(self.config, boot_id=self.config.boot_id + 1)


class RefusesWhatItHasNot(ProfileFirmware):
    def _configure(self, data: bytes) -> None:
        before = self.config
        super()._configure(data)
        if self.config.request()[2:4] != data[2:4]:
            self.config = before
            raise AttError(0x13)


class TakesTheNextLower(ProfileFirmware):
    def _configure(self, data: bytes) -> None:
        super()._configure(data)
        rate_hz = struct.unpack_from("<H", data, 2)[0]
        lower = max((each for each in (25, 50, 100, 200) if each <= rate_hz), default=25)
        self.config = replace(self.config, rate_hz=lower)


class AlwaysSendsTheGyroscope(ProfileFirmware):
    def _configure(self, data: bytes) -> None:
        super()._configure(data[:1] + b"\x01" + data[2:])


class TakesShortRequests(ProfileFirmware):
    def _configure(self, data: bytes) -> None:
        super()._configure(data if len(data) >= 8 else data + bytes(8 - len(data)))


class RefusesShortRequestsInItsOwnWords(ProfileFirmware):
    def _configure(self, data: bytes) -> None:
        if len(data) < 8:
            raise AttError(0x81)
        super()._configure(data)


class TakesOtherVersions(ProfileFirmware):
    def _configure(self, data: bytes) -> None:
        super()._configure(b"\x01" + data[1:] if data else data)


class TakesRequestsWhileStreaming(ProfileFirmware):
    def _configure(self, data: bytes) -> None:
        if not self.streaming:
            super()._configure(data)


class SetsTheReservedBit(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head | 8, n, sequence, time_us, rest)


class SendsEmptyPackets(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head, 0, sequence, time_us, b"")


class LeavesTheGyroscopeOut(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        if head & 1:
            rest = np.frombuffer(rest, "<i2").reshape(n, 6)[:, :3].tobytes()
        return super().packet(head & ~1, n, sequence, time_us, rest)


class DoesNotTellThatItIsSaturated(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head, n, sequence, time_us, rest[:-2] + b"\xff\x7f")


class CutsPackets(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head, n, sequence, time_us, rest[:-1])


class CountsSamples(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head, n, sequence * 5, time_us, rest)


class CountsTime(Tampered):
    """Adds the nominal period, though the chip is off by 0.4 %."""

    _first: tuple[int, int] | None = None

    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        if self._first is None or not self.streaming:
            self._first = sequence, time_us
        since = (sequence - self._first[0]) % 65536
        nominal = self._first[1] + since * n * 1_000_000 // self.config.rate_hz
        return super().packet(head, n, sequence, nominal, rest)

    def _halt(self) -> None:
        super()._halt()
        self._first = None


class CountsMilliseconds(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head, n, sequence, time_us // 1000 * 1000, rest)


class CountsFromEachStart(Tampered):
    _before = 0

    def _halt(self) -> None:
        super()._halt()
        self._before = self._sequence

    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head, n, sequence - self._before, time_us, rest)


class TimesFromEachStart(Tampered):
    _zero_us: int | None = None

    def _halt(self) -> None:
        super()._halt()
        self._zero_us = None

    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        if self._zero_us is None:
            self._zero_us = time_us
        return super().packet(head, n, sequence, time_us - self._zero_us, rest)


class SendsAnotherVersion(Tampered):
    def packet(self, head: int, n: int, sequence: int, time_us: int, rest: bytes) -> bytes | None:
        return super().packet(head & 15 | 0x20, n, sequence, time_us, rest)


class TellsTheTimeInMilliseconds(Tampered):
    def reply(self, data: bytes) -> bytes | None:
        if data[0] != 0x83:
            return data
        return data[:3] + struct.pack("<Q", struct.unpack_from("<Q", data, 3)[0] // 1000)


class TellsTheTimeIn32Bits(Tampered):
    def reply(self, data: bytes) -> bytes | None:
        return data[:7]


class IsSilent(Tampered):
    def tamper(self, uuid: str, data: bytes) -> bytes | None:
        return None


@dataclass(frozen=True)
class Wrong:
    """A firmware that breaks a rule, and everything that should be said about it."""

    firmware: type[ProfileFirmware]
    failed: frozenset[str]


def wrong(firmware: type[ProfileFirmware], *failed: str) -> Wrong:
    return Wrong(firmware, frozenset(failed))


WRONG: Final = (
    wrong(RemovesGravity, "1.1"),
    wrong(WantsPairing, "2.2"),
    wrong(StreamsOn, "4.1"),
    wrong(RemembersSubscriptions, "4.2"),
    wrong(ForgetsItsConfiguration, "4.3"),
    wrong(IgnoresUnknownCommands, "5.1"),
    wrong(RepliesWithoutState, "5.2", "15.2"),
    wrong(RepliesTheStateBefore, "5.2", "4.1"),
    wrong(RefusesAStopThatDoesNothing, "5.3"),
    wrong(StopsAtASecondStart, "5.3"),
    wrong(ObeysUnknownCommands, "5.4"),
    wrong(StartsWithoutNotifications, "5.5", "4.2"),
    wrong(StreamsBeforeItReplies, "5.6"),
    wrong(StreamsAfterItReplied, "5.7"),
    wrong(AppendsAByte, "6.1"),
    wrong(SetsAnotherFlag, "6.1"),
    wrong(IsTooFast, "6.2"),
    wrong(HasAnLsbInThousandths, "6.3"),
    wrong(KeepsTheRangeOfNoGyroscope, "6.4"),
    wrong(DrawsABootIdForEachConnection, "6.6"),
    wrong(RefusesWhatItHasNot, "7.1", "7.2"),
    wrong(TakesTheNextLower, "7.2"),
    wrong(AlwaysSendsTheGyroscope, "7.3"),
    wrong(TakesShortRequests, "7.4"),
    wrong(RefusesShortRequestsInItsOwnWords, "7.4"),
    wrong(TakesOtherVersions, "7.5"),
    wrong(TakesRequestsWhileStreaming, "7.6"),
    wrong(SetsTheReservedBit, "8.1"),
    wrong(SendsEmptyPackets, "8.2"),
    wrong(LeavesTheGyroscopeOut, "8.3"),
    wrong(DoesNotTellThatItIsSaturated, "8.4"),
    wrong(CutsPackets, "9.1"),
    wrong(CountsSamples, "11.1"),
    wrong(CountsTime, "11.3"),
    wrong(CountsMilliseconds, "11.4"),
    wrong(CountsFromEachStart, "11.5"),
    wrong(TimesFromEachStart, "11.5", "15.2"),
    wrong(SendsAnotherVersion, "13.1", "8.1"),
    wrong(TellsTheTimeInMilliseconds, "15.2"),
    wrong(TellsTheTimeIn32Bits, "15.2"),
)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.firmware.__name__)
def test_a_broken_rule_is_caught_by_its_number_and_nothing_else_is_blamed(case: Wrong) -> None:
    # A second or so of the clock's 2**32 µs, so that it wraps in the walk, hides nothing.
    firmware = case.firmware(still(), first_stamp_us=2**32 - 20_000_000, first_sequence=65_500)

    found = examined(profile_peripheral(firmware))

    failures = {
        each.requirement.number: each.detail
        for each in found.findings
        if each.verdict is Verdict.FAILED
    }
    assert set(failures) == set(case.failed), failures
    assert all(failures.values())


def test_a_characteristic_that_lacks_a_property_is_caught() -> None:
    peripheral = profile_peripheral(ProfileFirmware(still()))
    ours, *others = peripheral.services
    flags = tuple(
        replace(each, flags=("notify",)) if each.uuid == CONTROL_UUID else each
        for each in ours.characteristics
    )
    services = (replace(ours, characteristics=flags), *others)

    found = examined(replace(peripheral, services=services))

    assert numbers(found, Verdict.FAILED) == {"2.1"}


def test_a_sensor_that_does_not_advertise_the_service_is_caught() -> None:
    peripheral = profile_peripheral(ProfileFirmware(still()))

    found = examined(replace(peripheral, advert=replace(peripheral.advert, service_uuids=())))

    assert numbers(found, Verdict.FAILED) == {"3.1"}


def test_a_sensor_that_is_not_heard_again_is_caught() -> None:
    found = examined(profile_peripheral(ProfileFirmware(still())), resumes=False)

    assert numbers(found, Verdict.FAILED) == {"3.2"}
    assert {"4.1", "4.2", "4.3"} <= numbers(found, Verdict.UNTESTED)


def test_a_sensor_that_never_replies_fails_and_the_walk_ends() -> None:
    found = examined(profile_peripheral(IsSilent(still())))

    assert "5.1" in numbers(found, Verdict.FAILED)


def test_every_rule_that_can_be_tried_has_a_sensor_that_breaks_it() -> None:
    caught = {number for case in WRONG for number in case.failed} | {"2.1", "3.1", "3.2"}

    assert caught == TESTABLE


def test_the_errors_that_are_expected_are_those_of_the_note() -> None:
    rows = notes.table("01-profile.md", "Configuration request", "request")

    assert [int(row[1].split(",")[0], 16) for row in rows] == [
        INVALID_LENGTH,
        VALUE_NOT_ALLOWED,
        STOP_FIRST,
    ]


def test_sections_with_a_must_have_their_titles() -> None:
    assert {each.section for each in REQUIREMENTS.values()} == set(SECTIONS)


# ---- what is no such sensor at all ----


def test_another_sensor_is_refused_in_words() -> None:
    peripheral = profile_peripheral(ProfileFirmware(still()))
    with pytest.raises(SensorError, match="does not have the service"):
        examined(replace(peripheral, services=peripheral.services[1:]))
    only = Service(SERVICE_UUID, (Characteristic(IMU_UUID, ("notify",)),))
    with pytest.raises(SensorError, match="lacks the characteristic config"):
        examined(replace(peripheral, services=(only,)))


def test_an_adapter_that_is_switched_off_is_no_verdict() -> None:
    class Unplugged(ProfileFirmware):
        def _configure(self, data: bytes) -> None:
            raise AdapterError("Bluetooth is switched off.", None)

    with pytest.raises(AdapterError):
        examined(profile_peripheral(Unplugged(still())))


def test_a_connection_that_breaks_fails_what_broke_it_and_the_rest_is_not_tested() -> None:
    made: list[Connection] = []

    class Crashes(ProfileFirmware):
        def _configure(self, data: bytes) -> None:
            made[0].lost.set()
            raise AttError(0x0E)

    peripheral = profile_peripheral(Crashes(still()))

    class Radio(DirectRadio):
        async def connect(self, device: DiscoveredDevice) -> Connection:
            made.append(await super().connect(device))
            return made[0]

    async def walk() -> Conformance:
        query = DeviceQuery(peripheral.address)
        return await examine_profile(Radio(peripheral), query, virtual_time.LoopClock())

    found = virtual_time.run(walk())
    details = {each.requirement.number: each.detail for each in found.findings}

    assert numbers(found, Verdict.FAILED) == {"7.4"}
    assert details["7.4"] == "a request of 7 bytes ended the connection"
    assert details["7.6"] == "the connection broke"


def test_a_sensor_out_of_range_is_not_found() -> None:
    async def walk() -> Conformance:
        radio = DirectRadio(profile_peripheral(ProfileFirmware(still())))
        return await examine_profile(
            radio, DeviceQuery("C0:FF:EE:00:00:99"), virtual_time.LoopClock()
        )

    with pytest.raises(NotFoundError):
        virtual_time.run(walk())


# ---- the clock ----


@pytest.mark.parametrize("ppm", [-8000.0, -300.0, 0.0, 40.0, 2000.0])
def test_drift_is_found_within_its_error_whatever_the_queue_does(ppm: float) -> None:
    rng = np.random.default_rng(7)
    device_s = np.cumsum(rng.uniform(0.049, 0.051, 1200))
    waits_s = rng.exponential(0.01, 1200) + 0.3 * (rng.random(1200) < 0.02)
    received_s = 5.0 + device_s / (1.0 + ppm * 1e-6) + waits_s

    found, error = drift_ppm(device_s, received_s)

    assert abs(found - ppm) <= error < 200.0


def test_a_short_stream_over_a_poor_link_settles_nothing() -> None:
    rng = np.random.default_rng(3)
    packets = [
        Arrival(
            int(1e9 * (at * 0.05 + rng.uniform(0.0, 0.15))),
            PACKET_HEADER.pack(0x11, 1, at, at * 50_000) + bytes(12),
        )
        for at in range(40)
    ]
    report = Report()

    judge_clock(report, packets)

    (finding,) = (each for each in report.findings("") if each.requirement.number == "11.3")
    assert finding.verdict is Verdict.UNTESTED
    assert "ppm" in finding.detail
