from __future__ import annotations

import pytest

from tracker.recording import Damage, DamageReason


@pytest.mark.parametrize("reason", DamageReason)
def test_every_reason_is_told_in_words(reason: DamageReason) -> None:
    text = str(Damage(reason, 100, 200, 2, 30))
    assert text.startswith("bytes 100 to 200: ")
    assert text.endswith("30 rows in 2 batches are lost")


def test_a_cut_is_told_from_a_damaged_place() -> None:
    assert "byte 100: batches were cut out" in str(Damage(DamageReason.BATCHES, 100, 100, 1, 5))


def test_nothing_lost_and_nobody_knows_are_not_the_same() -> None:
    assert "no rows are lost" in str(Damage(DamageReason.STRAY, 0, 8, 0, 0))
    assert "not known" in str(Damage(DamageReason.UNCLOSED, 0, 8, None, None))
