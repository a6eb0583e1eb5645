from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from distributed import Client

from tracker.cli.analyzing import Order, outcomes
from tracker.cli.cluster import outcomes_on
from tracker.cli.exit_codes import ExitCode
from tracker.domain import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ORDER = Order(20_000)
PATIENCE_S = 60.0


@contextmanager
def process(*arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of Dask as a process of its own, until the end of the block."""
    command = [sys.executable, "-m", *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            yield running
        finally:
            running.kill()


class Cluster:
    """A scheduler and workers, each a process."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        file = folder / "scheduler.json"
        self._start(
            "distributed.cli.dask_scheduler",
            "--port",
            0,
            "--no-dashboard",
            "--scheduler-file",
            file,
        )
        self.wait_for(file.exists)
        self.address: str = json.loads(file.read_text())["address"]

    def add_worker(self, name: str) -> subprocess.Popen[bytes]:
        return self._start(
            "distributed.cli.dask_worker",
            self.address,
            "--name",
            name,
            "--no-nanny",
            "--no-dashboard",
            "--nthreads",
            1,
            "--local-directory",
            self._folder,
        )

    def working(self) -> dict[str, int]:
        """Return how many tasks each worker has before it."""
        with Client(self.address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            workers = client.scheduler_info(n_workers=-1)["workers"]
            tasks = client.processing()
            return {about["name"]: len(tasks[place]) for place, about in workers.items()}

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _start(self, *arguments: object) -> subprocess.Popen[bytes]:
        return self._stack.enter_context(process(*arguments))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(tmp_path, stack)


@pytest.mark.slow
def test_a_worker_that_dies_changes_nothing(
    cluster: Cluster, recording: Path, csv: Path, tmp_path: Path
) -> None:
    sources = [str(csv), str(tmp_path / "missing.csv"), *[str(recording)] * 10, f"file://{csv}"]
    known = list(outcomes(sources, ORDER, jobs=1))
    victim, _ = cluster.add_worker("victim"), cluster.add_worker("other")
    cluster.wait_for(lambda: len(cluster.working()) == 2)
    found = outcomes_on(cluster.address, sources, ORDER)
    first = next(found)
    at_work = cluster.working()
    assert at_work["victim"] > 0
    victim.kill()
    victim.wait()
    assert [first, *found] == known
    assert set(cluster.working()) == {"other"}


@pytest.mark.slow
def test_the_command_prints_what_it_prints_without_a_cluster(
    cluster: Cluster,
    recording: Path,
    short_csv: Path,
    monkeypatch: pytest.MonkeyPatch,
    tracker: Callable[..., Any],
) -> None:
    cluster.add_worker("one")
    # Names are relative to where the command runs, which is not where the workers do.
    monkeypatch.chdir(recording.parent)
    files = (recording.name, short_csv, "missing.csv")
    alone = tracker("analyze", *files, "--format", "json", "--jobs", 1)
    shared = tracker("analyze", *files, "--format", "json", "--scheduler", cluster.address)
    assert shared.code == alone.code == ExitCode.USAGE_OR_INPUT
    assert shared.out == alone.out
    assert "missing.csv: there is no such file" in shared.err


def test_a_url_is_analyzed_like_a_file(csv: Path, tracker: Callable[..., Any]) -> None:
    with fsspec.open("memory://season/lifted.csv", "wb") as out:
        out.write(csv.read_bytes())
    here = json.loads(tracker("analyze", csv, "--format", "json").out)
    for url in ("memory://season/lifted.csv", f"file://{csv}"):
        there = json.loads(tracker("analyze", url, "--format", "json").out)
        assert there["source"]["path"] == url
        assert there == here | {"source": here["source"] | {"path": url}}


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TrackerError, match=r"hip-thrust-tracker\[dask\]"):
        next(outcomes_on("tcp://127.0.0.1:1", ["a.csv"], ORDER))


@pytest.mark.parametrize("address", ["nonsense://x", "tcp://127.0.0.1:1"])
def test_where_no_scheduler_is_it_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.cli.cluster.CONNECT_S", 0.5)
    with pytest.raises(TrackerError, match="no scheduler at"):
        next(outcomes_on(address, ["a.csv"], ORDER))
