"""Walks through every *must* of our own profile over the radio: `tracker conform`.

Theory of operation
-------------------
Two connections are enough. On the first, values and commands are tried while nothing streams, then
a stream, then one without a gyroscope; it ends in the middle of a third stream, as when somebody
walks away. The second shows what is left of that: the stream must have stopped, notifications must
be off, and configuration, boot id and counters must have gone on. At the end the sensor has the
configuration that it began with.

A step that the link refuses fails the requirements that the step is about; after a connection that
broke, the rest is not tested. Trouble with the adapter is no verdict and ends the walk.
What the answers mean is judged in `tracker.sensors.profile.conformance`.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.ble.discovery import FIND_S, find
from tracker.ble.link import finish_despite_cancel
from tracker.ble.ports import Clock, Connection, LinkError, Radio
from tracker.domain import SensorError
from tracker.domain.units import ns_from_s
from tracker.language import _, localized, ngettext
from tracker.sensors.profile import START, STOP, TIME
from tracker.sensors.profile.conformance import (
    Arrival,
    Finding,
    Report,
    judge_clock,
    judge_config,
    judge_packets,
    judge_pause,
    judge_time,
)
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    LARGEST_U16,
    REQUEST,
    SERVICE_UUID,
    VERSION,
    ProfileConfig,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.ble.discovery import DeviceQuery

UNKNOWN_COMMAND: Final = b"\x7f"
"""The last that a version is likely to define."""

REPLY_S: Final = 2.0
"""The note allows 1 s; the link may delay the reply as much again."""

SILENCE_S: Final = 1.0
"""How long to listen for packets that must not come, s: a sensor queues about as many."""

FIRST_PACKET_S: Final = 5.0
"""From the reply to *start* to the first packet; a chip may need a moment to settle."""

LISTEN_S: Final = 10.0
"""Length of the stream that is measured, s."""

SHORT_STREAM_S: Final = 1.0
"""Length of the streams that only have to exist, s."""

TOGETHER_S: Final = 0.03
"""What arrives within this, s, arrives together; packets leave every 0.05 s."""

MOST_SETTINGS: Final = 16
"""Rates, or ranges, of one chip that are asked for one by one; real ones have four to ten."""

INVALID_LENGTH: Final = 0x0D
VALUE_NOT_ALLOWED: Final = 0x13
STOP_FIRST: Final = 0x80

PROPERTIES: Final = (
    ("imu", IMU_UUID, frozenset({"notify"})),
    ("config", CONFIG_UUID, frozenset({"read", "write"})),
    ("control", CONTROL_UUID, frozenset({"write", "notify"})),
)


@dataclass(frozen=True, slots=True)
class Conformance:
    """What the walk found."""

    address: str
    """As Bleak gives it."""
    name: str | None
    """As advertised; None without one."""
    mtu: int | None
    """ATT MTU of the connection; None if the system does not report it."""
    boot_id: int | None
    """As the sensor said; None if its configuration cannot be read."""
    findings: tuple[Finding, ...]
    """One for each requirement, in order."""


class _BrokenError(Exception):
    """The connection ended in the middle of the walk."""


async def examine_profile(
    radio: Radio,
    query: DeviceQuery,
    clock: Clock,
    listen_s: float = LISTEN_S,
    tell: Callable[[str], object] = lambda _text: None,
) -> Conformance:
    """Try everything on one sensor, which should lie still.

    `listen_s` is the length of the stream that is measured, s; `tell` gets what somebody who waits
    should know. Raises `SensorError` if it cannot be found, connected to, or has not the service.
    """
    report = Report()
    device = await find(radio, query)
    advertised = device.advertisement.service_uuids
    report.check(
        "3.1",
        device.advertisement.offers(SERVICE_UUID),
        _("it advertises {services}").format(services=", ".join(advertised))
        if advertised
        else _("it advertises no service"),
        _("as this system shows it"),
    )
    connection = await radio.connect(device)
    dialog = _Dialog(connection, clock)
    walk = _Walk(report, dialog, tell, listen_s)
    otherwise = _("the walk did not get that far")
    try:
        _check_table(report, connection)
        try:
            await walk.values()
            await walk.commands()
            await walk.requests()
            await walk.streams()
        finally:
            await finish_despite_cancel(connection.close())
        tell(_("disconnected in the middle of a stream; looking for it again"))
        await _again(radio, query, clock, walk)
    except _BrokenError as error:
        otherwise = str(error)
    return Conformance(
        device.address, device.name, connection.mtu, walk.boot_id, report.findings(otherwise)
    )


async def _again(radio: Radio, query: DeviceQuery, clock: Clock, walk: _Walk) -> None:
    """Connect again and judge what is left of the first connection."""
    try:
        device = await find(radio, query, FIND_S)
        connection = await radio.connect(device)
    except LinkError as error:
        walk.report.failed("3.2", error.message)
        raise _BrokenError(_("it could not be connected to again")) from error
    walk.report.passed("3.2")
    try:
        await walk.second_connection(_Dialog(connection, clock))
    finally:
        await finish_despite_cancel(connection.close())


def _check_table(report: Report, connection: Connection) -> None:
    if SERVICE_UUID not in connection.services:
        raise SensorError(
            _("The sensor does not have the service {uuid}.").format(uuid=SERVICE_UUID),
            _("Only sensors of our own profile can be examined: firmware_notes/01-profile.md"),
        )
    for name, channel, wanted in PROPERTIES:
        got = connection.properties(channel)
        missing = ", ".join(sorted(wanted - got))
        report.check(
            "2.1", wanted <= got, _("{name} lacks {missing}").format(name=name, missing=missing)
        )
        if not connection.has(channel):
            raise SensorError(
                _("The sensor's service lacks the characteristic {name} ({uuid}).").format(
                    name=name, uuid=channel
                ),
                _(
                    "Without it, nothing else can be tried: firmware_notes/01-profile.md, "
                    "section 2."
                ),
            )


class _Dialog:
    """What is said on one connection, and when, in one order."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock
        self.packets: list[Arrival] = []
        self.replies: list[Arrival] = []
        self._changed = asyncio.Event()

    async def listen(self, channel: str) -> None:
        """Enable the notifications of `imu` or `control`."""
        receive = self._packet if channel == IMU_UUID else self._reply
        await self.connection.subscribe(channel, receive)

    def _packet(self, data: bytes) -> None:
        self.packets.append(Arrival(self.clock.now_ns(), data))
        self._changed.set()

    def _reply(self, data: bytes) -> None:
        # Some Bluetooth libraries send back what was written; bit 7 makes a reply.
        if data and data[0] & 0x80:
            self.replies.append(Arrival(self.clock.now_ns(), data))
            self._changed.set()

    async def command(self, data: bytes) -> bytes | None:
        """Write a command and return the reply to it, or None if there is none in time."""
        known = len(self.replies)
        await self.connection.write(CONTROL_UUID, data, with_response=True)

        def reply() -> bytes | None:
            fits = (each.data for each in self.replies[known:] if each.data[0] == data[0] | 0x80)
            return next(fits, None)

        await self._until(lambda: reply() is not None, REPLY_S)
        return reply()

    def packets_around(self, reply: bytes | None) -> tuple[int, int]:
        """Return how many packets came before, and after, the newest reply, if it is this one.

        Some systems deliver two characteristics out of step, so what came together counts as
        neither.
        """
        if reply is None or not self.replies or self.replies[-1].data != reply:
            return 0, 0
        at_ns, slack_ns = self.replies[-1].received_ns, ns_from_s(TOGETHER_S)
        times_ns = [each.received_ns for each in self.packets]
        before = sum(each < at_ns - slack_ns for each in times_ns)
        return before, sum(each > at_ns + slack_ns for each in times_ns)

    async def first_packet(self, known: int) -> bool:
        """Return whether a packet comes after `known` others."""
        return await self._until(lambda: len(self.packets) > known, FIRST_PACKET_S)

    async def _until(self, done: Callable[[], bool], limit_s: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while not done():
                    self._changed.clear()
                    await self._changed.wait()
        return done()

    async def request(self, data: bytes) -> None:
        """Write a configuration request."""
        await self.connection.write(CONFIG_UUID, data, with_response=True)

    async def config(self) -> bytes:
        """Read the configuration value."""
        return await self.connection.read(CONFIG_UUID)


class _Walk:
    """The steps, in order; what one learns the next ones use."""

    def __init__(
        self, report: Report, dialog: _Dialog, tell: Callable[[str], object], listen_s: float
    ) -> None:
        self.report = report
        self.boot_id: int | None = None
        self._dialog = dialog
        self._tell = tell
        self._listen_s = listen_s
        self._original = ProfileConfig()
        self._left = b""
        """The configuration in which the first connection ended."""
        self._last: list[Arrival] = []
        """Packets of the newest stream."""

    @contextmanager
    def _about(self, *numbers: str) -> Iterator[None]:
        """Fail requirements if the sensor refuses what is done inside, or breaks the link."""
        try:
            yield
        except LinkError as error:
            for number in numbers:
                self.report.failed(number, error.message)
            if self._dialog.connection.lost.is_set():
                raise _BrokenError(_("the connection broke")) from error

    async def values(self) -> None:
        """Read the configuration."""
        self._tell(_("reading the configuration"))
        with self._about("2.2"):
            value = await self._dialog.config()
            self.report.passed("2.2")
            config = judge_config(self.report, value)
            if config is None:
                raise _BrokenError(_("the configuration cannot be used"))
            self._original = config
            self.boot_id = config.boot_id
            again = await self._dialog.config()
            self.report.check("6.6", again == value, _("two readings differ"))
            return
        raise _BrokenError(_("the configuration cannot be read"))

    async def commands(self) -> None:
        """Try commands while nothing streams."""
        self._tell(_("trying commands"))
        with self._about("2.2", "5.1"):
            await self._dialog.listen(CONTROL_UUID)
        with self._about("5.1", "5.3"):
            self._reply(await self._dialog.command(STOP), "stop", "5.3", b"\x82\x00", 0)
            self._reply(await self._dialog.command(STOP), _("stop again"), "5.3", b"\x82\x00", 0)
        with self._about("5.1", "5.4"):
            unknown = bytes((UNKNOWN_COMMAND[0] | 0x80, 1))
            reply = await self._dialog.command(UNKNOWN_COMMAND)
            self._reply(reply, _("command 7f"), "5.4", unknown, 0)
        with self._about("5.1", "5.5"):
            reply = await self._dialog.command(START)
            self._reply(reply, _("start without notifications of imu"), "5.5", b"\x81\x02", 0)
            await self._stopped()

    def _reply(self, reply: bytes | None, to: str, number: str, wanted: bytes, state: int) -> bool:
        """Judge a reply; return whether it says what it must."""
        if not self._replied(reply is not None, to):
            return False
        assert reply is not None
        self.report.check(
            "5.2",
            len(reply) >= 3,
            _("{reply} to {to} has no state").format(reply=reply.hex(" "), to=to),
        )
        expected = wanted + bytes((state,))
        right = self.report.check(
            number,
            reply[:2] == wanted,
            _("{to}: expected {expected}, got {reply}").format(
                to=to, expected=expected.hex(" "), reply=reply.hex(" ")
            ),
        )
        if right and len(reply) >= 3:
            self.report.check(
                "5.2",
                reply[2] == state,
                _("{to}: expected state {state}, got {reply}").format(
                    to=to, state=state, reply=reply.hex(" ")
                ),
            )
        return right

    def _replied(self, met: bool, to: str) -> bool:
        """Judge whether a reply came at all; return it."""
        seconds = localized(f"{REPLY_S:g}")
        return self.report.check(
            "5.1", met, _("no reply to {to} in {seconds} s").format(to=to, seconds=seconds)
        )

    async def _stopped(self) -> None:
        """Make sure that nothing streams, whatever went wrong."""
        with suppress(SensorError):
            await self._dialog.command(STOP)

    async def requests(self) -> None:
        """Try requests that must fail, then all settings that there are."""
        self._tell(_("trying configurations"))
        good = self._original.request()
        await self._refused("7.4", _("a request of 7 bytes"), good[:-1], INVALID_LENGTH)
        before = await self._read("7.4")
        for what, request in (
            (_("version 2"), bytes((VERSION + 1,)) + good[1:]),
            (_("a rate of 0"), good[:2] + bytes(2) + good[4:]),
            (_("an acceleration range of 0"), good[:4] + bytes(2) + good[6:]),
        ):
            await self._refused("7.5", what, request, VALUE_NOT_ALLOWED)
        after = await self._read("7.5")
        self.report.check("7.5", after == before, _("a refused request changed the configuration"))
        for field in ("rate_hz", "acc_range_g", "gyro_range_dps"):
            await self._settings(field)

    async def _read(self, number: str) -> bytes:
        """Read the configuration and judge it; empty if the link refuses."""
        with self._about(number):
            value = await self._dialog.config()
            judge_config(self.report, value)
            return value
        return b""

    async def _refused(self, number: str, what: str, request: bytes, code: int) -> None:
        """Write a request that must be refused with an ATT error."""
        try:
            await self._dialog.request(request)
        except LinkError as error:
            if self._dialog.connection.lost.is_set():
                self.report.failed(number, _("{what} ended the connection").format(what=what))
                raise _BrokenError(_("the connection broke")) from error
            got = error.att_code
            self.report.check(
                number,
                got in (code, None),
                _("{what}: expected ATT error {expected}, got {got}").format(
                    what=what, expected=f"{code:02x}", got=f"{got or 0:02x}"
                ),
                "" if got is not None else _("refused; this system does not say with which error"),
            )
        else:
            self.report.failed(number, _("{what} was accepted").format(what=what))

    async def _select(self, config: tuple[int, int, int, int]) -> ProfileConfig | None:
        """Request flags, rate and ranges; return what was selected, None if it cannot be read."""
        with self._about("7.1", "7.2"):
            await self._dialog.request(REQUEST.pack(VERSION, *config))
            self.report.passed("7.1")
            return judge_config(self.report, await self._dialog.config())
        return None

    async def _settings(self, field: str) -> None:
        """Ask for every setting of a field from the lowest to the highest, and between them."""
        base = [1, 100, 8, 1000]
        place = ("rate_hz", "acc_range_g", "gyro_range_dps").index(field) + 1

        async def selected(wanted: int) -> int | None:
            base[place] = wanted
            config = await self._select((base[0], base[1], base[2], base[3]))
            got: int | None = None if config is None else getattr(config, field)
            return got

        highest = await selected(LARGEST_U16)
        had = getattr(self._original, field)
        if had is not None:
            again = await selected(had)
            self.report.check(
                "7.2",
                again == had,
                _("{field}: {wanted} asked for, {got} selected").format(
                    field=field, wanted=had, got=again
                ),
            )
        wanted = 1
        for __ in range(MOST_SETTINGS):
            got = await selected(wanted)
            if got is None or highest is None:
                # Refused, which has been noted; or there is no gyroscope.
                return
            nearest = got >= wanted or got == highest
            self.report.check(
                "7.2",
                nearest and got <= highest,
                _("{field}: {wanted} asked for, {got} selected").format(
                    field=field, wanted=wanted, got=got
                ),
            )
            exact = await selected(got)
            self.report.check(
                "7.2",
                exact == got,
                _("{field}: {wanted} asked for, {got} selected").format(
                    field=field, wanted=got, got=exact
                ),
            )
            if got >= highest or not nearest:
                return
            wanted = got + 1

    async def streams(self) -> None:
        """Stream as recommended, then without a gyroscope, then until the connection ends."""
        recommended = ProfileConfig()
        config = await self._select(_fields(recommended)) or self._original
        with self._about("5.1"):
            await self._dialog.listen(IMU_UUID)
        seconds = localized(f"{self._listen_s:g}")
        self._tell(_("listening for {seconds} s; keep it still").format(seconds=seconds))
        first = await self._stream(config, self._listen_s, disturbed=True)
        judge_clock(self.report, first)
        no_gyro = await self._select((0, *_fields(recommended)[1:]))
        if no_gyro is not None:
            self._tell(_("listening without the gyroscope"))
            nothing = no_gyro.gyro_range_dps is None
            self.report.check("7.3", nothing, _("its configuration still has the gyroscope"))
            with_gyro = [
                each
                for each in await self._stream(no_gyro, SHORT_STREAM_S)
                if each.data and each.data[0] & 1
            ]
            self.report.check(
                "7.3",
                not with_gyro,
                ngettext(
                    "{amount} packet had it", "{amount} packets had it", len(with_gyro)
                ).format(amount=len(with_gyro)),
            )
        lowest = await self._select((1, 1, 1, 1)) or config
        self._left = await self._read("4.3")
        await self._start(lowest)
        await asyncio.sleep(SHORT_STREAM_S)
        self._last = list(self._dialog.packets)

    async def _start(self, config: ProfileConfig) -> bool:
        """Start a stream; return whether packets come."""
        dialog, before = self._dialog, self._last
        dialog.packets.clear()
        started = False
        with self._about("5.1"):
            reply = await dialog.command(START)
            started = self._reply(reply, "start", "5.3", b"\x81\x00", 1)
            early, __ = dialog.packets_around(reply)
            self.report.check(
                "5.6",
                not early,
                ngettext(
                    "{amount} packet came before it", "{amount} packets came before it", early
                ).format(amount=early),
            )
            if started and not await dialog.first_packet(0):
                self.report.failed(
                    "5.8",
                    _("start succeeded, and no packet came in {seconds} s").format(
                        seconds=localized(f"{FIRST_PACKET_S:g}")
                    ),
                )
        judge_pause(self.report, before, dialog.packets, _("after a stop and start"))
        return started and bool(dialog.packets)

    async def _stream(
        self,
        config: ProfileConfig,
        seconds: float,
        *,
        disturbed: bool = False,
    ) -> list[Arrival]:
        """Start, listen, stop; return the packets. One that is `disturbed` must not notice."""
        dialog = self._dialog
        await self._start(config)
        if disturbed:
            await self._disturb()
        await asyncio.sleep(seconds)
        with self._about("5.1", "5.7"):
            reply = await dialog.command(STOP)
            self._reply(reply, _("stop while streaming"), "5.2", b"\x82\x00", 0)
            await asyncio.sleep(SILENCE_S)
            __, late = dialog.packets_around(reply)
            self.report.check(
                "5.7",
                not late,
                ngettext(
                    "{amount} packet came after it", "{amount} packets came after it", late
                ).format(amount=late),
            )
        self._last = list(dialog.packets)
        judge_packets(self.report, config, self._last)
        return self._last

    async def _disturb(self) -> None:
        """Try what must not disturb a stream."""
        dialog = self._dialog
        with self._about("5.3"):
            known = len(dialog.packets)
            reply = await dialog.command(START)
            self._reply(reply, _("start while streaming"), "5.3", b"\x81\x00", 1)
            goes_on = await dialog.first_packet(known)
            self.report.check("5.3", goes_on, _("start while streaming ended the stream"))
        await self._refused(
            "7.6", _("a request while streaming"), ProfileConfig().request(), STOP_FIRST
        )
        with self._about("15.2"):
            asked_ns = dialog.clock.now_ns()
            told = await dialog.command(TIME)
            if self._replied(told is not None, _("command 03")):
                assert told is not None
                judge_time(self.report, told, dialog.packets, asked_ns)

    async def second_connection(self, dialog: _Dialog) -> None:
        """Judge what the end of the first connection left, and put the configuration back."""
        self._dialog = dialog
        with self._about("4.3", "6.6"):
            value = await dialog.config()
            boot = (value[16:20], self._left[16:20])
            self.report.check(
                "6.6", boot[0] == boot[1], _("another boot id, and no restart asked for")
            )
            shown = _("{before} became {after}").format(
                before=self._left[:16].hex(" "), after=value[:16].hex(" ")
            )
            self.report.check("4.3", value[:16] == self._left[:16], shown)
        with self._about("4.1", "4.2"):
            await dialog.listen(CONTROL_UUID)
            reply = await dialog.command(UNKNOWN_COMMAND) or b""
            goes_on = reply[2:3] == b"\x01"
            self.report.check("4.1", not goes_on, _("its state is still streaming"))
            if goes_on:
                await self._stopped()
            reply = await dialog.command(START) or b""
            starts = reply[1:2] == b"\x00"
            self.report.check("4.2", not starts, _("start succeeds before imu was enabled"))
            if starts:
                await self._stopped()
            await dialog.listen(IMU_UUID)
            await asyncio.sleep(SILENCE_S)
            came = len(dialog.packets)
            self.report.check(
                "4.1",
                not came,
                ngettext(
                    "{amount} packet came without a start",
                    "{amount} packets came without a start",
                    came,
                ).format(amount=came),
            )
        before, self._last = self._last, []
        if await self._start(ProfileConfig()):
            judge_pause(self.report, before, dialog.packets, _("after a new connection"))
        await self._stopped()
        with suppress(SensorError):
            await dialog.request(self._original.request())


def _fields(config: ProfileConfig) -> tuple[int, int, int, int]:
    """Return flags, rate and ranges of a request."""
    _, flags, rate_hz, acc_range_g, gyro_range_dps = REQUEST.unpack(config.request())
    return flags, rate_hz, acc_range_g, gyro_range_dps
