"""Objects on a bus, the way `org.bluez` has them: properties, methods, a manager at the root."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dbus_fast import ErrorType, Message, MessageFlag, MessageType, Variant

from tests.radio.bluez.errors import BluezError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from dbus_fast.aio import MessageBus

    Properties = dict[str, Variant]
    Method = Callable[[Message], Awaitable["Answer"]]

OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method returns."""

    signature: str = ""
    """D-Bus types of the values."""
    body: tuple[Any, ...] = ()
    """The values."""
    fds: tuple[int, ...] = ()
    """File descriptors that go along."""


DONE: Final = Answer()


@dataclass(slots=True)
class _Node:
    interfaces: dict[str, Properties]
    methods: Mapping[tuple[str, str], Method]


class ObjectTree:
    """Everything that one service has on the bus.

    Parameters
    ----------
    bus
        The connection that owns the service's name.
    """

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._nodes: dict[str, _Node] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._when_gone: list[Callable[[str], None]] = []
        self.defects: list[Exception] = []
        """What went wrong on this side: a test that caused any has found something."""
        bus.add_message_handler(self._handle)

    async def watch_clients(self) -> None:
        """Ask the bus to say who leaves."""
        rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
        await self._bus.call(
            Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member="AddMatch",
                signature="s",
                body=[rule],
            )
        )

    def when_gone(self, act: Callable[[str], None]) -> None:
        """Call `act` with the unique name of every client that leaves the bus."""
        self._when_gone.append(act)

    def add(
        self,
        path: str,
        interfaces: dict[str, Properties],
        methods: Mapping[tuple[str, str], Method],
    ) -> None:
        """Export an object."""
        self._nodes[path] = _Node(interfaces, methods)
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def remove(self, path: str) -> None:
        """Take an object off the bus."""
        names = list(self._nodes.pop(path).interfaces)
        self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [path, names])

    def has(self, path: str) -> bool:
        """Say whether an object is exported."""
        return path in self._nodes

    def change(
        self, path: str, interface: str, changed: Properties, gone: Sequence[str] = ()
    ) -> None:
        """Change properties of an object and tell everybody; an object that is not there stays so.

        A value that is the same is told as well, as BlueZ does with notifications.
        """
        node = self._nodes.get(path)
        if node is None:
            return
        properties = node.interfaces[interface]
        properties.update(changed)
        lost = [name for name in gone if properties.pop(name, None) is not None]
        if changed or lost:
            body = [interface, changed, lost]
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", body)

    def _signal(
        self, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> None:
        self._send(
            Message(
                message_type=MessageType.SIGNAL,
                path=path,
                interface=interface,
                member=member,
                signature=signature,
                body=body,
            )
        )

    def _handle(self, message: Message) -> bool:
        if message.message_type is MessageType.SIGNAL:
            if message.member == "NameOwnerChanged" and not message.body[2]:
                for act in self._when_gone:
                    act(message.body[0])
            return False
        if message.message_type is not MessageType.METHOD_CALL:
            return False
        interface = message.interface or ""
        if not (interface.startswith("org.bluez") or interface in (OBJECT_MANAGER, PROPERTIES)):
            return False
        answering = asyncio.get_running_loop().create_task(self._answer(message))
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)
        return True

    async def _answer(self, message: Message) -> None:
        try:
            answer = await self._method(message)(message)
        except BluezError as error:
            reply = Message.new_error(message, error.name, error.text)
        except Exception as error:
            self.defects.append(error)
            reply = Message.new_error(message, ErrorType.INTERNAL_ERROR, repr(error))
        else:
            body = list(answer.body)
            reply = Message.new_method_return(message, answer.signature, body, list(answer.fds))
        if not message.flags & MessageFlag.NO_REPLY_EXPECTED:
            self._send(reply)

    def _method(self, message: Message) -> Method:
        key = (message.interface or "", message.member or "")
        if key == (OBJECT_MANAGER, "GetManagedObjects") and message.path == "/":
            return self._managed_objects
        node = self._nodes.get(message.path or "")
        if node is None:
            raise BluezError(ErrorType.UNKNOWN_OBJECT.value, f"no object at {message.path}")
        match key:
            case (interface, "GetAll") if interface == PROPERTIES:
                return self._all_properties
            case (interface, "Get") if interface == PROPERTIES:
                return self._property
        if key not in node.methods:
            raise BluezError(ErrorType.UNKNOWN_METHOD.value, f"no method {'.'.join(key)}")
        return node.methods[key]

    async def _managed_objects(self, _message: Message) -> Answer:
        objects = {path: node.interfaces for path, node in self._nodes.items()}
        return Answer("a{oa{sa{sv}}}", (objects,))

    async def _all_properties(self, message: Message) -> Answer:
        return Answer("a{sv}", (self._properties(message),))

    async def _property(self, message: Message) -> Answer:
        properties = self._properties(message)
        if message.body[1] not in properties:
            raise BluezError(ErrorType.INVALID_ARGS.value, f"no property {message.body[1]}")
        return Answer("v", (properties[message.body[1]],))

    def _properties(self, message: Message) -> Properties:
        interfaces = self._nodes[message.path or ""].interfaces
        if message.body[0] not in interfaces:
            raise BluezError(ErrorType.UNKNOWN_INTERFACE.value, f"no {message.body[0]}")
        return interfaces[message.body[0]]

    def _send(self, message: Message) -> None:
        # A bus that has gone takes the one who asked with it.
        if self._bus.connected:
            with contextlib.suppress(OSError, EOFError):
                self._bus.send(message)
