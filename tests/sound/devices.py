"""A device of ALSA that takes everything and plays nothing, for processes started with it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = "pcm.!default { type null }\nctl.!default { type null }\n"

PLAY = """
import sys
from importlib import import_module
from tracker.runtime.clock import SYSTEM_CLOCK
from tracker.sound import COUNTS, Player, Tone
from tests.sound.listening import Whistler
module, device = sys.argv[1:]
make = getattr(import_module(f"tracker.sound.{module}"), device)
player = Player(lambda: make(SYSTEM_CLOCK), Whistler, SYSTEM_CLOCK)
player.wait_ready(60)
player.offer(Tone.LOCKOUT, stale_after_s=60)
player.offer(COUNTS[0], stale_after_s=60)
player.close()
print(player.output_name, player.output_error, player.tally().started, sep="|")
"""


def played(folder: Path, module: str, device: str) -> list[str]:
    """Play two sounds on it; return the device's name, its error and how many sounds began."""
    configuration = folder / "asound.conf"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", PLAY, module, device],
        env={
            **os.environ,
            "ALSA_CONFIG_PATH": str(configuration),
            "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr == ""
    return result.stdout.strip().split("|")
