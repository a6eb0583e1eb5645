"""What the adversary draws from: lifters, ways to lift, things done between sets, sensors.

A session is drawn in two steps. First a level of each factor, independent of the others, so that
failures can be told by factor and by pair of factors; then the numbers within the levels. The
ranges are wide on purpose: what a healthy or hurt body can do and what is sold, not what a corpus
had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from hunt_activities import MOST_BOTTOM_S, perform
from hunt_lifter import UnclearCaseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Item = dict[str, Any]
    Range = tuple[float, float]

FACTORS: Final[dict[str, dict[str, float]]] = {
    "exercise": {
        "hip_thrust": 5,
        "glute_bridge": 3,
        "single_leg_hip_thrust": 1.5,
        "b_stance_hip_thrust": 0.7,
        "banded_hip_thrust": 0.5,
        "feet_elevated_hip_thrust": 0.5,
    },
    "tempo": {"explosive": 1, "brisk": 2, "usual": 4, "slow": 2, "rehab": 2},
    "hold": {"touch": 1.5, "short": 2, "usual": 3, "long": 1.5, "isometric": 1},
    "bottom": {"none": 1.5, "usual": 4, "pauses": 1.5, "clusters": 1},
    "profile": {"smooth": 3, "asymmetric": 2, "even": 1, "sticking": 1.5, "bursts": 1},
    "ends": {"clean": 4, "settling": 1, "sagging": 1, "dips": 1, "bouncing": 1, "plates": 1},
    "partials": {"none": 6, "short": 1, "attempts": 1.5, "mixed": 0.5},
    "steadiness": {"steady": 4, "unsteady": 2, "shaking": 1},
    "between": {"resting": 2, "floor": 2, "standing": 2, "stairs": 1, "warm_up": 1.5, "mixed": 2},
    "rate": {"20-30 Hz": 1.5, "40-60 Hz": 2, "80-130 Hz": 4, "200-500 Hz": 2},
    "gyroscope": {"yes": 8, "no": 1},
    "grade": {"good": 4, "cheap": 3, "bad": 1},
    "bits": {"16": 5, "12": 1, "10": 0.7, "8": 0.5},
    "board": {"right-handed": 12, "mirrored": 0.6},
    "clock": {"regular": 4, "jitter": 1.5, "stamps jitter": 1.5},
    "losses": {"none": 5, "drops": 1.5, "gaps": 1.5},
    "strap": {"firm": 4, "wobble": 2, "slip": 1},
}
"""Levels of each factor with their weights. Weights make plain conditions common without making
any level rare: every level is drawn in at least one session of thirty or so."""

PLAIN: Final[Mapping[str, str]] = {
    "tempo": "usual",
    "hold": "usual",
    "bottom": "usual",
    "profile": "smooth",
    "ends": "clean",
    "partials": "none",
    "steadiness": "steady",
    "between": "resting",
    "rate": "80-130 Hz",
    "gyroscope": "yes",
    "grade": "good",
    "bits": "16",
    "board": "right-handed",
    "clock": "regular",
    "losses": "none",
    "strap": "firm",
}
"""A steady lifter with a good sensor: what `--plain` fixes, so that one factor shows alone."""

CONCENTRIC_S: Final[Mapping[str, Range]] = {
    "explosive": (0.35, 0.6),
    "brisk": (0.55, 0.9),
    "usual": (0.8, 1.6),
    "slow": (1.6, 3.0),
    "rehab": (3.0, 6.0),
}
"""Barbell thrusts take 0.6 to 1.5 s; physiotherapists ask for 3 to 6 s."""

ECCENTRIC_SHARE: Final[Range] = (0.7, 2.2)
"""The eccentric as a multiple of the concentric; dropping is kept apart by a least time."""

LEAST_ECCENTRIC_S: Final = 0.35
"""Free fall through 0.3 m takes 0.25 s, and legs brake."""

HOLD_S: Final[Mapping[str, Range]] = {
    "touch": (0.0, 0.15),
    "short": (0.15, 0.6),
    "usual": (0.6, 2.5),
    "long": (2.5, 8.0),
    "isometric": (10.0, 120.0),
}
"""An isometric bridge is prescribed for 10 to 60 s, the endurance test goes to 120 s."""

BOTTOM_S: Final[Mapping[str, Range]] = {
    "none": (0.0, 0.15),
    "usual": (0.2, 1.5),
    "pauses": (1.5, 4.0),
    "clusters": (0.2, 1.0),
}

CLUSTER_PAUSE_S: Final[Range] = (5.0, 9.5)
"""Rest-pause and cluster sets rest inside a set, up to nearly the set gap of 12 s."""

LONGEST_SET_S: Final = 100.0
"""Long holds and slow reps make few reps: a set that is longer says nothing new."""

TRUNK_M: Final[Range] = (0.38, 0.58)
"""Shoulder blades to hip joints, from a small woman to a tall man (sitting height 0.78-1.0 m)."""

HIP_M: Final[Range] = (0.085, 0.14)
"""Middle of the pelvis above the floor when it lies there: half of its depth, with padding."""

BENCH_M: Final[Range] = (0.32, 0.48)
"""From a step of the aerobics room to a bench of competition height."""

FLOOR_SHOULDER_M: Final[Range] = (0.04, 0.09)
"""Shoulder blades above the floor when one lies on a mat."""

TOP_DEG: Final[Range] = (-8.0, 14.0)
"""Trunk at the lockout of a thrust: from just short of level to arched."""

BRIDGE_RISE_M: Final[Range] = (0.14, 0.30)
"""Net displacement of hips in floor bridges: 17.8 ± 5.4 cm (Zabaleta-Korta 2024)."""

ACC_BIAS_MG: Final[Mapping[str, Range]] = {"good": (1, 20), "cheap": (15, 60), "bad": (50, 120)}
GYRO_BIAS_DPS: Final[Mapping[str, Range]] = {
    "good": (0.02, 0.6),
    "cheap": (0.4, 3.0),
    "bad": (2.0, 6.0),
}
"""Data sheets: ±20 mg and ±1 °/s typical for current parts, ±60-80 mg and ±20 °/s at most for an
MPU-6050, of which a board's start-up takes most."""

ACC_NOISE_UG: Final[Mapping[str, Range]] = {
    "good": (60, 200),
    "cheap": (200, 600),
    "bad": (500, 2000),
}
GYRO_NOISE_DPS: Final[Mapping[str, Range]] = {
    "good": (0.003, 0.01),
    "cheap": (0.008, 0.03),
    "bad": (0.03, 0.1),
}
"""Per root hertz."""

SCALE: Final[Mapping[str, float]] = {"good": 0.01, "cheap": 0.03, "bad": 0.05}

RATES_HZ: Final[Mapping[str, tuple[float, ...]]] = {
    "20-30 Hz": (20, 25, 26, 30),
    "40-60 Hz": (40, 50, 52, 60),
    "80-130 Hz": (80, 100, 104, 119, 125),
    "200-500 Hz": (200, 208, 250, 400, 500),
}

TRIES: Final = 40
"""Draws whose truth is unclear are thrown away; hardly one in ten is."""


def draw(seed: int, number: int, wanted: Mapping[str, str] | None = None) -> Item:
    """Return a session as plain data; `wanted` fixes the level of some factors.

    Raises
    ------
    ValueError
        If there is no such factor or level.
    """
    for factor, level in (wanted or {}).items():
        if level not in FACTORS.get(factor, {}):
            raise ValueError(f"no factor {factor} has the level {level}")
    for attempt in range(TRIES):
        rng = np.random.default_rng((seed, number, attempt))
        case = _drawn(rng, dict(wanted or {}))
        try:
            perform(case)
        except UnclearCaseError:
            continue
        return case
    raise ValueError(f"no clear session among {TRIES} draws of {wanted}")


def _drawn(rng: np.random.Generator, wanted: dict[str, str]) -> Item:
    levels = {}
    for factor, weights in FACTORS.items():
        names, share = list(weights), np.array(list(weights.values()))
        picked = names[int(rng.choice(len(names), p=share / share.sum()))]
        levels[factor] = wanted.get(factor, picked)
    if levels["exercise"] == "single_leg_hip_thrust" and "steadiness" not in wanted:
        levels["steadiness"] = str(rng.choice(("unsteady", "unsteady", "shaking", "steady")))
    body = _body(rng, levels)
    return {
        "exercise": levels["exercise"],
        "seed": int(rng.integers(1 << 31)),
        "levels": levels,
        "body": body,
        "sensor": _sensor(rng, levels),
        "blocks": _blocks(rng, levels, body),
    }


def _u(rng: np.random.Generator, span: tuple[float, float], digits: int = 4) -> float:
    return round(float(rng.uniform(*span)), digits)


def _log(rng: np.random.Generator, span: tuple[float, float]) -> float:
    return float(f"{np.exp(rng.uniform(np.log(span[0]), np.log(span[1]))):.4g}")


def _body(rng: np.random.Generator, levels: Mapping[str, str]) -> Item:
    trunk_m, hip_m = _u(rng, TRUNK_M), _u(rng, HIP_M)
    bridge = levels["exercise"] == "glute_bridge"
    shoulder_m = _u(rng, FLOOR_SHOULDER_M if bridge else BENCH_M)
    floor_deg = float(np.degrees(np.arcsin((hip_m - shoulder_m) / trunk_m)))
    if bridge:
        sine = (hip_m + _u(rng, BRIDGE_RISE_M) - shoulder_m) / trunk_m
        top_deg = float(np.degrees(np.arcsin(min(sine, 0.75))))
    else:
        top_deg = max(_u(rng, TOP_DEG), floor_deg + 28.0)
    return {
        "trunk_m": trunk_m,
        "hip_m": hip_m,
        "shoulder_m": shoulder_m,
        "top_deg": round(top_deg, 2),
        "stand_m": _u(rng, (0.8, 1.05), 3),
        "pelvis_deg": _u(rng, (-15, 10), 2),
        # The pelvis tucks or lags while the trunk turns: lumbar motion is 0 to 40 % of the hips'.
        "tuck": _u(rng, (-0.05, 0.3) if bridge else (-0.15, 0.25), 3),
        "peel_deg": _u(rng, (0, 10), 2) if bridge and rng.uniform() < 0.4 else 0.0,
        "rolls_m": _u(rng, (0.0, 0.08), 3),
        "gives_m": _u(rng, (0.0, 0.02), 3),
    }


# --- sets ---


def _set(rng: np.random.Generator, levels: Mapping[str, str]) -> Item:
    up_s, hold_s = _u(rng, CONCENTRIC_S[levels["tempo"]]), _log_hold(rng, levels["hold"])
    down_s = max(LEAST_ECCENTRIC_S, up_s * _log(rng, ECCENTRIC_SHARE))
    bottom_s = _u(rng, BOTTOM_S[levels["bottom"]])
    number = int(rng.integers(2, 16))
    number = max(2, min(number, int(_longest_s(levels) / (up_s + hold_s + down_s + bottom_s))))
    spread = _u(rng, (0.02, 0.18))
    slower = _u(rng, (-0.05, 0.45))
    hover = _u(rng, (0.03, 0.25)) if rng.uniform() < 0.35 else 0.0
    shapes = _shape(rng, levels["profile"]), _shape(rng, levels["profile"])
    cluster = int(rng.integers(1, 4))
    reps = []
    for index in range(number):
        tired = index / max(1, number - 1)
        vary = np.exp(spread * np.clip(rng.standard_normal(4), -2, 2))
        rep: Item = {
            "up": round(up_s * (1 + slower * tired) * vary[0], 3),
            "hold": round(hold_s * vary[1], 3),
            "down": round(max(LEAST_ECCENTRIC_S, down_s * vary[2]), 3),
            "bottom": round(bottom_s * vary[3], 3),
            "reach": round(1.0 - 0.08 * tired * rng.uniform() + 0.02 * rng.standard_normal(), 3),
        }
        if hover and index < number - 1:
            rep["rest"] = round(hover * float(rng.uniform(0.7, 1.3)), 3)
        if levels["bottom"] == "clusters" and index % cluster == cluster - 1:
            rep["bottom"], rep["rest"] = _u(rng, CLUSTER_PAUSE_S), 0.0
        if levels["profile"] != "smooth":
            rep["up_shape"], rep["down_shape"] = shapes
        _end(rng, rep, levels["ends"])
        reps.append(rep)
    reps[-1]["bottom"] = 0.0
    _partials(rng, reps, levels["partials"])
    sway = {"steady": (0.1, 0.6), "unsteady": (0.8, 3.5), "shaking": (0.4, 2.5)}
    tremor = {"steady": (0.0, 0.06), "unsteady": (0.03, 0.2), "shaking": (0.08, 0.35)}
    one_sided = {"single_leg_hip_thrust": (2.0, 10.0), "b_stance_hip_thrust": (1.0, 6.0)}
    lean = one_sided.get(levels["exercise"], (0.0, 2.0))
    side = float(rng.choice((-1.0, 1.0)))
    return {
        "do": "set",
        "seed": int(rng.integers(1 << 31)),
        "before_s": _u(rng, (0.3, 3.0)),
        "after_s": _u(rng, (0.3, 3.0)),
        "sway_deg": _u(rng, sway[levels["steadiness"]]),
        "tremor_deg": _u(rng, tremor[levels["steadiness"]]),
        "drop_deg": side * _u(rng, lean, 2),
        "twist_deg": side * 0.7 * _u(rng, lean, 2),
        "reps": reps,
    }


def _longest_s(levels: Mapping[str, str]) -> float:
    return LONGEST_SET_S * (3.0 if levels["hold"] == "isometric" else 1.0)


def _log_hold(rng: np.random.Generator, level: str) -> float:
    low, high = HOLD_S[level]
    return _u(rng, (low, high)) if low < 1.0 else _log(rng, (low, high))


def _shape(rng: np.random.Generator, level: str) -> Item:
    if level == "even":
        return {"kind": "even", "soft": _u(rng, (0.08, 0.35), 3)}
    if level == "bursts":
        # From a tremble of the speed to a stop on the way.
        return {
            "kind": "bursts",
            "number": int(rng.integers(2, 5)),
            "floor": _u(rng, (0.2, 0.6), 3),
        }
    shape: Item = {"kind": "beta", "a": _u(rng, (1.2, 4.0), 2), "b": _u(rng, (1.2, 4.0), 2)}
    if level == "sticking":
        shape |= {
            "a": 1.8,
            "b": 1.8,
            "stick": _u(rng, (0.5, 0.93), 3),
            "stick_at": _u(rng, (0.3, 0.75), 3),
            "stick_width": _u(rng, (0.05, 0.16), 3),
        }
    return shape


def _end(rng: np.random.Generator, rep: Item, level: str) -> None:
    """Draw what happens at the ends of a rep."""
    if level == "settling":
        rep["settle"] = _u(rng, (0.01, 0.06), 3)
    elif level == "sagging":
        # A lifter sags while holding; what is held for a minute sags more.
        rep["sag"] = _u(rng, (0.01, 0.12), 3)
    elif level == "dips":
        # Up to 30 % of the way: more would be a rep of its own to some.
        rep["hold"] = max(rep["hold"], 1.5)
        rep["dips"] = [
            [_u(rng, (0.2, 0.8), 3), _u(rng, (0.05, 0.28), 3)]
            for _ in range(int(rng.integers(0, 4)))
        ]
    elif level == "bouncing":
        rep["bounce"], rep["rest"] = _u(rng, (0.03, 0.2), 3), 0.0
    elif level == "plates":
        rep["knock_g"], rep["rest"] = _u(rng, (0.5, 6.0), 2), 0.0


def _partials(rng: np.random.Generator, reps: list[Item], level: str) -> None:
    """Turn a third of the reps at most into partial ones, and keep most of them full."""
    if level == "none" or len(reps) < 4:
        return
    spans = {
        "short": [(0.62, 0.84)],
        "attempts": [(0.15, 0.40)],
        "mixed": [(0.62, 0.84), (0.15, 0.40), (0.46, 0.54)],
    }[level]
    for at in rng.choice(np.arange(1, len(reps)), max(1, len(reps) // 4), replace=False):
        span = spans[int(rng.integers(len(spans)))]
        reps[at]["reach"], reps[at]["hold"] = _u(rng, span, 3), min(reps[at]["hold"], 0.6)
        # From the floor, so that the share of the range is what it is meant to be.
        reps[at - 1]["rest"], reps[at]["rest"] = 0.0, 0.0
        reps[at].pop("dips", None)
        reps[at - 1]["bottom"] = min(reps[at - 1]["bottom"], 0.3 * MOST_BOTTOM_S)
        reps[at]["bottom"] = min(reps[at]["bottom"], 0.3 * MOST_BOTTOM_S)


# --- between the sets ---

_FLOOR: Final = (
    "floor_stretch",
    "pelvic_tilts",
    "knee_rolls",
    "foam",
    "prop_up",
    "turn_over",
    "scoot",
    "shuffle",
    "test_lift",
    "bar_over",
    "up_and_down",
)
_STANDING: Final = ("walk", "plates", "chair", "stretch")
_WARM_UP: Final = ("circles", "leg_swings", "stretch", "pelvic_tilts")
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "resting": ("rest", "shuffle"),
    "floor": _FLOOR,
    "standing": _STANDING,
    "stairs": ("stairs", "walk"),
    "warm_up": _WARM_UP,
    "mixed": (*_FLOOR, *_STANDING, *_WARM_UP, "stairs"),
}


def _blocks(rng: np.random.Generator, levels: Mapping[str, str], body: Item) -> list[Item]:
    kinds = _KINDS[levels["between"]]

    def some(low: int, high: int) -> list[Item]:
        return [
            _other(rng, str(rng.choice(kinds)), body) for _ in range(int(rng.integers(low, high)))
        ]

    sets = 1 if levels["hold"] == "isometric" else int(rng.integers(1, 3))
    blocks = [
        {"do": "rest", "seed": int(rng.integers(1 << 31)), "s": _u(rng, (1.0, 6.0))},
        *some(0, 3),
    ]
    for index in range(sets):
        if index:
            blocks += [_rest(rng), *some(1, 4), _rest(rng)]
        blocks.append(_set(rng, levels))
    return blocks + some(1, 4) + [_other(rng, "walk", body)]


def _rest(rng: np.random.Generator) -> Item:
    return {
        "do": "rest",
        "seed": int(rng.integers(1 << 31)),
        "s": _u(rng, (8.0, 16.0)),
        "deg": _u(rng, (0.1, 1.2)),
    }


def _other(rng: np.random.Generator, kind: str, body: Item) -> Item:
    block: Item = {"do": kind, "seed": int(rng.integers(1 << 31))}
    spans: Mapping[str, dict[str, Range]] = {
        "walk": {
            "s": (4, 20),
            "hz": (1.5, 2.2),
            "mps": (0.7, 1.7),
            "turns_deg": (2, 8),
            "knock_g": (0.1, 0.8),
        },
        "stairs": {
            "steps": (8, 20),
            "hz": (1.1, 2.2),
            "step_m": (0.14, 0.19),
            "turns_deg": (3, 14),
            "lean_deg": (0, 22),
        },
        "circles": {"s": (5, 14), "hz": (0.3, 0.9), "deg": (6, 26), "m": (0.04, 0.13)},
        "leg_swings": {"s": (5, 14), "hz": (0.5, 1.1), "deg": (4, 15)},
        "stretch": {"hold_s": (0.5, 10)},
        "floor_stretch": {"deg": (10, 32), "hold_s": (0.5, 12)},
        "pelvic_tilts": {"deg": (4, 14)},
        "knee_rolls": {"s": (6, 20), "hz": (0.15, 0.4), "deg": (15, 50)},
        "foam": {
            "s": (6, 25),
            "hz": (0.25, 0.8),
            "m": (0.08, 0.28),
            "lift_m": (0.02, 0.1),
            "deg": (1, 6),
        },
        "bar_over": {"deg": (15, 40)},
        "plates": {},
        "chair": {"s": (2, 15)},
        "scoot": {"m": (0.02, 0.06), "deg": (3, 14)},
        "test_lift": {"part": (0.1, 0.4), "s": (0.8, 3.0)},
        "prop_up": {"deg": (25, 70), "side_deg": (-25, 25), "hold_s": (0.3, 8)},
        "turn_over": {"s": (2, 10)},
        "up_and_down": {"s": (2, 10)},
        "rest": {"s": (3, 20), "deg": (0.1, 1.5)},
        "shuffle": {"s": (2, 10), "deg": (1, 7)},
    }
    block |= {name: _u(rng, span, 3) for name, span in spans[kind].items()}
    if kind == "stairs":
        block |= {
            "steps": int(block["steps"]),
            "up": bool(rng.uniform() < 0.6),
            "flights": int(rng.integers(1, 4)),
        }
    if kind == "walk" and rng.uniform() < 0.3:
        block["bag"] = _u(rng, (0.3, 1.0), 2)
    if kind == "stretch":
        block["kind"] = str(rng.choice(("toes", "lunge")))
    if kind == "test_lift" and body["top_deg"] > 90:
        block["part"] = 0.2
    if kind in ("stretch", "floor_stretch", "bar_over", "plates", "scoot", "chair", "prop_up"):
        block["times"] = int(rng.integers(1, 5))
    if kind == "pelvic_tilts":
        block["times"] = int(rng.integers(3, 11))
    return block


# --- sensors ---


def _sensor(rng: np.random.Generator, levels: Mapping[str, str]) -> Item:
    grade = levels["grade"]
    bits = int(levels["bits"])
    # Coarse parts come with narrow ranges: no step over 32 mg or 4 °/s.
    acc_ranges = [g for g in (2, 4, 8, 16) if 2 * g / 2**bits <= 0.032]
    gyro_ranges = [dps for dps in (250, 500, 1000, 2000) if 2 * dps / 2**bits <= 4.0]

    def three(size: float) -> list[float]:
        return [float(f"{part:.3g}") for part in size * rng.uniform(-1, 1, 3)]

    turn = rng.standard_normal(4)
    turn /= np.linalg.norm(turn)
    angle = 2 * np.arccos(np.clip(turn[0], -1, 1))
    mount = angle * turn[1:] / max(1e-9, float(np.linalg.norm(turn[1:])))
    around = float(rng.uniform(-np.pi, np.pi))
    sensor: Item = {
        "rate_hz": float(rng.choice(RATES_HZ[levels["rate"]])) * _u(rng, (0.985, 1.015)),
        "gyroscope": levels["gyroscope"] == "yes",
        "board": levels["board"],
        "filtered": bool(rng.uniform() < 0.7),
        "mount": [round(float(part), 4) for part in mount],
        # Anywhere on a belt round the pelvis: belly, hip bone, sacrum; on a pad or under it.
        "spot_m": [
            _u(rng, (-0.08, 0.08)),
            round(0.16 * float(np.sin(around)), 4),
            round(0.11 * float(np.cos(around)), 4),
        ],
        "acc_bias": three(0.001 * _log(rng, ACC_BIAS_MG[grade])),
        "gyro_bias": three(_log(rng, GYRO_BIAS_DPS[grade])),
        "acc_scale": three(SCALE[grade]),
        "gyro_scale": three(SCALE[grade]),
        "acc_noise": _log(rng, ACC_NOISE_UG[grade]) * 1e-6,
        "gyro_noise": _log(rng, GYRO_NOISE_DPS[grade]),
        "gyro_drift": 0.0 if grade == "good" else _u(rng, (0.0, 0.5), 3),
        "acc_drift": 0.0 if grade == "good" else _u(rng, (0.0, 0.01), 5),
        "bits": bits,
        "acc_range": float(rng.choice(acc_ranges)),
        "gyro_range": float(rng.choice(gyro_ranges)),
    }
    if levels["clock"] != "regular":
        sensor |= {
            "jitter": _u(rng, (0.05, 0.45), 3),
            "jitter_kind": "sampled" if levels["clock"] == "jitter" else "stamped",
        }
    if levels["losses"] == "drops":
        sensor["drop"] = _log(rng, (0.002, 0.06))
    if levels["losses"] == "gaps":
        sensor["drop"] = _log(rng, (0.001, 0.01))
        sensor["gaps"] = [
            [_u(rng, (0.05, 0.95)), _log(rng, (0.3, 4.0))] for _ in range(int(rng.integers(1, 5)))
        ]
    if levels["strap"] == "wobble":
        # Flesh under a belt rings at 4 to 12 Hz and gives by millimetres.
        sensor |= {"wobble": _u(rng, (0.3, 1.2), 3), "wobble_hz": _u(rng, (4.0, 12.0), 2)}
    if levels["strap"] == "slip":
        sensor |= {
            "slip_deg": _log(rng, (2.0, 30.0)),
            "slip_at": _u(rng, (0.1, 0.9), 3),
            "slip_s": _u(rng, (0.15, 1.5), 3),
        }
    return sensor
