from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.web.chromium import MISSING, PROGRAM, TURNED, phone_of
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Playwright

    from tests.web.chromium import Phone
    from tests.web.conftest import Server

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason=MISSING)]


def test_reps_are_counted_on_the_phone_and_nothing_comes_from_elsewhere(
    serve: Callable[..., Server], phone: Phone
) -> None:
    server = serve("--demo", "--", "--speed", "4")
    phone.open(server.link)
    phone.wait_for_text("1 +[12] ")
    phone.wait_for_text("1 +[3-9] +– +[0-9.]+ s +4")
    root = server.link.rsplit("/", 2)[0]
    assert phone.page.url == f"{root}/terminal"
    assert phone.asked
    assert all(url.startswith((root, root.replace("http", "ws"), "data:")) for url in phone.asked)


def test_a_sensor_is_chosen_on_the_phone_by_keys(
    serve: Callable[..., Server], phone: Phone
) -> None:
    # None was ever paired, and wherever the test runs, the simulated lifter is there.
    server = serve("--", "--speed", "4", "--no-sound")
    phone.open(server.link)
    phone.wait_for_text("Simulated lifter +always there")
    phone.press("Enter")
    phone.wait_for_text("gyroscope yes")
    phone.press("Enter")
    phone.wait_for_text("Set-up")
    phone.press(*["Tab"] * 6)
    phone.wait_for_text("▸load ")
    phone.press("6", "0", "Enter")
    phone.wait_for_text("Before the first training")
    phone.press("Enter")
    phone.wait_for_text("▸ +1 +[2-5] +60")
    phone.press("a", "a", "a")
    phone.wait_for_text("▸ +1 +([6-9]|1[0-3]) +60")
    # A phone that was away comes back to the set, not to the list.
    phone.cut()
    phone.wait_for_text("60 kg")
    assert "ending the training" in server.interrupt()
    (recording,) = server.recordings()
    assert open_recording(recording).damage == ()
    assert "The server has stopped" in phone.word()


def test_without_the_token_a_browser_sees_one_line(
    serve: Callable[..., Server], phone: Phone
) -> None:
    server = serve("--demo")
    root = server.link.removesuffix(server.link.split("/")[-2] + "/")
    for path in ("", "wrong/", "static/js/textual.js"):
        answer = phone.page.goto(root + path)
        assert answer is not None
        assert answer.status == 403
        assert phone.page.inner_text("body").startswith("This link is not valid")
    refused = phone.page.evaluate(
        "(url) => new Promise((done) => {"
        "  const socket = new WebSocket(url);"
        "  socket.onopen = () => done('open'); socket.onclose = () => done('closed'); })",
        root.replace("http", "ws") + "wrong/show/me",
    )
    assert refused == "closed"


def test_a_phone_shows_the_whole_layout_whichever_way_it_is_held(
    serve: Callable[..., Server], phone: Phone, playwright: Playwright, tmp_path: Path
) -> None:
    server = serve("--demo")
    phone.open(server.link)
    phone.wait_for_text("Quit")
    columns, lines = phone.cells()
    assert 80 <= columns <= 90
    assert lines >= 60
    with phone_of(playwright, tmp_path / "turned", TURNED) as turned:
        turned.page.goto(f"{server.link}terminal")
        assert "on another screen" in turned.word()
        turned.page.get_by_role("button", name="Show it here").click()
        turned.wait_for_text("Quit")
        columns, lines = turned.cells()
        assert columns >= 80
        assert 24 <= lines <= 30
        assert turned.picture().startswith(b"\x89PNG")
    assert "went to another screen" in phone.word()


def test_a_phone_that_was_away_finds_its_training(
    serve: Callable[..., Server], phone: Phone
) -> None:
    server = serve("--sensor", "sim")
    phone.open(server.link)
    phone.wait_for_text("Quit")
    # The page comes back by itself, ...
    phone.cut()
    phone.wait_for_text("Quit")
    # ... and somebody who closed it opens it again.
    phone.page.goto("about:blank")
    phone.open(server.link)
    phone.wait_for_text("Quit")
    (recording,) = server.recordings()
    assert "the training goes on" in server.interrupt()
    assert open_recording(recording).damage == ()


def test_the_keys_at_the_bottom_can_be_tapped_and_quit_ends_in_good_order(
    serve: Callable[..., Server], phone: Phone
) -> None:
    server = serve("--sensor", "sim")
    phone.open(server.link)
    phone.wait_for_text("Quit")
    phone.tap("Quit")
    word = phone.word()
    assert "The training is over" in word
    assert re.search(r"\d+ sets?, \d+ reps?", word)
    (recording,) = server.recordings()
    assert open_recording(recording).damage == ()
    phone.page.get_by_role("button", name="Start another").click()
    phone.wait_for_text("Quit")
    assert len(server.recordings()) == 2


def test_ctrl_c_at_the_computer_closes_the_recording_and_says_so_on_the_phone(
    serve: Callable[..., Server], phone: Phone
) -> None:
    server = serve("--sensor", "sim")
    phone.open(server.link)
    phone.wait_for_text("Quit")
    said = server.interrupt()
    assert re.search(r"\d+ sets?, \d+ reps?", said)
    assert "Traceback" not in said
    assert "The server has stopped" in phone.word()
    (recording,) = server.recordings()
    assert open_recording(recording).damage == ()


def test_a_page_that_lost_its_server_says_so_and_then_that_the_link_is_old(
    serve: Callable[..., Server], phone: Phone
) -> None:
    server = serve("--demo")
    phone.open(server.link)
    phone.wait_for_text("Quit")
    # A server that is killed says no notice.
    server._process.kill()
    server._process.communicate()
    assert "No connection" in phone.word()
    port = re.search(r":(\d+)/", server.link)
    assert port is not None
    later = serve("--demo", "--port", port[1])
    phone.page.wait_for_function(
        "() => document.querySelector('#word h1').textContent.includes('not valid')"
    )
    assert later.link != server.link


def test_a_sensor_that_cannot_be_had_is_said_on_the_phone(
    serve: Callable[..., Server], phone: Phone
) -> None:
    # No radio answers at this address, wherever the test runs.
    server = serve("--sensor", "AA:BB:CC:DD:EE:FF", "--", "--kind", "witmotion")
    phone.page.goto(f"{server.link}terminal")
    word = phone.word()
    assert "The training ended" in word
    assert "tracker: " in word
    assert "Try again" in word
