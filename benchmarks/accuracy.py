"""Counts and times against what is known: `make accuracy` prints this table.

Simulated sessions are simulated: a rigid trunk, our own model of it, and nobody trained.
Recordings are of people, but none of them is of a hip thrust with a sensor on the pelvis, because
no such recording is public. Nothing here was measured on our hardware.
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from baseline import count_peaks
from scoring import Score, score_session, spread

from tracker.domain import Ledger, SessionInfo
from tracker.engine import build_engine
from tracker.recording import notifications_from_samples, read_sample_csv
from tracker.runtime.batch import analyze_notifications
from tracker.sensors import SAMPLES_CHANNEL, encode_samples
from tracker.sim import corpus, simulate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.domain import Event, Notification
    from tracker.sim import SessionPlan

CORPUS_SEED: Final = 4242
"""Seed of the sessions that are reported; nothing was tuned on it."""

CORPUS_SIZE: Final = 124
"""Four rounds of every scenario: 240 sets."""

LIVE_SAMPLES: Final = 5
"""Samples in a block, as a radio delivers them: latency is measured with it."""

RECORDINGS: Final = (
    ("squat_waist", "squat", "real squats, waist"),
    ("sit_to_stand_pelvis", "sit_to_stand", "real sit-to-stands, pelvis"),
    ("glute_bridge_thigh", "glute_bridge", "real bridges, thigh, no gyroscope"),
    ("negatives", "hip_thrust", "real daily life and lying: nothing to count"),
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=CORPUS_SIZE, help="simulated sessions")
    parser.add_argument("--seed", type=int, default=CORPUS_SEED, help="seed of the simulation")
    parser.add_argument("--data", type=Path, default=_shared_data(), help="folder of recordings")
    parser.add_argument("--verbose", action="store_true", help="a line for each miss")
    options = parser.parse_args()
    _print_simulated(options.seed, options.size, verbose=options.verbose)
    if options.data is None or not options.data.is_dir():
        print("\nReal recordings: not here; name their folder with --data.")
        return
    _print_recordings(options.data, verbose=options.verbose)


def _shared_data() -> Path | None:
    """Return where the recordings lie beside the checkout, if they do."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None


def _print_simulated(seed: int, size: int, *, verbose: bool) -> None:
    print(f"Simulated sessions (seed {seed}, {size} sessions; simulated truth, nobody trained)\n")
    print(
        f"{'scenario':32}{'sets':>5}{'exact':>7}{'within 1':>9}{'ghosts':>8}{'peak counter':>14}"
    )
    total = Score()
    jobs = [(number, seed, size) for number in range(size)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        results = sorted(pool.map(_score_one, jobs, chunksize=2), key=lambda result: result[0])
    for name, group in groupby(results, key=lambda result: result[0]):
        score = Score()
        for _, label, one in group:
            score.add(one)
            if verbose and (one.exact < one.sets or one.ghosts):
                print(f"  missed: {label}: {one.exact} of {one.sets} sets, {one.ghosts} ghosts")
        total.add(score)
        _print_counts(name, score)
    _print_counts("all", total)
    print(f"\nsets counted exactly: {100 * total.exact / max(total.sets, 1):.1f} %")
    print(
        f"{'difference from simulated truth':40}"
        f"{'n':>6}{'bias':>9}{'sd':>9}{'median':>9}{'p95':>9}"
    )
    for name, values in total.errors.items():
        bias, deviation, middle, most = spread(values)
        print(f"{name:40}{len(values):6}{bias:9.3f}{deviation:9.3f}{middle:9.3f}{most:9.3f}")


def _print_counts(name: str, score: Score) -> None:
    print(
        f"{name:32}{score.sets:5}{score.exact:7}{score.within_one:9}{score.ghosts:8}"
        f"{score.baseline_exact:8} of {score.sessions}"
    )


def _score_one(job: tuple[int, int, int]) -> tuple[str, str, Score]:
    number, seed, size = job
    label, plan = _nth(corpus(seed, size), number)
    session = simulate(plan, seed + number)
    packets = -(-LIVE_SAMPLES // plan.radio.samples_per_packet)
    ledger, said = _events(session.info, session.notifications(), packets)
    time_s, acc_mps2, _ = session.samples()
    score = score_session(session.truth, ledger, said, count_peaks(time_s, acc_mps2))
    return label.rpartition("-")[0], label, score


def _nth(plans: Iterator[tuple[str, SessionPlan]], number: int) -> tuple[str, SessionPlan]:
    for index, item in enumerate(plans):
        if index == number:
            return item
    raise IndexError(number)


def _events(
    info: SessionInfo, notifications: Iterable[Notification], batch: int
) -> tuple[Ledger, list[tuple[Event, float | None]]]:
    ledger = Ledger()
    said = list(analyze_notifications(build_engine(info), notifications, batch))
    ledger.accept(event for event, _ in said)
    return ledger, said


def _print_recordings(folder: Path, *, verbose: bool) -> None:
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    print(
        f"\n{'recordings of people':48}{'files':>6}{'exact':>7}{'within 1':>9}{'peak counter':>14}"
    )
    for name, exercise, title in RECORDINGS:
        paths = sorted((folder / name).glob("*.csv.gz"))
        exact = near = plain = 0
        for path in paths:
            label = labels[f"{name}/{path.name.removesuffix('.csv.gz')}"]
            counted, peaks = _count_file(path, exercise)
            least = label["complete_reps"]
            most = least + label.get("partial_at_start", 0) + label.get("partial_at_end", 0)
            exact += least <= counted <= most
            near += least - 1 <= counted <= most + 1
            plain += least <= peaks <= most
            if verbose and not least <= counted <= most:
                print(f"  {path.name}: counted {counted}, labelled {least} to {most}")
        print(f"{title:48}{len(paths):6}{exact:7}{near:9}{plain:14}")


def _count_file(path: Path, exercise: str) -> tuple[int, int]:
    table = read_sample_csv(path)
    notifications = notifications_from_samples(
        table, LIVE_SAMPLES, encode_samples, SAMPLES_CHANNEL
    )
    ledger, _ = _events(SessionInfo("samples", exercise, origin="imported"), notifications, 20)
    peaks = count_peaks(np.asarray(table.time_s), np.asarray(table.acc_mps2))
    return sum(len(record.reps) for record in ledger.sets), peaks


if __name__ == "__main__":
    main()
