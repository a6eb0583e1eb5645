from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workouts import WORKOUT

if TYPE_CHECKING:
    from tracker.domain import Workout


@pytest.fixture
def workout() -> Workout:
    """Two sets with everything that can be said of one."""
    return WORKOUT
