"""How strong a sensor is heard, as bars and a number."""

from __future__ import annotations

from typing import Final

STEPS_DBM: Final = (-90, -80, -70, -60)
"""From here on one bar more: at -90 dBm a link hardly holds, at -60 it is an arm away."""

_BARS: Final = "▂▄▆█"


def signal_text(rssi_dbm: int | None) -> str:
    """Return the bars and the strength; words where nothing was heard."""
    if rssi_dbm is None:
        return "not heard"
    filled = sum(rssi_dbm >= step_dbm for step_dbm in STEPS_DBM)
    return f"{_BARS[:filled]:·<{len(_BARS)}} {rssi_dbm} dBm"
