"""Sessions as files: in a folder, or on a WebDAV server (RFC 4918).

The name of a file follows from when the session started and from its key. So a session that is
brought twice replaces itself, and nothing has to be asked first.
"""

from __future__ import annotations

import io
import os
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tracker.domain import OutputError
from tracker.domain.errors import replace_file, writing
from tracker.export.formats import format_named
from tracker.language import _
from tracker.push.errors import Unreachable

if TYPE_CHECKING:
    from tracker.export.formats import Format
    from tracker.push.delivery import Parcel
    from tracker.push.secrets import Secret
    from tracker.push.targets import PushTarget

KEY_IN_NAME: Final = 8
"""Digits of the key in a name; the start beside it keeps sessions apart already."""


def file_name(parcel: Parcel, suffix: str) -> str:
    """Return the name of a session's file: `2026-03-01_18-30-00_1a2b3c4d.fit`, in local time."""
    key = parcel.key.rpartition("-")[2][:KEY_IN_NAME]
    try:
        started = datetime.fromisoformat(parcel.session.workout.info.started_utc or "")
    except ValueError:
        return f"undated_{key}{suffix}"
    return f"{started:%Y-%m-%d_%H-%M-%S}_{key}{suffix}"


def _written(parcel: Parcel, form: Format) -> bytes:
    out = io.BytesIO()
    form.write(parcel.session, out)
    return out.getvalue()


class FolderReceiver:
    """A folder of this computer, which another program may copy elsewhere."""

    def __init__(self, target: PushTarget) -> None:
        self._folder = Path(target.place)
        self._form = format_named(target.format or "")

    def find(self, parcel: Parcel) -> str | None:
        """Return the name of the file if it is there."""
        name = file_name(parcel, self._form.suffix)
        return name if (self._folder / name).exists() else None

    def create(self, parcel: Parcel) -> str:
        """Write the file; it appears complete or not at all."""
        name = file_name(parcel, self._form.suffix)
        self._write(name, _written(parcel, self._form))
        return name

    def update(self, parcel: Parcel, remote_id: str) -> None:
        """Replace the file."""
        self._write(remote_id, _written(parcel, self._form))

    def close(self) -> None:
        """Do nothing: no file is open."""

    def _write(self, name: str, content: bytes) -> None:
        if not self._folder.is_dir():
            # Not made: it may be on a stick that is not there now.
            raise Unreachable(
                _("{folder}: there is no such folder.").format(folder=self._folder),
                _("Create it, or plug in its disk."),
            )
        # One pusher at a time: a file that a killed one left is written over.
        unfinished = self._folder / f".{name}.part"
        try:
            with writing(self._folder / name):
                with unfinished.open("wb") as out:
                    out.write(content)
                    out.flush()
                    os.fsync(out.fileno())
                replace_file(unfinished, self._folder / name, time.sleep)
        except OutputError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise Unreachable(error.message, error.advice) from error


class WebDavReceiver:
    """A collection on a WebDAV server, such as a folder of Nextcloud."""

    def __init__(self, name: str, target: PushTarget, secret: Secret | None) -> None:
        # HTTP costs 0.1 s, which a folder does without.
        from tracker.push.web import Web

        login = None if target.user is None or secret is None else (target.user, secret)
        self._web = Web(name, target.place, login=login)
        self._form = format_named(target.format or "")

    def find(self, parcel: Parcel) -> str | None:
        """Return the name of the file if it is there."""
        name = file_name(parcel, self._form.suffix)
        found = self._web.request("HEAD", f"/{quote(name)}", expected={404, 405, 409})
        return name if found.status < 400 else None

    def create(self, parcel: Parcel) -> str:
        """Put the file; make the collection if it is missing."""
        name = file_name(parcel, self._form.suffix)
        self._put(name, _written(parcel, self._form))
        return name

    def update(self, parcel: Parcel, remote_id: str) -> None:
        """Replace the file."""
        self._put(remote_id, _written(parcel, self._form))

    def close(self) -> None:
        """Close the connections."""
        self._web.close()

    def _put(self, name: str, content: bytes) -> None:
        path = f"/{quote(name)}"
        answer = self._web.request("PUT", path, content=content, expected={403, 404, 409})
        if answer.status in (404, 409):
            # RFC 4918, 9.7.1: a missing collection is a conflict; some say not found. 405: it is
            # there by now.
            self._web.request("MKCOL", expected={405})
            self._web.request("PUT", path, content=content)
        elif answer.status == 403:
            raise Unreachable(
                _("{where} does not allow writing there (403).").format(where=self._web.where),
                _("Check the rights of the user and the path."),
            )
