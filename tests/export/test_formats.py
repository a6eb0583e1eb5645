from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tracker.domain import InputError, TimedFrame, UnknownNameError
from tracker.export.formats import FORMATS, Needs, Session, format_named

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.domain import Workout


SAMPLES = TimedFrame(np.linspace(0.0, 0.99, 100), np.ones((100, 3)), np.zeros((100, 3)))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_writes_a_file_or_a_folder(
    name: str, workout: Workout, tmp_path: Path
) -> None:
    form = FORMATS[name]
    session = Session(workout, SAMPLES)
    assert form.name == name
    assert form.is_file or form.folder_writer
    if form.is_file:
        out = io.BytesIO()
        form.write(session, out)
        assert out.getvalue()
    if form.folder_writer is not None:
        form.write_folder([session], tmp_path, tmp_path / "target")
        assert any(path.is_file() for path in tmp_path.rglob("*"))


def test_a_format_of_samples_is_not_written_without(workout: Workout, tmp_path: Path) -> None:
    for name in ("raw-csv", "raw-parquet"):
        with pytest.raises(InputError, match="has no samples"):
            FORMATS[name].write(Session(workout), io.BytesIO())
    with pytest.raises(InputError, match="has no samples"):
        FORMATS["bids"].write_folder([Session(workout)], tmp_path, tmp_path / "target")


def test_naming_the_formats_loads_none_of_their_libraries() -> None:
    code = "import sys; import tracker.export.formats; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    ).stdout.split()
    assert not {"scipy", "pyarrow", "jinja2"} & set(loaded)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_has_an_ending_and_only_files_are_text(name: str) -> None:
    form = FORMATS[name]
    assert form.suffix.startswith(".") is form.is_file
    assert not form.text or form.is_file


def test_the_nearest_name_is_told() -> None:
    assert format_named("csv") is FORMATS["csv"]
    with pytest.raises(UnknownNameError, match="Did you mean json"):
        format_named("jsom")


@pytest.mark.parametrize(
    "name",
    [name for name, form in FORMATS.items() if form.needs is not Needs.SAMPLES and form.text],
)
def test_text_is_utf8(name: str, workout: Workout) -> None:
    out = io.BytesIO()
    FORMATS[name].write(Session(workout), out)
    assert out.getvalue().decode()


def test_a_folder_is_no_file_and_a_file_no_folder(workout: Workout, tmp_path: Path) -> None:
    for form in FORMATS.values():
        if not form.is_file:
            with pytest.raises(ValueError, match="folder"):
                form.write(Session(workout), io.BytesIO())
        if form.folder_writer is None:
            with pytest.raises(ValueError, match="one file"):
                form.write_folder([Session(workout)], tmp_path, tmp_path)


def test_earlier_sessions_reach_the_format_that_shows_them(workout: Workout) -> None:
    before = replace(workout, info=replace(workout.info, started_utc="2020-01-01T10:00:00+00:00"))
    alone, together = io.BytesIO(), io.BytesIO()
    FORMATS["html"].write(Session(workout), alone)
    FORMATS["html"].write(Session(workout, history=(before,)), together)
    assert b"Over 2 sessions" in together.getvalue()
    assert b"Over 2 sessions" not in alone.getvalue()
