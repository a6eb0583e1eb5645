from __future__ import annotations

import pytest

from tracker.tui.widgets.traces import signal_text


@pytest.mark.parametrize(
    ("rssi_dbm", "text"),
    [
        (None, "not seen"),
        (-95, "···· -95 dBm"),
        (-90, "▂··· -90 dBm"),
        (-75, "▂▄·· -75 dBm"),
        (-61, "▂▄▆· -61 dBm"),
        (-40, "▂▄▆█ -40 dBm"),
    ],
)
def test_strength_is_bars_and_a_number(rssi_dbm: int | None, text: str) -> None:
    assert signal_text(rssi_dbm) == text
