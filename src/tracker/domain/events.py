"""The events of the engine. Later knowledge is a new event that refers to an old one.

Times are session seconds. An event tells when something happened; the caller, who feeds the
engine, knows when the event was emitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tracker.domain.phases import Phase

if TYPE_CHECKING:
    from tracker.domain.phases import PhaseSpan
    from tracker.domain.plan import Entry


class Flag(Enum):
    """A remark on the form of a rep, or on how far to trust its numbers."""

    SHORT_OF_LOCKOUT = "short_of_lockout"
    """The top was lower than the reference lockout, calibrated or the set's own, by more than 15 %
    of the range."""
    GAP = "gap"
    """Samples are missing inside the rep."""
    SATURATED = "saturated"
    """The sensor hit the end of its range inside the rep."""
    LOW_CONFIDENCE_VELOCITY = "low_confidence_velocity"
    """The concentric was too slow for an accelerometer to measure its velocity."""
    AXIS_UNCERTAIN = "axis_uncertain"
    """The rotation was not about one axis."""
    PAST_LOCKOUT = "past_lockout"
    """The top was 8 to 12 degrees beyond the wearer's lockout."""
    FAR_PAST_LOCKOUT = "far_past_lockout"
    """The top was more than 12 degrees beyond the wearer's lockout."""
    SAGGED = "sagged"
    """The hips sank during the hold by more than 15 % of the range."""
    DROPPED_ECCENTRIC = "dropped_eccentric"
    """The eccentric was shorter than the concentric, and faster at its peak."""
    RESTED_AT_BOTTOM = "rested_at_bottom"
    """The hips lay still for more than 1 s before the next rep."""
    TOUCHED_FLOOR = "touched_floor"
    """Hips or plates knocked on the floor before the next rep."""
    TILTED = "tilted"
    """The pelvis tilted sideways by more than the exercise allows."""


class LinkState(Enum):
    """The state of the connection to the sensor."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    CONFIGURING = "configuring"
    WAITING = "waiting"
    """The sensor has said that it streams; its first samples are still to come."""
    STREAMING = "streaming"
    STALLED = "stalled"
    LOST = "lost"
    RECONNECTING = "reconnecting"
    GONE = "gone"


class MarkKind(Enum):
    """A key press of the wearer; the payload of a notification on the mark channel."""

    SET_START = "set_start"
    SET_STOP = "set_stop"
    CALIBRATION = "calibration"
    """The hips are at a coached lockout and will be held level and still."""
    REFERENCE_REPS = "reference_reps"
    """The next three whole reps that are alike show the wearer's lockout and range."""


class CalibrationWay(Enum):
    """How the lockout was calibrated."""

    HOLD = "hold"
    """By holding it still."""
    REPS = "reps"
    """By reference reps, which show the range as well."""


class CueKind(Enum):
    """What a cue is about; `docs/coaching.md` has a row for each."""

    HOLD_LONGER = "hold_longer"
    REACH_LOCKOUT = "reach_lockout"
    PAST_LEVEL = "past_level"
    HIPS_SINK = "hips_sink"
    LOWER_SLOWER = "lower_slower"
    DROPPED = "dropped"
    KEEP_TENSION = "keep_tension"
    LEVEL_HIPS = "level_hips"
    RANGE_SHRINKS = "range_shrinks"
    TOO_SLOW = "too_slow"
    TOO_FAST = "too_fast"
    BREATHE_OUT = "breathe_out"
    VELOCITY_LOSS = "velocity_loss"
    TARGET_REACHED = "target_reached"
    EXTRA_REP = "extra_rep"
    """A clean rep past the target of an open last set."""
    PRAISE = "praise"
    """The lifter did what a cue asked for."""


class FaultReason(Enum):
    """What was wrong with the bytes that arrived."""

    LENGTH = "length"
    """The packet is shorter or longer than its format says."""
    VERSION = "version"
    """The packet claims a format version that this decoder does not know."""
    FORMAT = "format"
    """A field has a value that the format does not allow."""
    LOST = "lost"
    """Packets or samples before this one never arrived."""
    DUPLICATE = "duplicate"
    """The packet arrived before."""
    OUT_OF_ORDER = "out_of_order"
    """The packet is older than one that was already decoded."""
    CLOCK = "clock"
    """The device clock stood still or jumped."""
    UNCONFIGURED = "unconfigured"
    """Samples came before the configuration that gives their scale."""
    UNKNOWN_CHANNEL = "unknown_channel"
    """No decoder reads this channel."""
    NOT_FINITE = "not_finite"
    """A sample is not a number."""
    OVERRUN = "overrun"
    """Notifications arrived faster than the host could take them, and were dropped."""
    DETECTOR_RESTARTED = "detector_restarted"
    """Detection or coaching failed on good samples and started afresh; a defect of ours."""


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition and its measures; None means unknown, never zero."""

    index: int
    """Number in its set, from 1."""
    start_s: float
    """Start of its first phase, s."""
    end_s: float
    """End of its last phase, s."""
    complete: bool
    """True once its last movement (eccentric of a hip thrust, concentric of a squat) has ended."""
    phases: tuple[PhaseSpan, ...]
    """Phases in the order in which they happened."""
    rom_deg: float | None = None
    """Rotation of the pelvis between bottom and top, degrees."""
    top_deg: float | None = None
    """Pelvis pitch at lockout, degrees above the wearer's lockout; None without a calibration."""
    rise_m: float | None = None
    """Vertical travel of the hips, m."""
    mean_velocity_mps: float | None = None
    """Mean vertical velocity over the concentric, m/s."""
    peak_velocity_mps: float | None = None
    """Peak vertical velocity over the concentric, m/s."""
    tilt_deg: float | None = None
    """Largest sideways tilt of the pelvis during the rep, degrees."""
    flags: tuple[Flag, ...] = ()
    """Remarks on quality and form."""
    bottom_s: float | None = None
    """Pause after this rep's eccentric, or at a squat's bottom, s; None if there is none."""
    confidence: float | None = None
    """Probability that it is a rep of its set, 0 to 1."""
    confidence_reason: str | None = None
    """Name of what speaks most against it; None where the confidence is 0.95 or more."""
    gyroscope: bool = True
    """Whether its phases were read from a gyroscope. Without one, a movement is measured from 15
    to 85 % of its travel, so that it seems shorter than it was, and a pause longer."""

    def _duration_s(self, phase: Phase) -> float | None:
        spans = [span for span in self.phases if span.phase is phase]
        return spans[0].duration_s if spans and spans[0].whole else None

    @property
    def concentric_s(self) -> float | None:
        """Duration of the concentric, s; None if it was not seen whole."""
        return self._duration_s(Phase.CONCENTRIC)

    @property
    def lockout_s(self) -> float | None:
        """Duration of the hold at the top, s."""
        return self._duration_s(Phase.LOCKOUT)

    @property
    def eccentric_s(self) -> float | None:
        """Duration of the eccentric, s."""
        return self._duration_s(Phase.ECCENTRIC)


@dataclass(frozen=True, slots=True)
class SetStarted:
    """The first rep of a set was counted, or the wearer started a set with a key."""

    at_s: float
    """Start of the first rep, or time of the key press, s."""
    set_index: int
    """Number of the set in the session, from 1."""


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """The movement entered a phase; for screens, a rep's final phases are in its `Rep`."""

    at_s: float
    set_index: int
    phase: Phase


@dataclass(frozen=True, slots=True)
class LoweringStarted:
    """The hips sink out of a lockout: the eccentric has probably begun."""

    at_s: float
    """Start of the sinking, s."""
    set_index: int
    index: int
    """Number of the rep in its set, from 1."""


@dataclass(frozen=True, slots=True)
class RepCounted:
    """A lockout started: the count goes up."""

    at_s: float
    """Start of the lockout, s."""
    set_index: int
    index: int
    """Number of the rep in its set, from 1."""


@dataclass(frozen=True, slots=True)
class RepCompleted:
    """A counted rep has ended."""

    at_s: float
    set_index: int
    rep: Rep


@dataclass(frozen=True, slots=True)
class RepRevised:
    """Later samples changed what is known of an earlier rep."""

    at_s: float
    """When the revised rep was counted, s."""
    set_index: int
    index: int
    """Which rep of the set."""
    rep: Rep | None
    """The rep as it is known now; None if it is withdrawn."""
    reason: str
    """Why, in words for the log."""


@dataclass(frozen=True, slots=True)
class SetEnded:
    """No further rep belongs to the set."""

    at_s: float
    """End of the last rep, s."""
    set_index: int
    reps: int
    """Reps that count; 0 if the set was withdrawn because nothing similar followed."""
    count_confidence: float | None = None
    """Probability that this number is exact, 0 to 1; None where there was no set."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to tell the wearer."""

    at_s: float
    """When its reason became known, s."""
    text: str
    """What to say, short enough to fit between two reps."""
    kind: CueKind
    set_index: int
    strong: bool = False
    """Whether it cannot wait: far past lockout, or time to end the set."""
    rep_index: int | None = None
    """Number of the rep that it is about; None where it is about no single rep."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples are missing for longer than interpolation may cover."""

    start_s: float
    """Time of the last sample before it, s."""
    end_s: float
    """Time of the first sample after it, s."""

    @property
    def at_s(self) -> float:
        """When the samples resumed, s."""
        return self.end_s


@dataclass(frozen=True, slots=True)
class Fault:
    """Bytes that could not be used, or that show that others are missing."""

    at_s: float
    """Arrival of the notification, s."""
    reason: FaultReason
    detail: str
    """What was expected and what came."""
    count: int = 1
    """How many packets or samples it concerns."""


class WarningKind(Enum):
    """What a warning about the data or the analysis as a whole is about."""

    GYRO_IGNORED = "gyro_ignored"
    """Columns of angular rate, or of what may be one, are in the file and were not used."""
    COLUMNS_IGNORED = "columns_ignored"
    """Other columns were not used, although they may hold what was needed."""
    SAMPLES_LEFT_OUT = "samples_left_out"
    """Accelerations at times without an angular rate were left out."""
    SAMPLES_SPREAD = "samples_spread"
    """Samples of one packet shared a time stamp and were spread evenly."""
    ROWS_REORDERED = "rows_reordered"
    """Rows were not in the order of their times and were sorted."""
    CLOCK_CHANGED = "clock_changed"
    """The clock in a file was put forward or back by an hour."""
    ACC_UNIT = "acc_unit"
    """The unit of the acceleration is not in the file; gravity tells it."""
    GYRO_UNIT = "gyro_unit"
    """The unit of the angular rate is not in the file; how gravity turns tells it."""
    RECORDING_DAMAGED = "recording_damaged"
    """Part of a recording is lost."""
    GYRO_CONTRADICTS_GRAVITY = "gyro_contradicts_gravity"
    """While the sensor turns, gravity does not move as the gyroscope says."""
    GRAVITY_SCALE = "gravity_scale"
    """Gravity at rest is of another size than on earth."""
    DETECTOR_RESTARTED = "detector_restarted"
    """Detection or coaching failed on good samples and started afresh; a defect of ours."""


@dataclass(frozen=True, slots=True)
class DataWarning:
    """Something to know about the data or the analysis as a whole."""

    kind: WarningKind
    text: str
    """What for people, a line."""


@dataclass(frozen=True, slots=True)
class DataWarned:
    """Something is to be known about the data as a whole; whoever notices it says it once."""

    at_s: float
    """When it was noticed, s; the first sample for what an importer noticed."""
    warning: DataWarning


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection to the sensor changed its state."""

    at_s: float
    state: LinkState
    device: int = 0
    detail: str = ""
    """Why, in words for the wearer; empty without a reason."""


@dataclass(frozen=True, slots=True)
class BatteryRead:
    """The sensor reported the charge of its battery."""

    at_s: float
    percent: int
    """Charge, 0 to 100."""
    device: int = 0


@dataclass(frozen=True, slots=True)
class HeartRateRead:
    """A sensor sent the heart rate, or that it cannot tell it now."""

    at_s: float
    """When it arrived, s."""
    bpm: int | None
    """Beats per minute; None while the sensor has no skin contact, or sends none that can be."""
    contact: bool | None = None
    """Whether the sensor touches the skin; None if it does not detect that."""
    rr_s: tuple[float, ...] = ()
    """Times between beats since the reading before, s, oldest first; empty if none are sent."""
    energy_kj: int | None = None
    """Energy that the sensor has added up, kJ; None if it does not."""
    device: int = 0


@dataclass(frozen=True, slots=True)
class UserCommand:
    """The wearer pressed a key that the recording keeps."""

    at_s: float
    text: str


@dataclass(frozen=True, slots=True)
class UserInput:
    """The wearer entered something: a plan, a correction, load, effort, pain or a note."""

    at_s: float
    entry: Entry


@dataclass(frozen=True, slots=True)
class ReferenceRep:
    """A rep ended during a calibration by reference reps, or one of them was revised."""

    at_s: float
    """End of the rep, or the time of the revision, s."""
    index: int
    """How many count by now, including this one if it does."""
    of: int
    """How many are needed."""
    refusal: str | None = None
    """Why it does not count, in words for the wearer; None if it does."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A hold was long and still, or reps were alike: from now on the lockout is known."""

    at_s: float
    """End of the hold, or of the last reference rep, s."""
    wander_deg: float
    """Largest angle of the hips from their mean posture, in the hold or at the tops, degrees."""
    way: CalibrationWay = CalibrationWay.HOLD
    """How it was calibrated."""
    range_deg: float | None = None
    """Median rotation of the reference reps, degrees; None after a hold."""


@dataclass(frozen=True, slots=True)
class CalibrationFailed:
    """A calibration was given up; an older one stays as it was."""

    at_s: float
    reason: str
    """Why, in words for the wearer."""


@dataclass(frozen=True, slots=True)
class CalibrationLost:
    """The calibration no longer holds: pitch is unknown until the next one."""

    at_s: float
    """Top of the rep that showed it, s."""
    reason: str
    """Why, in words for the wearer."""


CalibrationEvent = Calibrated | CalibrationFailed | CalibrationLost
"""Every event about the calibration of the wearer's lockout."""

Event = (
    SetStarted
    | PhaseStarted
    | LoweringStarted
    | RepCounted
    | RepCompleted
    | RepRevised
    | SetEnded
    | Cue
    | Gap
    | Fault
    | DataWarned
    | LinkChanged
    | BatteryRead
    | HeartRateRead
    | UserCommand
    | UserInput
    | ReferenceRep
    | Calibrated
    | CalibrationFailed
    | CalibrationLost
)
"""Everything that `Engine.feed` returns."""
