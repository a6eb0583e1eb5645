from __future__ import annotations

import io
import re
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workouts import any_workouts, patient, training, training_set
from tracker.domain import EXERCISES, Gap, SessionInfo, SetEntries, SourceFacts, Workout
from tracker.export.report import report_html, write_report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
EMPTY = Workout(SessionInfo("csv"), SourceFacts("x.csv", "csv", None, None, 0), (), (), {})
INJECTION = "<script>alert('x')</script><img src=x onerror=alert(1)>\" onload=\"alert(2)"


def parsed(text: str) -> ET.Element:
    """Parse as a browser does, and fail on whatever a browser would forgive."""
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False
    )
    root: ET.Element = parser.parse(text)
    return root


def words(element: ET.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def every(root: ET.Element, *names: str) -> Iterator[ET.Element]:
    return (element for element in root.iter() if element.tag in names)


def cells(table: ET.Element) -> list[list[str]]:
    return [[words(cell) for cell in row if cell.tag in ("th", "td")] for row in table.iter("tr")]


def tables(root: ET.Element, caption: str) -> list[list[list[str]]]:
    return [
        cells(table)
        for table in root.iter("table")
        if (head := table.find("caption")) is not None and caption in words(head)
    ]


@pytest.mark.parametrize(
    ("workout", "history"),
    [
        (training(), []),
        (training(), [training("2026-05-11T16:30:00+00:00")]),
        (training(origin="synthetic"), []),
        (training(sets=(training_set(1, tempo=None, load_kg=None),)), []),
        (training(exercise="squat"), []),
        (EMPTY, []),
    ],
    ids=["plain", "history", "synthetic", "no plan", "squat", "empty"],
)
def test_the_page_is_valid_and_has_the_shape_that_readers_and_speech_need(
    workout: Workout, history: list[Workout]
) -> None:
    root = parsed(report_html(workout, history))
    assert root.get("lang") == "en"
    assert words(next(root.iter("title")))
    levels = [int(element.tag[1]) for element in every(root, "h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        for name in (element.get("aria-labelledby") or "").split():
            assert name in ids
    for table in root.iter("table"):
        assert table.find("caption") is not None
        assert all(head.get("scope") in ("col", "row") for head in table.iter("th"))


def test_every_drawing_has_a_title_and_a_description_or_is_said_to_be_decoration() -> None:
    root = parsed(report_html(training(), [training("2026-05-11T16:30:00+00:00")]))
    drawings = list(root.iter(f"{SVG}svg"))
    told = [drawing for drawing in drawings if drawing.get("role") == "img"]
    # Four for each set, five trends, and the typical rep.
    assert len(told) == 3 * 4 + 5 + 1
    for drawing in told:
        title, description = (drawing.find(f"{SVG}{name}") for name in ("title", "desc"))
        assert title is not None
        assert description is not None
        assert len(words(description)) > 20
        assert drawing.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert all(each.get("aria-hidden") == "true" for each in drawings if each not in told)


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = report_html(training(), [training("2026-05-11T16:30:00+00:00")])
    root = parsed(text)
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    assert set(re.findall(r"url\((.*?)\)", text)) == {"#stripes"}
    for element in root.iter():
        assert element.tag not in ("script", "link", "img", "iframe", "object", "embed", "base")
        for name in element.attrib:
            assert not name.startswith("on")
            assert name.split("}")[-1] not in ("src", "href", "style")
    (policy,) = (
        element.get("content")
        for element in root.iter("meta")
        if element.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_words_of_the_wearer_and_of_the_sensor_stay_text_wherever_they_are_shown() -> None:
    workout = training(
        sets=(
            training_set(
                1, entries=SetEntries(note=INJECTION), confidence=0.5, confidence_reason=INJECTION
            ),
        ),
        note=INJECTION,
    )
    workout = replace(
        workout,
        info=replace(
            workout.info,
            exercise=INJECTION,
            started_utc=INJECTION,
            device_name=INJECTION,
            firmware=INJECTION,
            origin="synthetic",
            note=INJECTION,
        ),
        facts=replace(workout.facts, path=INJECTION),
    )
    text = report_html(workout)
    root = parsed(text)
    assert "<script" not in text
    assert "<img" not in text
    assert not list(every(root, "script", "img"))
    # Title twice, note, set's note, trait, sensor in two places, file, date, origin's note.
    assert words(root).count("<script>alert('x')</script>") >= 9
    assert all(not name.startswith("on") for each in root.iter() for name in each.attrib)


def test_templates_in_a_note_are_not_rendered() -> None:
    root = parsed(report_html(training(note="{{ 7 * 7 }} {% raw %}")))
    assert "{{ 7 * 7 }} {% raw %}" in words(root)


def test_a_simulated_session_says_so_first_and_last_and_on_every_printed_page() -> None:
    text = report_html(training(origin="synthetic"))
    root = parsed(text)
    (body,) = root.iter("body")
    assert words(body).startswith("SIMULATED Nobody trained.")
    assert words(next(root.iter("title"))).startswith("SIMULATED: ")
    assert '@top-left { content: "SIMULATED: nobody trained"' in text
    assert "SIMULATED. Nothing in this report" in words(next(root.iter("footer")))


def test_a_session_of_a_person_does_not_say_that_it_is_simulated() -> None:
    text = report_html(training())
    root = parsed(text)
    assert "SIMULATED" not in words(next(root.iter("header")))
    assert "SIMULATED" not in words(next(root.iter("footer")))
    assert "@top-left" not in text


def test_every_number_of_a_rep_is_the_one_that_was_measured() -> None:
    workout = training()
    root = parsed(report_html(workout))
    times = tables(root, "Seconds in each phase")
    moves = tables(root, "Movement")
    assert len(times) == len(moves) == len(workout.sets)
    for record, shown_times, shown_moves in zip(workout.sets, times, moves, strict=True):
        assert shown_times[0] == ["Rep", "ups", "holds", "downs", "floors"]
        assert [[cell.split()[0] for cell in row] for row in shown_times[1:]] == [
            [str(rep.index)]
            + [
                "–" if value is None else f"{value:.2f}"
                for value in (rep.concentric_s, rep.lockout_s, rep.eccentric_s, rep.bottom_s)
            ]
            for rep in record.reps
        ]
        assert shown_moves[1:] == [
            [
                str(rep.index),
                f"{rep.rom_deg:.1f}",
                f"{100.0 * (rep.rise_m or 0.0):.1f}",
                f"{rep.mean_velocity_mps:.2f}",
                f"{rep.peak_velocity_mps:.2f}",
                f"{rep.tilt_deg:.1f}",
            ]
            for rep in record.reps
        ]


def test_the_confidence_of_every_rep_is_the_measured_one() -> None:
    workout = training()
    root = parsed(report_html(workout))
    for record in workout.sets:
        (shown,) = tables(root, f"Set {record.index}")
        assert [row[:2] for row in shown[1:]] == [
            [str(rep.index), f"{rep.confidence:.2f}"] for rep in record.reps
        ]
    assert shown[-1][3] == "short of lockout, samples missing"


def test_the_table_of_sets_and_the_tempo_tables_are_of_the_sets() -> None:
    root = parsed(report_html(training()))
    (overview,) = tables(root, "Set by set")
    assert overview[1:] == [
        ["1", "12 of 12", "60 kg", "7.5", "–", "1.7", "42", "0.35", "2.5-0.6-1.0-1.7", "1:18"],
        ["2", "12 of 12", "60 kg", "7.5", "–", "1.7", "42", "0.35", "2.5-0.6-1.0-1.7", "1:18"],
        ["3", "10 of 12", "65 kg", "7.5", "3", "1.7", "42", "0.36", "2.5-0.6-1.0-1.7", "–"],
    ]
    tempo = tables(root, "As planned")
    assert len(tempo) == 3
    # Medians of 12 reps that grow by 0.02 s; of the pause there are 11.
    assert tempo[0][1:] == [
        ["Up", "1", "1.03", "+0.03 ✓", "12 of 12"],
        ["Hold", "2", "1.73", "−0.27 ✓", "12 of 12"],
        ["Down", "3", "2.53", "−0.47 ✓", "12 of 12"],
        ["Floor", "0", "0.57", "+0.57 longer", "2 of 11"],
    ]


def test_tempo_is_written_both_ways() -> None:
    root = parsed(report_html(training()))
    first = next(each for each in root.iter("dl") if each.get("class") == "notation")
    assert [words(each) for each in first] == [
        "Plan",
        "3-0-1-2 up 1 · hold 2 · down 3 · floor 0",
        "Done",
        "2.5-0.6-1.0-1.7 up 1.0 · hold 1.7 · down 2.5 · floor 0.6",
    ]


def test_who_reads_it_is_told_what_it_cannot_see_and_whom_to_ask() -> None:
    for workout in (training(), EMPTY):
        text = words(parsed(report_html(workout)))
        assert "One sensor on the pelvis" in text
        assert "curve of the lower back" in text
        assert "Nothing here is a diagnosis." in text
        assert "When to ask a professional" in text


def test_data_with_holes_are_said_to_have_them_on_the_first_page() -> None:
    for gap, said in ((Gap(100.0, 105.0), 2), (Gap(100.0, 100.3), 0)):
        root = parsed(report_html(training(gaps=(gap,))))
        assert words(root).count("Part of the data is missing") == said


def test_trends_are_there_with_a_history_only() -> None:
    assert "The same in numbers" not in report_html(training())
    assert "The same in numbers" in report_html(
        training(), [training("2026-05-11T16:30:00+00:00")]
    )


def test_an_iterator_will_do_as_history() -> None:
    history = [training("2026-05-11T16:30:00+00:00")]
    assert report_html(training(), iter(history)) == report_html(training(), history)


def test_the_same_training_gives_the_same_bytes() -> None:
    out = io.BytesIO()
    write_report(training(), out)
    assert out.getvalue().decode() == report_html(training())


WORKOUTS = any_workouts(
    st.text(st.characters(), max_size=40)
    | st.sampled_from(
        [
            "<script>alert(1)</script>",
            "]]>",
            "\x00\x0b\x7f",
            "\ud800",
            "</style>",
            "'\"&amp;{{ 7*7 }}",
        ]
    ),
    st.floats(),
    st.sampled_from(sorted(EXERCISES)) | st.text(max_size=40),
)


@pytest.mark.slow
@given(workout=WORKOUTS, history=st.lists(WORKOUTS, max_size=2))
@patient
def test_any_training_makes_a_valid_page(workout: Workout, history: list[Workout]) -> None:
    text = report_html(workout, history)
    root = parsed(text.encode().decode())
    assert not list(every(root, "script", "img"))
    # Text of the wearer may say so; numbers and drawings may not.
    for cell in root.iter("td"):
        if cell.get("class") != "words":
            assert not {"nan", "inf", "-inf", "None"} & set(words(cell).split())
    for drawn in (each for drawing in root.iter(f"{SVG}svg") for each in drawing.iter()):
        for name in ("x", "y", "cx", "cy", "width", "height", "d", "points", "viewBox"):
            assert not re.search("nan|inf|None", drawn.get(name, ""))


# What is set on what, as the style sheet has it.
TEXT_ON = [
    *[(ink, ground) for ink in ("ink", "soft", "accent") for ground in ("paper", "card")],
    ("ink", "warn-card"),
    ("warn", "warn-card"),
    ("warn", "paper"),
    ("alarm", "alarm-card"),
    ("alarm", "paper"),
    ("on-accent", "accent"),
    ("ink", "accent-pale"),
]


def schemes() -> dict[str, dict[str, str]]:
    style = files("tracker.export.report").joinpath("templates/style.css").read_text("utf-8")
    light, dark, paper = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    )
    return {"light": light, "dark": dark, "print": paper}


def luminance(colour: str) -> float:
    """Return relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_of_contrast_is_the_known_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read_on_its_ground(scheme: str, ink: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


def test_colours_are_named_once_and_used_by_name() -> None:
    style = files("tracker.export.report").joinpath("templates/style.css").read_text("utf-8")
    named = sum(len(colours) for colours in schemes().values())
    assert len(re.findall(r"#[0-9a-fA-F]{3,8}\b", style)) == named
    assert not re.search(r":\s*(?:black|white|red|gray|grey|rgb)", style)
