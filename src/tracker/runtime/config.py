"""What the wearer has chosen, in one TOML file; what is not known in it is an error, not ignored.

A table `[x]` of the file is a field `x` of `Config`, and so on downwards. Saving changes the table
that changed and leaves the rest of the file, comments included, as the wearer wrote it.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from tracker.domain import InputError
from tracker.recording.file_errors import writing
from tracker.runtime.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CONFIG_NAME: Final = "config.toml"
"""Name of the file in the folder for configuration."""


@dataclass(frozen=True, slots=True)
class SensorChoice:
    """The sensor that is used where none is named; `tracker pair` writes it."""

    address: str
    """As `tracker scan` prints it."""
    kind: str
    """Kind of the sensor."""
    name: str | None = None
    """What it calls itself."""
    settings: str | None = None
    """Settings of its decoder, as `key=value` words."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that can be chosen for good."""

    sensor: SensorChoice | None = None
    """The sensor that is used where none is named."""


def config_path(folder: Path) -> Path:
    """Return where the configuration is.

    Parameters
    ----------
    folder
        `Paths.config`.
    """
    return folder / CONFIG_NAME


def load_config(path: Path) -> Config:
    """Return what is chosen; without a file, nothing is.

    Raises
    ------
    InputError
        If the file cannot be read, or holds something that is not known.
    """
    return _parsed(path, _read(path))


def save_sensor(path: Path, sensor: SensorChoice) -> None:
    """Make `sensor` the one that is used where none is named.

    Raises
    ------
    InputError
        If what is there cannot be read: it would be lost.
    OutputError
        If the file cannot be written.
    """
    before = _read(path)
    _parsed(path, before)
    text = _with_table(before, "sensor", _table("sensor", sensor))
    try:
        taken = _parsed(path, text).sensor == sensor
    except InputError:
        taken = False
    if not taken:
        raise InputError(
            str(path),
            "the sensor is written in a way that cannot be replaced",
            "Remove what is said about the sensor from the file, and pair again.",
        )
    _replace(path, text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(str(path), "expected UTF-8 text") from error


def _parsed(path: Path, text: str) -> Config:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            str(path), f"is no TOML: {error}", "Mend that line, or remove the file and pair again."
        ) from error
    _refuse_unknown(path, document, Config, "")
    table = document.get("sensor")
    if table is None:
        return Config()
    if not isinstance(table, dict):
        raise InputError(str(path), "expected a table [sensor]")
    _refuse_unknown(path, table, SensorChoice, "sensor.")
    for key, value in table.items():
        if not isinstance(value, str):
            raise InputError(str(path), f"expected text for sensor.{key}, got {value!r}")
    for key in ("address", "kind"):
        if key not in table:
            raise InputError(
                str(path), f"sensor.{key} is missing", "Write it again with: tracker pair ADDRESS"
            )
    return Config(SensorChoice(**table))


def _refuse_unknown(path: Path, table: Mapping[str, Any], shape: type, prefix: str) -> None:
    known = [field.name for field in fields(shape)]
    for key in table:
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1)
            hint = f"The nearest known key is {prefix}{nearest[0]}. " if nearest else ""
            raise InputError(
                str(path),
                f"there is no key {prefix}{key}",
                f"{hint}Known: {', '.join(prefix + name for name in known)}.",
            )


def _table(name: str, value: SensorChoice) -> str:
    pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
    lines = [f"{key} = {_quoted(text)}" for key, text in pairs if text is not None]
    return "\n".join([f"[{name}]", *lines, ""])


def _quoted(text: str) -> str:
    """Return a basic string of TOML, which is one of JSON but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_table(text: str, name: str, table: str) -> str:
    """Return `text` with the table put in place of the one of that name, or added at the end."""
    lines = text.splitlines(keepends=True)
    header = re.compile(rf"\s*\[\s*{re.escape(name)}\s*\]")
    start = next((number for number, line in enumerate(lines) if header.match(line)), None)
    if start is None:
        before = text if not text or text.endswith("\n") else f"{text}\n"
        return before + ("\n" if before else "") + table
    return "".join([*lines[:start], table, *lines[_end_of_table(lines, start) :]])


def _end_of_table(lines: Sequence[str], start: int) -> int:
    """Return the line behind a table's last key: comments and blanks below belong to the next."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        line = lines[number].strip()
        if line.startswith("["):
            break
        if line and not line.startswith("#"):
            end = number + 1
    return end


def _replace(path: Path, text: str) -> None:
    """Put a whole new file in place of the old one, or leave the old one."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, force=True) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
