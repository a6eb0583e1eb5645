from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import pytest

from tests.virtual_time import LoopClock, run
from tracker.app.queue import NotificationQueue, OnFull
from tracker.ble import LinkError
from tracker.ble.receiver import NotificationReceiver
from tracker.ble.script_runner import ScriptRunner
from tracker.domain import SensorError
from tracker.sensors import (
    Attempt,
    Decide,
    Expect,
    Inquiry,
    Pause,
    Read,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
)
from tracker.sensors.base import newest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tracker.sensors import Step
    from tracker.sensors.base import Responses


ANSWER_S = 0.1


class Talker:
    """A connection that writes down what is said and answers from a table."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self.name: str | None = None
        self.services: tuple[str, ...] = ()
        self.mtu: int | None = None
        self.journal: list[str] = []
        self.answers: dict[bytes, list[bytes]] = {}
        self.broken: set[str] = set()
        self.values: deque[bytes] = deque()
        self.hear: dict[str, Callable[[bytes], None]] = {}

    def has(self, channel: str) -> bool:
        return channel != "absent"

    def properties(self, channel: str) -> frozenset[str]:
        return frozenset({"read", "write", "notify"} if self.has(channel) else ())

    async def read(self, channel: str) -> bytes:
        self._note(f"read {channel}")
        return self.values.popleft()

    async def write(self, channel: str, data: bytes, *, with_response: bool) -> None:
        self._note(f"write {data.decode()}" + ("" if with_response else " blindly"))
        for number, answer in enumerate(self.answers.get(data, ())):
            delay_s = ANSWER_S * (number + 1)
            asyncio.get_running_loop().call_later(delay_s, self.hear["control"], answer)

    async def subscribe(self, channel: str, receive: Callable[[bytes], None]) -> None:
        self._note(f"subscribe {channel}")
        self.hear[channel] = receive

    async def unsubscribe(self, channel: str) -> None:
        self._note(f"unsubscribe {channel}")

    async def close(self) -> None:
        self.lost.set()

    def _note(self, what: str) -> None:
        self.journal.append(what)
        if what in self.broken:
            raise LinkError(f"Bluetooth reports: {what} failed.", None)


def converse(
    act: Callable[[ScriptRunner, Talker], Coroutine[object, object, None]],
) -> tuple[list[str], list[bytes]]:
    """Return what was said to the sensor, and what went into the queue."""

    async def whole() -> tuple[list[str], list[bytes]]:
        queue, talker = NotificationQueue(OnFull.DROP_AND_REPORT), Talker()
        await act(ScriptRunner(talker, NotificationReceiver(queue, LoopClock(), 0)), talker)
        queue.close()
        return talker.journal, [each.data async for each in queue.notifications()]

    return run(whole())


def script(*steps: Step, **prepared: object) -> tuple[list[str], list[bytes]]:
    async def act(runner: ScriptRunner, talker: Talker) -> None:
        for name, value in prepared.items():
            setattr(talker, name, value)
        await runner.run(steps)

    return converse(act)


CONTROL = Subscribe("control")


def test_steps_run_in_order_and_what_is_read_travels_on() -> None:
    said, heard = script(
        CONTROL,
        Write("control", b"hello", with_response=False),
        Pause(1.0),
        Read("config"),
        Unsubscribe("control"),
        values=deque([b"scale"]),
    )
    assert said == [
        "subscribe control",
        "write hello blindly",
        "read config",
        "unsubscribe control",
    ]
    assert heard == [b"scale"]


def test_an_answer_is_waited_for() -> None:
    said, heard = script(
        CONTROL,
        Write("control", b"start"),
        Expect("control", b"\x81\x00", 1.0),
        Write("control", b"next"),
        answers={b"start": [b"\x01", b"\x81\x00\x01"]},
    )
    assert said[-1] == "write next"
    assert heard == [b"\x01", b"\x81\x00\x01"]


def test_an_answer_may_stand_behind_other_bytes_where_the_script_says_so() -> None:
    answers = {b"ask": [b"samples\x55\x71"]}
    script(
        CONTROL,
        Write("control", b"ask"),
        Expect("control", b"\x55\x71", 1.0, anywhere=True),
        answers=answers,
    )
    with pytest.raises(LinkError, match="55 71 within 1 s"):
        script(
            CONTROL,
            Write("control", b"ask"),
            Expect("control", b"\x55\x71", 1.0),
            answers=answers,
        )


def test_an_answer_to_an_earlier_question_is_none() -> None:
    with pytest.raises(LinkError, match="did not reply"):
        script(
            CONTROL,
            Write("control", b"one"),
            Pause(1.0),
            Write("control", b"two"),
            Expect("control", b"ok", 1.0),
            answers={b"one": [b"ok"]},
        )


def test_a_step_that_fails_ends_the_script() -> None:
    with pytest.raises(LinkError, match="write one failed"):
        script(Write("control", b"one"), Write("control", b"two"), broken={"write one"})


def test_an_attempt_ends_at_its_first_failure_and_has_a_remedy() -> None:
    said, _ = script(
        Attempt(
            (Write("control", b"one"), Write("control", b"two")),
            otherwise=(Write("control", b"remedy"),),
        ),
        Write("control", b"three"),
        broken={"write one"},
    )
    assert said == ["write one", "write remedy", "write three"]


def test_a_remedy_that_fails_is_a_failure_of_the_script() -> None:
    with pytest.raises(LinkError, match="remedy"):
        script(
            Attempt((Write("control", b"one"),), (Write("control", b"remedy"),)),
            broken={"write one", "write remedy"},
        )


def test_one_of_two_ways_is_gone_by_what_the_sensor_has() -> None:
    here, there = (Write("control", b"here"),), (Write("control", b"there"),)
    assert script(Where("present", here, there))[0] == ["write here"]
    assert script(Where("absent", here, there))[0] == ["write there"]


def echo(heard: Responses) -> tuple[Step, ...]:
    value = newest(heard, "config")
    return () if value is None else (Write("control", value),)


def test_a_decision_goes_by_what_was_heard_since_the_script_began() -> None:
    said, _ = script(Read("config"), Decide(echo), values=deque([b"fast"]))
    assert said == ["read config", "write fast"]


def refuse(_heard: Responses) -> tuple[Step, ...]:
    raise SensorError("It offers no accelerometer.")


def test_a_decision_ends_the_script_in_its_own_words_inside_an_attempt_too() -> None:
    with pytest.raises(SensorError, match="no accelerometer"):
        script(Attempt((Decide(refuse),), (Write("control", b"remedy"),)))


def test_of_a_stop_script_every_step_is_tried() -> None:
    async def act(runner: ScriptRunner, talker: Talker) -> None:
        talker.broken = {"write stop", "unsubscribe control"}
        await runner.run((CONTROL, Subscribe("imu")))
        await runner.run(
            (
                Write("control", b"stop"),
                Decide(refuse),
                Unsubscribe("control"),
                Where("present", (Write("control", b"stop"), Unsubscribe("imu"))),
            ),
            lenient=True,
        )

    said, _ = converse(act)
    assert said[2:] == ["write stop", "unsubscribe control", "write stop", "unsubscribe imu"]


def test_what_was_never_switched_on_is_not_switched_off() -> None:
    assert script(Unsubscribe("control"))[0] == []


def test_a_subscription_is_made_anew_for_a_stream_that_hangs_on_it() -> None:
    said, _ = script(CONTROL, CONTROL)
    assert said == ["subscribe control", "unsubscribe control", "subscribe control"]


LEVEL: Inquiry[int] = Inquiry((Read("level"),), lambda heard: (newest(heard, "level") or b"?")[0])


def test_a_question_is_answered_from_what_was_heard() -> None:
    async def act(runner: ScriptRunner, talker: Talker) -> None:
        talker.values = deque([b"\x57"])
        assert await runner.ask(LEVEL) == 87

    converse(act)


def test_a_question_that_fails_breaks_nothing() -> None:
    async def act(runner: ScriptRunner, talker: Talker) -> None:
        talker.broken = {"read level"}
        assert await runner.ask(LEVEL) == ord("?")
        await runner.run((Write("control", b"go"),))

    assert converse(act)[0] == ["read level", "write go"]


def test_a_question_that_hangs_is_given_up() -> None:
    async def act(runner: ScriptRunner, talker: Talker) -> None:
        endless: Inquiry[int] = Inquiry((Pause(3600.0),), lambda _heard: 1)
        answer = await runner.ask(endless, 2.0)
        assert answer == 1
        assert asyncio.get_running_loop().time() == pytest.approx(2.0)

    converse(act)


def test_scripts_wait_for_each_other() -> None:
    async def act(runner: ScriptRunner, talker: Talker) -> None:
        talker.values = deque([b"\x01"])
        slow = runner.run((Write("control", b"a"), Pause(1.0), Write("control", b"b")))
        question = runner.ask(LEVEL)
        await asyncio.gather(slow, question)

    assert converse(act)[0] == ["write a", "write b", "read level"]
