"""Sessions as files: on a real WebDAV server, with and without TLS, and in a folder."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from wsgidav.wsgidav_app import WsgiDAVApp

from tests.push.test_delivery import EDITED, WORKOUT
from tracker.export.formats import FORMATS, Needs, Session
from tracker.push import (
    Parcel,
    PushTarget,
    Secret,
    Unreachable,
    deliver,
    open_receiver,
    read_target,
    web,
)
from tracker.web.certificate import FILE_NAME, own_certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.domain import Workout
    from tracker.push import Delivered

PASSWORD = "pässword of ann"
KEY = "tracker-0123456789abcdef0123"
NAME = "2026-03-01_18-30-00_01234567"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start WebDAV servers for the folder `dav`, and return their addresses."""
    servers: list[tuple[Server, threading.Thread]] = []
    folder = tmp_path / "dav"
    folder.mkdir()

    def start(certificate: Path | None = None) -> str:
        app = WsgiDAVApp(
            {
                "provider_mapping": {"/": str(folder)},
                "simple_dc": {"user_mapping": {"*": {"ann": {"password": PASSWORD}}}},
                "http_authenticator": {"accept_digest": False, "default_to_digest": False},
                "verbose": 0,
                "logging": {"enable": False},
            }
        )
        listener = Server(("127.0.0.1", 0), app, numthreads=2)
        if certificate is not None:
            listener.ssl_adapter = BuiltinSSLAdapter(str(certificate), str(certificate))
        listener.error_log = lambda *_args, **_more: None  # type: ignore[method-assign]
        listener.prepare()
        thread = threading.Thread(target=listener.serve)
        thread.start()
        servers.append((listener, thread))
        scheme = "http" if certificate is None else "https"
        return f"{scheme}://127.0.0.1:{listener.bind_addr[1]}"

    yield start
    for listener, thread in servers:
        listener.stop()
        thread.join()


def send(
    target: PushTarget,
    workout: Workout = WORKOUT,
    remote_id: str | None = None,
    password: str = PASSWORD,
) -> Delivered:
    receiver = open_receiver("there", target, Secret(password))
    try:
        parcel = Parcel(KEY, Session(workout))
        return deliver(receiver, parcel, remote_id, lambda _pause_s: None)
    finally:
        receiver.close()


def webdav(address: str, path: str = "") -> PushTarget:
    return PushTarget("webdav", f"{address}{path}", "ann", "json")


def note_in(file: Path) -> object:
    return json.loads(file.read_bytes())["note"]


def test_a_file_goes_to_a_webdav_server_and_replaces_itself(
    server: Callable[..., str], tmp_path: Path
) -> None:
    target = webdav(server())
    assert send(target).created
    file = tmp_path / "dav" / f"{NAME}.json"
    assert note_in(file) == WORKOUT.note
    # Even if nobody noted that it is there.
    assert not send(target, EDITED).created
    assert note_in(file) == EDITED.note
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_collection_that_is_missing_is_made(server: Callable[..., str], tmp_path: Path) -> None:
    send(webdav(server(), "/Hip%20thrusts"))
    assert (tmp_path / "dav" / "Hip thrusts" / f"{NAME}.json").exists()


def test_a_wrong_password_is_told(server: Callable[..., str]) -> None:
    with pytest.raises(Unreachable, match=r"does not know the key or password \(401\)"):
        send(webdav(server()), password="wrong")


def test_a_certificate_has_to_be_trusted(
    server: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_certificate(tmp_path, ["127.0.0.1"], datetime.now(UTC))
    target = webdav(server(tmp_path / FILE_NAME))
    with pytest.raises(Unreachable, match="its certificate can't be trusted") as raised:
        send(target)
    assert "SSL_CERT_FILE" in str(raised.value.advice)
    # As it says.
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / FILE_NAME))
    web._trusted.cache_clear()
    try:
        assert send(target).created
    finally:
        web._trusted.cache_clear()


def test_http_and_https_are_not_mixed_up(server: Callable[..., str], tmp_path: Path) -> None:
    target = webdav(server())
    with pytest.raises(Unreachable, match="no encrypted connection"):
        send(replace(target, place=target.place.replace("http:", "https:")))


@pytest.mark.parametrize(
    "name",
    [name for name, each in FORMATS.items() if each.is_file and each.needs is Needs.WORKOUT],
)
def test_a_folder_gets_any_format(tmp_path: Path, name: str) -> None:
    target = replace(read_target(f"folder:{tmp_path}"), format=name)
    assert send(target).remote_id == f"{NAME}{FORMATS[name].suffix}"
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size > 100
    assert not send(target).created


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    target = read_target(f"folder:{tmp_path / 'stick' / 'training'}")
    with pytest.raises(Unreachable, match="no such folder"):
        send(target)
    assert not (tmp_path / "stick").exists()


def test_what_a_killed_push_left_does_not_stay(tmp_path: Path) -> None:
    (tmp_path / f".{NAME}.json.part").write_text("half of it")
    send(read_target(f"folder:{tmp_path}"))
    assert os.listdir(tmp_path) == [f"{NAME}.json"]


def test_another_start_keeps_the_name(tmp_path: Path) -> None:
    target = read_target(f"folder:{tmp_path}")
    sent = send(target)
    info = replace(WORKOUT.info, started_utc="2026-03-02T18:30:00+01:00")
    send(target, replace(WORKOUT, info=info), sent.remote_id)
    assert os.listdir(tmp_path) == [sent.remote_id]
