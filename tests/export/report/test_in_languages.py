"""The report in every other language: complete, with its decimal mark and dates."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

import pytest

from tests.export.report.in_language import report_in
from tests.languages import NEW, english_in, speaker

pytestmark = pytest.mark.parametrize("code", NEW)


@cache
def everything(code: str) -> str:
    return report_in(code, "everything")


def words_of(page: str) -> str:
    """Return what is read on a page, read out, or printed at its edge."""
    printed = " | ".join(re.findall(r'content: "([^"]*)"', page))
    named = " | ".join(re.findall(r'(?:aria-label|data-name)="([^"]*)"', page))
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " | ".join((printed, named, unescape(re.sub(r"<[^>]+>", " | ", body))))


def test_no_english_is_left(code: str) -> None:
    assert english_in(words_of(everything(code)), code) == []


def test_the_page_says_its_language(code: str) -> None:
    assert f'<html lang="{code}">' in everything(code)
    assert speaker(code)("Quality of the data") in everything(code)


def test_numbers_have_the_decimal_mark_of_the_language(code: str) -> None:
    words = words_of(everything(code))
    # Neither publications nor names of files are numbers.
    words = re.sub(r"doi:\S+|\S+\.arrows", "", words)
    assert re.findall(r"\d\.\d+", words) == []
    assert "8,5" in words


def test_dates_are_in_words_of_the_language(code: str) -> None:
    expected = {"de": "Do., 14. Mai 2026, 16:30 UTC", "es": "jue, 14 may 2026, 16:30 UTC"}
    assert expected[code] in words_of(everything(code))


def test_what_the_style_sheet_goes_by_is_in_no_language(code: str) -> None:
    page = everything(code)
    for name in ("up", "hold", "down", "floor"):
        assert f'class="part {name}"' in page
