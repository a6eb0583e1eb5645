"""How long the link waits for what, and how often it tries; each number with its reason."""

from __future__ import annotations

from typing import Final

OPEN_DELAYS_S: Final = (0.5, 1.5, 3.0)
"""Pauses before another attempt to begin a session, s. One connection in ten fails for no reason
that lasts; four attempts in a row fail for one that does, and the user should hear it."""

RECONNECT_DELAYS_S: Final = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Pauses before attempts to come back, s; the last is repeated. A sensor that slipped out of
range is back in a moment, and one that is away costs the battery of the laptop only."""

SEARCH_S: Final = 5.0
"""One search for a sensor that was lost, s. Several sensors take turns at the adapter, so none
of them may have it for long."""

FIRST_DATA_S: Final = 5.0
"""From the end of the start script to the first samples, s: the slowest sensor fills a packet in
1.5 s, and an old one needs a moment to switch its chip on."""

STALL_S: Final = 2.0
"""Silence that is no stall of the radio any more, s: retransmissions take up to 0.3 s, and links
give up on their own after 2 to 6 s."""

GONE_S: Final = 60.0
"""A sensor that was away for so long has most likely been switched off, s. The search goes on."""

STOP_S: Final = 3.0
"""Longest stop script, s: nobody waits longer for a program to end."""

FIRMWARE_S: Final = 2.0
"""Longest wait for the version of the firmware before a session begins without it, s."""

BATTERY_EVERY_S: Final = 180.0
"""Between two looks at the battery, s: the smallest one lasts four hours, so that is 1 %."""
