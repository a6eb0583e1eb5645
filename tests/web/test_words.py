"""The pages in another language: their texts, and the words of their scripts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from tracker.web.words import PAGE, page_text

PAGES = ("phone", "terminal")


class Page(HTMLParser):
    """Reads the language of a page, and the block of words in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language = ""
        self.words = ""
        self._in_words = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = dict(attrs)["lang"] or ""
        self._in_words = tag == "script" and ("id", "words") in attrs

    def handle_data(self, data: str) -> None:
        if self._in_words:
            self.words += data

    def handle_endtag(self, tag: str) -> None:
        self._in_words = False


@pytest.mark.parametrize("name", PAGES)
def test_a_script_is_given_the_words_that_it_says(name: str) -> None:
    page = Page(page_text(f"{name}.html"))
    assert page.language == "en"
    script = (PAGE / f"{name}.js").read_text("utf-8")
    assert set(json.loads(page.words)) == set(re.findall(r"\bwords\.(\w+)", script))


def test_a_script_has_no_words_of_its_own() -> None:
    """Two words in quotes would be a text that nobody translates."""
    for name in PAGES:
        script = (PAGE / f"{name}.js").read_text("utf-8")
        code = re.sub(r"^\s*//.*|\s//.*|\"use strict\"", "", script, flags=re.MULTILINE)
        assert re.findall(r"[\"'`](?!#)[^\"'`\n]*[A-Za-z]{3} [a-z]{2}[^\"'`\n]*[\"'`]", code) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_the_language_of_the_program(name: str) -> None:
    code = (
        "from tracker.language import use_language; use_language('es_MX');"
        f"from tracker.web.words import page_text; print(page_text('{name}.html'))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    page = Page(found.stdout)
    assert page.language == "es-MX"
    english = json.loads(Page(page_text(f"{name}.html")).words)
    spanish = json.loads(page.words)
    assert spanish["try_again"] != english["try_again"]
