"""Text from outside, made harmless without being made unreadable.

Anybody nearby chooses the name of a Bluetooth sensor, and a recording or a table that was sent to
the wearer holds whatever its author put there. Every medium has one edge through which such text
passes: `tracker.cli.terminal`, `tracker.tui.plain` and `tracker.export.csv_files`; for HTML, SQL,
TOML and workbooks it is a library. What the edges have in common is here.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final
from urllib.parse import unquote

_KEPT: Final = frozenset("\n\t")

_REORDERING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Make a reader see letters in another order than they are in; marks like U+200F do not."""

_ACTIVE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Controls, halves of surrogate pairs, and two further ways to end a line."""


def visible(text: str) -> str:
    r"""Return `text` with whatever controls a terminal or hides itself spelled out, as `\x1b`.

    Line feeds and tabs stay, and so do letters of every script.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(letter) if _acts(letter) else letter for letter in text)


def _acts(letter: str) -> bool:
    if letter in _KEPT:
        return False
    return letter in _REORDERING or unicodedata.category(letter) in _ACTIVE


def _spelled(letter: str) -> str:
    number = ord(letter)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def one_line(text: str) -> str:
    """Return `text` on one line, so that it can't pass for lines of ours."""
    return " ".join(visible(text).split())


def json_text(value: object, indent: int | None = None) -> str:
    """Return a value as JSON, which is data: every text in it can be read back."""
    # JSON itself escapes every control character but this one.
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def json_file_text(value: object) -> str:
    r"""Return a value as JSON for a file, with letters of every script as they are.

    What acts is an escape such as `\u202e`, so that an editor shows it and a program reads back
    what was there.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return "".join(f"\\u{ord(each):04x}" if _acts(each) else each for each in text) + "\n"


HIDDEN: Final = "***"
"""Stands for a secret."""

_HARMLESS: Final = frozenset(
    [
        "host",
        "hostaddr",
        "port",
        "user",
        "dbname",
        "database",
        "service",
        "schema",
        "sslmode",
        "connect_timeout",
        "application_name",
        "target_session_attrs",
        "options",
    ]
)
"""Keys of a query whose values are shown; of any other it is not known what they open."""

_SECRET_WORDS: Final = re.compile(
    r"(?P<name>\b\w*(?:password|passwd|passphrase|pwd|secret|token|api_?key)\w*)"
    r"(?P<is>\s*=\s*)(?P<value>'[^']*'|\"[^\"]*\"|[^\s&;#,'\"]+)",
    re.IGNORECASE,
)
_URL: Final = re.compile(
    # Some forget the slashes.
    r"\b(?P<scheme>[a-z][a-z0-9+.-]+:/+|(?:postgres|mysql|maria|http|ftp|s3)[a-z0-9+.-]*:)"
    r"(?P<rest>[^\s'\"]+)",
    re.IGNORECASE,
)
_BARE: Final = re.compile(r"(?<![^\s'\"])(?P<user>[^\s:@/'\"]{2,}):[^\s@'\"/\\][^\s@'\"]*@")
_PAIR: Final = re.compile(r"(?P<before>[?&;#])(?P<name>[^=&;#\s]+)=(?P<value>[^&;#\s]*)")


def without_secrets(text: str) -> str:
    """Return `text` without the passwords and keys of the URLs and connection strings in it.

    Where it is unclear what belongs to a password, such as one with `@` or `/` in it, all of it
    goes: rather too much than a part of a secret.
    """
    if not any(sign in text for sign in "@=:"):
        return text
    text = _URL.sub(lambda found: found["scheme"] + _hidden(found["rest"]), text)
    text = _BARE.sub(lambda found: f"{found['user']}:{HIDDEN}@", text)
    return _SECRET_WORDS.sub(lambda found: found["name"] + found["is"] + HIDDEN, text)


def _hidden(rest: str) -> str:
    """Return what follows the scheme of a URL, without its secrets."""
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    if "@" in rest and ("@" in authority or not re.fullmatch(r"[^:]*(:\d*)?", authority)):
        before, _, after = rest.rpartition("@")
        user = before.partition(":")[0]
        shown = user if ":" in before and re.fullmatch(r"[\w.%+-]*", user) else ""
        rest = f"{shown}:{HIDDEN}@{after}" if shown else f"{HIDDEN}@{after}"
    return _PAIR.sub(_without_value, rest)


def _without_value(found: re.Match[str]) -> str:
    name = unquote(found["name"])
    value = found["value"] if name.casefold() in _HARMLESS else HIDDEN
    return f"{found['before']}{found['name']}={value}"
