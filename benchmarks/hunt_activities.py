"""What somebody does in a session, block after block: sets, and whatever comes between them.

A case is plain data: who it is, and a list of blocks, each with the name of what is done. Here the
names become movements of the body in `hunt_lifter`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from hunt_lifter import GRID_HZ, Body, UnclearCaseError, fade_in_and_out, progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from hunt_lifter import Item, TrueSet

LEAST_REST_S: Final = 14.5
"""Two sets nearer to each other than this are not clearly two: 12 s at the bottom end a set."""

MOST_BOTTOM_S: Final = 11.0
"""Two reps of a set further apart than this are not clearly in one."""


def perform(case: Item) -> Body:
    """Return the body after everything in a case was done; raises as `render` does."""
    body = Body(case)
    for number, block in enumerate(case["blocks"]):
        _do(body, number, block)
    body.go(2.0)
    _check(body.sets)
    return body


def _check(sets: list[TrueSet]) -> None:
    for one, other in pairwise(sets):
        if other.start_s - one.end_s < LEAST_REST_S:
            raise UnclearCaseError("two sets are too near to each other")
    for one in sets:
        sure = [rep for rep in one.reps if rep.certain]
        for rep, after in pairwise(sure):
            if after.start_s - rep.end_s > MOST_BOTTOM_S:
                raise UnclearCaseError("two reps of a set are too far from each other")


def _do(body: Body, number: int, block: Item) -> None:
    """Append a block of a case, and the way to the posture in which it is done."""
    body.rng = np.random.default_rng((body.case["seed"], block["seed"]))
    kind = block["do"]
    wanted = _STARTS_FROM[kind]
    body.to(
        "bench"
        if body.at_bench and wanted == "lift"
        else "lie"
        if wanted == "lift"
        else wanted or body.posture
    )
    start_s = body.now_s
    if kind == "set":
        body.lift_set(number, block)
    else:
        _DOINGS[kind](body, block)
    body.spans.append((kind, start_s, body.now_s))


def _walk(body: Body, block: Item) -> None:
    bag = block.get("bag", 0.0)
    body.gait(
        block["s"],
        block.get("hz", 1.8),
        ahead_mps=block.get("mps", 1.2),
        turns_deg=block.get("turns_deg", 4.0) * (1 + bag),
        lean_deg=5.0 * bag,
        bob_m=0.035,
        knock_g=block.get("knock_g", 0.4),
    )
    body.go(1.0, yaw=body.now["yaw"] + float(body.rng.uniform(-180, 180)))


def _stairs(body: Body, block: Item) -> None:
    hz, step_m = block.get("hz", 1.6), block.get("step_m", 0.17)
    way = 1.0 if block.get("up", True) else -1.0
    for _ in range(int(block.get("flights", 1))):
        body.gait(
            block["steps"] / hz,
            hz,
            ahead_mps=0.28 * hz,
            climb_mps=way * step_m * hz,
            turns_deg=block.get("turns_deg", 8.0),
            bob_m=0.02,
            lean_deg=block.get("lean_deg", 10.0) * (1.0 if way > 0 else 0.3),
            knock_g=0.3 if way > 0 else 0.9,
        )
        body.go(
            float(body.rng.uniform(0.8, 1.6)),
            yaw=body.now["yaw"] + 180.0 * float(body.rng.choice((-1.0, 1.0))),
        )


def _circles(body: Body, block: Item) -> None:
    samples = round(block["s"] * GRID_HZ)
    t, fade = np.arange(samples) / GRID_HZ, fade_in_and_out(samples, 0.8)
    turn = 2 * np.pi * block.get("hz", 0.5) * t
    size, far = block.get("deg", 15.0), block.get("m", 0.08)
    body.append(
        samples,
        {
            "wy": fade * size * np.sin(turn),
            "wz": fade * size * np.cos(turn),
            "x": fade * far * np.sin(turn),
            "y": fade * far * np.cos(turn),
            "z": -0.02 * fade * (1.0 + 0.3 * np.sin(2 * turn)),
        },
    )
    body.level_out()


def _leg_swings(body: Body, block: Item) -> None:
    samples = round(block["s"] * GRID_HZ)
    t, fade = np.arange(samples) / GRID_HZ, fade_in_and_out(samples, 0.8)
    turn = 2 * np.pi * block.get("hz", 0.8) * t
    size = block.get("deg", 9.0)
    body.append(
        samples,
        {
            "wy": fade * size * np.sin(turn),
            "wx": fade * 0.5 * size * np.sin(turn + 0.6),
            "z": 0.015 * fade * (np.cos(2 * turn) - 1.0),
            "x": 0.03 * fade * np.sin(turn),
        },
    )
    body.level_out()


def _stretch(body: Body, block: Item) -> None:
    kind = block.get("kind", "toes")
    for _ in range(int(block.get("times", 2))):
        hold_s = block.get("hold_s", 4.0)
        if kind == "toes":
            body.bend(float(body.rng.uniform(45, 85)), 1.6, 0.03, hold_s)
        elif kind == "lunge":
            body.bend(
                float(body.rng.uniform(-8, 12)), 1.3, float(body.rng.uniform(0.25, 0.42)), hold_s
            )
        body.fidget(1.0, 0.6)


def _floor_stretch(body: Body, block: Item) -> None:
    """Knees to the chest: the pelvis curls on the floor, its middle hardly leaves it."""
    for _ in range(int(block.get("times", 3))):
        body.bend(
            -block.get("deg", 20.0),
            float(body.rng.uniform(0.8, 2.0)),
            -0.012,
            block.get("hold_s", 3.0),
        )
        body.fidget(0.8, 0.4)


def _pelvic_tilts(body: Body, block: Item) -> None:
    for _ in range(int(block.get("times", 5))):
        body.bend(-block.get("deg", 9.0), float(body.rng.uniform(0.6, 1.2)), 0.0, 0.5)


def _knee_rolls(body: Body, block: Item) -> None:
    samples = round(block["s"] * GRID_HZ)
    t, fade = np.arange(samples) / GRID_HZ, fade_in_and_out(samples, 0.8)
    turn = 2 * np.pi * block.get("hz", 0.25) * t
    body.append(
        samples,
        {
            "wx": fade * block.get("deg", 30.0) * np.sin(turn),
            "wz": fade * 5.0 * np.sin(turn),
            "y": 0.02 * fade * np.sin(turn),
            "z": 0.01 * fade * (1.0 - np.cos(2 * turn)),
        },
    )
    body.level_out()


def _foam(body: Body, block: Item) -> None:
    """Roll on a foam roller under the upper back, the hips just off the floor."""
    lift = block.get("lift_m", 0.06)
    pitch, height = body.now["pitch"], body.now["z"]
    up_deg = float(np.degrees(np.arcsin(min(0.9, lift / body.trunk_m))))
    body.go(1.2, pitch=pitch + up_deg, z=height + lift)
    samples = round(block["s"] * GRID_HZ)
    t, fade = np.arange(samples) / GRID_HZ, fade_in_and_out(samples, 0.8)
    turn = 2 * np.pi * block.get("hz", 0.45) * t
    body.append(
        samples,
        {
            "x": fade * block.get("m", 0.18) * np.sin(turn),
            "wy": fade * block.get("deg", 4.0) * np.sin(turn + 0.8),
            "z": 0.015 * fade * np.sin(turn + 0.4),
        },
    )
    body.level_out()
    body.go(1.0, pitch=pitch, z=height)


def _bar_over(body: Body, block: Item) -> None:
    """Sit, reach for the bar, roll it over the legs into the hips; the hips stay down."""
    for _ in range(int(block.get("times", 3))):
        body.bend(
            block.get("deg", 28.0) * float(body.rng.uniform(0.6, 1.2)),
            float(body.rng.uniform(0.6, 1.3)),
            0.0,
            0.4,
        )
        body.fidget(0.6, 2.0, 3.0)


def _plates(body: Body, block: Item) -> None:
    for _ in range(int(block.get("times", 2))):
        body.bend(
            float(body.rng.uniform(35, 75)),
            float(body.rng.uniform(0.7, 1.2)),
            float(body.rng.uniform(0.1, 0.5)),
            float(body.rng.uniform(0.3, 1.5)),
        )
        body.gait(float(body.rng.uniform(1.5, 3.0)), 1.6, ahead_mps=0.6, turns_deg=5.0)
        body.go(0.8, yaw=body.now["yaw"] + float(body.rng.uniform(-120, 120)))


def _scoot(body: Body, block: Item) -> None:
    """Move the seat along the floor on hands and feet: small hops with some turn."""
    for _ in range(int(block.get("times", 3))):
        samples = round(float(body.rng.uniform(0.7, 1.3)) * GRID_HZ)
        hump = np.sin(np.pi * progress(samples)) ** 2
        body.append(
            samples,
            {
                "z": block.get("m", 0.04) * hump,
                "pitch": block.get("deg", 8.0) * hump,
                "x": float(body.rng.uniform(-0.1, 0.1)) * progress(samples),
            },
        )
        body.fidget(float(body.rng.uniform(0.2, 1.0)), 0.8)


def _test_lift(body: Body, block: Item) -> None:
    """Lift the hips a little to place the pad or the bar: far less than half of a rep."""
    part = block.get("part", 0.3)
    samples = round(block.get("s", 1.6) * GRID_HZ)
    hump = part * np.sin(np.pi * progress(samples, {"a": 1.4, "b": 1.4})) ** 2
    body.append(samples, dict(body.hips(hump, {}).items()))
    body.fidget(1.0, 0.6)


def _prop_up(body: Body, block: Item) -> None:
    """Prop up on the elbows or sit half up to look around, and go back down; hips on the floor."""
    pitch = body.now["pitch"]
    for _ in range(int(block.get("times", 1))):
        shape = {"a": float(body.rng.uniform(1.4, 3.0)), "b": float(body.rng.uniform(1.4, 3.0))}
        body.roll(
            float(body.rng.uniform(0.7, 1.6)),
            pitch - block.get("deg", 45.0),
            block.get("side_deg", 0.0),
            shape,
        )
        body.fidget(block.get("hold_s", 2.0), 0.8)
        body.roll(float(body.rng.uniform(0.7, 1.8)), pitch, -block.get("side_deg", 0.0), shape)
        body.fidget(0.8, 0.5)


def _turn_over(body: Body, block: Item) -> None:
    body.to("prone")
    body.fidget(block.get("s", 4.0), 0.6)
    body.to("lie")


def _chair(body: Body, block: Item) -> None:
    for _ in range(int(block.get("times", 1))):
        body.to("chair")
        body.fidget(block.get("s", 6.0), 0.8)
        body.to("stand")
        body.fidget(1.5, 0.6)


def _up_and_down(body: Body, block: Item) -> None:
    """Get up from the floor, take a drink, and get down again."""
    body.to("stand")
    body.fidget(block.get("s", 5.0), 1.0)
    body.to("sit")


def _rest(body: Body, block: Item) -> None:
    body.fidget(block["s"], block.get("deg", 0.5))


def _shuffle(body: Body, block: Item) -> None:
    body.fidget(block["s"], block.get("deg", 4.0), 2.5)


_DOINGS: Final[dict[str, Callable[[Body, Item], None]]] = {
    "walk": _walk,
    "stairs": _stairs,
    "circles": _circles,
    "leg_swings": _leg_swings,
    "stretch": _stretch,
    "floor_stretch": _floor_stretch,
    "pelvic_tilts": _pelvic_tilts,
    "knee_rolls": _knee_rolls,
    "foam": _foam,
    "bar_over": _bar_over,
    "plates": _plates,
    "scoot": _scoot,
    "test_lift": _test_lift,
    "prop_up": _prop_up,
    "turn_over": _turn_over,
    "chair": _chair,
    "up_and_down": _up_and_down,
    "rest": _rest,
    "shuffle": _shuffle,
}

_STARTS_FROM: Final[dict[str, str | None]] = {
    "set": "lift",
    "walk": "stand",
    "stairs": "stand",
    "circles": "stand",
    "leg_swings": "stand",
    "stretch": "stand",
    "floor_stretch": "lie",
    "pelvic_tilts": "lie",
    "knee_rolls": "lie",
    "foam": "lie",
    "bar_over": "sit",
    "plates": "stand",
    "scoot": "sit",
    "test_lift": "lift",
    "prop_up": "lift",
    "turn_over": "lie",
    "chair": "stand",
    "up_and_down": "sit",
    "rest": None,
    "shuffle": "sit",
}
"""In which posture a block begins; None is whichever the body is in."""
