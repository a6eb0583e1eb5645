from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import fsspec
import pytest

from tests.recording.phones import phyphox, saved, turning, zipped
from tracker.cli.inputs import at_hand, is_collection, is_url, sessions_in
from tracker.domain import InputError

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "time_s,acc_x,acc_y,acc_z\n"


def test_a_folder_is_every_session_in_it(tmp_path: Path) -> None:
    saved(tmp_path, {"b.csv": HEADER, "march/a.arrows": "", "march/notes.md": "", ".c.csv": ""})
    zipped(tmp_path / "phone.zip", phyphox(turning()))
    saved(tmp_path / "phone", phyphox(turning()))
    assert sessions_in([str(tmp_path)]) == tuple(
        str(tmp_path / name) for name in ("b.csv", "march/a.arrows", "phone", "phone.zip")
    )


def test_the_folder_of_a_phone_is_one_session(tmp_path: Path) -> None:
    folder = saved(tmp_path, phyphox(turning()))
    assert not is_collection(str(folder))
    assert sessions_in([str(folder)]) == (str(folder),)


def test_what_is_named_stays_as_it_is_named(tmp_path: Path) -> None:
    named = ("missing.csv", "./a.arrows", "memory://bucket/a.csv")
    assert sessions_in(named) == named
    assert not any(map(is_collection, named))


def test_a_folder_without_a_session_is_refused(tmp_path: Path) -> None:
    saved(tmp_path, {"notes.md": "", "empty/x.md": ""})
    with pytest.raises(InputError, match="no session in it"):
        sessions_in([str(tmp_path)])


@pytest.mark.parametrize("source", ["s3://bucket/a.arrows", "file:///a.csv", "memory://a"])
def test_urls_are_known(source: str) -> None:
    assert is_url(source)


@pytest.mark.parametrize("source", ["a.csv", "/a/b.csv", r"C:\a.csv", "a://", "://a", ""])
def test_paths_are_no_urls(source: str) -> None:
    assert not is_url(source)


def test_what_is_elsewhere_is_fetched_and_removed_again() -> None:
    with fsspec.open("memory://bucket/a.csv", "wb") as out:
        out.write(b"one")
    with at_hand("memory://bucket/a.csv") as path:
        assert path.name == "a.csv"
        assert path.read_bytes() == b"one"
    assert not path.exists()


def test_what_is_here_is_not_copied(tmp_path: Path) -> None:
    with at_hand(str(tmp_path / "a.csv")) as path:
        assert path == tmp_path / "a.csv"


@pytest.mark.parametrize(
    ("url", "said"),
    [("memory://bucket/missing.csv", "no such file"), ("nosuch://a/b.csv", "cannot be fetched")],
)
def test_what_cannot_be_fetched_is_explained(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said), at_hand(url):
        pass


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match=r"hip-thrust-tracker\[dask\]"), at_hand("memory://a.csv"):
        pass
