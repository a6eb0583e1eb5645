"""Waiting for the last sound of a device, which plays in real time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_S: Final = 0.02
LOOKS: Final = 125
"""Two and a half seconds: the longest tone lasts 0.9 s, a long cue 2 s."""


def wait_until_idle(
    is_idle: Callable[[], bool], after_s: float, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait until nothing sounds, but no longer than is reasonable, and `after_s` more.

    Parameters
    ----------
    is_idle
        Says whether the mix is silent.
    after_s
        What the device still has to play then.
    sleep
        Waits.
    """
    for _ in range(LOOKS):
        if is_idle():
            break
        sleep(LOOK_S)
    sleep(after_s)
