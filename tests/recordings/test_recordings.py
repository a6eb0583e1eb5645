"""The example recordings, replayed and in one go, against what is known about them."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tracker.app.clock import SYSTEM_CLOCK
from tracker.app.playback import analyze_notifications
from tracker.app.session import Session
from tracker.domain import Flag, Gap, SessionState
from tracker.engine import build_engine
from tracker.recording import ReplaySource, open_recording
from tracker.sensors.profile.packets import CONFIG_UUID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.domain import Event, Rep, SetRecord

FOLDER = Path(__file__).parents[2] / "recordings"
NAMES = ("clean_set", "hard_session", "link_trouble")

MOST_BYTES = 300_000

LONG_GAP_S = 0.25
"""A rep with a longer hole inside may be missing, but nothing may be found that is none."""

MEDIAN_S, P95_S = 0.025, 0.090
"""How far half and how far nearly all phase boundaries may be from the truth."""

each_recording = pytest.mark.parametrize("name", NAMES)


@dataclass(frozen=True)
class Boundaries:
    """Where a rep's phases begin, and where it ends."""

    times_s: tuple[float, ...]
    gap_inside: bool = False

    @property
    def span_s(self) -> tuple[float, float]:
        return self.times_s[0], self.times_s[-1]


class Keeper:
    """Remembers everything that it was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        self.events += events


def truth_of(name: str) -> dict[str, Any]:
    truth = json.loads((FOLDER / f"{name}.truth.json").read_text(encoding="utf-8"))
    assert isinstance(truth, dict)
    return truth


def true_sets(name: str) -> list[list[Boundaries]]:
    truth = truth_of(name)
    gaps = [gap for gap in truth["gaps"] if gap["end_s"] - gap["start_s"] > LONG_GAP_S]

    def boundaries(rep: dict[str, Any]) -> Boundaries:
        cut = any(gap["start_s"] < rep["end_s"] and gap["end_s"] > rep["start_s"] for gap in gaps)
        return Boundaries((*(span["start_s"] for span in rep["phases"]), rep["end_s"]), cut)

    return [[boundaries(rep) for rep in each["reps"]] for each in truth["sets"]]


def in_one_go(name: str) -> list[Event]:
    recording = open_recording(FOLDER / f"{name}.arrows")
    engine = build_engine(recording.info)
    return [event for event, _ in analyze_notifications(engine, recording, recording.rows)]


def found_in(events: Sequence[Event]) -> tuple[SetRecord, ...]:
    ledger = SessionState()
    ledger.accept(events)
    return ledger.sets


def boundaries_of(rep: Rep) -> Boundaries:
    return Boundaries((*(span.start_s for span in rep.phases), rep.end_s))


def same(one: Boundaries, other: Boundaries) -> bool:
    """Say whether two reps share most of the shorter one's time."""
    (start, end), (other_start, other_end) = one.span_s, other.span_s
    shared_s = min(end, other_end) - max(start, other_start)
    return shared_s > 0.5 * min(end - start, other_end - other_start)


def pairs(name: str) -> Iterator[tuple[Boundaries, list[Boundaries]]]:
    """Yield every true rep with what was found of it."""
    found = [boundaries_of(rep) for each in found_in(in_one_go(name)) for rep in each.reps]
    for reps in true_sets(name):
        for rep in reps:
            yield rep, [candidate for candidate in found if same(rep, candidate)]


@each_recording
def test_it_is_whole_small_and_says_that_it_is_synthetic(name: str) -> None:
    path = FOLDER / f"{name}.arrows"
    recording = open_recording(path)
    assert recording.damage == ()
    assert path.stat().st_size < MOST_BYTES
    assert recording.info.origin == "synthetic"
    assert recording.info.note.startswith("Synthetic: a simulated lifter, nobody trained.")
    truth = truth_of(name)
    assert truth["synthetic"] is True
    assert truth["exercise"] == recording.info.exercise


@each_recording
async def test_a_replay_says_what_a_run_in_one_go_says(name: str) -> None:
    recording = open_recording(FOLDER / f"{name}.arrows")
    keeper = Keeper()
    session = Session(
        ReplaySource(recording.info, recording.__iter__, SYSTEM_CLOCK, speed=math.inf),
        build_engine(recording.info),
        info=recording.info,
        sinks=[keeper],
    )
    await session.run()
    replayed, at_once = found_in(keeper.events), found_in(in_one_go(name))
    assert len(replayed) == len(at_once)
    for one, other in zip(replayed, at_once, strict=True):
        assert [rep.flags for rep in one.reps] == [rep.flags for rep in other.reps]
        for rep, again in zip(one.reps, other.reps, strict=True):
            times_s = boundaries_of(rep).times_s
            assert times_s == pytest.approx(boundaries_of(again).times_s, abs=1e-9)


@each_recording
def test_every_rep_is_found_once_and_nothing_else(name: str) -> None:
    matches = list(pairs(name))
    for rep, found in matches:
        assert len(found) == 1 or (rep.gap_inside and not found), f"rep at {rep.span_s} s"
    counted = sum(len(each.reps) for each in found_in(in_one_go(name)))
    assert counted == sum(len(found) for _, found in matches)


@each_recording
def test_the_sets_are_those_that_were_done(name: str) -> None:
    truth = true_sets(name)
    sets = found_in(in_one_go(name))
    assert len(sets) == len(truth)
    for found, reps in zip(sets, truth, strict=True):
        assert found.ended
        assert found.counted == len(found.reps)
        assert found.counted <= len(reps) <= found.counted + sum(rep.gap_inside for rep in reps)


@each_recording
def test_phases_begin_and_end_when_they_did(name: str) -> None:
    errors_s = [
        found_s - true_s
        for rep, found in pairs(name)
        if not rep.gap_inside
        for found_s, true_s in zip(found[0].times_s, rep.times_s, strict=True)
    ]
    sizes_s = np.abs(errors_s)
    assert len(sizes_s) >= 4 * 8
    assert np.median(sizes_s) <= MEDIAN_S
    assert np.percentile(sizes_s, 95.0) <= P95_S


@pytest.mark.parametrize("name", ["clean_set", "hard_session"])
def test_reps_that_were_short_of_lockout_are_the_ones_that_are_flagged(name: str) -> None:
    short = "short_of_lockout"
    truly = [short in rep["flags"] for each in truth_of(name)["sets"] for rep in each["reps"]]
    found = [
        short in [flag.value for flag in rep.flags]
        for each in found_in(in_one_go(name))
        for rep in each.reps
    ]
    assert found == truly


def test_the_hard_one_is_hard_and_the_troubled_one_is_troubled() -> None:
    kinds = {episode["kind"] for episode in truth_of("hard_session")["episodes"]}
    assert {"attempt", "dip", "slip", "knock", "walk", "shuffle", "roll_bar"} <= kinds
    holes_s = [gap["end_s"] - gap["start_s"] for gap in truth_of("link_trouble")["gaps"]]
    assert len(holes_s) > 3
    assert max(holes_s) > 3.0
    recording = open_recording(FOLDER / "link_trouble.arrows")
    configurations = [each.data for each in recording if each.channel == CONFIG_UUID]
    assert len(set(configurations)) == len(configurations) == 2, "one for each start of the sensor"


def test_nothing_is_said_of_what_lies_in_a_hole() -> None:
    events = in_one_go("link_trouble")
    found = [rep for each in found_in(events) for rep in each.reps]
    cut = [rep for rep in found if Flag.GAP in rep.flags]
    assert len(cut) >= 3
    for rep in cut:
        assert rep.concentric_s is rep.rom_deg is rep.rise_m is None
        assert rep.mean_velocity_mps is rep.peak_velocity_mps is None
    # What was seen is measured as ever.
    whole = [rep for rep in found if Flag.GAP not in rep.flags]
    for rep in whole:
        assert rep.rise_m == pytest.approx(0.35, abs=0.02)
        assert rep.concentric_s == pytest.approx(0.832, abs=0.005)
    for rep in found:
        assert rep.lockout_s is None or rep.lockout_s == pytest.approx(1.213, abs=0.005)
        assert rep.eccentric_s is None or rep.eccentric_s == pytest.approx(1.242, abs=0.005)
        assert rep.bottom_s is None or rep.bottom_s == pytest.approx(0.813, abs=0.005)
    # After a gap, the next rep that was seen may not have been the next one.
    gaps = [event for event in events if isinstance(event, Gap)]
    for each in found_in(events):
        assert each.reps[-1].bottom_s is None
        for rep, following in pairwise(each.reps):
            if rep.bottom_s is None:
                assert any(
                    rep.start_s < gap.end_s and gap.start_s < following.end_s for gap in gaps
                )


def test_making_them_again_gives_the_same(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "make.py", tmp_path], check=True)
    assert {path.stem for path in tmp_path.glob("*.arrows")} == set(NAMES)
    for name in NAMES:
        kept, again = (open_recording(place / f"{name}.arrows") for place in (FOLDER, tmp_path))
        assert again.info == kept.info
        assert list(again) == list(kept)
        made = json.loads((tmp_path / f"{name}.truth.json").read_text(encoding="utf-8"))
        assert made == truth_of(name)
