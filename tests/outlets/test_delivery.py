from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

import pytest

from tests.outlets.emitted import as_lines, deliver, delivery_to, emitted
from tests.simulated import demo
from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.session import Session
from tracker.domain import InputError, OutputError, TrackerError
from tracker.engine import build_engine
from tracker.outlets import Delivery, open_outlet
from tracker.outlets.delivery import Emitted, Waiting
from tracker.outlets.lines import LineOutlet, lines_to_file
from tracker.recording import ReplaySource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_S = 30.0


def read_all(descriptor: int) -> list[str]:
    with os.fdopen(descriptor, encoding="utf-8") as reader:
        return reader.read().splitlines()


def test_a_reader_that_stalls_loses_nothing_and_does_not_hold_up_the_session() -> None:
    simulated = demo()
    reading, writing = os.pipe()
    delivery = Delivery(LineOutlet("a pipe", lambda: writing), print)
    source = ReplaySource(
        simulated.info, simulated.notifications, SYSTEM_CLOCK, speed=float("inf")
    )
    session = Session(source, build_engine(simulated.info), info=simulated.info)
    delivery.attach(session)
    # Three times, to be more than what fits into a pipe.
    for _ in range(2):
        deliver(delivery, emitted())
    # Over before a single line is read.
    asyncio.run(session.run())
    assert not delivery.wait(0.0)
    assert delivery.waiting.most_waited > 0
    delivery.end()
    assert read_all(reading) == as_lines(emitted()) * 3
    assert delivery.wait(PATIENCE_S)
    delivery.check()


def test_each_line_is_there_before_the_next_event(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    delivery = delivery_to(LineOutlet("a pipe", lambda: writing), [])
    with os.fdopen(reading, encoding="utf-8", buffering=1) as reader:
        for one, line in zip(emitted()[:5], as_lines(emitted()), strict=False):
            deliver(delivery, [one])
            assert reader.readline() == f"{line}\n"
        delivery.end()
        assert reader.read() == ""


def test_a_reader_that_goes_away_is_no_failure() -> None:
    reading, writing = os.pipe()
    told: list[str] = []
    delivery = delivery_to(LineOutlet("a pipe", lambda: writing), told)
    os.close(reading)
    deliver(delivery, emitted())
    delivery.end()
    assert delivery.wait(PATIENCE_S)
    delivery.check()
    assert told == ["nobody reads the events at a pipe any more"]
    # What comes afterwards does not pile up.
    deliver(delivery, emitted())
    assert len(delivery.waiting) <= len(emitted())


def test_a_full_disk_is_told_at_once_and_at_the_end() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full")
    told: list[str] = []
    delivery = delivery_to(open_outlet("/dev/full"), told)
    deliver(delivery, emitted())
    delivery.end()
    assert delivery.wait(PATIENCE_S)
    assert len(told) == 1
    assert "No space left" in told[0]
    with pytest.raises(TrackerError, match="/dev/full"):
        delivery.check()


def test_what_finds_no_room_is_counted() -> None:
    waiting = Waiting(most=10)
    items = [Emitted(event, emitted_s) for event, emitted_s in emitted()[:16]]
    waiting.put(items[:8])
    waiting.put(items[8:])
    waiting.close()
    assert (waiting.lost, waiting.most_waited) == (6, 10)
    assert list(waiting) == items[:10]


def test_an_outlet_that_never_ends_is_named() -> None:
    forever = threading.Event()

    class Stuck:
        name = "a stuck one"
        wants_bytes = False

        def run(self, waiting: Waiting, tell: Callable[[str], object]) -> None:
            forever.wait()

    delivery = delivery_to(Stuck(), [])
    delivery.end()
    assert not delivery.wait(0.01)
    with pytest.raises(TrackerError, match="a stuck one did not take all"):
        delivery.check()
    forever.set()
    assert delivery.wait(PATIENCE_S)


def test_a_named_pipe_may_get_its_reader_later(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no named pipes")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    delivery = delivery_to(open_outlet(str(pipe)), [])
    deliver(delivery, emitted())
    delivery.end()
    assert pipe.read_text(encoding="utf-8").splitlines() == as_lines(emitted())
    assert delivery.wait(PATIENCE_S)


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("mine")
    for path, why in ((file, "exists already"), (tmp_path, "folder"), (file / "x", "no folder")):
        with pytest.raises(OutputError, match=why):
            lines_to_file(path)
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("osc://127.0.0.1", "port is missing"),
        ("osc://:9000", "is no address"),
        ("osc://127.0.0.1:99999", "is no address"),
        ("mqtt:", "is no address"),
        ("mqtt://broker/a/#", "wildcards"),
        ("mqtt://me:secret@broker", "can be seen by everybody"),
    ],
)
def test_a_target_that_cannot_be_is_refused(target: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as refused:
        open_outlet(target)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("target", "module", "extra"),
    [
        ("mqtt://broker", "tracker.outlets.mqtt", "mqtt"),
        ("osc://127.0.0.1:9000", "tracker.outlets.osc", "osc"),
        ("lsl:hips", "tracker.outlets.lsl", "lsl"),
    ],
)
def test_a_missing_extra_is_named(
    target: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(TrackerError) as refused:
        open_outlet(target)
    assert refused.value.advice == (
        f'Install the extra: pip install "hip-thrust-tracker[{extra}]"'
    )
