"""How targets are written, and where their secrets are."""

from __future__ import annotations

import json
import os
import pickle
import stat
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from tracker.app.config import load_config, remove_push_target, save_push_target
from tracker.domain import InputError, TrackerError
from tracker.push import SERVICES, PushTarget, Secret, SecretStore, Unreachable, open_receiver
from tracker.push.secrets import FILE_NAME, checked_secret
from tracker.push.targets import checked_target, read_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# Targets


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("hevy", PushTarget("hevy", "https://api.hevyapp.com")),
        ("intervals", PushTarget("intervals", "https://intervals.icu")),
        ("wger:https://w.example/", PushTarget("wger", "https://w.example")),
        (
            "webdav:https://ann@c.example/dav/ann/Tr",
            PushTarget("webdav", "https://c.example/dav/ann/Tr", "ann", "json"),
        ),
        ("folder:/media/stick", PushTarget("folder", "/media/stick", format="json")),
        (
            "webhook:http://10.0.0.2:8123/api/webhook/x",
            PushTarget("webhook", "http://10.0.0.2:8123/api/webhook/x"),
        ),
    ],
)
@pytest.mark.posix("/media is absolute there")
def test_a_target_is_read_as_it_is_written(text: str, target: PushTarget) -> None:
    assert read_target(text) == target


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda each: each.name)
@pytest.mark.posix("/home is absolute there")
def test_every_example_is_a_target_that_the_configuration_keeps(
    service: object, tmp_path: Path
) -> None:
    target = read_target(service.example)  # type: ignore[attr-defined]
    path = tmp_path / "config.toml"
    path.write_text("# mine\n[training]\nsound = false\n")
    before = path.read_text()
    save_push_target(path, "there", target)
    save_push_target(path, "other", target)
    config = load_config(path)
    assert config.push == {"there": target, "other": target}
    assert not config.training.sound
    remove_push_target(path, "other")
    assert load_config(path).push == {"there": target}
    remove_push_target(path, "there")
    assert load_config(path).push == {}
    assert path.read_text().startswith(before)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("strava", "no service 'strava'"),
        ("wger", "the place is missing"),
        ("wger:w.example", "expected a URL"),
        ("webdav:ftp://c.example", "expected a URL"),
        ("webdav:https://ann:s3cret@c.example", "can be seen by everybody"),
        ("webhook:https://[::1", "expected a URL"),
    ],
)
def test_what_is_no_target_is_refused(text: str, told: str) -> None:
    with pytest.raises(TrackerError, match=told) as raised:
        read_target(text)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"service": "hevy", "format": "fit"}, "takes no files"),
        ({"service": "webdav"}, "format is needed"),
        ({"service": "webdav", "format": "fit", "exercises": "squat=1"}, "no numbers"),
        ({"service": "hevy", "exercises": "squats=1"}, "no exercise 'squats'"),
        ({"service": "hevy", "exercises": "squat"}, "expected an exercise and its number"),
        ({"service": "folder", "place": "here", "format": "fit"}, "working directory"),
    ],
)
def test_a_target_that_can_not_be_meant_is_refused(more: dict[str, str], told: str) -> None:
    with pytest.raises(TrackerError, match=told):
        checked_target(PushTarget(**{"place": "https://x.example", **more}))


def test_a_wrong_table_names_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    for text, told in (
        ('[push.x]\nservice = "hevi"\nplace = "https://x"\n', r"\[push.x\]: There is no service"),
        ('[push.x]\nservice = "hevy"\n', r"push\.x\.place is missing"),
        ('[push.x]\nservice = "hevy"\nplace = 1\n', r"expected text for push\.x\.place"),
        ('[push.x]\nkey = "k"\n', r"no key push\.x\.key"),
        ('[push."a.b"]\nservice = "hevy"\nplace = "https://x"\n', "small letters"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=told):
            load_config(path)


def test_the_path_of_a_webhook_is_not_shown() -> None:
    target = read_target("webhook:https://example.org/hook/s3cret?token=s3cret")
    assert target.shown == "webhook:https://example.org/…"


# Secrets


class Keyring(KeyringBackend):
    """A keyring in memory."""

    priority = 9
    broken = False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError

    def _check(self) -> None:
        if self.broken:
            raise RuntimeError("locked")


@pytest.fixture
def ring() -> Iterator[Keyring]:
    """The keyring of the system."""
    before = keyring.get_keyring()
    ours = Keyring()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


def revealed(store: SecretStore, name: str = "hevy") -> str | None:
    secret = store.read(name)
    return None if secret is None else secret.reveal()


def test_a_secret_goes_to_the_keyring_and_to_no_file(ring: Keyring, tmp_path: Path) -> None:
    store = SecretStore(tmp_path, {})
    assert store.save("hevy", Secret("s3cret")) == "the keyring of this computer"
    assert revealed(store) == "s3cret"
    assert list(tmp_path.iterdir()) == []
    # Another configuration has targets of its own.
    assert revealed(SecretStore(tmp_path / "other", {})) is None
    store.remove("hevy")
    assert (revealed(store), ring.kept) == (None, {})


@pytest.mark.posix("the profile of a user is closed to others on Windows")
def test_without_a_keyring_a_secret_is_in_a_file_of_the_wearer(
    ring: Keyring, tmp_path: Path
) -> None:
    ring.broken = True
    folder = tmp_path / "config"
    store = SecretStore(folder, {})
    assert store.save("hevy", Secret("s3cret")) == str(folder / FILE_NAME)
    store.save("wger", Secret("an0ther"))
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (revealed(store), revealed(store, "wger")) == ("s3cret", "an0ther")
    store.remove("hevy")
    assert (revealed(store), revealed(store, "wger")) == (None, "an0ther")
    assert "s3cret" not in (folder / FILE_NAME).read_text()
    assert os.listdir(folder) == [FILE_NAME]


def test_a_secret_that_moves_to_the_keyring_leaves_the_file(ring: Keyring, tmp_path: Path) -> None:
    ring.broken = True
    store = SecretStore(tmp_path, {})
    store.save("hevy", Secret("old"))
    ring.broken = False
    store.save("hevy", Secret("new"))
    assert json.loads((tmp_path / FILE_NAME).read_text()) == {}
    assert revealed(store) == "new"


def test_the_environment_beats_both(ring: Keyring, tmp_path: Path) -> None:
    store = SecretStore(tmp_path, {"TRACKER_PUSH_SECRET_MY_WGER": "given"})
    store.save("my-wger", Secret("kept"))
    assert revealed(store, "my-wger") == "given"


def test_a_damaged_file_is_told_and_not_quoted(ring: Keyring, tmp_path: Path) -> None:
    ring.broken = True
    (tmp_path / FILE_NAME).write_text('{"hevy": "s3cret"')
    with pytest.raises(InputError, match="is damaged") as raised:
        SecretStore(tmp_path, {}).read("hevy")
    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret("s3cret")
    told = f"{secret} {secret!r} {[secret]} {(secret,)!s}"
    assert "s3cret" not in told
    assert "***" in told
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("text", ["", "  ", "two\nlines", "x" * 5000])
def test_what_is_no_secret_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(InputError) as raised:
        checked_secret(text, "API key")
    assert not text.strip() or text not in str(raised.value)


def test_a_service_that_needs_a_key_says_so() -> None:
    for name in ("hevy", "intervals", "wger"):
        target = PushTarget(name, "https://x.example")
        with pytest.raises(Unreachable, match="has no API key") as raised:
            open_receiver("mine", target, None)
        assert raised.value.advice == "Enter it: tracker push --secret mine"
