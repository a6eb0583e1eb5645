"""An hour of simulated training, the filter that everything is compared with, and the table."""

from __future__ import annotations

import time
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from measuring import best_of
from pyarrow import csv as arrow_csv
from pyarrow import table as arrow_table
from scipy import signal

from tracker.domain.units import NS_PER_S
from tracker.recording import RecordingWriter
from tracker.sim import simulate, training_plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from measuring import Measure, Report, T
    from pytest_benchmark.fixture import BenchmarkFixture

    from tracker.domain import Notification
    from tracker.sim import SimulatedSession

SESSION_S: Final = 3600.0
SEED: Final = 1

# The base case: what any tracker at least does to samples, four poles on six channels.
BASE_FILTER: Final = signal.butter(4, 10.0, fs=100.0, output="sos")
CHANNELS: Final = 6

_ROWS: Final = pytest.StashKey[list[tuple[str, str, str]]]()


def base_filter_s(samples: int) -> float:
    """Return the time that the base filter takes for so many samples, s."""
    values = np.random.default_rng(1).standard_normal((samples, CHANNELS))
    return best_of(5, lambda: signal.sosfilt(BASE_FILTER, values, axis=0))


@pytest.fixture(scope="session")
def hour() -> SimulatedSession:
    """An hour of hip thrusts at 100 Hz, five samples in a packet."""
    return simulate(training_plan("hip_thrust", SEED, SESSION_S), SEED)


@pytest.fixture(scope="session")
def packets(hour: SimulatedSession) -> tuple[Notification, ...]:
    """What the radio delivers in the hour."""
    end_ns = round(SESSION_S) * NS_PER_S
    return tuple(takewhile(lambda each: each.received_ns < end_ns, hour.notifications()))


@pytest.fixture(scope="session")
def samples(hour: SimulatedSession) -> int:
    """How many samples the hour has."""
    return int(np.searchsorted(hour.counts.time_s, SESSION_S))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hour")


@pytest.fixture(scope="session")
def recording(folder: Path, hour: SimulatedSession, packets: tuple[Notification, ...]) -> Path:
    """The hour as a recording."""
    path = folder / "hour.arrows"
    with RecordingWriter(path, hour.info) as writer:
        for notification in packets:
            writer.write(notification)
    return path


@pytest.fixture(scope="session")
def sample_csv(folder: Path, hour: SimulatedSession, samples: int) -> Path:
    """The hour as a CSV of samples."""
    path = folder / "hour.csv"
    time_s, acc_mps2, gyro_radps = hour.samples()
    assert gyro_radps is not None
    names = ("time_s", "acc_x", "acc_y", "acc_z", "gyro_x", "gyro_y", "gyro_z")
    columns = np.column_stack((time_s, acc_mps2, gyro_radps))[:samples].round(6).T
    rows = arrow_table(dict(zip(names, columns, strict=True)))
    arrow_csv.write_csv(rows, path, arrow_csv.WriteOptions(quoting_style="none"))
    return path


@pytest.fixture
def base_hour_s(samples: int) -> float:
    """Time that the base filter takes for the hour, s; measured anew beside every comparison."""
    return base_filter_s(samples)


@pytest.fixture
def base_packet_s() -> float:
    """Time that the base filter takes for one packet of five samples, s."""
    values = np.random.default_rng(1).standard_normal((5, CHANNELS))
    calls = 1000

    def filter_packets() -> None:
        for _ in range(calls):
            signal.sosfilt(BASE_FILTER, values, axis=0)

    return best_of(5, filter_packets) / calls


@pytest.fixture
def measure(benchmark: BenchmarkFixture) -> Measure:
    """Time something: on the wall for pytest-benchmark, on the processor for the table."""

    def run(work: Callable[[], T], rounds: int = 3) -> tuple[T, float]:
        results: list[T] = []
        taken_s: list[float] = []

        def timed() -> None:
            start_s = time.process_time()
            results.append(work())
            taken_s.append(time.process_time() - start_s)

        benchmark.pedantic(timed, rounds=rounds)  # type: ignore[no-untyped-call]
        return results[-1], min(taken_s)

    return run


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Put a line into the table: what, how much, and compared with what."""
    rows = request.config.stash.setdefault(_ROWS, [])

    def add(what: str, value: str, compared: str = "") -> None:
        rows.append((what, value, compared))

    return add


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = terminalreporter.config.stash.get(_ROWS, [])
    if not rows:
        return
    terminalreporter.section("one hour at 100 Hz is 360 000 samples in 72 000 packets")
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for what, value, compared in rows:
        line = f"{what:<{widths[0]}}  {value:>{widths[1]}}  {compared}"
        terminalreporter.write_line(line.rstrip())
