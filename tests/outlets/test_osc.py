"""Against the server of python-osc, on a socket."""

from __future__ import annotations

import threading
import time
from typing import Any

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from tests.outlets.emitted import as_lines, deliver, delivery_to, emitted
from tracker.domain import RepCompleted, RepCounted
from tracker.outlets import open_outlet


def test_a_server_gets_every_event_with_its_values() -> None:
    messages: list[tuple[str, tuple[Any, ...]]] = []
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda address, *values: messages.append((address, values)))
    with BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        delivery = delivery_to(open_outlet(f"osc://127.0.0.1:{server.server_address[1]}"), [])
        for one in emitted():
            # Datagrams that come too fast are dropped by the system.
            before = len(messages)
            deliver(delivery, [one])
            while not messages[before:] or messages[-1][0] != "/tracker/event":
                time.sleep(0.001)
        delivery.end()
        assert delivery.wait(10.0)
        delivery.check()
        server.shutdown()
        serving.join()

    assert [values[0] for address, values in messages if address == "/tracker/event"] == as_lines(
        emitted()
    )
    counted = [values for address, values in messages if address == "/tracker/rep_counted"]
    assert [values[:2] for values in counted] == [
        (event.set_index, event.index) for event, _ in emitted() if isinstance(event, RepCounted)
    ]
    completed = [values for address, values in messages if address == "/tracker/rep_completed"]
    reps = [event.rep for event, _ in emitted() if isinstance(event, RepCompleted)]
    for values, rep in zip(completed, reps, strict=True):
        assert values[1] == rep.index
        wanted = (rep.concentric_s, rep.lockout_s, rep.eccentric_s, rep.rom_deg)
        for got, known in zip(values[2:6], wanted, strict=True):
            assert got is known is None or abs(got - known) < 1e-4
