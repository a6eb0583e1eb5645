"""The exercises as data: where a rep starts, what moves, and what a set of them looks like."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tracker.domain.errors import UnknownNameError
from tracker.language import _, language


class Extreme(Enum):
    """The position in which a rep starts."""

    BOTTOM = "bottom"
    TOP = "top"


class LiftSignal(Enum):
    """The motion from which the phases of an exercise are read."""

    ROTATION = "rotation"
    """The pelvis (or thigh) turns about the lift's axis, as in a hip thrust."""
    HEIGHT = "height"
    """The pelvis travels up and down while its pitch swings back and forth, as in a squat."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One movement that the sensor can see."""

    name: str
    """Identifier in commands, files and exports."""
    title: str
    """Name for people."""
    starts_from: Extreme
    """The extreme from which a rep starts; a hip thrust starts at the bottom."""
    signal: LiftSignal
    """What the phases are read from."""
    least_range_deg: float = 0.0
    """Smallest rotation of a rep, degrees; only for exercises read from rotation."""
    usual_range_deg: tuple[float, float] = (0.0, 1.0)
    """Mean and standard deviation of people's rotations, degrees; only read from rotation."""
    top_deg: tuple[float, float] = (95.0, 20.0)
    """Mean and standard deviation of the angle from upright to the top of a rep, degrees; only
    read from rotation. With the shoulders on a bench the trunk is level there."""
    least_rise_m: float = 0.0
    """Smallest vertical travel of a rep, m; only for exercises read from height."""
    least_range_of_arc_deg: float = 0.0
    """Smallest rotation without a gyroscope, degrees."""
    on_thigh: bool = False
    """Whether a sensor without a gyroscope may as well be on a thigh."""
    seated: bool = False
    """Whether a seat carries the hips at the bottom; the concentric then starts at seat-off."""
    set_gap_s: float = 12.0
    """A longer rest than this ends the set, s (definition of a set)."""
    lockout_share: float = 0.15
    """A top lower than the reference by more than this share of the range is short of lockout."""
    usual_unevenness: float = 0.05
    """Mean share of the turning, squared, that is not about the lift's axis."""
    rep_share: float = 0.5
    """A movement under this share of the set's range is not a rep."""
    most_tilt_deg: float = 8.0
    """Sideways tilt from which a rep is flagged, degrees: on two legs the pelvis rolls by less
    than 3°, and a sensor on it is off by 4°."""

    @property
    def noun(self) -> str:
        """Name for people within a sentence, where only German has capitals."""
        return self.title if language() == "de" else self.title.lower()


def _hip_thrust(
    name: str, title: str, most_tilt_deg: float = 8.0, usual_unevenness: float = 0.05
) -> Exercise:
    """Return a variation of the hip thrust with the sensor on the pelvis.

    A full one swings 45 ± 7° about shoulders that are 0.45 m away, and 0.36 m where the trunk is
    steep; someone who sits up turns about the hips, with the sensor 0.1 to 0.15 m away. The pelvis
    rolls by up to 9°, which leaves 0.96 of the rotation about the lift's axis. The smallest rep is
    half of the smallest full one, 30°.
    """
    return Exercise(
        name,
        title,
        Extreme.BOTTOM,
        LiftSignal.ROTATION,
        least_range_deg=15.0,
        usual_range_deg=(43.0, 9.0),
        least_range_of_arc_deg=15.0,
        most_tilt_deg=most_tilt_deg,
        usual_unevenness=usual_unevenness,
    )


def _by_height(name: str, title: str, starts_from: Extreme, *, seated: bool = False) -> Exercise:
    """Return an exercise in which the pelvis turns both ways while it rises."""
    return Exercise(
        name,
        title,
        starts_from,
        LiftSignal.HEIGHT,
        least_rise_m=0.15,
        seated=seated,
        # Half of the range, less the error of integrating acceleration.
        rep_share=0.4,
    )


HIP_THRUST: Final = _hip_thrust("hip_thrust", _("Hip thrust"))

_ALL: Final = (
    HIP_THRUST,
    # A floor bridge swings 23 ± 6° at the pelvis. It is also done with the sensor on the thigh,
    # near the knee that it turns about, by as little as 6°, where an accelerometer alone is
    # mostly noise.
    Exercise(
        "glute_bridge",
        _("Glute bridge"),
        Extreme.BOTTOM,
        LiftSignal.ROTATION,
        least_range_deg=10.0,
        usual_range_deg=(23.0, 7.0),
        # The hips are 0.27 m above the shoulders, on a trunk of 0.48 m that lay level before.
        top_deg=(120.0, 20.0),
        least_range_of_arc_deg=5.0,
        on_thigh=True,
    ),
    # On one leg the free side dips by 3 to 8°, and sways; in a B-stance by 2 to 5°.
    _hip_thrust("single_leg_hip_thrust", _("Single-leg hip thrust"), 14.0, 0.08),
    _hip_thrust("b_stance_hip_thrust", _("B-stance hip thrust"), 11.0, 0.06),
    _hip_thrust("banded_hip_thrust", _("Banded hip thrust")),
    _hip_thrust("feet_elevated_hip_thrust", _("Feet-elevated hip thrust")),
    _by_height("squat", _("Squat"), Extreme.TOP),
    _by_height("sit_to_stand", _("Sit to stand"), Extreme.BOTTOM, seated=True),
)

EXERCISES: Final = {exercise.name: exercise for exercise in _ALL}
"""Every exercise by its name."""


def exercise_named(name: str) -> Exercise:
    """Return the exercise called `name`; raise `UnknownNameError` for an unknown one."""
    try:
        return EXERCISES[name]
    except KeyError:
        raise UnknownNameError(_("exercise"), name, tuple(EXERCISES)) from None


class ActivityKind(Enum):
    """The part of a training that an activity belongs to."""

    WARM_UP = "warm_up"
    CORE = "core"
    STRETCH = "stretch"


@dataclass(frozen=True, slots=True)
class Activity:
    """A part of a routine that is done for a time, because the sensor cannot count it."""

    name: str
    """Identifier in commands, files and exports."""
    title: str
    """Name for people."""
    kind: ActivityKind
    usual_s: float
    """How long it usually takes, on each side where it has sides, s."""
    sided: bool = False
    """Whether it is done on one side after the other."""


_ACTIVITIES: Final = (
    Activity("hip_circles", _("Hip circles"), ActivityKind.WARM_UP, 40.0),
    Activity("leg_swings", _("Leg swings"), ActivityKind.WARM_UP, 30.0, sided=True),
    Activity("plank", _("Plank"), ActivityKind.CORE, 20.0),
    Activity("side_plank", _("Side plank"), ActivityKind.CORE, 15.0, sided=True),
    Activity("dead_bug", _("Dead bug"), ActivityKind.CORE, 40.0),
    Activity("bird_dog", _("Bird dog"), ActivityKind.CORE, 40.0),
    Activity(
        "hip_flexor_stretch", _("Hip-flexor stretch"), ActivityKind.STRETCH, 30.0, sided=True
    ),
    Activity(
        "figure_four_stretch", _("Figure-four stretch"), ActivityKind.STRETCH, 30.0, sided=True
    ),
    Activity("knees_to_chest", _("Knees to chest"), ActivityKind.STRETCH, 30.0),
)

ACTIVITIES: Final = {activity.name: activity for activity in _ACTIVITIES}
"""Every activity by its name; the times are our choice, for beginners."""


def activity_named(name: str) -> Activity:
    """Return the activity called `name`; raise `UnknownNameError` for an unknown one."""
    try:
        return ACTIVITIES[name]
    except KeyError:
        raise UnknownNameError(_("activity"), name, tuple(ACTIVITIES)) from None


def title_of(name: str) -> str:
    """Return what people call an exercise or an activity; raise `UnknownNameError`."""
    return ACTIVITIES[name].title if name in ACTIVITIES else exercise_named(name).title


ONE_LEGGED: Final = frozenset({"single_leg_hip_thrust", "b_stance_hip_thrust"})
"""Exercises done with one leg after the other."""
