from __future__ import annotations

from tracker.domain import Phase
from tracker.tui.widgets.block_text import GLYPHS
from tracker.tui.widgets.phase import phase_text


def test_every_phase_has_a_word_and_a_sign_of_its_own() -> None:
    texts = [phase_text(phase) for phase in (*Phase, None)]

    assert texts == ["▲ UP", "■ HOLD", "▼ DOWN", "▁ FLOOR", "REST"]
    assert set("".join(texts)) <= set(GLYPHS)
