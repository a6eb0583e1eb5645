"""Two sensors that contradict each other, and gravity of the wrong size, are found out."""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signal.hips import RATE_HZ, hips
from tracker.domain import UNMENDED, ImuBlock, SensorMend, WarningKind
from tracker.domain.mend import axes_text
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.signal import SensorAgreement
from tracker.signal.orientation import steps_from_rate, to_matrices
from tracker.sim.sensor import PRESETS

if TYPE_CHECKING:
    from tracker.signal import Finding

REST_S, TURN_S = 0.8, 0.9
REVERSED = SensorMend(gyro_axes="-x,-y,-z")
IN_DEGREES = SensorMend(gyro_factor=RADPS_PER_DPS)
IN_RADIANS = SensorMend(gyro_factor=1.0 / RADPS_PER_DPS)


def turning(seed: int, turns: int = 12) -> ImuBlock:
    """A sensor in the hand: still, turned by 20 to 90° about some axis, still, and so on."""
    draw = np.random.default_rng(seed)
    rates = [np.zeros((round(REST_S * RATE_HZ), 3))]
    for _ in range(turns):
        axis = draw.normal(size=3)
        angle = np.radians(draw.uniform(20.0, 90.0)) / np.linalg.norm(axis)
        phase = np.linspace(0.0, 2.0 * np.pi, round(TURN_S * RATE_HZ), endpoint=False)
        rates.append(np.outer((1.0 - np.cos(phase)) / TURN_S, axis * angle))
        rates.append(rates[0])
    rate = np.concatenate(rates)
    place = np.eye(3)
    up = np.empty_like(rate)
    start = np.array([0.6, 0.0, 0.8])
    for sample, step in enumerate(to_matrices(steps_from_rate(rate.T, 1.0 / RATE_HZ)).T):
        # Transposed by `.T`: turns the world in the sensor's axes, back from how it turned.
        place = np.matmul(step, place)
        up[sample] = place @ start
    acc = up * STANDARD_GRAVITY_MPS2 + draw.normal(scale=0.1, size=up.shape)
    return ImuBlock(0.0, RATE_HZ, acc, rate + draw.normal(scale=0.01, size=rate.shape) + 0.03)


def wrong(block: ImuBlock, mend: SensorMend) -> ImuBlock:
    """Return samples that `mend` puts right."""
    assert block.gyro_radps is not None
    sent = block.gyro_radps @ np.linalg.inv(mend.gyro(np.eye(3)))
    return ImuBlock(0.0, RATE_HZ, block.acc_mps2, sent)


def findings(block: ImuBlock) -> list[Finding]:
    return [finding for _, finding in SensorAgreement(RATE_HZ).process(block)]


@given(seed=st.integers(0, 999))
@settings(max_examples=20)
def test_sensors_that_agree_are_left_alone(seed: int) -> None:
    assert findings(turning(seed)) == []


@pytest.mark.parametrize("part", list(PRESETS))
def test_so_are_the_sensors_of_a_lifter(part: str) -> None:
    felt = hips(part=part)
    assert findings(ImuBlock(0.0, RATE_HZ, felt.acc_mps2, felt.gyro_radps)) == []


def rolling(seconds: float, size_mps2: float = 2.0) -> ImuBlock:
    """Hips that are rolled to and fro, level: pushes that stand still as gravity does at rest."""
    time_s = np.arange(0.0, seconds, 1.0 / RATE_HZ)
    push = size_mps2 * np.clip(3.0 * np.sin(np.pi * time_s), -1.0, 1.0)
    acc = np.array([0.6, 0.0, 0.8]) * STANDARD_GRAVITY_MPS2 + np.outer(push, [0.0, 1.0, 0.0])
    return ImuBlock(0.0, RATE_HZ, acc, np.full(acc.shape, 0.03))


def test_sensors_that_agreed_are_trusted_when_hips_are_rolled_about() -> None:
    agreement = SensorAgreement(RATE_HZ)
    assert list(agreement.process(turning(3, turns=20))) == []
    assert agreement.turns == 12
    assert list(agreement.process(rolling(60.0))) == []


@pytest.mark.parametrize("mend", [REVERSED, IN_DEGREES, IN_RADIANS], ids=lambda mend: mend.text)
@given(seed=st.integers(0, 999))
@settings(max_examples=10)
def test_a_plain_mistake_is_named_and_mended(mend: SensorMend, seed: int) -> None:
    (finding,) = findings(wrong(turning(seed), mend))
    assert finding.kind is WarningKind.GYRO_CONTRADICTS_GRAVITY
    assert finding.sure
    assert finding.mend == mend


@given(seed=st.integers(0, 999), mirrored=st.sampled_from(("-x,y,z", "x,-y,z", "-x,-y,-z")))
@settings(max_examples=10)
def test_a_mirrored_board_is_a_gyroscope_of_the_wrong_sign(seed: int, mirrored: str) -> None:
    block, mirror = turning(seed), SensorMend(acc_axes=mirrored, gyro_axes=mirrored)
    assert block.gyro_radps is not None
    seen = ImuBlock(0.0, RATE_HZ, mirror.acc(block.acc_mps2), mirror.gyro(block.gyro_radps))
    assert [finding.mend for finding in findings(seen)] == [REVERSED]


@given(seed=st.integers(0, 999), factor=st.sampled_from((0.25, 0.5, 2.0, 4.0)))
@settings(max_examples=15)
def test_another_range_is_told_by_its_factor(seed: int, factor: float) -> None:
    mend = SensorMend(gyro_factor=factor)
    assert [finding.mend for finding in findings(wrong(turning(seed), mend))] == [mend]


def test_exchanged_axes_are_told_and_nearly_always_by_how_they_are_put_back() -> None:
    ways = product(permutations(range(3)), product((1, -1), repeat=3))
    mends = {SensorMend(gyro_axes=axes_text(*way)) for way in ways} - {UNMENDED, REVERSED}
    right = 0
    for seed, mend in enumerate(sorted(mends, key=lambda mend: mend.text)):
        first, *_ = findings(wrong(turning(seed), mend))
        assert first.kind is WarningKind.GYRO_CONTRADICTS_GRAVITY
        # A few turns about axes that were hardly moved are explained by a simpler mistake as well.
        right += first.mend == mend
    assert right >= 0.9 * len(mends)


@given(seed=st.integers(0, 99), scale=st.sampled_from((0.5, 0.8, 0.9, 1.25, 2.0, 16.0)))
@settings(max_examples=10)
def test_gravity_of_another_size_is_told_with_what_it_takes(seed: int, scale: float) -> None:
    block = turning(seed)
    (finding,) = findings(ImuBlock(0.0, RATE_HZ, scale * block.acc_mps2, block.gyro_radps))
    assert finding.kind is WarningKind.GRAVITY_SCALE
    assert finding.mend is not None
    assert finding.mend.acc_factor == pytest.approx(1.0 / scale, rel=0.03)


@given(seed=st.integers(0, 99), scale=st.floats(0.95, 1.05))
@settings(max_examples=10)
def test_gravity_that_an_ordinary_sensor_measures_is_none(seed: int, scale: float) -> None:
    block = turning(seed)
    assert findings(ImuBlock(0.0, RATE_HZ, scale * block.acc_mps2, block.gyro_radps)) == []


@given(data=st.data(), seed=st.integers(0, 99))
@settings(max_examples=10)
def test_any_cut_finds_the_same_at_the_same_sample(data: st.DataObject, seed: int) -> None:
    block = wrong(turning(seed), REVERSED)
    size = len(block.acc_mps2)
    cuts = sorted(data.draw(st.lists(st.integers(0, size), max_size=30)))
    whole = list(SensorAgreement(RATE_HZ).process(block))
    watch, pieces = SensorAgreement(RATE_HZ), []
    for first, last in zip([0, *cuts], [*cuts, size], strict=True):
        pieces += [(first + taken, each) for taken, each in watch.process(block[first:last])]
    assert pieces == whole


def counted_again(agreement: SensorAgreement, block: ImuBlock) -> list[tuple[int, Finding]]:
    """Return findings as a session takes them: it begins anew behind a contradiction."""
    found = []
    for taken, finding in agreement.process(block):
        found.append((taken, finding))
        if finding.kind is WarningKind.GYRO_CONTRADICTS_GRAVITY:
            agreement.begin_anew(more=False)
            rest = counted_again(agreement, block[taken:])
            return [*found, *((taken + at, each) for at, each in rest)]
    return found


@given(seed=st.integers(0, 99), cut=st.integers(0, 3000))
@settings(max_examples=40)
def test_what_comes_behind_a_contradiction_is_looked_at_once(seed: int, cut: int) -> None:
    block = wrong(turning(seed, turns=20), REVERSED)
    block = ImuBlock(0.0, RATE_HZ, 1.3 * block.acc_mps2, block.gyro_radps)
    whole = counted_again(SensorAgreement(RATE_HZ), block)
    watch, cut = SensorAgreement(RATE_HZ), min(cut, len(block.acc_mps2))
    before = counted_again(watch, block[:cut])
    after = counted_again(watch, block[cut:])
    assert len(whole) == 2
    assert [*before, *((cut + at, each) for at, each in after)] == whole
