"""API keys and passwords: in the system's keyring, else in a file that only the wearer can read.

A secret is never an argument of a command, which everybody on the computer can see. It is asked
for, read from stdin, or comes in an environment variable.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tracker.domain import InputError
from tracker.domain.errors import reading, writing
from tracker.domain.foreign_text import HIDDEN
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from keyring.backend import KeyringBackend

KEYRING_SERVICE: Final = "hip-thrust-tracker"
"""What our entries in a keyring are called."""

FILE_NAME: Final = "secrets.json"
"""Name of the file where there is no keyring."""

LONGEST: Final = 4096
"""Characters; longer than any key, and short enough for a header."""


class Secret:
    """A text that must not be shown: printing it, or an object that holds it, does not."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def hidden_in(self, text: str) -> str:
        """Return `text` without the secret, should somebody have put it there."""
        return text.replace(self._text, HIDDEN) if self._text else text

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> tuple[type, tuple[str]]:
        raise TypeError("a secret is not written to files")


def checked_secret(text: str, what: str) -> Secret:
    """Return a secret that can be sent; raises `InputError`, which does not quote it."""
    text = text.strip()
    if not text:
        raise InputError(what, _("is empty"))
    if len(text) > LONGEST or not text.isprintable():
        raise InputError(what, _("is no text on one line"), _("Copy it once more."))
    return Secret(text)


def secret_variable(name: str) -> str:
    """Return the environment variable of a target's secret: TRACKER_PUSH_SECRET_NAME of `name`."""
    return f"TRACKER_PUSH_SECRET_{name.upper().replace('-', '_')}"


class SecretStore:
    """The secrets of the targets in the configuration of one folder."""

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self._folder = folder
        self._environment = environment

    @property
    def file(self) -> Path:
        """The file where there is no keyring; it need not exist."""
        return self._folder / FILE_NAME

    def read(self, name: str) -> Secret | None:
        """Return the secret of a target, from the environment, the keyring or the file."""
        given = self._environment.get(secret_variable(name))
        if given:
            return checked_secret(given, secret_variable(name))
        keyring = _keyring()
        if keyring is not None:
            # A locked or broken keyring is like none.
            with suppress(Exception):
                found = keyring.get_password(KEYRING_SERVICE, self._entry(name))
                if found:
                    return Secret(found)
        found = self._read_file().get(name)
        return Secret(found) if found else None

    def save(self, name: str, secret: Secret) -> str:
        """Keep the secret of a target, and return where, for people."""
        self.remove(name)
        keyring = _keyring()
        if keyring is not None:
            with suppress(Exception):
                keyring.set_password(KEYRING_SERVICE, self._entry(name), secret.reveal())
                if keyring.get_password(KEYRING_SERVICE, self._entry(name)) == secret.reveal():
                    return _("the keyring of this computer")
        self._write_file({**self._read_file(), name: secret.reveal()})
        return str(self.file)

    def remove(self, name: str) -> None:
        """Forget the secret of a target, wherever it is."""
        keyring = _keyring()
        if keyring is not None:
            with suppress(Exception):
                keyring.delete_password(KEYRING_SERVICE, self._entry(name))
        kept = self._read_file()
        if kept.pop(name, None) is not None:
            self._write_file(kept)

    def _entry(self, name: str) -> str:
        # Two configurations on one computer may have targets of the same name.
        return f"{name} ({self._folder})"

    def _read_file(self) -> dict[str, str]:
        if not self.file.exists():
            return {}
        with reading(self.file):
            text = self.file.read_text(encoding="utf-8")
        try:
            kept = json.loads(text)
        except ValueError:
            kept = None
        if not isinstance(kept, dict) or not all(isinstance(each, str) for each in kept.values()):
            # Without the cause: it would quote the file.
            raise InputError(
                str(self.file), _("is damaged"), _("Remove it, and enter the secrets again.")
            ) from None
        return kept

    def _write_file(self, kept: Mapping[str, str]) -> None:
        unfinished = self.file.with_name(f".{FILE_NAME}.part")
        with writing(self.file):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished.unlink(missing_ok=True)
            out = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(out, "w", encoding="utf-8") as file:
                json.dump(dict(kept), file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.file)


def _keyring() -> KeyringBackend | None:
    """Return the system's keyring; None if there is none that is fit for secrets."""
    try:
        import keyring
        from keyring.core import recommended

        backend = keyring.get_keyring()
        return backend if recommended(backend) else None
    except Exception:  # backends of other packages fail in ways of their own
        return None
