"""How long a whole hour takes, as `tracker analyze` does it: file, decoding, detection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.analysis import totals_of
from tracker.cli.analyze import BIG_BLOCK_SAMPLES
from tracker.cli.inputs import open_session_file

if TYPE_CHECKING:
    from pathlib import Path

    from measuring import Measure, Report

    from tracker.domain import Ledger

# A second round of some seconds would say the same.
ROUNDS = 1


def test_hour_of_a_recording(
    measure: Measure, recording: Path, base_hour_s: float, report: Report
) -> None:
    def analyze() -> Ledger:
        return totals_of(open_session_file(recording), BIG_BLOCK_SAMPLES)[0]

    ledger, taken_s = measure(analyze, ROUNDS)
    _tell(report, "hour from a recording", taken_s, base_hour_s)
    assert len(ledger.sets) > 10


def test_hour_of_a_sample_csv(
    measure: Measure, sample_csv: Path, base_hour_s: float, report: Report
) -> None:
    def analyze() -> Ledger:
        file = open_session_file(sample_csv, block_samples=BIG_BLOCK_SAMPLES)
        return totals_of(file, 1)[0]

    ledger, taken_s = measure(analyze, ROUNDS)
    _tell(report, "hour from a sample CSV", taken_s, base_hour_s)
    assert len(ledger.sets) > 10


def _tell(report: Report, what: str, taken_s: float, base_s: float) -> None:
    compared = f"{taken_s / base_s:.0f} × sosfilt of the hour ({base_s * 1e3:.0f} ms)"
    report(what, f"{taken_s:.2f} s", compared)
