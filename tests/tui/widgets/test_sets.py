from __future__ import annotations

from tui.widgets.snapshots import set_of
from unit.runtime.workout import rep_at

from tracker.domain import SetRecord
from tracker.tui.widgets.sets import HEADER, set_row


def test_a_set_is_one_row_below_its_header() -> None:
    done = set_of(*(rep_at(6.0 * n, n, bottom_s=0.4) for n in range(1, 9)), ended=True)
    row = set_row(done)

    assert row == "     1     8      –     1.6    37°  0.36  3.0-0.4-0.9-1.6  1× short of lockout"
    assert row.index("3.0") == HEADER.index("mean tempo")
    assert row.index("1× short") == HEADER.index("remarks")
    assert len(row) <= 78


def test_the_set_under_way_is_marked() -> None:
    assert set_row(set_of(rep_at(1.0, 1))).startswith(" ▸   1")


def test_a_set_whose_first_rep_is_under_way_has_no_numbers_yet() -> None:
    begun = SetRecord(2, 1.0, 1.0, (), counted=1, ended=False)
    assert set_row(begun) == " ▸   2     1      –       –      –     –  –"
