from __future__ import annotations

import pytest

from tracker.cli.logged import logged_workout, names_session
from tracker.domain import TrackerError


@pytest.mark.parametrize("word", ["1", "042", "last"])
def test_numbers_and_the_word_for_the_newest_name_sessions(word: str) -> None:
    assert names_session(word)


@pytest.mark.parametrize("word", ["a.csv", "1.csv", "-1", "1.5", "٣", "", "first"])
def test_everything_else_is_a_file(word: str) -> None:
    assert not names_session(word)


def test_without_a_log_there_is_no_session() -> None:
    with pytest.raises(TrackerError, match="no training log yet"):
        logged_workout("1")
