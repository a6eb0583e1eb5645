"""Against a Mosquitto of the test's own, which goes away and comes back."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.outlets.emitted import as_lines, deliver, delivery_to, emitted
from tracker.domain import RepCounted
from tracker.outlets import open_outlet
from tracker.outlets.mqtt import ENTITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROGRAM: Final = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
MISSING: Final = "Mosquitto is not installed (Debian, Ubuntu: apt-get install mosquitto)"
PATIENCE_S: Final = 60.0

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason=MISSING)]


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Broker:
    """Mosquitto on a free port, which keeps what it knows over a restart."""

    def __init__(self, folder: Path, password: str | None = None) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        lines = [f"listener {self.port} 127.0.0.1", "persistence true"]
        lines += [
            f"persistence_location {folder}/",
            f"allow_anonymous {str(not password).lower()}",
        ]
        if password is not None:
            passwords = folder / "passwords"
            call = ["mosquitto_passwd", "-c", "-b", str(passwords), "ann", password]
            subprocess.run(call, check=True, capture_output=True)
            passwords.chmod(0o644)
            lines.append(f"password_file {passwords}")
        if os.name == "posix" and os.geteuid() == 0:
            lines.append("user root")
        self._config = folder / "mosquitto.conf"
        self._config.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert PROGRAM is not None
        self._process = subprocess.Popen(
            [PROGRAM, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._listens)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1.0).close()
            return True
        return False


@contextmanager
def broker_in(folder: Path, password: str | None = None) -> Iterator[Broker]:
    broker = Broker(folder, password)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


class Subscriber:
    """Keeps every message, over restarts of the broker too."""

    def __init__(self, port: int, password: str | None) -> None:
        self.messages: list[tuple[str, str]] = []
        self._ready = threading.Event()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id="subscriber", clean_session=False
        )
        if password is not None:
            self._client.username_pw_set("ann", password)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_message = lambda _client, _data, message: self.messages.append(
            (message.topic, message.payload.decode())
        )
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(PATIENCE_S)

    def of(self, topic: str) -> list[str]:
        return [text for where, text in self.messages if where == topic]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def subscribed(port: int, password: str | None = None) -> Iterator[Subscriber]:
    subscriber = Subscriber(port, password)
    try:
        yield subscriber
    finally:
        subscriber.close()


def state_of(subscriber: Subscriber, topic: str) -> dict[str, Any]:
    state = json.loads(subscriber.of(topic)[-1])
    assert isinstance(state, dict)
    return state


def test_a_broker_that_goes_away_gets_every_event_once_it_is_back(tmp_path: Path) -> None:
    half = len(emitted()) // 2
    told: list[str] = []
    with broker_in(tmp_path) as broker, subscribed(broker.port) as subscriber:
        delivery = delivery_to(open_outlet(f"mqtt://127.0.0.1:{broker.port}/gym/bench"), told)
        deliver(delivery, emitted()[:half])
        until(lambda: len(subscriber.of("gym/bench/events")) == half)
        assert subscriber.of("gym/bench/availability") == ["online"]
        broker.stop()
        deliver(delivery, emitted()[half:])
        until(lambda: told)
        broker.start()
        delivery.end()
        assert delivery.wait(PATIENCE_S)
        delivery.check()
        until(lambda: subscriber.of("gym/bench/availability")[-1] == "offline")

    # At least once: a message whose acknowledgement was lost may come twice.
    assert list(dict.fromkeys(subscriber.of("gym/bench/events"))) == as_lines(emitted())
    assert "Events wait until it is back" in told[0]
    assert told[-1].endswith("again")
    last = [event for event, _ in emitted() if isinstance(event, RepCounted)][-1]
    state = state_of(subscriber, "gym/bench/state")
    assert (state["set"], state["reps"]) == (last.set_index, last.index)
    assert state["lockout_s"] > 0.0


def test_home_assistant_finds_a_device_whose_values_are_in_the_state(tmp_path: Path) -> None:
    with broker_in(tmp_path, "s3cret") as broker:
        target = f"mqtt://ann@127.0.0.1:{broker.port}"
        outlet = open_outlet(target, {"TRACKER_MQTT_PASSWORD": "s3cret"})
        assert "s3cret" not in repr(outlet) + outlet.name
        delivery = delivery_to(outlet, [])
        deliver(delivery, emitted())
        delivery.end()
        assert delivery.wait(PATIENCE_S)
        delivery.check()
        # Home Assistant may be started later: all of it is retained.
        with subscribed(broker.port, "s3cret") as late:
            until(lambda: len(late.messages) == 3)
    messages = dict(late.messages)
    assert messages["tracker/availability"] == "offline"
    state = json.loads(messages["tracker/state"])
    assert state.keys() == ENTITIES.keys()
    device = json.loads(messages["homeassistant/device/tracker/config"])
    assert device["state_topic"] == "tracker/state"
    assert device["availability_topic"] == "tracker/availability"
    for key, entity in device["components"].items():
        assert entity["platform"] == "sensor"
        assert entity["value_template"] == f"{{{{ value_json.{key} }}}}"
        assert key in state


def test_a_password_that_is_refused_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    with broker_in(tmp_path, "right") as broker:
        target = f"mqtt://ann@127.0.0.1:{broker.port}"
        delivery = delivery_to(open_outlet(target, {"TRACKER_MQTT_PASSWORD": "wrong"}), told)
        until(lambda: told)
    assert "not auth" in told[0].lower()
    assert "wrong" not in told[0]
    delivery.end()
