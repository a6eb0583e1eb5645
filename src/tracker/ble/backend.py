"""The Bluetooth adapter of this computer, through Bleak: the only module that names Bleak.

It scans and connects, finds characteristics by UUID, and turns whatever the platform raises into
errors with advice.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.args.winrt import WinRTClientArgs
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bleak.uuids import normalize_uuid_str

from tracker.ble.permission import is_killed
from tracker.ble.ports import LATER, AdapterError, DiscoveredDevice, LinkError
from tracker.domain import SensorError
from tracker.domain.errors import system_words
from tracker.language import _
from tracker.sensors import Advertisement, families

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from bleak.backends.characteristic import BleakGATTCharacteristic
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

CONNECT_S: Final = 20.0
"""The kernel gives up after 20 s; a sensor that was just found takes 1 to 3 s. Bleak's own limit,
which also takes the attempt back in the system."""

ATTEMPT_S: Final = 30.0
"""Until services are known, too, s. Longer than `CONNECT_S`: if this limit came first, the system
would go on connecting for ever."""

STOP_S: Final = 5.0
"""Longest wait for a scan to stop; the next one shows whether it did."""

_GATT_SERVICE: Final = normalize_uuid_str("1801")
"""Almost every sensor has it; on Windows, looking for more services is slow."""

_CONNECTED_SERVICES: Final = [_GATT_SERVICE] + (
    []
    if sys.platform == "win32"
    else [uuid for family in families().values() for uuid in family.services]
)
"""Services to look for connected devices by."""

_UNKNOWN_RSSI: Final = frozenset({127, -127})
"""What the controller (127) and Bleak (-127) report if the strength was not measured."""

GATT_S: Final = 5.0
"""By the standard an ATT transaction times out after 30 s; a sensor silent for 5 s is gone."""

DIALOG_S: Final = 45.0
"""The same on macOS for what begins this soon after connecting, s: the first use of a protected
value opens a dialog, and somebody has to find the glasses."""

RESCAN_S: Final = 10.0
"""How often a scan begins anew on macOS, s: it reports each device once, and its signal strength
would stay what it was."""

CLOSE_S: Final = 5.0
"""A disconnection is confirmed within the supervision timeout, often 2 to 4 s."""

_ATT_HEADER: Final = 3
"""Bytes of an ATT packet before its value."""

_UNNEGOTIATED: Final = 20
"""What fits into the smallest MTU; BlueZ before 5.62 reports this when it does not know."""

_SWITCH_ON: Final = {
    "linux": _("Switch it on: bluetoothctl power on, and if that fails: rfkill unblock bluetooth"),
    "darwin": _("Switch it on in the menu bar or in System Settings > Bluetooth."),
    "win32": _("Switch it on in Settings > Bluetooth & devices."),
}
_ALLOW: Final = {
    "linux": _(
        "Add yourself to the group of your distribution: sudo usermod -aG bluetooth $USER, "
        "and log in again."
    ),
    "darwin": _(
        "Allow your terminal in System Settings > Privacy & Security > Bluetooth, and start "
        "it again."
    ),
    "win32": _("Allow it in Settings > Privacy & security > Radios, for desktop apps as well."),
}
_NO_ADAPTER_ADVICE: Final = _(
    "Plug in a Bluetooth adapter (4.0 or newer); a container or virtual machine has none unless "
    "it is passed through.\nWithout any sensor: tracker demo"
)

# D-Bus errors by what they mean here.
_NO_SERVICE: Final = frozenset(
    {
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        "org.freedesktop.DBus.Error.NoReply",
        "org.freedesktop.DBus.Error.Disconnected",
    }
)
_DENIED: Final = frozenset(
    {"org.freedesktop.DBus.Error.AccessDenied", "org.bluez.Error.NotAuthorized"}
)
_UNBONDED: Final = frozenset(
    {
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
        BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
    }
)


class BleakConnection:
    """A connection over a connected `client`, whose callback sets `lost` when it ends."""

    def __init__(
        self,
        client: BleakClient,
        name: str | None,
        lost: asyncio.Event,
        platform: str = sys.platform,
        doubt: Callable[[], object] = lambda: None,
    ) -> None:
        """Wrap a client; `doubt` is called where the services turn out to be others."""
        self._client = client
        self._doubt = doubt
        loop = asyncio.get_running_loop()
        self._dialogs_until_s = loop.time() + DIALOG_S if platform == "darwin" else 0.0
        self.name = name
        self.lost = lost
        self.services = tuple(service.uuid for service in client.services)
        self._characteristics: dict[str, BleakGATTCharacteristic] = {}
        for each in client.services.characteristics.values():
            # Two services may have the same characteristic; either will do.
            self._characteristics.setdefault(each.uuid, each)
        sizes = {
            each.max_write_without_response_size for each in self._characteristics.values()
        } - {_UNNEGOTIATED}
        self.mtu = max(sizes) + _ATT_HEADER if sizes else None

    def has(self, channel: str) -> bool:
        """Return whether the sensor has a characteristic."""
        return channel in self._characteristics

    def properties(self, channel: str) -> frozenset[str]:
        """Return what a characteristic can do; empty without it."""
        found = self._characteristics.get(channel)
        return frozenset() if found is None else frozenset(found.properties)

    async def read(self, channel: str) -> bytes:
        """Return the value of a characteristic."""
        async with platform_call(self._limit_s):
            return bytes(await self._client.read_gatt_char(self._characteristic(channel)))

    async def write(self, channel: str, data: bytes, *, with_response: bool) -> None:
        """Write a value."""
        async with platform_call(self._limit_s):
            await self._client.write_gatt_char(
                self._characteristic(channel), data, response=with_response
            )

    async def subscribe(self, channel: str, receive: Callable[[bytes], None]) -> None:
        """Enable notifications, each of which is passed to `receive`."""
        async with platform_call(self._limit_s):
            await self._client.start_notify(
                self._characteristic(channel), lambda _sender, data: receive(bytes(data))
            )

    async def unsubscribe(self, channel: str) -> None:
        """Disable notifications."""
        async with platform_call(GATT_S):
            await self._client.stop_notify(self._characteristic(channel))

    async def close(self) -> None:
        """End the connection; a second time is harmless."""
        # A failure helps nobody now; the system cleans up what is left.
        with suppress(SensorError):
            async with platform_call(CLOSE_S):
                await self._client.disconnect()
        self.lost.set()

    @property
    def _limit_s(self) -> float:
        """Longest wait for an answer now, s."""
        opening = asyncio.get_running_loop().time() < self._dialogs_until_s
        return DIALOG_S if opening else GATT_S

    def _characteristic(self, channel: str) -> BleakGATTCharacteristic:
        try:
            return self._characteristics[channel]
        except KeyError:
            self._doubt()
            raise LinkError(
                _("The sensor has no characteristic {channel}.").format(channel=channel),
                _("It may be of another kind: tracker pair ADDRESS --kind KIND"),
            ) from None


class BleakRadio:
    """Scans and connects; tests pass backends of their own for Bleak's scanner and client."""

    def __init__(
        self,
        scanner: type[BaseBleakScanner] | None = None,
        client: type[BaseBleakClient] | None = None,
        platform: str = sys.platform,
        is_killed: Callable[[], Awaitable[bool]] = is_killed,
    ) -> None:
        self._scanner = scanner
        self._client = client
        self._platform = platform
        self._is_killed = is_killed
        self._permitted = platform != "darwin"
        self._doubted: set[str] = set()
        """Addresses whose services may be others than the system remembers."""

    @asynccontextmanager
    async def scanning(self) -> AsyncGenerator[AsyncIterator[DiscoveredDevice]]:
        """Scan inside the context; yields a device for each advertisement received."""
        await self._ask_permission()
        scanner = BleakScanner(backend=self._scanner)
        async with platform_call():
            await scanner.start()
        rescanning = asyncio.ensure_future(self._rescan(scanner))
        try:
            async with aclosing(scanner.advertisement_data()) as received:
                yield (_discovered(device, data) async for device, data in received)
        finally:
            rescanning.cancel()
            await asyncio.wait({rescanning})
            # What was found stays found, and an adapter that is off has stopped scanning anyway.
            with suppress(SensorError):
                async with platform_call(STOP_S):
                    await scanner.stop()

    async def _rescan(self, scanner: BleakScanner) -> None:
        """Begin a scan anew again and again, where it would fall silent otherwise."""
        while self._platform == "darwin":
            await asyncio.sleep(RESCAN_S)
            # A restart that fails is tried again; what was found stays found.
            with suppress(SensorError):
                async with platform_call(STOP_S):
                    await scanner.stop()
                    await scanner.start()

    async def _ask_permission(self) -> None:
        """Raise `AdapterError` where the system would kill this process for using Bluetooth."""
        if not self._permitted:
            if await self._is_killed():
                raise _denied(self._platform)
            self._permitted = True

    async def connected(self) -> tuple[DiscoveredDevice, ...]:
        """Return devices already connected to this computer, which a scan cannot find."""
        await self._ask_permission()
        try:
            async with platform_call():
                adapter = await BleakAdapter.get()
                devices = await adapter.get_connected_devices(_CONNECTED_SERVICES)
        except LinkError:
            # Only a shortcut: a scan comes next.
            return ()
        return tuple(
            DiscoveredDevice.of(device.address, None, Advertisement(device.name), device)
            for device in devices
        )

    async def connect(self, device: DiscoveredDevice) -> BleakConnection:
        """Connect to a device and discover its services."""
        await self._ask_permission()
        lost = asyncio.Event()
        options: dict[str, Any] = {}
        if device.address in self._doubted:
            # Slower, and only Windows knows the difference.
            options["winrt"] = WinRTClientArgs(use_cached_services=False)
        client = BleakClient(
            # Bleak takes its own type, or an address.
            device.handle if device.handle is not None else device.address,  # type: ignore[arg-type]
            lambda _client: lost.set(),
            timeout=CONNECT_S,
            backend=self._client,
            **options,
        )
        doubt = partial(self._doubted.add, device.address)
        try:
            async with platform_call(ATTEMPT_S):
                await client.connect()
        except BaseException:
            doubt()
            # Half a connection keeps the sensor from advertising, and so from being found again.
            with suppress(SensorError):
                async with platform_call(CLOSE_S):
                    await client.disconnect()
            raise
        self._doubted.discard(device.address)
        if client.is_connected:
            # Bleak retries an attempt that BlueZ aborted, and reports the abort as an end.
            lost.clear()
        return BleakConnection(client, device.name, lost, self._platform, doubt)


def _discovered(device: BLEDevice, data: AdvertisementData) -> DiscoveredDevice:
    advertisement = Advertisement(
        # The system may remember an older name; the advertised one is current.
        name=data.local_name or device.name,
        service_uuids=tuple(normalize_uuid_str(uuid) for uuid in data.service_uuids),
        manufacturer_ids=tuple(data.manufacturer_data),
    )
    rssi_dbm = None if data.rssi in _UNKNOWN_RSSI else data.rssi
    return DiscoveredDevice.of(device.address, rssi_dbm, advertisement, device)


@asynccontextmanager
async def platform_call(limit_s: float | None = None) -> AsyncGenerator[None]:
    """Turn whatever is raised inside into a `SensorError`; only for calls into Bleak.

    It catches `Exception`, not a list: below Bleak are three operating systems and their bindings,
    which raise what they like, and no set may end because of that.
    """
    try:
        async with asyncio.timeout(limit_s):
            yield
    except SensorError:
        raise
    except Exception as error:
        raise sensor_error(error) from error


def sensor_error(error: Exception, platform: str = sys.platform) -> SensorError:
    """Return what a platform's error means and what to try there (`sys.platform`)."""
    kind: type[SensorError] = LinkError
    match error:
        case BleakBluetoothNotAvailableError(reason=reason):
            return _not_available(reason, platform)
        case BleakDeviceNotFoundError(identifier=address):
            message = _("{address} is out of reach.").format(address=address)
            advice = _("Wake it up and bring it near.")
        case BleakDBusError(dbus_error=name) if name in _NO_SERVICE:
            kind = AdapterError
            message = _("The Bluetooth service (bluetoothd) does not respond.")
            advice = _("Install BlueZ and start it: sudo systemctl enable --now bluetooth")
        case BleakDBusError(dbus_error=name) if name in _DENIED:
            return _denied(platform)
        case BleakDBusError(dbus_error="org.bluez.Error.NotReady"):
            return _powered_off(platform)
        case BleakGATTProtocolError(code=code) if code in _UNBONDED:
            message = _("The sensor requires pairing with this computer first.")
            advice = _(
                "Pair it in the system's Bluetooth settings, or turn that requirement off in the "
                "sensor."
            )
        case PermissionError():
            return _denied(platform)
        case TimeoutError():
            message = _("The sensor did not respond in time.")
            advice = _("Bring it near and charge it; if that does not help, switch it off and on.")
        case OSError() | EOFError() if platform == "linux":
            kind = AdapterError
            message = _("The system bus (D-Bus) cannot be reached: {words}").format(
                words=_words(error)
            )
            advice = _(
                "Start it (sudo systemctl start dbus); in a container, mount "
                "/run/dbus/system_bus_socket."
            )
        case _:
            message = _("Bluetooth reports: {words}").format(words=_words(error))
            advice = _("Switch the sensor off and on.")
    told = kind(message, f"{advice}\n{LATER}")
    if isinstance(told, LinkError) and isinstance(error, BleakGATTProtocolError):
        told.att_code = int(error.code)
    return told


def _not_available(reason: BleakBluetoothNotAvailableReason, platform: str) -> AdapterError:
    reasons = BleakBluetoothNotAvailableReason
    match reason:
        case reasons.POWERED_OFF:
            return _powered_off(platform)
        case reasons.NO_BLUETOOTH:
            return AdapterError(_("There is no Bluetooth adapter."), _NO_ADAPTER_ADVICE)
        case reasons.NO_BLE_CENTRAL_ROLE:
            return AdapterError(
                _("The Bluetooth adapter does not support Bluetooth LE."), _NO_ADAPTER_ADVICE
            )
        case reasons.DENIED_BY_SYSTEM if platform == "linux":
            # The bus refuses the user before anything was asked of BlueZ.
            return AdapterError(
                _("The system bus (D-Bus) does not accept this user."),
                _(
                    'In a container, run as the user that you are outside: --user "$(id -u)", and '
                    "with podman --userns keep-id as well."
                )
                + f"\n{LATER}",
            )
        case reasons.DENIED_BY_USER | reasons.DENIED_BY_SYSTEM | reasons.DENIED_BY_UNKNOWN:
            return _denied(platform)
        case _:
            return AdapterError(
                _("Bluetooth cannot be used; the system does not say why."),
                _("Switch it off and on, and start again.") + f"\n{LATER}",
            )


def _powered_off(platform: str) -> AdapterError:
    advice = _SWITCH_ON.get(platform) or _("Switch it on.")
    return AdapterError(_("Bluetooth is switched off."), f"{advice}\n{LATER}")


def _denied(platform: str) -> AdapterError:
    advice = _ALLOW.get(platform) or _("Allow it to.")
    return AdapterError(_("This program is not allowed to use Bluetooth."), f"{advice}\n{LATER}")


def _words(error: Exception) -> str:
    """Return an error's message on one line, as a sentence."""
    text = str(error)
    if isinstance(error, BleakDBusError) and error.dbus_error_details:
        text = error.dbus_error_details
    elif isinstance(error, OSError) and error.strerror:
        text = system_words(error)
    text = " ".join(text.split()) or type(error).__name__
    return text if text.endswith(".") else f"{text}."
