from __future__ import annotations

import subprocess
import sys

import pytest

from tracker.sound.devices import quiet_alsa

OPEN_NOTHING = """
import ctypes, sys
from tracker.sound.alsa import quiet_alsa
if sys.argv[1] == "quiet":
    quiet_alsa()
library = ctypes.CDLL("libasound.so.2")
device = ctypes.c_void_p()
assert library.snd_pcm_open(ctypes.byref(device), b"no-such-device", 0, 0) < 0
"""


def test_other_systems_have_none() -> None:
    assert not quiet_alsa("darwin")
    assert not quiet_alsa("win32")


@pytest.mark.skipif(not quiet_alsa(), reason="there is no ALSA here")
def test_nothing_is_written_about_devices_that_are_not_there() -> None:
    told, quiet = (
        subprocess.run(
            [sys.executable, "-c", OPEN_NOTHING, how], capture_output=True, text=True, check=True
        ).stderr
        for how in ("loud", "quiet")
    )
    assert "ALSA" in told
    assert quiet == ""
