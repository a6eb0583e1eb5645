"""Whether accelerometer and gyroscope tell of the same turns, and gravity has its right size.

While something turns, gravity moves through the sensor as the gyroscope says it must. A board
with mirrored axes, a wrong sign, swapped axes or degrees taken for radians breaks that, and every
number that follows is plausible and wrong: up and down change places.

Between two moments of rest the direction of gravity is known from the accelerometer alone. With
``u`` for that direction and ``w`` for the angular rate, ``du/dt = u × w``, so its change over a
turn is linear in a matrix ``M`` put before the rate:

    u(end) - u(start) = ∫ u × M w dt

Each turn therefore says of any ``M`` how far it is off. The sensor agrees while that is little for
``M = 1``; once it is not, the simplest ``M`` that explains the turns names the cause. A mirrored
board and a gyroscope of the wrong sign are the same ``M = -1``. What turns about the vertical
moves no gravity, and is not judged.

At rest an accelerometer measures one gravity, whatever way it lies; another size is a wrong scale.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tracker.domain import SensorMend, WarningKind
from tracker.domain.mend import axes_text
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.signal.orientation import lengths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from tracker.domain import ImuBlock

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

BIN_S: Final = 0.1
"""Samples are looked at in pieces of this length; two alike are a rest."""

REST_SPREAD: Final = 0.05
"""Root mean square of a resting piece about its mean, as a share of gravity."""

REST_CHANGE: Final = 0.02
"""Change of the mean between the two pieces of a rest, as a share of gravity: 11 °/s."""

LEAST_TURN: Final = 0.2
"""Smallest change of direction, by the accelerometer, that is judged, rad."""

LONGEST_TURN_S: Final = 6.0
"""A turn that takes longer is not judged: the offset of the gyroscope adds up."""

REST_ERROR: Final = 0.05
"""What the direction of gravity may be off by between two rests, rad."""

BIAS_CHANGE: Final = 0.01
"""The same of a long rest that shows the gyroscope's offset: 2 °/s, no slow rep."""

BIAS_LEARNING: Final = 0.2
"""Weight of the newest long rest in the offset."""

BIAS_ERROR_RADPS: Final = 1.5 * RADPS_PER_DPS
"""What the offset of a gyroscope, read off at rests, may be off by."""

AGREES: Final = 0.25
"""A matrix explains a turn if it is off by no more than this share of the turn's size."""

FAR_BETTER: Final = 0.4
"""And it leaves no more than this share of what the rates as they are leave unexplained."""

FAR_OFF: Final = 0.8
"""Rates that are off by more in every turn are of no use, whatever the cause."""

REMEMBERED: Final = 12
"""Turns that are judged together."""

FEWEST_TURNS: Final = 2
"""One may be a knock, or a strap that slips."""

DOUBTFUL: Final = 0.1
"""Where more than half of the turns are off by less, no cause is looked for."""

PLAIN: Final = 0.9
"""A few turns are enough if each contradicts by more: by 2 the other way round, by 1 in the wrong
unit."""

MOST_ODD: Final = 0.2
"""Share of the turns that may speak against a verdict: a strap slips, somebody knocks."""

TURNS_FOR_SCALE: Final = 6
"""Fewer can be explained by a scale, or by exchanged axes, that is none."""

MOST_FACTOR: Final = 30.0
"""A gyroscope further off in scale does not measure turns at all."""

GRAVITY_ERROR: Final = 0.08
"""Gravity that is wrong by more than this share is no offset of an ordinary sensor."""

LONG_REST: Final = 5
"""Bins at rest in which there is nothing but gravity: where hips turn round, an acceleration can
stand still for a quarter of a second."""

MOST_OF_A_REST: Final = 3
"""How often one long rest counts."""

GRAVITY_RESTS: Final = 9
"""Long rests whose middle is taken for the size of gravity; at least three moments."""

FAR: Final = 1.4
"""A scale that is off by less may be what accelerations of the hips make of the right one."""

NICE: Final = 0.25
"""A factor this close to a power of two is one: ranges are powers of two apart."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the sensor itself."""

    kind: WarningKind
    cause: str
    """What is wrong, a clause for people."""
    mend: SensorMend | None
    """What puts it right, if that is known."""
    sure: bool = False
    """Whether it may be put right without asking."""


class SensorAgreement:
    """Watches a stream for turns on which the two sensors contradict each other."""

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self._size = max(round(BIN_S * rate_hz), 2)
        self._reach = round(LONGEST_TURN_S / BIN_S)
        self._turns: deque[_Turn] = deque(maxlen=REMEMBERED)
        self._agreed: deque[_Turn] = deque(maxlen=REMEMBERED)
        """Turns before the latest on which the sensors agreed."""
        self._said: set[WarningKind] = set()
        self._gravity: list[float] = []
        self._gyroscope = True
        """Whether the newest samples have angular rates."""
        self._bias: tuple[float, float, float] | None = None
        """Offset of the gyroscope, rad/s; None before the first long rest."""
        self._restart()

    def _restart(self) -> None:
        self._stream = np.empty((6, 0))
        """Samples of the last bins, and of the one that is not full yet."""
        self._seen = 0
        """Bins at the start of `_stream` that were looked at."""
        self._rest: int | None = None
        """The bin in `_stream` that ends the last rest."""
        self._spell = 0
        """Long rests one after the other, which end in the bin `_spell_end`."""
        self._spell_end = -1

    @property
    def turns(self) -> int:
        """How many of the latest turns are remembered."""
        return len(self._turns)

    def begin_anew(self, *, more: bool) -> None:
        """Forget the turns; with `more`, the gyroscope is judged once more."""
        self._turns.clear()
        self._agreed.clear()
        self._restart()
        if more:
            self._said.discard(WarningKind.GYRO_CONTRADICTS_GRAVITY)

    def process(self, block: ImuBlock) -> Iterator[tuple[int, Finding]]:
        """Yield each finding, with how many samples of the block lead up to it.

        A caller that calls `begin_anew` at a finding drops this iterator, and passes in the
        samples after it again.
        """
        if block.restart:
            self._restart()
        if not len(block.acc_mps2):
            return
        self._gyroscope = block.gyro_radps is not None
        rates = np.zeros_like(block.acc_mps2) if block.gyro_radps is None else block.gyro_radps
        held = self._stream.shape[1]
        fresh = np.concatenate((block.acc_mps2.T, rates.T))
        self._stream = np.concatenate((self._stream, fresh), axis=1)
        bins = self._stream.shape[1] // self._size
        if bins == self._seen:
            return
        for at, finding in self._look(bins):
            yield (at + 1) * self._size - held, finding
        forget = max(bins - self._reach - 2, 0)
        self._stream = self._stream[:, forget * self._size :]
        self._seen = bins - forget
        self._spell_end -= forget
        if self._rest is not None:
            self._rest = self._rest - forget if self._rest > forget else None

    def _look(self, bins: int) -> Iterator[tuple[int, Finding]]:
        """Yield what the bins from `_seen` on show, each with the bin that shows it."""
        size, first = self._size, max(self._seen - LONG_REST + 1, 0)
        acc = self._stream[:3, first * size : bins * size].reshape(3, -1, size)
        mean = acc.mean(axis=2)
        gravity = lengths(mean)
        spread = ((acc - mean[:, :, None]) ** 2).sum(axis=0).mean(axis=1)
        calm = (spread < (REST_SPREAD * gravity) ** 2) & (gravity > 0.0)
        pair = (mean[:, 1:] + mean[:, :-1]) / 2.0
        steady = lengths(mean[:, 1:] - mean[:, :-1]) < REST_CHANGE * gravity[1:]
        lag = LONG_REST - 2
        moved = lengths(pair[:, lag:] - pair[:, :-lag]) / np.maximum(gravity[lag + 1 :], 1e-9)
        resting = calm[1:] & calm[:-1]
        resting[: max(self._seen - first, 1) - 1] = False
        steady &= resting
        long = np.zeros(len(calm), dtype=np.bool_)
        if len(moved):
            long[lag + 1 :] = moved < REST_CHANGE
            long[1:] &= resting
            for back in range(2, LONG_REST):
                long[back:] &= calm[:-back]
        rates = self._rest_rates(first, long)
        still = set((np.flatnonzero(moved < BIAS_CHANGE) + lag + 1).tolist())
        # A rest after a rest is no turn, and changes nothing but where the next turn begins.
        rests = np.flatnonzero(steady) + 1
        before = np.concatenate(([-1 if self._rest is None else self._rest - first], rests[:-1]))
        apart = rests - before > 1
        turns = dict(zip(rests[apart].tolist(), before[apart].tolist(), strict=True))
        if self._rest is None and len(rests):
            del turns[int(rests[0])]
        weighing = WarningKind.GRAVITY_SCALE not in self._said
        for place in sorted({*turns, *rates}):
            at = first + place
            if place in rates:
                if place in still:
                    self._learn(rates[place])
                self._spell = self._spell + 1 if self._spell_end == at - 1 else 1
                self._spell_end = at
                if self._spell <= MOST_OF_A_REST and weighing:
                    size_mps2 = float(gravity[place - LONG_REST + 1 : place + 1].mean())
                    yield from ((at, each) for each in self._weighed(size_mps2))
            since = turns.get(place)
            if since is not None and place - since <= self._reach:
                turn = self._turn(first + since, at)
                if turn is not None:
                    self._remember(turn)
                    yield from ((at, each) for each in self._judged())
        if len(rests):
            self._rest = first + int(rests[-1])

    def _rest_rates(
        self, first: int, long: NDArray[np.bool_]
    ) -> dict[int, tuple[float, float, float]]:
        """Return the mean rate, rad/s, of each long rest by the bin after `first` that ends it."""
        places = np.flatnonzero(long)
        if not len(places):
            return {}
        length = LONG_REST * self._size
        rates = sliding_window_view(self._stream[3:, first * self._size :], length, axis=1)
        means = rates[:, (places - LONG_REST + 1) * self._size].mean(axis=2)
        return dict(zip(places.tolist(), map(tuple, means.T.tolist()), strict=True))

    def _learn(self, rate_radps: tuple[float, float, float]) -> None:
        """Take the mean rates of a long rest for the gyroscope's offset."""
        if self._bias is None:
            self._bias = rate_radps
            return
        (x, y, z), (p, q, r) = self._bias, rate_radps
        share = BIAS_LEARNING
        self._bias = x + share * (p - x), y + share * (q - y), z + share * (r - z)

    def _turn(self, before: int, at: int) -> _Turn | None:
        """Return the turn between two rests, each given by the second of its bins."""
        size, bias = self._size, self._bias
        if bias is None or not self._gyroscope:
            return None
        whole = self._stream[:, (before - 1) * size : (at + 1) * size]
        acc, rate = whole[:3], whole[3:]
        up = [_mean(acc[:, : 2 * size]), _mean(acc[:, -2 * size :])]
        change = up[1] / _length(up[1]) - up[0] / _length(up[0])
        if _length(change) <= LEAST_TURN:
            return None
        between = slice(size, -size)
        rate = rate[:, between] - np.array(bias)[:, None]
        gravity = (_length(up[0]) + _length(up[1])) / 2.0
        swept = (acc[:, None, between] * rate[None]).sum(axis=2) / (gravity * self._rate_hz)
        slack = REST_ERROR + BIAS_ERROR_RADPS * (at - before) * BIN_S
        return _Turn(change, swept, slack)

    def _remember(self, turn: _Turn) -> None:
        """Take a turn, and keep the one that it displaces if it speaks for the gyroscope.

        What is wrong with a board is wrong from its first sample on, so a cause must explain those
        as well. Hips that are rolled to and fro on the floor can look like turns for minutes.
        """
        if len(self._turns) == REMEMBERED and self._turns[0].off_as_it_is <= DOUBTFUL:
            self._agreed.append(self._turns[0])
        self._turns.append(turn)

    def _judged(self) -> Iterator[Finding]:
        doubtful = sum(turn.off_as_it_is > DOUBTFUL for turn in self._turns)
        if 2 * doubtful < len(self._turns) or WarningKind.GYRO_CONTRADICTS_GRAVITY in self._said:
            return
        finding = _contradiction([*self._agreed, *self._turns])
        if finding is not None:
            self._said.add(finding.kind)
            yield finding

    def _weighed(self, gravity_mps2: float) -> Iterator[Finding]:
        if WarningKind.GRAVITY_SCALE in self._said:
            return
        self._gravity.append(gravity_mps2)
        if len(self._gravity) < GRAVITY_RESTS:
            return
        sizes, self._gravity = sorted(self._gravity), []
        middle = sizes[GRAVITY_RESTS // 2]
        if not _most(abs(size / middle - 1.0) < GRAVITY_ERROR for size in sizes):
            return
        factor = STANDARD_GRAVITY_MPS2 / middle
        if abs(1.0 / factor - 1.0) > GRAVITY_ERROR:
            self._said.add(WarningKind.GRAVITY_SCALE)
            cause = (
                f"gravity measures {middle:.3g} m/s² where {STANDARD_GRAVITY_MPS2:.2f} is right; "
                "rise and velocity are wrong by as much, and reps may be missed"
            )
            power = _power_of_two(factor, GRAVITY_ERROR / 2.0)
            mend = SensorMend(acc_factor=power or float(f"{factor:.3g}"))
            yield Finding(WarningKind.GRAVITY_SCALE, cause, mend)


@dataclass(frozen=True, eq=False)
class _Turn:
    """What two moments of rest, and the samples between, tell."""

    change: Vector
    """Change of the direction of gravity, shape (3,)."""
    swept: Matrix
    """∫ u wᵀ dt, shape (3, 3)."""
    slack: float
    """What `change` may be off by."""

    @cached_property
    def off_as_it_is(self) -> float:
        """By which share of the turn's size the rates as they are are off."""
        return self.off(_ONE)

    def expected(self, matrix: Matrix) -> Vector:
        """Return the change of direction that the rates say, with `matrix` before them."""
        turned = (self.swept[:, None, :] * matrix[None]).sum(axis=2)
        return np.array(
            (
                turned[1, 2] - turned[2, 1],
                turned[2, 0] - turned[0, 2],
                turned[0, 1] - turned[1, 0],
            )
        )

    def size(self, matrix: Matrix) -> float:
        """Return how far the turn goes, by the sensor that sees more of it."""
        return max(_length(self.change), _length(self.expected(matrix)))

    def off(self, matrix: Matrix) -> float:
        """Return by which share of the turn's size `matrix` is off."""
        return max(self.error(matrix) - self.slack, 0.0) / max(self.size(matrix), LEAST_TURN)

    def error(self, matrix: Matrix) -> float:
        """Return by how much `matrix` is off."""
        return _length(self.expected(matrix) - self.change)


def _contradiction(turns: Sequence[_Turn]) -> Finding | None:
    """Return why turns contradict the gyroscope as it is, by the simplest cause; None if not."""
    kind, amount = WarningKind.GYRO_CONTRADICTS_GRAVITY, len(turns)
    if amount < FEWEST_TURNS:
        return None
    for mend, cause in _PLAIN:
        plain = all(turn.off_as_it_is > PLAIN for turn in turns) or amount >= TURNS_FOR_SCALE
        if plain and _explains(turns, _matrix(mend)[None])[0]:
            return Finding(kind, cause, mend, sure=True)
    if amount < TURNS_FOR_SCALE:
        return None
    factor = _scale(turns)
    another = 1.0 / MOST_FACTOR < factor < MOST_FACTOR and not 1.0 / FAR < factor < FAR
    if another and _explains(turns, factor * _ONE[None])[0]:
        power = _power_of_two(factor, NICE)
        mend = SensorMend(gyro_factor=power or float(f"{factor:.2g}"))
        cause = f"it measures {1.0 / mend.gyro_factor:.2g} times what turns"
        return Finding(kind, cause, mend, sure=power is not None)
    for mend, explains in zip(_AXES, _explains(turns, _AXES_MATRICES), strict=True):
        if explains:
            cause = "its axes are not those of the accelerometer"
            return Finding(kind, cause, mend, sure=True)
    if amount >= REMEMBERED and _most(turn.off_as_it_is > FAR_OFF for turn in turns):
        return Finding(kind, "the two agree in no turn", None, sure=False)
    return None


_ONE: Final = np.eye(3)

_PLAIN: Final = (
    (
        SensorMend(gyro_axes="-x,-y,-z"),
        "its axes are mirrored against the accelerometer's, or its sign is wrong",
    ),
    (
        SensorMend(gyro_factor=RADPS_PER_DPS),
        "it sends degrees where radians are expected",
    ),
    (
        SensorMend(gyro_factor=1.0 / RADPS_PER_DPS),
        "it sends radians where degrees are expected",
    ),
)
"""Mistakes that two turns show."""


def _axes() -> tuple[SensorMend, ...]:
    """Return every way to exchange axes and signs, the simplest first."""
    ways = product(permutations(range(3)), product((1, -1), repeat=3))

    def mistakes(way: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[int, int]:
        sources, signs = way
        moved = sum(source != axis for axis, source in enumerate(sources))
        return moved, sum(sign < 0 for sign in signs)

    return tuple(SensorMend(gyro_axes=axes_text(*way)) for way in sorted(ways, key=mistakes)[1:])


_AXES: Final = _axes()


def _matrix(mend: SensorMend) -> Matrix:
    """Return what a mend puts before an angular rate, shape (3, 3)."""
    return mend.gyro(_ONE).T


_AXES_MATRICES: Final = np.array([_matrix(mend) for mend in _AXES])


def _explains(turns: Sequence[_Turn], matrices: Matrix) -> list[bool]:
    """Return which of some matrices, shape (k, 3, 3), fits almost all turns.

    It must also do so far better than the rates as they are.
    """
    # Turned is swept times the transposed matrix; added up part by part.
    swept = np.array([turn.swept for turn in turns])[None, :, :, None, :]
    parts = swept * matrices[:, None, None]
    turned = parts[..., 0] + parts[..., 1] + parts[..., 2]
    expected = np.stack(
        (
            turned[..., 1, 2] - turned[..., 2, 1],
            turned[..., 2, 0] - turned[..., 0, 2],
            turned[..., 0, 1] - turned[..., 1, 0],
        )
    )
    change = np.array([turn.change for turn in turns]).T[:, None]
    error = lengths(expected - change)
    size = np.maximum(lengths(expected), lengths(change))
    slack = np.array([turn.slack for turn in turns])
    off = np.maximum(error - slack, 0.0) / np.maximum(size, LEAST_TURN)
    most = FAR_BETTER * sum(turn.error(_ONE) for turn in turns)
    fitting = (off <= AGREES).sum(axis=1) >= (1.0 - MOST_ODD) * len(turns)
    better = np.array([sum(each) < most for each in error.tolist()])
    explained: list[bool] = (fitting & better).tolist()
    return explained


def _most(true: Iterable[bool]) -> bool:
    """Return whether almost all are true."""
    answers = list(true)
    return sum(answers) >= (1.0 - MOST_ODD) * len(answers)


def _scale(turns: Sequence[_Turn]) -> float:
    """Return the factor before the rates that explains turns best."""
    shared = own = 0.0
    for turn in turns:
        expected = turn.expected(_ONE)
        shared += _dot(expected, turn.change)
        own += _dot(expected, expected)
    return shared / own if own > 0.0 else 0.0


def _power_of_two(factor: float, error: float) -> float | None:
    """Return the power of two that a factor is within a share of error; None if there is none."""
    power = 2.0 ** round(math.log2(factor))
    return power if abs(factor / power - 1.0) < error else None


def _mean(samples: NDArray[np.float64]) -> Vector:
    mean: Vector = samples.mean(axis=1)
    return mean


def _dot(one: Vector, other: Vector) -> float:
    x, y, z = (one * other).tolist()
    return float(x + y + z)


def _length(vector: Vector) -> float:
    return math.sqrt(_dot(vector, vector))
