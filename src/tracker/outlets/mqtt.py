"""Events to an MQTT broker, and a device in Home Assistant that shows the training.

Below the prefix, `tracker` by default:

- `events`: one message an event, as JSON, at least once each;
- `state`: what a display needs, as retained JSON;
- `availability`: `online` or `offline`, retained; the broker says `offline` if we vanish.

The discovery message is that of Home Assistant's MQTT integration for whole devices, which it
reads since 2024.11 (https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload).
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import aiomqtt

from tracker.domain import (
    Cue,
    PhaseStarted,
    SessionInfo,
    SessionState,
    SetEnded,
)
from tracker.domain.foreign_text import json_text
from tracker.export.session_json import event_object, rep_object
from tracker.language import _, pgettext
from tracker.outlets.delivery import Began, Emitted
from tracker.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.domain import Event
    from tracker.outlets.delivery import Item, Waiting

DISCOVERY: Final = "homeassistant"
"""The prefix that Home Assistant listens to, unless it was told otherwise."""

RETRY_S: Final = 2.0
"""Between attempts to reach the broker, s: it may be restarting."""

AT_LEAST_ONCE: Final = 1
"""Quality of service: the broker acknowledges every message."""

_DURATION: Final = {"unit_of_measurement": "s", "device_class": "duration"}
_VELOCITY: Final = {"unit_of_measurement": "m/s", "device_class": "speed"}
# Translators: names of what a home automation shows, one by one: short.
ENTITIES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "reps": (pgettext("home automation", "Reps"), {"icon": "mdi:counter"}),
    "set": (_("Set"), {"icon": "mdi:weight-lifter"}),
    "phase": (_("Phase"), {"icon": "mdi:swap-vertical"}),
    "cue": (_("Cue"), {"icon": "mdi:bullhorn"}),
    "exercise": (_("Exercise"), {"icon": "mdi:weight-lifter"}),
    "concentric_s": (_("Concentric"), _DURATION),
    "lockout_s": (_("Lockout"), _DURATION),
    "eccentric_s": (_("Eccentric"), _DURATION),
    "mean_velocity_mps": (_("Mean velocity"), _VELOCITY),
    "rom_deg": (_("Range of motion"), {"unit_of_measurement": "°"}),
}
"""Keys of the state, each with the name and the properties of its entity."""


@dataclass(frozen=True, slots=True)
class MqttOutlet:
    """A broker; what it has not acknowledged is sent again once it is back."""

    host: str
    port: int
    prefix: str = "tracker"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    encrypted: bool = False
    wants_bytes: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return f"mqtt{'s' if self.encrypted else ''}://{self.host}:{self.port}/{self.prefix}"

    def run(self, waiting: Waiting, tell: Callable[[str], object]) -> None:
        """Publish what waits, on a loop of its own."""
        # Windows' usual loop can't watch the client's socket.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._publish_all(_Unsent(waiting), tell))

    async def _publish_all(self, unsent: _Unsent, tell: Callable[[str], object]) -> None:
        told = ""
        while True:
            try:
                async with self._client() as client:
                    await client.publish(
                        f"{DISCOVERY}/device/{self._id}/config",
                        json_text(self._discovery()),
                        qos=AT_LEAST_ONCE,
                        retain=True,
                    )
                    await self._publish(client, "availability", "online", retain=True)
                    await self._publish(client, "state", unsent.display.text, retain=True)
                    if told:
                        tell(_("events to {reader} again").format(reader=self.name))
                        told = ""
                    await self._publish_waiting(client, unsent)
                    await self._publish(client, "availability", "offline", retain=True)
                return
            except aiomqtt.MqttError as error:
                if str(error) != told:
                    told = str(error)
                    line = _("! {reader}: {reason}. Events wait until it is back.")
                    tell(line.format(reader=self.name, reason=told))
                await asyncio.sleep(RETRY_S)

    def _client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self.host,
            self.port,
            username=self.username,
            password=self.password,
            tls_context=ssl.create_default_context() if self.encrypted else None,
            will=aiomqtt.Will(f"{self.prefix}/availability", "offline", AT_LEAST_ONCE, True),
        )

    async def _publish_waiting(self, client: aiomqtt.Client, unsent: _Unsent) -> None:
        while (item := await unsent.first()) is not None:
            if isinstance(item, Emitted):
                event = json_text(event_object(item.event, item.emitted_s))
                await self._publish(client, "events", event)
            if unsent.display.take(item):
                await self._publish(client, "state", unsent.display.text, retain=True)
            unsent.sent()

    async def _publish(
        self, client: aiomqtt.Client, topic: str, text: str, *, retain: bool = False
    ) -> None:
        await client.publish(f"{self.prefix}/{topic}", text, qos=AT_LEAST_ONCE, retain=retain)

    @property
    def _id(self) -> str:
        return "".join(letter if letter.isalnum() else "_" for letter in self.prefix)

    def _discovery(self) -> dict[str, object]:
        """Return the description of the device and its entities."""
        return {
            "device": {
                "identifiers": [self._id],
                "name": self.prefix,
                "manufacturer": "tracker",
                "sw_version": VERSION,
            },
            "origin": {"name": "tracker", "sw_version": VERSION},
            "state_topic": f"{self.prefix}/state",
            "availability_topic": f"{self.prefix}/availability",
            "components": {
                key: {
                    "platform": "sensor",
                    "unique_id": f"{self._id}_{key}",
                    "name": name,
                    # Home Assistant shows the word None as unknown.
                    "value_template": f"{{{{ value_json.{key} }}}}",
                    **properties,
                }
                for key, (name, properties) in ENTITIES.items()
            },
        }


class _Unsent:
    """What waits, and the first of it that the broker has not acknowledged."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._taken: list[Item] = []
        self.display = _Display()

    async def first(self) -> Item | None:
        """Return what comes next, the same until `sent`; None once nothing more comes."""
        if not self._taken:
            self._taken = [*reversed(await asyncio.to_thread(self._waiting.take))]
        return self._taken[-1] if self._taken else None

    def sent(self) -> None:
        """Note that the first one was acknowledged."""
        self._taken.pop()


class _Display:
    """What a display shows of a training."""

    def __init__(self) -> None:
        self._shown: dict[str, object] = dict.fromkeys(ENTITIES)
        self._session = SessionState()
        self._last: Item | None = None

    @property
    def text(self) -> str:
        """All of it, as JSON."""
        return json_text(self._shown)

    def take(self, item: Item) -> bool:
        """Take what happened, and return whether it changed what is shown; twice is harmless."""
        if item is self._last:
            return True
        self._last = item
        before = dict(self._shown)
        match item:
            case Began(info=info):
                self._begin(info)
            case Emitted(event=event):
                self._follow(event)
        return self._shown != before

    def _begin(self, info: SessionInfo) -> None:
        self._session = SessionState()
        self._shown = {**dict.fromkeys(ENTITIES), "exercise": info.exercise, "set": 0, "reps": 0}

    def _follow(self, event: Event) -> None:
        self._session.accept((event,))
        match event:
            case PhaseStarted(phase=phase):
                self._shown["phase"] = phase.value
            case SetEnded():
                self._shown["phase"] = None
            case Cue(text=text):
                self._shown["cue"] = text
        sets = self._session.sets
        if not sets:
            return
        self._shown |= {"set": sets[-1].index, "reps": sets[-1].counted}
        if sets[-1].reps:
            told = rep_object(sets[-1].reps[-1])
            self._shown |= {key: told[key] for key in told.keys() & ENTITIES.keys()}
