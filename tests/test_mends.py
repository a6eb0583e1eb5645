"""A gyroscope that contradicts gravity costs no rep, and is told once with what puts it right."""

from __future__ import annotations

import asyncio
from functools import cache, partial
from typing import TYPE_CHECKING

import pytest

from tests.app.doubles import GatedSource, ManualClock, until
from tests.heavy import HEAVY
from tests.tui.staging import app_of, look
from tracker.app.session import Session
from tracker.domain import (
    MARK_CHANNEL,
    DataWarned,
    MarkKind,
    Notification,
    SensorMend,
    SessionInfo,
    SessionState,
    SetStarted,
    WarningKind,
)
from tracker.domain.units import RADPS_PER_DPS, ns_from_s
from tracker.engine import build_engine
from tracker.sensors import SAMPLES_CHANNEL, encode_samples
from tracker.sim import RepPlan, SensorPlan, SessionPlan, SetPlan, simulate
from tracker.sim.plan import Activity, ActivityPlan, Posture
from tracker.tui.widgets.status import Banner

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tracker.domain import Event, Rep

REPS = 5
REVERSED = SensorMend(gyro_axes="-x,-y,-z")
MISTAKES = {
    "right": SensorMend(),
    "wrong sign": REVERSED,
    "mirrored": SensorMend(acc_axes="-x,y,z", gyro_axes="-x,y,z"),
    "degrees": SensorMend(gyro_factor=1.0 / RADPS_PER_DPS),
    "radians": SensorMend(gyro_factor=RADPS_PER_DPS),
    "range": SensorMend(gyro_factor=2.0),
}
"""What the sensor does wrong; a mirrored board is mended by the sign alone."""


@cache
def samples(seed: int = 1) -> tuple[NDArray[np.float64], ...]:
    rep = RepPlan(concentric_s=0.9, hold_s=1.0, eccentric_s=1.2, bottom_s=0.8)
    still = ActivityPlan(Activity.REST, 5.0)
    plan = SessionPlan(
        exercise="hip_thrust",
        blocks=(still, SetPlan((rep,) * REPS), still),
        starts=Posture.LYING,
        sensor=SensorPlan(rate_hz=100),
    )
    time_s, acc, gyro = simulate(plan, seed).samples()
    assert gyro is not None
    return time_s, acc, gyro


def sent(
    mistake: SensorMend, block: int = 10, marks: Sequence[tuple[float, MarkKind]] = ()
) -> list[Notification]:
    time_s, acc, gyro = samples()
    stream = [
        Notification(
            ns_from_s(float(time_s[part][-1])),
            SAMPLES_CHANNEL,
            encode_samples(time_s[part], mistake.acc(acc[part]), mistake.gyro(gyro[part])),
        )
        for part in (slice(first, first + block) for first in range(0, len(time_s), block))
    ]
    stream += [
        Notification(ns_from_s(at_s), MARK_CHANNEL, kind.value.encode()) for at_s, kind in marks
    ]
    return sorted(stream, key=lambda notification: notification.received_ns)


def said_by(notifications: Sequence[Notification], settings: str | None = None) -> list[Event]:
    engine = build_engine(SessionInfo(sensor="samples", settings=settings))
    events = [event for each in notifications for event in engine.feed(each)]
    return [*events, *engine.finish()]


def state_after(events: Sequence[Event]) -> SessionState:
    state = SessionState()
    state.accept(events)
    return state


def reps_of(events: Sequence[Event]) -> list[Rep]:
    (record,) = state_after(events).sets
    return list(record.reps)


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_every_rep_counts_with_the_numbers_of_a_sensor_that_is_right(mistake: str) -> None:
    right, reps = (reps_of(said_by(sent(MISTAKES[name]))) for name in ("right", mistake))
    assert len(reps) == len(right) == REPS
    for wrong, rep in zip(reps, right, strict=True):
        assert wrong.start_s == pytest.approx(rep.start_s, abs=0.05)
        assert wrong.rom_deg == pytest.approx(rep.rom_deg, rel=0.05)
        assert wrong.rise_m == pytest.approx(rep.rise_m, abs=0.03)


@pytest.mark.parametrize("mistake", [name for name in MISTAKES if name != "right"])
def test_it_is_told_once_with_the_setting_that_puts_it_right(mistake: str) -> None:
    warnings = state_after(said_by(sent(MISTAKES[mistake]))).warnings
    assert [warning.kind for warning in warnings] == [WarningKind.GYRO_CONTRADICTS_GRAVITY]
    (setting,) = warnings[0].text.partition("--setting ")[2].rstrip(".").split()
    mended = said_by(sent(MISTAKES[mistake]), setting)
    assert state_after(mended).warnings == ()
    assert len(reps_of(mended)) == REPS


def test_gravity_that_is_too_large_is_told_and_mended_by_its_setting() -> None:
    doubled = sent(SensorMend(acc_factor=2.0))
    (warning,) = state_after(said_by(doubled)).warnings
    assert warning.kind is WarningKind.GRAVITY_SCALE
    assert "19.6 m/s²" in warning.text
    right, mended = (
        reps_of(said_by(sent(SensorMend()))),
        reps_of(said_by(doubled, "acc_factor=0.5")),
    )
    assert [rep.rise_m for rep in mended] == [rep.rise_m for rep in right]


@pytest.mark.parametrize("block", [1, 3, 100, 100_000] if HEAVY else [7, 100_000])
def test_any_cut_counts_again_in_the_same_way(block: int) -> None:
    assert said_by(sent(REVERSED, block)) == said_by(sent(REVERSED))


def test_a_set_that_was_started_by_hand_is_started_by_hand_again() -> None:
    events = said_by(sent(REVERSED, marks=[(4.0, MarkKind.SET_START)]))
    told = next(place for place, event in enumerate(events) if isinstance(event, DataWarned))
    started = [event.at_s for event in events[told:] if isinstance(event, SetStarted)]
    assert started == [4.0]
    assert len(reps_of(events)) == REPS


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        ("acc_factor=2", "leave acc_factor=2 out"),
        ("gyro_axes=-x,-y,-z", "leave gyro_axes=-x,-y,-z out"),
        ("acc_factor=4 gyro_factor=2", "--setting gyro_factor=2, in place of"),
    ],
)
def test_the_advice_reckons_with_the_settings_in_force(given: str, advice: str) -> None:
    warnings = state_after(said_by(sent(SensorMend()), given)).warnings
    assert any(advice in warning.text for warning in warnings), warnings


def test_gravity_is_weighed_without_a_gyroscope_too() -> None:
    time_s, acc, _ = samples()
    stream = [
        Notification(
            ns_from_s(float(time_s[part][-1])),
            SAMPLES_CHANNEL,
            encode_samples(time_s[part], 2.0 * acc[part], None),
        )
        for part in (slice(first, first + 50) for first in range(0, len(time_s), 50))
    ]
    (warning,) = state_after(said_by(stream)).warnings
    assert warning.kind is WarningKind.GRAVITY_SCALE


def reached(session: Session, time_s: float) -> bool:
    return (session.snapshot().position_s or 0.0) > time_s


async def test_the_screen_tells_it_while_training() -> None:
    source = GatedSource(tuple(sent(REVERSED)), endless=True)
    info = SessionInfo(sensor="samples")
    session = Session(source, build_engine(info), info=info, clock=ManualClock())
    app = app_of(session)
    async with app.run_test(size=(120, 40)) as pilot:
        for second in range(1, 13):
            source.play_to(second)
            await until(partial(reached, session, second - 0.2))
        await look(pilot)
        text = app.screen.query_one(Banner).text
        assert text.startswith("! The gyroscope contradicts gravity: its axes are mirrored")
        assert text.endswith("It is put right for now.")
        session.stop()
        await asyncio.sleep(0)
