"""Makes the example recordings and their truth: `python recordings/make.py [FOLDER]`.

Everything in them is synthetic, and the same on every run: nobody trained.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.export.session_json import rep_object
from tracker.recording import RecordingWriter
from tracker.sim import (
    PRESETS,
    Activity,
    ActivityPlan,
    Disconnect,
    LifterPlan,
    Mounting,
    Posture,
    RadioPlan,
    RepPlan,
    SensorPlan,
    SessionPlan,
    SetPlan,
    Touch,
    simulate,
    style_of,
)

if TYPE_CHECKING:
    from tracker.domain import Rep
    from tracker.sim import SimulatedSession

SCHEMA: Final = "tracker.truth/1"
"""Name and version of the truth files."""


@dataclass(frozen=True, slots=True)
class Example:
    """One recording of the collection."""

    name: str
    """Name of the files, without their endings."""
    plan: SessionPlan
    """What happens in it."""
    seed: int
    """Decides what the plan leaves open."""


def clean_set() -> Example:
    """Return one set as in a textbook, with a good sensor and a calm radio."""
    paces = np.linspace(1.0, 1.12, 8)
    reps = tuple(
        RepPlan(concentric_s=0.95 * pace, hold_s=1.3, eccentric_s=1.7, bottom_s=0.5)
        for pace in map(float, paces)
    )
    plan = SessionPlan(
        exercise="hip_thrust",
        blocks=(
            ActivityPlan(Activity.LIE_BACK, 2.6),
            ActivityPlan(Activity.REST, 3.0),
            SetPlan(reps),
            ActivityPlan(Activity.REST, 5.0),
            ActivityPlan(Activity.SIT_UP, 3.0),
        ),
        mounting=Mounting.drawn(np.random.default_rng(11)),
        sensor=SensorPlan(noise=PRESETS["lsm6dsox"], rate_error=0.003, crystal_ppm=15.0),
        radio=RadioPlan(samples_per_packet=5, stall_share=0.0),
        starts=Posture.SITTING,
        note="Synthetic: a simulated lifter, nobody trained. One clean set of eight.",
    )
    return Example("clean_set", plan, seed=11)


def hard_session() -> Example:
    """Return everything that makes counting hard, as a cheap sensor feels it."""
    rng = np.random.default_rng(22)
    style = style_of("b_stance_hip_thrust")
    first = list(style.drawn_set(rng, 7, fatigue=0.4).reps)
    # Short of lockout, an attempt that is no rep, a hold with two dips, a strap that slides.
    first[2] = replace(first[2], reach=0.72)
    first[3] = replace(first[3], reach=0.32, hold_s=0.1, bottom_s=1.0)
    first[4] = replace(first[4], hold_s=3.2, dips=2, dip_share=0.18)
    first[5] = replace(first[5], slip_deg=6.0, bottom_s=0.8)
    hurried = RepPlan(
        concentric_s=0.7,
        hold_s=0.0,
        eccentric_s=0.75,
        bottom_s=0.3,
        reach=0.97,
        touch=Touch.FLOOR,
        knock_g=5.0,
    )
    second = [hurried] * 4 + [replace(hurried, reach=0.7), hurried]
    plan = SessionPlan(
        exercise="b_stance_hip_thrust",
        blocks=(
            ActivityPlan(Activity.WALK, 5.0),
            ActivityPlan(Activity.SIT_DOWN, 3.0),
            ActivityPlan(Activity.ROLL_BAR, 4.0),
            ActivityPlan(Activity.LIE_BACK, 3.0),
            ActivityPlan(Activity.SHUFFLE, 5.0),
            ActivityPlan(Activity.ADJUST, 3.0),
            SetPlan(tuple(first)),
            ActivityPlan(Activity.REST, 16.0),
            SetPlan(tuple(second)),
            ActivityPlan(Activity.REST, 3.0),
            ActivityPlan(Activity.SIT_UP, 3.0),
            ActivityPlan(Activity.STAND_UP, 4.0),
            ActivityPlan(Activity.WALK, 6.0),
        ),
        lifter=style.drawn_lifter(rng),
        mounting=Mounting.drawn(rng),
        sensor=SensorPlan(
            rate_hz=50, noise=PRESETS["mpu6050"], rate_error=-0.008, crystal_ppm=-40.0
        ),
        radio=RadioPlan(samples_per_packet=5, interval_s=0.045),
        note="Synthetic: a simulated lifter, nobody trained. Two hard sets, a cheap sensor.",
    )
    return Example("hard_session", plan, seed=22)


def link_trouble() -> Example:
    """Return two good sets over a radio that loses, stalls, breaks off and meets a restart."""
    rng = np.random.default_rng(33)
    rep = RepPlan(concentric_s=1.0, hold_s=1.0, eccentric_s=1.5, bottom_s=0.6)
    plan = SessionPlan(
        exercise="hip_thrust",
        blocks=(
            ActivityPlan(Activity.LIE_BACK, 2.6),
            ActivityPlan(Activity.REST, 3.0),
            SetPlan((rep,) * 6),
            ActivityPlan(Activity.REST, 15.0),
            SetPlan((rep,) * 7),
            ActivityPlan(Activity.REST, 5.0),
        ),
        lifter=LifterPlan(roll_deg=1.5),
        mounting=Mounting.drawn(rng),
        sensor=SensorPlan(
            rate_hz=60,
            noise=PRESETS["bmi270"],
            rate_error=0.006,
            crystal_ppm=30.0,
            # Half a minute before the end of 32 bits.
            first_stamp_us=(1 << 32) - 30_000_000,
        ),
        radio=RadioPlan(
            samples_per_packet=4,
            interval_s=0.06,
            stall_share=0.05,
            loss_share=0.01,
            disconnects=(Disconnect(start_s=57.5, duration_s=3.5, reboots=True),),
            first_sequence=(1 << 16) - 400,
        ),
        starts=Posture.SITTING,
        note="Synthetic: a simulated lifter, nobody trained. Losses, stalls, a restart.",
    )
    return Example("link_trouble", plan, seed=33)


EXAMPLES: Final = (clean_set, hard_session, link_trouble)
"""The collection."""


def true_rep(rep: Rep) -> dict[str, object]:
    """Return a rep as it is written everywhere; the truth has no doubts."""
    known = rep_object(rep)
    return {name: known[name] for name in known if not name.startswith("doubt")}


def truth_object(session: SimulatedSession, recording: str) -> dict[str, object]:
    """Return what is to be found in a recording, in the words of `tracker.session/1`."""
    truth = session.truth
    return {
        "schema": SCHEMA,
        "recording": recording,
        "synthetic": True,
        "note": session.info.note,
        "exercise": session.info.exercise,
        "duration_s": round(truth.duration_s, 6),
        "least_delay_s": round(truth.least_delay_s, 6),
        "sets": [
            {
                "index": each.index,
                "start_s": round(each.start_s, 6),
                "end_s": round(each.end_s, 6),
                "range_deg": round(each.range_deg, 4),
                "reps": [true_rep(rep) for rep in each.reps],
            }
            for each in truth.sets
        ],
        "episodes": [
            {
                "kind": each.kind.value,
                "start_s": round(each.start_s, 6),
                "end_s": round(each.end_s, 6),
            }
            for each in truth.episodes
        ],
        "gaps": [
            {"start_s": round(gap.start_s, 6), "end_s": round(gap.end_s, 6)} for gap in truth.gaps
        ],
    }


def make(example: Example, folder: Path) -> None:
    """Write one recording and its truth, in place of older ones."""
    session = simulate(example.plan, example.seed)
    path = folder / f"{example.name}.arrows"
    path.unlink(missing_ok=True)
    with RecordingWriter(path, session.info) as writer:
        for notification in session.notifications():
            writer.write(notification)
    truth = json.dumps(truth_object(session, path.name), indent=1)
    (folder / f"{example.name}.truth.json").write_text(f"{truth}\n", encoding="utf-8")


def main() -> None:
    """Make the whole collection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent)
    folder = parser.parse_args().folder
    for example in EXAMPLES:
        make(example(), folder)


if __name__ == "__main__":
    main()
