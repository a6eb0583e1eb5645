"""A D-Bus of our own: a daemon on a socket in a folder, for whoever is told the address."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAEMON: Final = "dbus-daemon"

MISSING: Final = (
    f"{DAEMON} is not installed, so the radio cannot be emulated. "
    "Debian, Ubuntu: apt-get install dbus-daemon (or dbus)"
)

# No service files and no includes: what the machine has installed stays outside.
_CONFIG: Final = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_type="method_call"/>
    <allow send_destination="*"/>
    <allow receive_type="method_call"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""


def daemon_is_there() -> bool:
    """Say whether this machine can run a D-Bus of our own."""
    return shutil.which(DAEMON) is not None


@contextmanager
def private_bus(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a bus in a folder; give its address, and the daemon for who wants to stop it.

    The path must be short enough for a socket.
    """
    config = folder / "bus.conf"
    config.write_text(_CONFIG.format(socket=escape(str(folder / "bus"))), encoding="utf-8")
    complaints = folder / "complaints"
    with complaints.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [DAEMON, f"--config-file={config}", "--nofork", "--nopidfile", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        )
    try:
        # The address is printed when the socket listens.
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            process.wait()
            raise RuntimeError(
                f"{DAEMON} gave no address: {complaints.read_text(encoding='utf-8')}"
            )
        yield address, process
    finally:
        process.terminate()
        process.communicate()
