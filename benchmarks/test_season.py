"""What a second process or worker is worth over many recordings, and that it changes nothing."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import pytest

from tracker.app.session_files import BIG_BLOCK_SAMPLES
from tracker.cli.analyze import AnalysisSettings, file_results, file_results_on
from tracker.cli.workers import usable_cores
from tracker.domain.units import NS_PER_S
from tracker.importers import ImportOptions
from tracker.recording import RecordingWriter
from tracker.sim import simulate, training_plan

if TYPE_CHECKING:
    from pathlib import Path

    from measuring import Report

    from tracker.cli.analyze import FileResult

RECORDINGS: Final = 48
LENGTH_S: Final = 300.0
SEEDS: Final = 4
ROUNDS: Final = 2


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Some dozens of short recordings, no two of them the same bytes."""
    folder: Path = tmp_path_factory.mktemp("season")
    for seed in range(SEEDS):
        session = simulate(training_plan("hip_thrust", seed, LENGTH_S), seed)
        packets = list(
            takewhile(
                lambda each: each.received_ns < round(LENGTH_S) * NS_PER_S, session.notifications()
            )
        )
        for number in range(seed, RECORDINGS, SEEDS):
            info = replace(session.info, note=f"{session.info.note} {number}")
            with RecordingWriter(folder / f"{number:02}.arrows", info) as writer:
                for notification in packets:
                    writer.write(notification)
    return sorted(map(str, folder.glob("*.arrows")))


def processor_s() -> float:
    """Return what this process and those that it has ended took the processors, s."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


@pytest.mark.timeout(900)
def test_two_processes(season: list[str], report: Report) -> None:
    """By the clock on the wall, the start of the processes included."""
    settings = AnalysisSettings(BIG_BLOCK_SAMPLES, None, ImportOptions())
    taken_s: dict[int, list[float]] = {1: [], 2: []}
    worked_s: dict[int, list[float]] = {1: [], 2: []}
    found: dict[int, list[FileResult]] = {}
    for _ in range(ROUNDS):
        # In turn, so that what disturbs one disturbs the other.
        for jobs, times_s in taken_s.items():
            start_s, worked_before_s = time.perf_counter(), processor_s()
            found[jobs] = list(file_results(season, settings, jobs))
            times_s.append(time.perf_counter() - start_s)
            worked_s[jobs].append(processor_s() - worked_before_s)
    assert found[1] == found[2]
    assert all(outcome.workout is not None for outcome in found[1])
    one_s, two_s = (min(times_s) for times_s in taken_s.values())
    more = min(worked_s[2]) / min(worked_s[1])
    report(
        f"{RECORDINGS} recordings of {LENGTH_S / 60:.0f} min, 2 processes",
        f"{two_s:.2f} s",
        f"{two_s / one_s:.2f} × one process on the wall, {more:.2f} × of the processors' time; "
        f"{usable_cores()} cores here",
    )


@pytest.mark.timeout(900)
def test_two_workers_of_a_cluster(season: list[str], report: Report) -> None:
    """By the clock on the wall; the workers have started and imported everything before."""
    distributed = pytest.importorskip("distributed", reason="needs the extra dask")
    settings = AnalysisSettings(BIG_BLOCK_SAMPLES, None, ImportOptions())
    alone = list(file_results(season, settings, 1))
    taken_s: dict[int, float] = {}
    for workers in (1, 2):
        with distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None
        ) as cluster:
            address = cluster.scheduler_address
            list(file_results_on(address, season[:8], settings))
            times_s = []
            for _ in range(ROUNDS):
                start_s = time.perf_counter()
                found = list(file_results_on(address, season, settings))
                times_s.append(time.perf_counter() - start_s)
            taken_s[workers] = min(times_s)
        assert [each.workout for each in found] == [each.workout for each in alone]
    report(
        f"{RECORDINGS} recordings of {LENGTH_S / 60:.0f} min, 2 workers of Dask",
        f"{taken_s[2]:.2f} s",
        f"{taken_s[2] / taken_s[1]:.2f} × one worker on the wall; {usable_cores()} cores here",
    )
