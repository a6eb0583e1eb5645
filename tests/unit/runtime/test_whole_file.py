from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.domain import OutputError
from tracker.runtime.whole_file import refuse_existing, whole_file

if TYPE_CHECKING:
    from pathlib import Path


def fail_half_way(target: Path, force: bool) -> None:
    with whole_file(target, force) as path:
        path.write_text("half")
        raise ZeroDivisionError


def write_while_another_does(target: Path) -> None:
    with whole_file(target, force=False) as path:
        path.write_text("mine")
        target.write_text("theirs")


def test_the_file_appears_when_all_of_it_is_written(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    with whole_file(target, force=False) as path:
        path.write_text("all")
        assert not target.exists()
    assert target.read_text() == "all"
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_appears_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_half_way(tmp_path / "a.arrows", force=False)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_stays_without_force(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    target.write_text("old")
    with (
        pytest.raises(OutputError, match=r"exists already\n.*--force"),
        whole_file(target, force=False) as path,
    ):
        path.write_text("new")
    assert target.read_text() == "old"


def test_a_failed_replacement_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError):
        fail_half_way(target, force=True)
    assert target.read_text() == "old"


def test_with_force_what_exists_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    target.write_text("old")
    with whole_file(target, force=True) as path:
        path.write_text("new")
    assert target.read_text() == "new"


def test_what_came_into_being_meanwhile_stays(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    with pytest.raises(OutputError):
        write_while_another_does(target)
    assert target.read_text() == "theirs"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="there is no folder"),
        whole_file(tmp_path / "nowhere" / "a.arrows", force=False) as path,
    ):
        path.write_text("never")


def test_a_folder_is_refused_even_with_force(tmp_path: Path) -> None:
    with pytest.raises(OutputError), whole_file(tmp_path, force=True) as path:
        path.write_text("never")
    assert tmp_path.is_dir()


def test_nothing_is_refused_where_nothing_is(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "a.arrows", force=False)
