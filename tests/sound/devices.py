"""An ALSA device that discards everything, for subprocesses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CONFIGURATION = "pcm.!default { type null }\nctl.!default { type null }\n"

PLAY = """
import sys
from tracker.app.clock import SYSTEM_CLOCK
from tracker.sound import COUNTS, Player, Tone, devices
from listening import Whistler
make = getattr(devices, sys.argv[1])
player = Player(lambda: make(SYSTEM_CLOCK), Whistler, SYSTEM_CLOCK)
player.wait_ready(60)
player.offer(Tone.LOCKOUT, stale_after_s=60)
player.offer(COUNTS[0], stale_after_s=60)
player.close()
print(player.output_name, player.output_error, player.stats().started, sep="|")
"""


def played(folder: Path, device: str) -> list[str]:
    """Play two sounds; return the device's name, its error and how many sounds began."""
    configuration = folder / "asound.conf"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", PLAY, device],
        env={
            **os.environ,
            "ALSA_CONFIG_PATH": str(configuration),
            "PYTHONPATH": str(Path(__file__).parent),
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert result.stderr == ""
    return result.stdout.strip().split("|")
