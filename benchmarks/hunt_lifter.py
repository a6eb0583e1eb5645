"""A body with contacts: from a case, which is plain data, to a pelvis' path and the truth.

This shares nothing with `tracker.sim`. There, coordinates are sums of minimum-jerk moves about one
hinge, and what a sensor feels follows in closed form. Here the body is a chain with contacts (the
shoulder blades on a bench edge or the floor, the hips on the floor or off it, feet on the ground).
Every stretch of time appends a path of the pelvis, position and orientation together. What a
sensor feels is derived from that path in `hunt_sensor`, so no movement has one without the other.

Axes: world x ahead, y left, z up. Pelvis x from the shoulders to the hips, y left, z out of the
belly; pitch is the angle of x above level, so lying is 0°, sitting about -70°, standing -90°.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.ndimage import gaussian_filter1d

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Item = dict[str, Any]

GRID_HZ: Final = 500.0
"""The path is laid out at this rate; the fastest sensor of the prior samples at it."""

SMOOTH_S: Final = 0.012
"""Flesh rounds off every corner of a path within this time (standard deviation)."""

SWAY_FALLS: Final = 1.0
"""Bodies sway far and slowly, or little and fast: the amplitude is as one over the frequency."""

BOUNDARY_SHARE: Final = 0.1
"""A phase ends where the speed falls to this share of the movement's own peak."""

EITHER: Final = (0.45, 0.55)
"""A movement of this share of the set's range may count or not; a smaller one is no rep."""

GRAVITY_MPS2: Final = 9.80665

_CHANNELS: Final = ("pitch", "roll", "yaw", "x", "y", "z", "wx", "wy", "wz")


class UnclearCaseError(ValueError):
    """The definitions do not say what the right answer would be."""


@dataclass(frozen=True, slots=True)
class TrueRep:
    """A repetition as the definitions have it."""

    start_s: float
    lockout_s: float
    unlock_s: float
    end_s: float
    share: float
    """Travel of the concentric as a share of the set's."""
    rise_m: float
    rom_deg: float
    certain: bool
    """False if it may be counted or not."""


@dataclass(frozen=True, slots=True)
class TrueSet:
    """Reps with no more than the set gap between them."""

    reps: tuple[TrueRep, ...]
    block: int
    """Which block of the case it is."""

    @property
    def start_s(self) -> float:
        return self.reps[0].start_s

    @property
    def end_s(self) -> float:
        return self.reps[-1].end_s


# --- how a movement spends its time ---


def progress(samples: int, shape: Item | None = None) -> Array:
    """Return how far a movement is at each sample, from 0 to 1, shape (samples,).

    The shape gives the speed: `beta` rises as s^a and falls as (1-s)^b, so it peaks early or late;
    `even` goes at one speed between soft ends; `bursts` is a sum of humps. Any of them may have a
    sticking point, where the speed falls by a share of itself.
    """
    shape = shape or {}
    s = (np.arange(samples) + 0.5) / samples
    kind = shape.get("kind", "beta")
    if kind == "even":
        soft = shape.get("soft", 0.2)
        speed = np.minimum(1.0, np.minimum(s, 1.0 - s) / soft)
        speed = np.sin(0.5 * np.pi * speed) ** 2
    elif kind == "bursts":
        number, floor = int(shape.get("number", 2)), shape.get("floor", 0.15)
        speed = floor + (1.0 - floor) * np.sin(np.pi * number * s) ** 2
        speed *= np.minimum(1.0, np.minimum(s, 1.0 - s) / (0.25 / number))
    else:
        speed = s ** shape.get("a", 2.0) * (1.0 - s) ** shape.get("b", 2.0)
    if shape.get("stick"):
        at, width = shape.get("stick_at", 0.5), shape.get("stick_width", 0.12)
        speed *= 1.0 - shape["stick"] * np.exp(-0.5 * ((s - at) / width) ** 2)
    total: Array = np.cumsum(speed)
    total /= total[-1]
    return total


def crossings(way: Array) -> tuple[int, int]:
    """Return the first and last sample at which a movement is faster than the boundary speed."""
    speed = np.abs(gaussian_filter1d(np.diff(way), SMOOTH_S * GRID_HZ, mode="nearest"))
    fast = np.flatnonzero(speed > BOUNDARY_SHARE * speed.max())
    return int(fast[0]), int(fast[-1]) + 1


def fade_in_and_out(samples: int, fade_s: float = 0.4) -> Array:
    """Return a window that begins and ends at rest."""
    edge = np.minimum(np.arange(samples), np.arange(samples)[::-1]) / (fade_s * GRID_HZ)
    window: Array = np.sin(0.5 * np.pi * np.minimum(1.0, edge)) ** 2
    return window


def _rumble(
    samples: int, rng: np.random.Generator, low_hz: float, high_hz: float, falls: float = 0.0
) -> Array:
    """Return a smooth random movement of unit size within a band, shape (samples,).

    The amplitude of its parts falls with their frequency to the power of `falls`.
    """
    t = np.arange(samples) / GRID_HZ
    total, power = np.zeros(samples), 0.0
    for hz in np.exp(rng.uniform(np.log(low_hz), np.log(high_hz), 7)):
        size = (low_hz / hz) ** falls
        power += 0.5 * size * size
        total += size * np.sin(2.0 * np.pi * (hz * t + rng.uniform()))
    total /= np.sqrt(power)
    return total


# --- the body ---


@dataclass
class Body:
    """Where the pelvis has been so far. Every method appends a stretch of its path."""

    case: Item
    now: dict[str, float] = field(init=False)
    posture: str = "stand"
    sets: list[TrueSet] = field(default_factory=list)
    spans: list[tuple[str, float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        body = self.case["body"]
        self.trunk_m: float = body["trunk_m"]
        self.hip_m: float = body["hip_m"]
        self.shoulder_m: float = body["shoulder_m"]
        sine = (self.hip_m - self.shoulder_m) / self.trunk_m
        self.floor_deg = float(np.degrees(np.arcsin(np.clip(sine, -0.95, 0.95))))
        self.at_bench = self.case["exercise"] != "glute_bridge"
        self.postures = {
            "stand": (-88.0, 0.0, body.get("stand_m", 0.95)),
            "chair": (-76.0, 0.0, 0.47),
            "kneel": (-86.0, 0.0, 0.5),
            "sit": (-68.0, 0.0, self.hip_m),
            "lie": (
                self._pelvis_deg(self.floor_deg) if not self.at_bench else 3.0,
                0.0,
                self.hip_m,
            ),
            "bench": (self._pelvis_deg(self.floor_deg), 0.0, self.hip_m),
            "prone": (0.0, 180.0, self.hip_m),
        }
        self.ground_m = 0.0
        self.now = dict.fromkeys(_CHANNELS, 0.0)
        self.now["pitch"], self.now["roll"], self.now["z"] = self.postures["stand"]
        self._parts: dict[str, list[Array]] = {name: [] for name in _CHANNELS}
        self._samples = 0
        self.rng = np.random.default_rng(self.case["seed"])

    @property
    def now_s(self) -> float:
        return self._samples / GRID_HZ

    def _pelvis_deg(self, trunk_deg: Any) -> Any:
        """Return the pelvis' pitch on a trunk at an angle: it tucks more than the trunk turns."""
        body = self.case["body"]
        turned = trunk_deg - self.floor_deg
        peel = body.get("peel_deg", 0.0) * (1.0 - np.exp(-np.maximum(0.0, turned) / 4.0))
        return trunk_deg + body.get("pelvis_deg", 0.0) + body.get("tuck", 0.0) * turned + peel

    def path(self) -> Array:
        """Return pitch, roll, yaw, x, y, z, wx, wy, wz (degrees, m), shape (n, 9), rounded off."""
        raw = np.stack([np.concatenate(self._parts[name]) for name in _CHANNELS], axis=1)
        return gaussian_filter1d(raw, SMOOTH_S * GRID_HZ, axis=0, mode="nearest")

    def go(self, seconds: float, shape: Item | None = None, **changes: Any) -> None:
        """Append a stretch. A number is where a channel goes, an array what is added to it."""
        samples = max(2, round(seconds * GRID_HZ))
        self.append(samples, changes, shape)

    def append(self, samples: int, changes: dict[str, Any], shape: Item | None = None) -> None:
        for name in _CHANNELS:
            here, change = self.now[name], changes.get(name)
            if change is None:
                values = np.full(samples, here)
            elif isinstance(change, np.ndarray):
                values = here + change
            else:
                values = here + (change - here) * progress(samples, shape)
            self._parts[name].append(values)
            self.now[name] = float(values[-1])
        self._samples += samples

    # Postures ----------------------------------------------------------------------------------

    def to(self, posture: str) -> None:
        """Get into a posture by the ways that bodies have."""
        while self.posture != posture:
            start_s = self.now_s
            step = _next_step(self.posture, posture)
            self._transfer(step)
            self.spans.append((f"{self.posture}-{step}", start_s, self.now_s))
            self.posture = step

    def _target(self, posture: str, scatter_deg: float = 4.0) -> dict[str, float]:
        pitch, roll, height = self.postures[posture]
        if posture in ("bench", "lie"):
            scatter_deg = 0.0  # the contacts leave no choice
        return {
            "pitch": pitch + float(self.rng.uniform(-1, 1)) * scatter_deg,
            "roll": roll,
            "z": self.ground_m + height,
        }

    def _transfer(self, step: str) -> None:
        rng, here = self.rng, self.posture
        target = self._target(step)
        quick = float(rng.uniform(0.7, 1.6))
        turn = float(rng.uniform(-60, 60))
        if {here, step} == {"stand", "chair"}:
            lean = float(rng.uniform(-125, -102))
            arc = {"a": 1.8, "b": 2.6}
            if step == "chair":
                self.go(0.7 * quick, arc, pitch=lean, z=self.ground_m + 0.7, x=self.now["x"] - 0.1)
                self.go(0.6 * quick, arc, **target, x=self.now["x"] - 0.15)
            else:
                self.go(0.6 * quick, arc, pitch=lean, x=self.now["x"] + 0.12)
                self.go(1.05 * quick, arc, **target, x=self.now["x"] + 0.12)
        elif {here, step} == {"sit", "lie"} or {here, step} == {"sit", "bench"}:
            self._sit_or_recline(target, with_arms=bool(rng.uniform() < 0.5), quick=quick)
        elif {here, step} == {"lie", "prone"}:
            # Rolling over: the pelvis rolls on the floor, its middle stays as high as it is wide.
            side = float(rng.choice((-1.0, 1.0)))
            to = target["roll"] if step == "prone" else 0.0
            samples = round(1.6 * quick * GRID_HZ)
            turned = (to - self.now["roll"]) * progress(samples)
            lift = 0.03 * np.sin(np.pi * progress(samples))
            self.append(
                samples,
                {
                    "roll": turned,
                    "z": lift + (target["z"] - self.now["z"]) * progress(samples),
                    "y": side * 0.25 * progress(samples),
                    "pitch": (target["pitch"] - self.now["pitch"]) * progress(samples),
                },
            )
        elif "kneel" in (here, step):
            self.go(
                0.9 * quick,
                pitch=float(rng.uniform(-112, -92)),
                z=self.ground_m + 0.6,
                yaw=self.now["yaw"] + turn / 2,
            )
            self.go(1.0 * quick, {"a": 1.5, "b": 3.0}, **target, yaw=self.now["yaw"] + turn / 2)
        else:  # between standing and sitting on the floor, on one go with a hand on the bench
            low = self.ground_m + 0.32 + 0.1 * float(rng.uniform())
            self.go(
                1.1 * quick,
                {"a": 2.2, "b": 1.7},
                pitch=float(rng.uniform(-118, -95)),
                z=low,
                yaw=self.now["yaw"] + turn / 2,
                wz=float(rng.uniform(-12, 12)),
            )
            self.go(float(rng.uniform(0.05, 0.5)))
            self.go(
                1.0 * quick, {"a": 1.6, "b": 2.4}, **target, yaw=self.now["yaw"] + turn / 2, wz=0.0
            )

    def _sit_or_recline(self, target: dict[str, float], *, with_arms: bool, quick: float) -> None:
        """Sit up or lie back: the hips stay on the floor, whatever the trunk does.

        The pelvis rolls on its back by its own radius. Arms push in two goes, over one elbow.
        """
        rng = self.rng
        if with_arms:
            part = float(rng.uniform(0.3, 0.7))
            half = self.now["pitch"] + part * (target["pitch"] - self.now["pitch"])
            side = float(rng.choice((-1.0, 1.0))) * float(rng.uniform(8, 35))
            self.roll(0.7 * quick, half, side, {"a": 1.6, "b": 2.2})
            self.go(float(rng.uniform(0.1, 1.5)))
            self.roll(0.8 * quick, target["pitch"], -side, {"a": 2.5, "b": 1.8})
        else:
            late = {"a": float(rng.uniform(1.5, 4.0)), "b": float(rng.uniform(1.4, 2.5))}
            self.roll(float(rng.uniform(0.8, 2.2)), target["pitch"], 0.0, late)
        self.now["z"] = target["z"]

    def roll(self, seconds: float, pitch: float, roll_by: float, shape: Item) -> None:
        samples = max(2, round(seconds * GRID_HZ))
        turned = (pitch - self.now["pitch"]) * progress(samples, shape)
        rolled = 0.6 * self.hip_m * np.radians(turned)
        self.append(
            samples, {"pitch": turned, "x": -rolled, "roll": roll_by * progress(samples, shape)}
        )

    # A set -----------------------------------------------------------------------------------

    def hips(self, travel: Array, block: Item) -> dict[str, Array]:
        """Return what a travel of the hips (0 floor, 1 the set's top) adds to each channel.

        The trunk pivots about the shoulder blades, which roll along the edge; the edge may give.
        """
        body = self.case["body"]
        top_deg = body["top_deg"]
        trunk_deg = self.floor_deg + travel * (top_deg - self.floor_deg)
        angle, floor = np.radians(trunk_deg), np.radians(self.floor_deg)
        length = self.trunk_m + body.get("rolls_m", 0.0) * (angle - floor)
        pitch = self._pelvis_deg(trunk_deg)
        return {
            "pitch": pitch - self._pelvis_deg(self.floor_deg),
            "x": length * np.cos(angle) - self.trunk_m * np.cos(floor),
            "z": (
                length * np.sin(angle)
                - self.trunk_m * np.sin(floor)
                - body.get("gives_m", 0.0) * np.clip(travel, 0, 1)
            ),
            "wx": block.get("drop_deg", 0.0) * travel,
            "wz": block.get("twist_deg", 0.0) * travel,
        }

    def lift_set(self, number: int, block: Item) -> None:
        travel: list[Array] = []
        marks: list[tuple[int, int, int, int, float]] = []
        here, at = 0.0, 0
        knocks: list[tuple[int, float]] = []

        def add(part: Array) -> None:
            nonlocal here, at
            travel.append(part)
            here, at = float(part[-1]), at + len(part)

        def still(seconds: float) -> None:
            if seconds > 0:
                add(np.full(max(1, round(seconds * GRID_HZ)), here))

        def move(seconds: float, to: float, shape: Item | None) -> tuple[int, int]:
            start, samples = at, max(4, round(seconds * GRID_HZ))
            way = here + (to - here) * progress(samples, shape)
            first, last = crossings(way)
            add(way)
            return start + first, start + last

        still(block.get("before_s", 0.5))
        for rep in block["reps"]:
            start_travel = here
            up = move(rep["up"], rep.get("reach", 1.0), rep.get("up_shape"))
            if rep.get("settle"):
                add(here + _settling(rep["settle"]))
            self._hold(rep, add, lambda: here)
            down = move(rep["down"], rep.get("rest", 0.0), rep.get("down_shape"))
            marks.append((*up, *down, rep.get("reach", 1.0) - start_travel))
            if rep.get("knock_g"):
                knocks.append((down[1], rep["knock_g"]))
            if rep.get("bounce"):
                bump = round(0.28 * GRID_HZ)
                add(here + rep["bounce"] * np.sin(np.pi * progress(bump)) ** 2)
            still(rep.get("bottom", 0.0))
        if here:
            move(1.2, 0.0, None)
        still(block.get("after_s", 0.5))
        self._enact(number, block, np.concatenate(travel), marks, knocks)

    def _hold(self, rep: Item, add: Callable[[Array], None], here: Callable[[], float]) -> None:
        """Stay at the top: sag slowly, dip and come back, or squeeze again."""
        samples = round(rep.get("hold", 0.0) * GRID_HZ)
        if samples < 4:
            return
        t = np.linspace(0.0, 1.0, samples)
        path = np.zeros(samples) - rep.get("sag", 0.0) * progress(samples, {"kind": "even"})
        for at, depth in rep.get("dips", ()):
            width = min(0.45, 0.35 / (samples / GRID_HZ))
            path -= depth * np.exp(-0.5 * ((t - at) / (0.5 * width)) ** 2)
        path -= path[0] * (1.0 - t) + 0.0
        add(here() + path)

    def _enact(
        self,
        number: int,
        block: Item,
        travel: Array,
        marks: list[tuple[int, int, int, int, float]],
        knocks: list[tuple[int, float]],
    ) -> None:
        rng, samples, start_s = self.rng, len(travel), self.now_s
        changes = self.hips(travel, block)
        up_there = np.clip(gaussian_filter1d(travel, 0.1 * GRID_HZ), 0.0, 1.2)
        tired = np.linspace(0.6, 1.4, samples)
        sway, tremor = block.get("sway_deg", 0.0), block.get("tremor_deg", 0.0)
        loose = fade_in_and_out(samples) * (0.15 + up_there) * tired
        for axis, share in (("wx", 1.0), ("wy", 0.35), ("wz", 0.8)):
            wander = sway * share * loose * _rumble(samples, rng, 0.25, 2.5, SWAY_FALLS)
            changes[axis] = (
                changes.get(axis, np.zeros(samples))
                + wander
                + tremor * share * loose * _rumble(samples, rng, 5.0, 11.0)
            )
        # Hips that turn on a leg also move over it.
        changes["y"] = 0.006 * sway * loose * _rumble(samples, rng, 0.25, 2.0, SWAY_FALLS)
        for at, size_g in knocks:
            ring = _ring(size_g, samples - at, rng)
            changes["z"][at:] += ring
        before = dict(self.now)
        self.append(samples, changes)
        for axis in ("wx", "wy", "wz"):
            self.now[axis] = before[axis]
        self.sets += _true_set(number, start_s, changes, marks)

    # What else bodies do ------------------------------------------------------------------------

    def gait(
        self,
        seconds: float,
        hz: float,
        *,
        ahead_mps: float = 0.0,
        climb_mps: float = 0.0,
        lean_deg: float = 0.0,
        turns_deg: float = 3.0,
        bob_m: float = 0.02,
        knock_g: float = 0.3,
    ) -> None:
        """Take `hz` steps a second, with a pelvis that turns and lists from side to side."""
        rng = self.rng
        samples = max(8, round(seconds * GRID_HZ))
        fade = fade_in_and_out(samples, 0.6)
        uneven = 1.0 + 0.04 * _rumble(samples, rng, 0.1, 0.5)
        phase = 2.0 * np.pi * np.cumsum(hz * uneven) / GRID_HZ
        axial, pitch, list_ = turns_deg * rng.uniform(0.5, 1.5, 3)
        heading = np.radians(self.now["yaw"])
        path = ahead_mps * np.cumsum(fade) / GRID_HZ
        # Each step lifts in its first half, as the leg straightens, then waits for the other.
        stepwise = phase / (2 * np.pi) - 0.7 * np.sin(phase) / (2 * np.pi)
        climb = climb_mps / hz * np.concatenate(([0.0], np.cumsum(np.diff(stepwise) * fade[1:])))
        knocks = np.zeros(samples)
        for at in map(int, np.flatnonzero(np.diff(np.floor(phase / (2 * np.pi))) > 0)):
            knocks[at:] += _ring(
                knock_g * float(rng.uniform(0.5, 1.5)) * fade[at], samples - at, rng
            )
        self.append(
            samples,
            {
                "x": path * np.cos(heading),
                "y": path * np.sin(heading) + fade * 0.02 * np.sin(0.5 * phase),
                "z": climb + fade * bob_m * (np.cos(phase + 0.4) - 1.0) * 0.5 + knocks,
                "wx": fade * axial * np.sin(0.5 * phase + 0.5),
                "wy": fade * (0.5 * pitch * np.sin(phase + 1.0)) - lean_deg * fade,
                "wz": fade * list_ * np.sin(0.5 * phase),
            },
        )
        self.ground_m += float(climb[-1])
        self.level_out()

    def level_out(self) -> None:
        for axis in ("wx", "wy", "wz"):
            if abs(self.now[axis]) < 1e-6:
                self.now[axis] = 0.0

    def fidget(self, seconds: float, size_deg: float, high_hz: float = 1.2) -> None:
        """Be alive: breathe, look around, shift."""
        samples = max(2, round(seconds * GRID_HZ))
        fade, rng = fade_in_and_out(samples), self.rng
        t = np.arange(samples) / GRID_HZ
        breath = 0.3 * np.sin(2 * np.pi * (0.25 * t + rng.uniform())) * fade
        changes = {
            axis: fade * size_deg * share * _rumble(samples, rng, 0.08, high_hz)
            for axis, share in (("wx", 0.7), ("wy", 0.7), ("wz", 0.5))
        }
        changes["wy"] = changes["wy"] + breath
        changes["y"] = fade * 0.002 * size_deg * _rumble(samples, rng, 0.08, 0.8)
        self.append(samples, changes)

    def bend(self, deg: float, seconds: float, drop_m: float = 0.0, hold_s: float = 0.5) -> None:
        """Bend at the hips, and come back."""
        pitch, height = self.now["pitch"], self.now["z"]
        shape = {"a": float(self.rng.uniform(1.4, 2.6)), "b": float(self.rng.uniform(1.4, 2.6))}
        self.go(seconds, shape, pitch=pitch - deg, z=height - drop_m)
        self.fidget(hold_s, 0.5)
        self.go(seconds * float(self.rng.uniform(0.8, 1.3)), shape, pitch=pitch, z=height)


def _settling(size: float) -> Array:
    """Return an overshoot that dies away, as a share of the set's travel."""
    t = np.arange(round(0.7 * GRID_HZ)) / GRID_HZ
    path: Array = size * np.exp(-t / 0.15) * np.sin(2 * np.pi * 2.2 * t)
    path *= np.minimum(1.0, (t[-1] - t) / 0.1)
    return path


def _ring(size_g: float, samples: int, rng: np.random.Generator) -> Array:
    """Return the shake after an impact of some peak acceleration, m, shape (samples,)."""
    hz, tau_s = float(rng.uniform(7.0, 18.0)), float(rng.uniform(0.03, 0.09))
    t = np.arange(samples) / GRID_HZ
    turn = 2 * np.pi * hz
    ring: Array = size_g * GRAVITY_MPS2 / turn**2 * np.exp(-t / tau_s) * np.sin(turn * t)
    return ring


def _true_set(
    number: int,
    start_s: float,
    changes: dict[str, Array],
    marks: list[tuple[int, int, int, int, float]],
) -> list[TrueSet]:
    travels = np.array([mark[4] for mark in marks])
    full = float(np.median(travels[travels >= 0.75 * travels.max()]))
    kept = [mark for mark in marks if mark[4] / full >= EITHER[0]]
    # Two alike make a set: with fewer, the definitions leave it open.
    alike = sum(mark[4] / full > 0.75 for mark in kept) >= 2
    reps = []
    for up_start, up_end, down_start, down_end, travel in kept:
        times = [start_s + at / GRID_HZ for at in (up_start, up_end, down_start, down_end)]
        rise = float(changes["z"][up_end] - changes["z"][up_start])
        turn = float(changes["pitch"][up_end] - changes["pitch"][up_start])
        sure = alike and travel / full > EITHER[1]
        reps.append(
            TrueRep(times[0], times[1], times[2], times[3], travel / full, rise, turn, sure)
        )
    return [TrueSet(tuple(reps), number)] if reps else []


_WAYS: Final = {
    "stand": ("chair", "kneel", "sit"),
    "chair": ("stand",),
    "kneel": ("stand", "sit"),
    "sit": ("stand", "kneel", "lie", "bench"),
    "lie": ("sit", "prone"),
    "bench": ("sit",),
    "prone": ("lie",),
}


def _next_step(here: str, there: str) -> str:
    """Return the next posture on the shortest way."""
    ways: list[tuple[str, ...]] = [(step,) for step in _WAYS[here]]
    while True:
        for way in ways:
            if way[-1] == there:
                return way[0]
        ways = [(*way, step) for way in ways for step in _WAYS[way[-1]]]
