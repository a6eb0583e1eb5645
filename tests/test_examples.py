"""The programs in examples/ run, and agree with the truth of the recordings."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from tracker.decoding import timed_samples
from tracker.recording import open_recording

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
RECORDINGS = ROOT / "recordings"


def run(program: str, *arguments: object) -> str:
    line: Sequence[str] = (sys.executable, str(EXAMPLES / program), *map(str, arguments))
    return subprocess.run(line, check=True, capture_output=True, encoding="utf-8").stdout


def reps_of_sets(recording: str) -> list[int]:
    truth = json.loads((RECORDINGS / f"{recording}.truth.json").read_text(encoding="utf-8"))
    return [len(each["reps"]) for each in truth["sets"]]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """The samples of a recording as the CSV that everybody can write."""
    recording = open_recording(RECORDINGS / "hard_session.arrows")
    samples = timed_samples(recording.info, recording)
    assert samples.gyro_radps is not None
    path = tmp_path / "hips.csv"
    np.savetxt(
        path,
        np.column_stack([samples.time_s, samples.acc_mps2, samples.gyro_radps]),
        delimiter=",",
        header="time_s,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z",
        comments="",
    )
    return path


def test_reps_of_a_csv_are_counted(csv: Path) -> None:
    expected = [f"set {n}: {reps} reps" for n, reps in enumerate(reps_of_sets("hard_session"), 1)]
    assert run("count_reps.py", csv).splitlines() == expected


def test_every_rep_of_a_recording_has_a_line_with_its_tempo() -> None:
    _, *lines = run("tempo.py", RECORDINGS / "clean_set.arrows").splitlines()
    assert [[len(lines)]] == [reps_of_sets("clean_set")]
    assert all(float(line.split()[4]) > 1.0 for line in lines)  # held for 1.5 s


@pytest.mark.slow
def test_reps_and_cues_come_in_order_from_blocks_of_arrays() -> None:
    lines = run("live.py", RECORDINGS / "hard_session.arrows").splitlines()
    # A rep is announced at once; one that nothing like it follows is taken back later.
    assert sum(" rep " in line for line in lines) >= sum(reps_of_sets("hard_session"))
    assert any("coach:" in line for line in lines)
    assert lines[-1].endswith("end of set 2")


@pytest.mark.slow
def test_the_notebook_shows_a_rep_with_its_phases_and_compares_the_sets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(variable, str(tmp_path))
    notebook = nbformat.read(EXAMPLES / "compare_sets.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, resources={"metadata": {"path": EXAMPLES}}).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    assert not [out for out in outputs if out.output_type == "stream" and out.name == "stderr"]
    shown = [out.data for out in outputs if out.output_type == "display_data"]
    assert len([data for data in shown if "image/png" in data]) == 2
    tables = [out.data["text/plain"] for out in outputs if out.output_type == "execute_result"]
    rows = [line.split() for line in tables[0].splitlines()[1:]]
    assert [int(row[2]) for row in rows] == reps_of_sets("hard_session")
    assert "rom_deg" in tables[-1]


def test_every_example_is_in_the_list() -> None:
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for program in (*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.ipynb")):
        assert f"({program.name})" in listed


def test_what_is_no_csv_of_samples_gets_a_line() -> None:
    call = [sys.executable, "examples/count_reps.py", "recordings/clean_set.arrows"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("recordings/clean_set.arrows: not a CSV of samples")
