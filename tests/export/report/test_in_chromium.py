"""The report in a real browser: at the width of a small phone, in both schemes, and on paper."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.export.report import chromium
from tests.export.report.in_language import report_in
from tests.languages import NEW, speaker
from tests.web.chromium import MISSING, PROGRAM
from tests.workouts import training, training_set
from tracker.domain import SetEntries, SetRecord
from tracker.export.report import report_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.domain import Workout

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PROGRAM is None, reason=MISSING)]

SMALL_PHONE_PX = 360
LONG_WORD = "Lendenwirbelsäulenbeschwerden" * 8
HISTORY = [training(f"2026-04-{day:02}T16:30:00+00:00") for day in range(1, 28)]

# Every piece of text with its colour and the colour of the nearest ground that is painted.
CONTRASTS = """
(() => {
  const rgb = text => text.match(/[0-9.]+/g).map(Number);
  const light = c => [0, 1, 2].map(i => c[i] / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest("svg")) continue;
    let ground = element;
    while (ground && (rgb(getComputedStyle(ground).backgroundColor)[3] ?? 1) === 0)
      ground = ground.parentElement;
    const pair = [element, ground].map((e, i) => light(rgb(
      getComputedStyle(e)[i ? "backgroundColor" : "color"]))).sort((a, b) => b - a);
    found.push([(pair[0] + 0.05) / (pair[1] + 0.05), element.textContent.slice(0, 40)]);
  }
  return found;
})()
"""

TOO_WIDE = """
[...document.querySelectorAll("body *")]
  .filter(e => !e.closest("svg.patterns") && !e.closest("svg *"))
  .filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)
  .map(e => e.tagName + " " + e.className + " " + e.textContent.slice(0, 40))
"""


@pytest.fixture(scope="module")
def page() -> Iterator[chromium.Page]:
    with chromium.browser() as opened:
        yield opened


def saved(folder: Path, workout: Workout, history: list[Workout] | None = None) -> Path:
    path = folder / "report.html"
    path.write_bytes(report_html(workout, history or []).encode())
    return path


def crowded() -> SetRecord:
    """Return a set with everything that takes room: long words, many reps, large numbers."""
    return training_set(
        1,
        reps=40,
        load_kg=987.25,
        entries=SetEntries(rpe=9.5, note=LONG_WORD, reps_by=-3),
        top_deg=-12.25,
        tilt_deg=33.3,
        confidence_reason=LONG_WORD,
    )


@pytest.mark.parametrize("opened", [False, True], ids=["closed", "opened"])
@pytest.mark.parametrize(
    ("workout", "history"),
    [
        (training(), HISTORY),
        (training(sets=(crowded(),), note=LONG_WORD), []),
        (training(origin="synthetic", sets=(training_set(1, tempo=None),)), []),
        (training(sets=(), pain=()), []),
    ],
    ids=["history", "crowded", "synthetic", "no sets"],
)
def test_nothing_scrolls_sideways_on_a_small_phone(
    page: chromium.Page, tmp_path: Path, workout: Workout, history: list[Workout], opened: bool
) -> None:
    page.open(saved(tmp_path, workout, history), SMALL_PHONE_PX)
    if opened:
        page.value("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.value("innerWidth") == SMALL_PHONE_PX
    assert page.value(TOO_WIDE) == []
    assert page.value("document.documentElement.scrollWidth") == SMALL_PHONE_PX


def test_the_browser_complains_of_nothing_and_asks_for_nothing(
    page: chromium.Page, tmp_path: Path
) -> None:
    path = saved(tmp_path, training(note="<script>console.error('x')</script>"), HISTORY)
    page.complaints.clear()
    page.requests.clear()
    page.open(path, SMALL_PHONE_PX)
    page.pdf()
    assert page.complaints == []
    assert page.requests == [path.as_uri()]
    assert page.value("document.scripts.length") == 0


def test_the_browser_would_complain_and_be_heard(page: chromium.Page, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        "<script>console.error('x'); nothing()</script><img src='gone.png'>", encoding="utf-8"
    )
    page.complaints.clear()
    page.requests.clear()
    page.open(path, SMALL_PHONE_PX)
    assert "x" in page.complaints
    assert any("nothing is not defined" in each for each in page.complaints)
    assert page.requests == [path.as_uri(), (tmp_path / "gone.png").as_uri()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(
    page: chromium.Page, tmp_path: Path, scheme: str
) -> None:
    page.open(saved(tmp_path, training(origin="synthetic"), []), SMALL_PHONE_PX, scheme=scheme)
    dark_ground = page.value("getComputedStyle(document.body).backgroundColor") != (
        "rgb(255, 255, 255)"
    )
    assert dark_ground is (scheme == "dark")
    contrasts = page.value(CONTRASTS)
    assert len(contrasts) > 200
    assert [each for each in contrasts if each[0] < 4.5] == []


def test_paper_is_white_whatever_the_screen_is(page: chromium.Page, tmp_path: Path) -> None:
    page.open(saved(tmp_path, training()), SMALL_PHONE_PX, scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.value(ground) != "rgb(255, 255, 255)"
    page.call(
        "Emulation.setEmulatedMedia",
        media="print",
        features=[{"name": "prefers-color-scheme", "value": "dark"}],
    )
    assert page.value(ground) == "rgb(255, 255, 255)"
    assert [each for each in page.value(CONTRASTS) if each[0] < 4.5] == []


def test_every_drawing_is_read_out_with_a_name(page: chromium.Page, tmp_path: Path) -> None:
    page.open(saved(tmp_path, training(), HISTORY), SMALL_PHONE_PX)
    page.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    page.call("Accessibility.enable")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    drawings = [node for node in nodes if node.get("role", {}).get("value") == "image"]
    assert len(drawings) == 3 * 4 + 5 + 1
    assert all(len(node["name"]["value"]) > 20 for node in drawings)


def test_letters_in_drawings_are_no_smaller_than_on_the_page_of_a_phone(
    page: chromium.Page, tmp_path: Path
) -> None:
    page.open(saved(tmp_path, training(), HISTORY), SMALL_PHONE_PX)
    heights = page.value(
        "[...document.querySelectorAll('svg text')].map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) >= 11.0


@pytest.mark.parametrize(("paper", "size_mm"), [("A4", (210, 297)), ("Letter", (216, 279))])
def test_the_print_is_a_page_to_read_and_a_page_on_data_and_method(
    page: chromium.Page, tmp_path: Path, paper: str, size_mm: tuple[int, int]
) -> None:
    workout = training(origin="synthetic", note="Felt strong.")
    history = [training(when, origin="synthetic") for when in ("2026-05-07", "2026-05-11")]
    page.open(saved(tmp_path, workout, history), SMALL_PHONE_PX, scheme="dark")
    pages = PdfReader(io.BytesIO(page.pdf(paper))).pages
    texts = [" ".join(each.extract_text().split()) for each in pages]
    assert len(texts) == 2
    width_mm, height_mm = (float(side) / 72 * 25.4 for side in pages[0].mediabox[2:])
    assert (round(width_mm), round(height_mm)) == size_mm
    for number, text in enumerate(texts, 1):
        assert "SIMULATED: nobody trained" in text
        assert f"{number} of {len(texts)}" in text
    first, second = texts
    for words in ("Name", "Set by set", "A typical rep", "What stood out", "Clinician’s note"):
        assert words in first
    assert "get medical help at once" in first
    assert "Quality of the data" in second
    assert "Method" in second


CLIPPED = """
[...document.querySelectorAll("figure svg")].flatMap(svg => [...svg.querySelectorAll("text")]
  .filter(text => {
    const [inner, outer] = [text, svg].map(each => each.getBoundingClientRect());
    return inner.left < outer.left - 0.5 || inner.right > outer.right + 0.5;
  })
  .map(text => text.textContent))
"""


@pytest.mark.parametrize("code", NEW)
@pytest.mark.parametrize("what", ["usual", "everything"])
def test_nothing_is_cut_off_in_another_language(
    page: chromium.Page, tmp_path: Path, what: str, code: str
) -> None:
    path = tmp_path / "report.html"
    path.write_text(report_in(code, what), encoding="utf-8")
    page.open(path, SMALL_PHONE_PX)
    page.value("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.value(TOO_WIDE) == []
    assert page.value("document.documentElement.scrollWidth") == SMALL_PHONE_PX
    assert page.value(CLIPPED) == []


@pytest.mark.parametrize("code", NEW)
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_print_in_another_language_has_two_pages_too(
    page: chromium.Page, tmp_path: Path, paper: str, code: str
) -> None:
    path = tmp_path / "report.html"
    path.write_text(report_in(code, "usual"), encoding="utf-8")
    page.open(path, SMALL_PHONE_PX)
    first, second = (
        " ".join(each.extract_text().split())
        for each in PdfReader(io.BytesIO(page.pdf(paper))).pages
    )
    say = speaker(code)
    for text in (first, second):
        assert say("SIMULATED: nobody trained") in text
    assert say("Clinician’s note") in first
    assert say("Quality of the data") in second
    assert say("Pain and effort") in second


def test_what_was_opened_is_printed_too(page: chromium.Page, tmp_path: Path) -> None:
    page.open(saved(tmp_path, training()), SMALL_PHONE_PX)
    page.value("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    pages = PdfReader(io.BytesIO(page.pdf())).pages
    text = " ".join(" ".join(each.extract_text().split()) for each in pages)
    last = training().sets[-1].reps[-1]
    assert f"{last.rom_deg:.1f}" in text
    assert "Tested on recordings of people" in text


def test_the_print_of_a_session_of_nothing_is_short(page: chromium.Page, tmp_path: Path) -> None:
    page.open(saved(tmp_path, training(sets=(), pain=(), gaps=(), faults={})), SMALL_PHONE_PX)
    assert len(PdfReader(io.BytesIO(page.pdf())).pages) == 2
