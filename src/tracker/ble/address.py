"""What addresses look like: a MAC on Linux and Windows, a UUID on macOS, which hides the MAC."""

from __future__ import annotations

import re
from typing import Final

_MAC: Final = re.compile(r"[0-9A-F]{2}(?:([:-])[0-9A-F]{2})(?:\1[0-9A-F]{2}){4}", re.IGNORECASE)
_UUID: Final = re.compile(r"\{?([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})\}?", re.IGNORECASE)


def as_address(text: str) -> str | None:
    """Return an address the way the tracker writes it, or None if `text` is a name.

    Twelve digits without colons are a name: some makers' serial numbers look like that.
    """
    text = text.strip()
    if _MAC.fullmatch(text):
        return text.replace("-", ":").upper()
    found = _UUID.fullmatch(text)
    return found.group(1).upper() if found else None


def is_foreign(address: str, platform: str) -> bool:
    """Say whether an address cannot be of this operating system.

    Parameters
    ----------
    address
        As `as_address` returns it.
    platform
        `sys.platform`.
    """
    return (":" in address) == (platform == "darwin")
