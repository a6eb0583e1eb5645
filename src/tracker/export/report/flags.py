"""What the flags of a rep mean, in words for somebody who has never seen one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain import Flag
from tracker.export.report.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import Rep, SetRecord


@dataclass(frozen=True, slots=True)
class FlagText:
    """One flag in words."""

    name: str
    """A few words for tables."""
    meaning: str
    """What was seen, in a sentence."""
    advice: str
    """What to try, or what it means for the numbers."""
    of_form: bool
    """True if it is about the movement, False if about the data."""


FLAG_TEXTS: Final = {
    Flag.SHORT_OF_LOCKOUT: FlagText(
        "short of lockout",
        "The hips stopped lower than at the best tops of the set, by over 15 % of the range.",
        "Push through the heels until knees, hips and shoulders are one line, or take less load.",
        of_form=True,
    ),
    Flag.PAST_LOCKOUT: FlagText(
        "past lockout",
        "The hips went 8 to 12 degrees beyond this person's own lockout.",
        "Stop at one straight line; keep the ribs down. The sensor cannot tell hips from back.",
        of_form=True,
    ),
    Flag.FAR_PAST_LOCKOUT: FlagText(
        "far past lockout",
        "The hips went more than 12 degrees beyond this person's own lockout.",
        "Stop at one straight line; keep the ribs down. The sensor cannot tell hips from back.",
        of_form=True,
    ),
    Flag.SAGGED: FlagText(
        "sank in the hold",
        "The hips sank during the hold by more than 15 % of the range.",
        "Squeeze the glutes until the hold is over, or hold for less time.",
        of_form=True,
    ),
    Flag.DROPPED_ECCENTRIC: FlagText(
        "dropped",
        "The way down was shorter than the way up, and faster.",
        "Lower slowly, under control.",
        of_form=True,
    ),
    Flag.RESTED_AT_BOTTOM: FlagText(
        "rested at the bottom",
        "The hips lay still for more than 1 second before the next rep.",
        "Keep the tension and turn around just above the floor, unless a pause is planned.",
        of_form=True,
    ),
    Flag.TILTED: FlagText(
        "hips tilted",
        "One side of the pelvis was lower than the other by more than this exercise allows.",
        "Press both feet down evenly. The sensor cannot see the feet.",
        of_form=True,
    ),
    Flag.GAP: FlagText(
        "samples missing",
        "The sensor was not heard for part of the rep.",
        "Times and range of this rep are less certain; nothing was made up for the hole.",
        of_form=False,
    ),
    Flag.SATURATED: FlagText(
        "sensor at its limit",
        "The movement was stronger than the sensor can measure.",
        "Range and velocity of this rep may be too small.",
        of_form=False,
    ),
    Flag.LOW_CONFIDENCE_VELOCITY: FlagText(
        "velocity not measurable",
        "The way up was too slow, or the sensor has no gyroscope.",
        "No velocity is given; times and range are not affected.",
        of_form=False,
    ),
    Flag.AXIS_UNCERTAIN: FlagText(
        "axis uncertain",
        "The pelvis did not turn about one axis.",
        "Range is less certain; the sensor may sit loose.",
        of_form=False,
    ),
}
"""Every flag."""

UNCERTAIN: Final = frozenset((Flag.GAP, Flag.SATURATED, Flag.AXIS_UNCERTAIN))
"""Flags after which the numbers of a rep that are there may be wrong."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A flag with where it was seen."""

    text: FlagText
    where: str
    """Which reps, or how many."""

    @property
    def name(self) -> str:
        """The flag's name as the beginning of a sentence."""
        return f"{self.text.name[0].upper()}{self.text.name[1:]}"


def names(flags: Iterable[Flag]) -> str:
    """Return what flags are called, empty without any."""
    return ", ".join(FLAG_TEXTS[flag].name for flag in flags)


def has_form_flag(rep: Rep) -> bool:
    """Say whether something is remarked on how the rep was done."""
    return any(FLAG_TEXTS[flag].of_form for flag in rep.flags)


def is_uncertain(rep: Rep) -> bool:
    """Say whether the numbers of a rep may be wrong."""
    return not rep.complete or not UNCERTAIN.isdisjoint(rep.flags)


def remarks_of_set(record: SetRecord) -> tuple[Remark, ...]:
    """Return each flag of a set with the numbers of its reps."""
    return tuple(
        Remark(text, f"{'rep' if len(reps) == 1 else 'reps'} {listed(map(str, reps))}")
        for flag, text in FLAG_TEXTS.items()
        if (reps := [rep.index for rep in record.reps if flag in rep.flags])
    )


def remarks_of_session(sets: Sequence[SetRecord], *, of_form: bool) -> tuple[Remark, ...]:
    """Return each flag of a session with how many reps of each set have it, the most first."""
    found: list[tuple[int, Remark]] = []
    for flag, text in FLAG_TEXTS.items():
        per_set = {record.index: sum(flag in rep.flags for rep in record.reps) for record in sets}
        total = sum(per_set.values())
        if text.of_form is not of_form or not total:
            continue
        of = sum(len(record.reps) for record in sets)
        where = ", ".join(f"set {index}: {n}" for index, n in per_set.items() if n)
        found.append((total, Remark(text, f"{total} of {counted(of, 'rep')} ({where})")))
    found.sort(key=lambda each: -each[0])
    return tuple(remark for _, remark in found)
