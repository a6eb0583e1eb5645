"""What a screen draws: a session at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from tracker.domain import Phase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tracker.domain import (
        Cue,
        Exercise,
        FaultReason,
        Gap,
        HeartRateRead,
        LinkState,
        MarkKind,
        PainEntered,
        Plan,
        SessionInfo,
        SetRecord,
    )


class RunState(Enum):
    """How far a session has come."""

    READY = "ready"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class RecordingState(Enum):
    """Whether the bytes are kept."""

    OFF = "off"
    """Nothing is recorded, as in a replay."""
    ON = "on"
    FAILED = "failed"
    """The file could not be written; the session goes on."""


@dataclass(frozen=True, slots=True)
class PlaybackState:
    """How a recording or a simulated session is being played."""

    paused: bool
    speed: float
    """Session seconds per second."""
    seeking: bool
    """True while the session is on its way to the target of a seek."""
    end_s: float | None
    """Session time of the end, s; None if unknown."""
    recording_name: str | None
    """Name of the file; None for the simulator."""


@dataclass(frozen=True, slots=True, eq=False)
class SessionSnapshot:
    """Everything a screen can show; None means unknown, never zero."""

    info: SessionInfo
    exercise: Exercise
    state: RunState
    failure: str | None
    """Why the session ended early, in words for the wearer; None unless it failed."""
    position_s: float | None
    """Session time of the newest sample, s."""
    sets: tuple[SetRecord, ...]
    plan: Plan
    """What is planned for the next set, or was for the one under way."""
    pain: tuple[PainEntered, ...]
    """The pain scores, in the order in which they were entered."""
    note: str
    """The wearer's note on the whole session."""
    phases: tuple[tuple[Phase | None, float], ...]
    """The latest phases, each with its start, s; None from the end of a set on."""
    lowered_s: float | None
    """When the hips last began to sink out of a hold, s; None before that in this rep."""
    cue: Cue | None
    """The newest cue."""
    calibrating: MarkKind | None
    """How the wearer is showing their lockout; None while none is expected."""
    link: LinkState | None
    """Last known state of the connection; None without one, as in an import."""
    link_detail: str
    """Why, in words for the wearer; empty if there is nothing to add."""
    second_link: LinkState | None
    """State of the connection to a second sensor that is recorded beside the first."""
    battery_percent: int | None
    """Charge of the sensor when it was last asked."""
    rate_hz: float | None
    """Measured samples per second."""
    samples: int
    gaps: tuple[Gap, ...]
    faults: Mapping[FaultReason, int]
    """Number of affected packets or samples, by reason."""
    sample_age_s: float | None
    """Time since samples last came, in real seconds."""
    recording: RecordingState
    recording_failure: str | None
    """Why the recording stopped; None unless it failed."""
    playback: PlaybackState | None
    """None for a live session."""
    trace_time_s: NDArray[np.float64]
    """Session time of the last seconds' samples, s, shape (n,), read-only."""
    trace_pitch_deg: NDArray[np.float64]
    """Pitch relative to the bottom, degrees, shape (n,), read-only."""

    restarted: str = ""
    """What failed and was started anew within the last seconds, in words for the wearer."""
    warning: str = ""
    """What the data showed to be wrong within the last seconds, in words for the wearer."""
    heart_rate: HeartRateRead | None = None
    """What was last sent of the heart, without a rate if that is old; None if none is sent."""

    @property
    def paused(self) -> bool:
        """Whether the wearer has stopped the playback."""
        return self.playback is not None and self.playback.paused

    @property
    def current_set(self) -> SetRecord | None:
        """The set under way, else the last one."""
        return self.sets[-1] if self.sets else None

    @property
    def resting_s(self) -> float | None:
        """Time since the end of the last set, s; None during a set and before the first."""
        last = self.current_set
        if last is None or not last.ended or self.position_s is None:
            return None
        return max(0.0, self.position_s - last.end_s)

    @property
    def phase(self) -> Phase | None:
        """Current phase; None outside a set."""
        return self.phases[-1][0] if self.phases else None

    @property
    def phase_started_s(self) -> float | None:
        """When that phase started, s; None outside a set."""
        return None if self.phase is None else self.phases[-1][1]

    @property
    def phase_elapsed_s(self) -> float | None:
        """Length of the phase so far, s; None outside a set. A hold ends when the hips sink."""
        if self.phase is None or self.phase_started_s is None or self.position_s is None:
            return None
        lowering_s = self.lowering_since_s
        until_s = self.position_s if lowering_s is None else lowering_s
        return max(0.0, until_s - self.phase_started_s)

    @property
    def lowering_since_s(self) -> float | None:
        """When the hips began to sink out of the hold, s; None while they hold, or rest."""
        return self.lowered_s if self.phase is Phase.LOCKOUT else None


def read_only(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a copy that nobody can change."""
    copy = np.array(values, dtype=np.float64)
    copy.setflags(write=False)
    return copy
