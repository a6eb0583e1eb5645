"""Keeps ALSA, on Linux, from telling the terminal about every device that is not there."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_Handler: Final = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)


def _say_nothing(
    _file: bytes | None, _line: int, _function: bytes | None, _code: int, _form: bytes | None
) -> None:
    """Take an error message that was meant for whoever develops ALSA."""


# ALSA keeps it for as long as the program runs. It is called with more arguments than it has,
# which are left to the caller on every system that ALSA runs on.
_HANDLER: Final = _Handler(_say_nothing)


def quiet_alsa(platform: str = sys.platform) -> bool:
    """Have ALSA say nothing; return whether it was there."""
    if platform != "linux":
        return False
    try:
        library = ctypes.CDLL("libasound.so.2")
        library.snd_lib_error_set_handler(_HANDLER)
    except (OSError, AttributeError):
        return False
    return True
