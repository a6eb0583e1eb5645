from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from distributed import Client

from tests.cli.killable import spoken, square, square_but_once, square_unless_killed
from tests.cli.logged import open_log
from tracker.cli.analyze import AnalysisSettings, file_results, file_results_on
from tracker.cli.exits import ExitCode
from tracker.cli.workers import (
    WorkerLostError,
    most_processes,
    results,
    results_on,
    usable_cores,
)
from tracker.domain import TrackerError
from tracker.importers import ImportOptions
from tracker.language import use_language
from tracker.recording import RecordingWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.sim import SimulatedSession

pytestmark = pytest.mark.slow


needs_kill = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="Windows ends processes otherwise"
)


def never() -> bool:
    return False


def test_workers_speak_the_language_of_whom_they_work_for() -> None:
    use_language("es_MX")
    try:
        said = [result() for _, result in results(spoken, [1, 2], 2, never)]
    finally:
        use_language(None)
    assert said == ["es-MX", "es-MX"]


def all_of(
    work: Callable[[int], int], numbers: list[int], jobs: int = 2
) -> list[tuple[int, int | str]]:
    found: list[tuple[int, int | str]] = []
    for number, result in results(work, numbers, jobs, never):
        try:
            found.append((number, result()))
        except (ValueError, WorkerLostError) as error:
            found.append((number, type(error).__name__))
    return found


def test_a_pool_is_not_larger_than_windows_can_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert most_processes("win32") <= 61
    asked: list[int] = []

    def pool(amount: int) -> ProcessPoolExecutor:
        asked.append(amount)
        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))

    monkeypatch.setattr("tracker.cli.workers._pool", pool)
    monkeypatch.setattr("tracker.cli.workers.most_processes", lambda: most_processes("win32"))
    assert [result() for _, result in results(abs, range(100), 200)] == list(range(100))
    assert asked == [61]


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_order_and_errors_are_those_of_their_own(jobs: int) -> None:
    numbers = [*range(40), -1, 7]
    expected = [(each, "ValueError" if each < 0 else each * each) for each in numbers]
    assert all_of(square, numbers, jobs) == expected


@needs_kill
def test_a_worker_that_is_ended_changes_nothing(tmp_path: Path) -> None:
    found = all_of(partial(square_but_once, folder=tmp_path), list(range(1, 11)))
    assert found == [(each, each * each) for each in range(1, 11)]


@needs_kill
def test_what_ends_every_worker_is_given_up_alone() -> None:
    killing = frozenset({0, 5})
    found = all_of(partial(square_unless_killed, killing=killing), list(range(8)))
    assert found == [(n, "WorkerLostError" if n in killing else n * n) for n in range(8)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_nothing_is_begun_once_it_is_to_stop(jobs: int) -> None:
    seen: list[int] = []
    for number, result in results(square, list(range(1000)), jobs, lambda: len(seen) >= 5):
        assert result() == number * number
        seen.append(number)
    assert seen == list(range(len(seen)))
    # What was under way by then is finished.
    assert 5 <= len(seen) < 40


def test_some_cores_can_be_used() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


SETTINGS = AnalysisSettings(20_000, None, ImportOptions())
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
        self.address: str = json.loads(file.read_text(encoding="utf-8"))["address"]

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


def test_a_worker_that_dies_changes_nothing(
    cluster: Cluster, recording: Path, csv: Path, tmp_path: Path
) -> None:
    sources = [str(csv), str(tmp_path / "missing.csv"), *[str(recording)] * 10, f"file://{csv}"]
    known = list(file_results(sources, SETTINGS, jobs=1))
    victim, _ = cluster.add_worker("victim"), cluster.add_worker("other")
    cluster.wait_for(lambda: len(cluster.working()) == 2)
    found = file_results_on(cluster.address, sources, SETTINGS)
    first = next(found)
    at_work = cluster.working()
    assert at_work["victim"] > 0
    victim.kill()
    victim.wait()
    assert [first, *found] == known
    assert set(cluster.working()) == {"other"}


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


def test_a_log_is_rescored_on_a_cluster_as_it_is_here_whatever_dies(
    cluster: Cluster,
    lifted: SimulatedSession,
    log_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    tracker: Callable[..., Any],
) -> None:
    season = log_home / "season"
    season.mkdir()
    for number in range(12):
        info = replace(lifted.info, note=f"Synthetic: {number}")
        with RecordingWriter(season / f"{number:02}.arrows", info) as writer:
            for notification in lifted.notifications():
                writer.write(notification)
    # Names are relative to where the command runs, which is not where the workers do.
    monkeypatch.chdir(log_home)
    victim, _ = cluster.add_worker("victim"), cluster.add_worker("other")
    cluster.wait_for(lambda: len(cluster.working()) == 2)

    def kill_at_work() -> None:
        cluster.wait_for(lambda: cluster.working()["victim"] > 0)
        victim.kill()

    killing = threading.Thread(target=kill_at_work)
    killing.start()
    shared = tracker("rescore", "season", "--scheduler", cluster.address)
    killing.join()
    assert set(cluster.working()) == {"other"}
    assert "12 added" in shared.err
    with open_log(log_home) as log:
        known = log.recordings()
        there = [log.detail(each.id).measured for each in known]
    again = tracker("rescore", "season", "--again", "--jobs", 2)
    assert again.out == ""
    with open_log(log_home) as log:
        assert log.recordings() == known
        assert [log.detail(each.id).measured for each in known] == there
    # What is done is done: an interrupted work goes on where it was.
    skipped = tracker("rescore", "season", "--scheduler", cluster.address)
    assert "0 rescored, 0 added, 12 already done by tracker" in skipped.err


def test_a_cluster_without_workers_is_not_waited_for_once_it_is_to_stop(cluster: Cluster) -> None:
    asked = iter([False, False, True])
    assert list(results_on(cluster.address, abs, [-1, -2], lambda: next(asked))) == []


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
        next(file_results_on("tcp://127.0.0.1:1", ["a.csv"], SETTINGS))


@pytest.mark.parametrize("address", ["nonsense://x", "tcp://127.0.0.1:1"])
def test_where_no_scheduler_is_it_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.cli.workers.CONNECT_S", 0.5)
    with pytest.raises(TrackerError, match="no scheduler at"):
        next(file_results_on(address, ["a.csv"], SETTINGS))
