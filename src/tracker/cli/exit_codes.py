"""What the number that a command ends with means."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command."""

    OK = 0
    USAGE_OR_INPUT = 2
    """Wrong usage, or a file that cannot be read or written."""
    NO_SENSOR = 3
    """No Bluetooth adapter, or no sensor that answers."""
    INTERRUPTED = 4
    """Stopped with Ctrl-C; what was recorded until then is kept."""
