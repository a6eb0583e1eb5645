"""The page for a phone, in a real browser: what it shows, what taps do, and who may watch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.languages import NEW, english_in, speaker
from tests.web.chromium import MISSING, PHONE, PROGRAM, SMALL, TABLET, TURNED, phone_of
from tracker.app.config import ScreenChoice, save_screen
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Playwright

    from tests.web.chromium import Device, Phone
    from tests.web.conftest import Server

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason=MISSING)]

LEAST_TAP_PX = 48
"""A thumb hits nothing smaller for sure (Android's guideline)."""

SERIOUS = ("serious", "critical")


def until_counted(page: Page, reps: int) -> None:
    """Return once so many reps were counted."""
    page.wait_for_function(
        f"() => +document.querySelector('[data-testid=count]').textContent >= {reps}"
    )


def barriers(page: Page) -> list[str]:
    """Return what axe finds serious or worse."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {[node['html'] for node in each['nodes']]}"
        for each in found
        if each["impact"] in SERIOUS
    ]


def small_buttons(page: Page) -> list[str]:
    """Return the buttons and fields in sight that are smaller than a thumb."""
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('button, select, input, .switch')]"
        "  .filter((each) => each.offsetParent && !each.closest('.switch input'))"
        "  .filter((each) => !(each.type === 'checkbox'))"
        "  .map((each) => [each.outerHTML.slice(0, 80), each.offsetWidth, each.offsetHeight])"
    )
    return [html for html, width, height in sizes if min(width, height) < LEAST_TAP_PX]


@pytest.mark.parametrize("device", [SMALL, PHONE, TURNED, TABLET], ids=lambda d: str(d.width_px))
def test_a_set_is_seen_from_afar_on_every_size(
    serve: Callable[..., Server], playwright: Playwright, tmp_path: Path, device: Device
) -> None:
    server = serve("--demo", "--", "--speed", "4", "--no-sound", "--reps", "6", "--hold", "2")
    with phone_of(playwright, tmp_path / "phone", device) as phone:
        page = phone.page
        page.goto(server.link)
        until_counted(page, 1)
        count = page.get_by_test_id("count").bounding_box()
        assert count is not None
        assert count["height"] >= device.height_px / 4
        assert re.match(r"[▲■▼▁] (UP|HOLD|DOWN|FLOOR)$", page.get_by_test_id("phase").inner_text())
        page.wait_for_function(
            "() => /rep \\d/i.test(document.querySelector('[data-testid=last-rep]').innerText)"
        )
        # Nothing is cut off at the side, and the buttons stay in sight.
        assert page.evaluate("() => document.scrollingElement.scrollWidth") == device.width_px
        spans = page.evaluate(
            "() => [...document.querySelectorAll('#live *, #actions *, header *')]"
            "  .filter((each) => each.offsetParent)"
            "  .map((each) => each.getBoundingClientRect().right)"
        )
        assert max(spans) <= device.width_px
        boxes = [page.get_by_test_id(name).bounding_box() for name in ("undo", "add", "finish")]
        undo, add, finish = (box for box in boxes if box is not None)
        assert all(box["y"] + box["height"] <= device.height_px for box in (undo, add, finish))
        assert finish["x"] - (add["x"] + add["width"]) > add["x"] - (undo["x"] + undo["width"])
        assert small_buttons(page) == []
        assert barriers(page) == []
        page.get_by_role("button", name="Settings").click()
        assert barriers(page) == []


def test_a_whole_training_is_done_by_taps(serve: Callable[..., Server], phone: Phone) -> None:
    server = serve("--", "--speed", "4", "--no-sound")
    page = phone.page
    page.goto(server.link)
    page.get_by_role("button", name="Simulated lifter").tap()
    page.get_by_role("button", name="Train with it").tap()
    page.get_by_label("load", exact=True).fill("60")
    page.get_by_label("reps", exact=True).fill("8")
    page.get_by_label("reps", exact=True).blur()
    assert small_buttons(page) == []
    assert barriers(page) == []
    page.get_by_role("button", name="Start").tap()
    page.get_by_role("button", name="Go on").tap()
    until_counted(page, 2)
    before = int(page.get_by_test_id("count").inner_text())
    for _ in range(30):
        page.get_by_test_id("add").tap()
    until_counted(page, before + 30)
    page.locator("#rest-form").wait_for()
    counted = int(page.get_by_test_id("count").inner_text())
    page.get_by_test_id("undo").tap()
    page.wait_for_function(
        f"() => document.querySelector('[data-testid=count]').textContent === '{counted - 1}'"
    )
    page.get_by_role("textbox", name="effort, RPE").fill("8,5")
    page.get_by_role("textbox", name="pain now").fill("11")
    page.get_by_role("textbox", name="pain now").blur()
    page.get_by_text("expected a whole number from 0 to 10").wait_for()
    page.get_by_role("textbox", name="pain now").fill("2")
    page.get_by_role("textbox", name="pain now").blur()
    page.get_by_text("RPE 8.5").wait_for()
    assert barriers(page) == []
    page.get_by_test_id("finish").tap()
    page.locator("#ask").get_by_role("button", name="Finish").tap()
    page.locator("#form .text").get_by_text("after set 1: 2").wait_for()
    assert barriers(page) == []
    page.get_by_label("note").fill("felt good")
    page.get_by_label("note").blur()
    page.get_by_role("button", name="Done").tap()
    page.get_by_text("Which sensor?").wait_for()
    assert "ending the training" in server.interrupt()
    (recording,) = server.recordings()
    assert open_recording(recording).damage == ()
    assert "The server has stopped" in page.locator("#over").inner_text()


@pytest.mark.parametrize("code", NEW)
def test_a_training_in_another_language(
    serve: Callable[..., Server], phone: Phone, tmp_path: Path, code: str
) -> None:
    say = speaker(code)
    save_screen(tmp_path / "home" / "config" / "config.toml", ScreenChoice(language=code))
    server = serve("--", "--speed", "4", "--no-sound")
    page = phone.page
    seen = ""

    def look() -> None:
        nonlocal seen
        seen += page.locator("body").inner_text() + "\n"
        assert page.evaluate("() => document.scrollingElement.scrollWidth") == PHONE.width_px
        assert barriers(page) == []

    page.goto(server.link)
    page.get_by_text(say("Which sensor?")).wait_for()
    assert page.locator("html").get_attribute("lang") == code
    look()
    page.get_by_role("button", name=say("Simulated lifter")).tap()
    page.get_by_role("button", name=say("Train with it")).tap()
    page.get_by_label(say("load"), exact=True).wait_for()
    look()
    page.get_by_role("button", name=say("Start")).tap()
    page.get_by_role("button", name=say("Go on")).tap()
    until_counted(page, 2)
    look()
    page.locator("#menu-open").tap()
    look()
    page.locator("#menu .close").tap()
    page.locator("#rest-form").wait_for()
    look()
    page.get_by_test_id("finish").tap()
    look()
    page.locator("#ask .yes").tap()
    page.get_by_label(say("note")).wait_for()
    look()
    assert english_in(seen, code) == []


def test_the_rest_between_two_sets_counts_down(serve: Callable[..., Server], phone: Phone) -> None:
    server = serve("--sensor", "sim", "--", "--speed", "8", "--no-sound")
    page = phone.page
    page.goto(server.link)
    page.locator("#rest-form").wait_for()
    assert page.get_by_test_id("phase").inner_text() == "REST"
    assert re.fullmatch(r"\d:\d\d", page.locator("#time").inner_text())
    # The next set begins, and the form makes room.
    page.locator("#rest-form").wait_for(state="hidden")
    assert page.locator("#title").inner_text().endswith("set 2")


def test_the_page_comes_back_by_itself(serve: Callable[..., Server], phone: Phone) -> None:
    server = serve("--demo", "--", "--speed", "2", "--no-sound")
    page = phone.page
    page.goto(server.link)
    until_counted(page, 1)
    page.evaluate("() => shownSocket.close()")
    page.get_by_text("No connection").wait_for()
    page.locator("#trouble").wait_for(state="hidden")
    until_counted(page, 2)


def test_who_watches_sees_the_same_and_can_tap_nothing(
    serve: Callable[..., Server], phone: Phone, playwright: Playwright, tmp_path: Path
) -> None:
    server = serve("--demo", "--", "--speed", "4", "--no-sound")
    phone.page.goto(server.link)
    until_counted(phone.page, 1)
    with phone_of(playwright, tmp_path / "coach", TABLET) as coach:
        coach.page.goto(server.watch_link)
        until_counted(coach.page, 1)
        assert not coach.page.get_by_test_id("finish").is_visible()
        assert coach.page.get_by_text("watching").is_visible()
        assert barriers(coach.page) == []
        # Not even with a script.
        coach.page.evaluate("() => shownSocket.send(JSON.stringify({ do: 'finish' }))")
        answer = coach.page.goto(server.watch_link + "terminal")
        assert answer is not None
        assert answer.status == 403
    count = int(phone.page.get_by_test_id("count").inner_text())
    until_counted(phone.page, count + 1)


def test_sound_is_played_once_switched_on(serve: Callable[..., Server], phone: Phone) -> None:
    server = serve("--demo", "--", "--speed", "4", "--no-sound", "--hold", "1")
    page = phone.page
    page.add_init_script(
        "window.heard = { tones: 0, phrases: [] };"
        "const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function (at) {"
        "  window.heard.tones += 1; return start.call(this, at); };"
        "speechSynthesis.speak = ({ text }) => window.heard.phrases.push(text);"
    )
    page.goto(server.link)
    until_counted(page, 2)
    assert page.evaluate("() => window.heard") == {"tones": 0, "phrases": []}
    page.get_by_role("button", name="Settings").tap()
    page.get_by_label("Tones and beats").check()
    page.get_by_label("Spoken counts and cues").check()
    page.get_by_role("button", name="Close").tap()
    page.wait_for_function("() => window.heard.tones > 1")
    page.wait_for_function(
        "() => window.heard.phrases.some((each) => /^(three|four|five|six|seven)$/.test(each))"
    )
    # The choice is kept.
    page.reload()
    assert page.get_by_label("Spoken counts and cues").is_checked()


def test_ending_the_demo_says_what_was_done(serve: Callable[..., Server], phone: Phone) -> None:
    server = serve("--demo", "--", "--speed", "4", "--no-sound")
    page = phone.page
    page.goto(server.link)
    until_counted(page, 2)
    page.get_by_test_id("finish").tap()
    page.locator("#ask").get_by_role("button", name="Finish").tap()
    page.get_by_text("The training is over").wait_for()
    assert re.search(r"1 set, \d+ reps", page.locator("#over").inner_text())
