from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.app.paths import atomic_write, refuse_existing, refuse_filled, whole_folder
from tracker.domain import OutputError

if TYPE_CHECKING:
    from pathlib import Path


def fail_half_way(target: Path, force: bool) -> None:
    with atomic_write(target, force) as path:
        path.write_text("half")
        raise ZeroDivisionError


def write_while_another_does(target: Path) -> None:
    with atomic_write(target, force=False) as path:
        path.write_text("mine")
        target.write_text("theirs")


def test_the_file_appears_when_all_of_it_is_written(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    with atomic_write(target, force=False) as path:
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
        atomic_write(target, force=False) as path,
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
    with atomic_write(target, force=True) as path:
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
        atomic_write(tmp_path / "nowhere" / "a.arrows", force=False) as path,
    ):
        path.write_text("never")


def test_a_folder_is_refused_even_with_force(tmp_path: Path) -> None:
    with pytest.raises(OutputError), atomic_write(tmp_path, force=True) as path:
        path.write_text("never")
    assert tmp_path.is_dir()


def test_nothing_is_refused_where_nothing_is(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "a.arrows", force=False)


def fill_half(target: Path) -> None:
    with whole_folder(target, force=True) as folder:
        (folder / "a").write_text("half")
        raise ZeroDivisionError


def names_in(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_a_folder_appears_when_all_of_it_is_written(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with whole_folder(target, force=False) as folder:
        (folder / "part").mkdir()
        (folder / "part" / "a").write_text("a")
        assert not target.exists()
    assert names_in(tmp_path) == {"out/part/a": "a"}


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    with whole_folder(target, force=False) as folder:
        (folder / "a").write_text("a")
    assert names_in(tmp_path) == {"out/a": "a"}


def test_a_folder_with_something_in_it_stays_without_force(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine")
    with (
        pytest.raises(OutputError, match=r"something in it\n.*--force"),
        whole_folder(tmp_path / "out", force=False) as folder,
    ):
        (folder / "a").write_text("a")
    assert names_in(tmp_path) == {"out/mine": "mine"}


def test_with_force_files_of_the_same_name_are_replaced_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "out" / "part").mkdir(parents=True)
    (tmp_path / "out" / "part" / "a").write_text("old")
    (tmp_path / "out" / "part" / "mine").write_text("mine")
    with whole_folder(tmp_path / "out", force=True) as folder:
        (folder / "part").mkdir()
        (folder / "part" / "a").write_text("new")
        (folder / "b").write_text("b")
    assert names_in(tmp_path / "out") == {"part/a": "new", "part/mine": "mine", "b": "b"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_no_part_of_a_folder_appears_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fill_half(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder_even_with_force(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        refuse_filled(tmp_path / "out", force=True)
