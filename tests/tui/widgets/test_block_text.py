from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.style import Style

from tests.languages import NEW, speaker
from tracker.domain import PHASE_WORDS
from tracker.tui.widgets.block_text import GLYPHS, block_text, centred, line_strip, strokes_wide
from tracker.tui.widgets.live import HEADS

FIGURES = st.text(alphabet="0123456789.:–", min_size=1, max_size=4)


def test_a_figure_of_the_thinnest_stroke() -> None:
    assert block_text("5", 3, 3) == ("█▀▀", "▀▀█", "▀▀▀")


def test_a_word_keeps_its_letters_a_stroke_apart() -> None:
    assert block_text("UP", 7, 3) == ("█ █ █▀█", "█ █ █▀▀", "▀▀▀ ▀  ")


def test_the_count_is_at_least_nine_rows_high_on_the_smallest_terminal() -> None:
    lines = block_text("12", 30, 10, room_for="00")

    assert len(lines) >= 9
    assert max(map(len, lines)) <= 30


def test_a_count_does_not_shrink_from_nine_to_ten() -> None:
    assert len(block_text("9", 30, 10, room_for="00")) == len(block_text("10", 30, 10))


@given(text=FIGURES, width=st.integers(0, 120), height=st.integers(0, 40))
def test_a_drawing_fits_or_is_plain_text(text: str, width: int, height: int) -> None:
    lines = block_text(text, width, height)

    if lines == (text,):
        assert width < strokes_wide(text) or 2 * height < 5
    else:
        assert len(lines) <= height
        assert {len(line) for line in lines} == {len(lines[0])}
        assert len(lines[0]) <= width


@given(text=FIGURES, width=st.integers(20, 120), height=st.integers(4, 40))
def test_more_room_never_draws_smaller(text: str, width: int, height: int) -> None:
    small, large = block_text(text, width, height), block_text(text, width + 5, height + 3)
    assert len(large) >= len(small)
    assert len(large[0]) >= len(small[0])


@pytest.mark.parametrize("character", GLYPHS)
def test_every_character_is_five_rows_of_one_width(character: str) -> None:
    rows = GLYPHS[character]
    assert len(rows) == 5
    assert len({len(row) for row in rows}) == 1
    assert set("".join(rows)) <= {" ", "#"}


@pytest.mark.parametrize("code", NEW)
def test_what_is_drawn_large_has_its_characters_in_every_language(code: str) -> None:
    say = speaker(code)
    texts = (
        *(say(head) for head in HEADS.values()),
        *(say(word) for word in PHASE_WORDS.values()),
    )
    for text in (*texts, say("REST"), "0,5"):
        assert set(text.upper()) <= set(GLYPHS), text


def test_letters_are_told_apart() -> None:
    letters = [character for character in GLYPHS if character.isalpha() and character != "O"]
    assert len({GLYPHS[letter] for letter in letters}) == len(letters)


def test_figures_are_told_apart() -> None:
    assert len({GLYPHS[figure] for figure in "0123456789.,:–"}) == 14


def test_lines_are_put_into_the_middle() -> None:
    assert centred(["##"], 6, 3) == ["", "  ##"]


def test_a_line_keeps_its_spaces_and_is_cut_or_filled() -> None:
    style = Style()
    assert line_strip(["  a"], 0, 5, style).text == "  a  "
    assert line_strip(["abcdef"], 0, 3, style).text == "abc"
    assert line_strip([], 4, 2, style).text == "  "
