from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.options import screen_is_there

if TYPE_CHECKING:
    import pytest


def test_a_browser_is_a_screen_although_it_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    assert not screen_is_there()
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    assert screen_is_there()
