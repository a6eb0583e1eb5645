"""How numbers and states are said to people; unknown is a dash, never zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.domain import CODE_ORDER, LIFTERS_ORDER, PHASE_WORDS, Flag, Phase, mean_of_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.domain import ReferenceRep, Rep, SetRecord

UNKNOWN: Final = "–"
"""Stands for a value that is not known."""

FLAG_WORDS: Final = {
    Flag.SHORT_OF_LOCKOUT: "short of lockout",
    Flag.GAP: "samples missing",
    Flag.SATURATED: "sensor at its limit",
    Flag.LOW_CONFIDENCE_VELOCITY: "velocity uncertain",
    Flag.AXIS_UNCERTAIN: "axis uncertain",
    Flag.PAST_LOCKOUT: "past lockout",
    Flag.FAR_PAST_LOCKOUT: "far past lockout",
    Flag.SAGGED: "hips sank in the hold",
    Flag.DROPPED_ECCENTRIC: "dropped",
    Flag.RESTED_AT_BOTTOM: "rested at the bottom",
    Flag.TILTED: "hips tilted",
}
"""What a flag means."""


def number(value: float | None, decimals: int = 1, unit: str = "") -> str:
    """Return `value` with its unit, or the dash alone."""
    return UNKNOWN if value is None else f"{value:.{decimals}f}{unit}"


def clock_time(time_s: float | None) -> str:
    """Return minutes and seconds, as on a stopwatch."""
    if time_s is None:
        return UNKNOWN
    minutes, seconds = divmod(abs(int(time_s)), 60)
    return f"{'-' if time_s <= -1.0 else ''}{minutes}:{seconds:02d}"


def counted(amount: int, noun: str) -> str:
    """Return `1 rep` or `2 reps`."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def phase_durations_s(rep: Rep) -> dict[Phase, float | None]:
    """Return how long each phase of a rep took, s."""
    return {
        Phase.CONCENTRIC: rep.concentric_s,
        Phase.LOCKOUT: rep.lockout_s,
        Phase.ECCENTRIC: rep.eccentric_s,
        Phase.BOTTOM: rep.bottom_s,
    }


def mean_durations_s(reps: Sequence[Rep]) -> dict[Phase, float | None]:
    """Return how long each phase took on average, over the reps of which it is known, s."""
    each = [phase_durations_s(rep) for rep in reps]
    return {phase: mean_of_known(durations[phase] for durations in each) for phase in Phase}


def tempo_code(durations_s: dict[Phase, float | None]) -> str:
    """Return measured tempo the way it is written: eccentric, bottom, concentric, top.

    Between the hyphens of a code the dash would be lost, so an unknown phase is a question mark.
    """
    each = (durations_s[phase] for phase in CODE_ORDER)
    return "-".join("?" if duration_s is None else number(duration_s) for duration_s in each)


def tempo_words(durations_s: dict[Phase, float | None]) -> str:
    """Return measured tempo in the order in which a hip thrust happens."""
    return " · ".join(
        f"{PHASE_WORDS[phase]} {number(durations_s[phase])}" for phase in LIFTERS_ORDER
    )


def reference_words(event: ReferenceRep) -> str:
    """Return how far the reference reps have come, and why one does not count."""
    reached = f"{event.index} of {event.of}"
    if event.refusal is None:
        return f"reference rep {reached}"
    return f"no reference rep ({reached}): {event.refusal}"


def flag_words(flags: Iterable[Flag]) -> str:
    """Return what flags mean, empty without any."""
    return ", ".join(FLAG_WORDS[flag] for flag in flags)


def set_flag_words(record: SetRecord) -> str:
    """Return the flags of a set's reps with how many reps have each."""
    amounts = {flag: sum(flag in rep.flags for rep in record.reps) for flag in Flag}
    return ", ".join(f"{n}× {FLAG_WORDS[flag]}" for flag, n in amounts.items() if n)
