from __future__ import annotations

import click
import pytest

from tracker.cli.options import Day


def test_a_day_begins_at_midnight_where_the_wearer_is() -> None:
    day = Day().convert("2026-11-25", None, None)
    assert (day.year, day.month, day.day, day.hour, day.minute) == (2026, 11, 25, 0, 0)
    assert day.tzinfo is not None
    assert Day().convert(day, None, None) is day


@pytest.mark.parametrize("text", ["25.11.2026", "2026-02-30", "yesterday", ""])
def test_what_is_no_day_is_told_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter, match="expected a day as 2026-11-25"):
        Day().convert(text, None, None)
