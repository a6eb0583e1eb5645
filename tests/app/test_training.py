from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.app.doubles import GatedSource, until
from tracker.app.snapshot import RunState
from tracker.app.training import recorded_training
from tracker.domain import (
    InputError,
    OutputError,
    PainEntered,
    PainMoment,
    Plan,
    PlanChosen,
    SessionInfo,
    read_control_message,
)
from tracker.recording import open_recording

if TYPE_CHECKING:
    from pathlib import Path

STARTED = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
INFO = SessionInfo("profile")
PLAN = Plan(load_kg=60.0, target_reps=8)


async def test_what_is_planned_stands_first_in_the_recording(tmp_path: Path) -> None:
    with recorded_training(
        GatedSource(()), INFO, STARTED, tmp_path, plan=PLAN, pain_before=2
    ) as training:
        await training.session.run()
    recording = open_recording(training.recording)
    assert recording.info.started_utc == STARTED.isoformat()
    said = [read_control_message(notification) for notification in recording]
    assert [getattr(event, "entry", None) for event in said] == [
        PlanChosen(PLAN),
        PainEntered(2, PainMoment.BEFORE),
    ]


async def test_a_training_may_stay_open_for_words(tmp_path: Path) -> None:
    with recorded_training(
        GatedSource(()), INFO, STARTED, tmp_path, until_stopped=True
    ) as training:
        running = asyncio.ensure_future(training.session.run())
        await until(lambda: training.session.state is RunState.FINISHED)
        training.session.enter(PainEntered(4, PainMoment.AFTER))
        training.session.stop()
        await running
    (said,) = [
        read_control_message(notification) for notification in open_recording(training.recording)
    ]
    assert getattr(said, "entry", None) == PainEntered(4, PainMoment.AFTER)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises((OutputError, OSError)),
        recorded_training(GatedSource(()), INFO, STARTED, tmp_path / "file"),
    ):
        pass


def test_a_pain_that_cannot_be_meant_leaves_no_session_running(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError),
        recorded_training(GatedSource(()), INFO, STARTED, tmp_path, pain_before=11),
    ):
        pass
