"""The folder of eSpeak NG's data, by a path that it can take."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

from tracker.sound.errors import SoundError

LONGEST_BYTES: Final = 159
"""Its buffer has 160 with the zero at the end; it cuts what is longer, and finds nothing there."""


def data_path(folder: Path, platform: str = sys.platform) -> bytes:
    """Return the folder's path as bytes that eSpeak NG can open.

    Raises
    ------
    SoundError
        If there is none.
    """
    # On Windows it opens files by names in the code page of the system.
    encoding = "mbcs" if platform == "win32" else sys.getfilesystemencoding()
    with suppress(OSError, UnicodeEncodeError):
        encoded = str(folder).encode(encoding)
        if len(encoded) > LONGEST_BYTES:
            encoded = str(_link(folder)).encode(encoding)
        if len(encoded) <= LONGEST_BYTES:
            return encoded
    raise SoundError(
        f"eSpeak NG cannot open its data: the path {folder} is too long or has foreign letters.",
        "Install the tracker in a folder with a shorter, plainer name.",
    )


@cache
def _link(folder: Path) -> Path:
    """Return a short path to the folder, for as long as the program runs."""
    place = Path(tempfile.mkdtemp(prefix="tracker-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    link = place / "data"
    link.symlink_to(folder, target_is_directory=True)
    return link
