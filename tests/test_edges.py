"""Any text from outside comes through each edge of the program harmless, and readable."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.text import Text

from tests.workouts import WORKOUT
from tracker.app.config import SensorChoice, load_config, save_sensor
from tracker.cli.terminal import print_text, say
from tracker.domain.foreign_text import json_text, one_line, visible, without_secrets
from tracker.export.csv_files import csv_bytes, harmless_text
from tracker.export.report.page import report_html
from tracker.export.session_json import write_session
from tracker.tui.plain import Plain, cells, plain

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[31mred",
    "\x9b31m",
    "[/x]",
    "[@click=app.quit]here[/]",
    "\\[b]",
    "=HYPERLINK(0)",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    " =1",
    "a\rb",
    "\r\n",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=y>",
    "{{ 7 * 7 }}",
    "\u202egnp.exe",
    "two\u2028lines",
    '"""\n[log]\nurl = "x"',
    "\x00\x7f\x85",
)
texts = st.lists(st.text(max_size=10) | st.sampled_from(HOSTILE), max_size=4).map("".join)


def acts(letter: str) -> bool:
    """Say whether a terminal or a reader does something else with a letter than show it."""
    if letter in "\n\t":
        return False
    return letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" or (
        unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}
    )


def is_readable(text: str, original: str) -> bool:
    """Say whether all that can be seen is still there, in its order."""
    rest = iter(text)
    return all(letter in rest for letter in original if not acts(letter))


@given(texts)
def test_nothing_that_is_printed_controls_the_terminal(text: str) -> None:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        print_text(text)
        say(text)
    for printed in (out.getvalue(), err.getvalue()):
        assert not any(map(acts, printed))
    assert is_readable(visible(text), text)
    assert "\n" not in one_line(text)


@given(texts)
def test_no_text_is_markup_on_the_screen(text: str) -> None:
    for shown in (plain(text), Plain(text).content):
        assert str(shown) == visible(text)
        assert not shown.spans  # type: ignore[union-attr]
    (cell,) = cells((text,))
    assert Text.from_markup(cell).plain == visible(text).replace("\n", " ")


@given(st.lists(texts, min_size=1, max_size=3))
def test_no_cell_of_a_table_is_a_formula_or_breaks_its_row(row: list[str]) -> None:
    written = csv_bytes([["text", *row], [1.5, None, -2]])
    (read, numbers) = csv.reader(io.StringIO(written.decode(), newline=""))
    assert numbers == ["1.5", "", "-2"]
    for cell, text in zip(read[1:], row, strict=True):
        assert not re.match(r"\s*[=+\-@＝＋－＠]", cell)
        assert "\r" not in cell
        assert not any(map(acts, cell))
        assert is_readable(cell, text)
    # Bare ones are the ends of rows alone.
    assert written.replace(b"\r\n", b"").count(b"\r") == 0


@pytest.mark.parametrize("text", ["", "left foot out", "80 % of 1RM", "3-0-1-2", "'quoted'"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert harmless_text(text) == visible(text) == text


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(name for name, _ in attrs)]

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(max_examples=20, deadline=None)
@example("".join(HOSTILE))
@given(texts)
def test_no_text_is_an_element_of_a_report(text: str) -> None:
    def page_with(note: str) -> Page:
        info = replace(WORKOUT.info, firmware=note, device_name=note)
        return Page(report_html(replace(WORKOUT, note=note, info=info)))

    page, usual = page_with(f"note {text}"), page_with("note")
    assert page.tags == usual.tags
    assert not any(map(acts, page.text.replace("\x7f", "")))
    letters = "".join(text.split())
    assert is_readable("".join(page.text.split()), "".join(filter(str.isalnum, letters)))


@settings(max_examples=50, deadline=None)
@example("".join(HOSTILE))
@given(texts)
def test_a_file_of_json_shows_no_letter_in_another_place_and_gives_every_text_back(
    text: str,
) -> None:
    out = io.BytesIO()
    write_session(replace(WORKOUT, note=f"note {text}"), out)
    written = out.getvalue().decode()
    assert not any(map(acts, written))
    assert json.loads(written)["note"] == f"note {text}"
    assert json.loads(json_text(text)) == text
    assert not any(map(acts, json_text(text)))


@given(texts, texts)
def test_a_name_in_the_configuration_comes_back_and_changes_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, name: str, other: str
) -> None:
    path: Path = tmp_path_factory.mktemp("config") / "config.toml"
    for each in (name, other):
        chosen = SensorChoice("AA:BB", "profile", each.encode("utf-8", "replace").decode())
        save_sensor(path, chosen)
        config = load_config(path)
        assert config.sensor == chosen
        assert config.log is None


SECRET = "hunter2"
SPELLINGS = (
    f"postgresql+psycopg://ann:{SECRET}@db/clinic",
    f"POSTGRES://ann:{SECRET}@db",
    f"postgresql://ann:p@{SECRET}/x@db/clinic",
    f"postgresql://ann:{SECRET}?x@db",
    f"postgresql:ann:{SECRET}@db/x",
    f"postgres:/ann:{SECRET}@db/x",
    f"ann:{SECRET}@db/x",
    f"postgresql://:{SECRET}@db/x",
    f"postgresql://db/x?password={SECRET}&sslmode=require",
    f"postgresql://db/x?user=ann&pass%77ord={SECRET}",
    f"postgresql://db/x?sslpassword={SECRET}",
    f"host=db password={SECRET} user=ann",
    f"host=db password = '{SECRET}' user=ann",
    f"https://host/x.csv?X-Amz-Signature={SECRET}",
    f"https://{SECRET}@host/x.csv",
    f"https://host/x.csv#access_token={SECRET}",
    f"s3://key:{SECRET}/more@bucket/x.arrows",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_hidden_however_its_url_is_spelled(spelling: str) -> None:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        print_text(f"read from {spelling}, '{spelling}' failed")
        say(f"tracker: {spelling}: cannot be read")
    assert SECRET not in out.getvalue() + err.getvalue()
    assert without_secrets(without_secrets(spelling)) == without_secrets(spelling)


@pytest.mark.parametrize(
    "text",
    [
        "http://192.168.1.2:8000/AbC_d-ef/",
        "/home/ann/x.csv: no such file",
        "--setting acc_range_g=8: expected key=value",
        "at 12:30 a mail to ann@example.org",
        r"C:\Users\ann@work\x.csv",
    ],
)
def test_what_holds_no_secret_is_shown(text: str) -> None:
    assert without_secrets(text) == text
