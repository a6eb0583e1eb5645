"""Tempo as it is planned: seconds for each phase of a rep, written the way coaches write it.

The order of a code is eccentric, bottom, concentric, top, also for a lift that starts upwards
(https://blog.thephysiqueclub.com; NSCA usage). A hip thrust starts with the way up, so a code is
easily misread; the same numbers in the lifter's own order stand beside it wherever it is shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tracker.domain.errors import InputError
from tracker.domain.phases import Phase

EXPLOSIVE: Final = "X"
"""Stands for a phase that is done as fast as possible."""

LONGEST_PHASE_S: Final = 60.0
"""A longer phase is a slip of the keyboard: isometric holds are 5 to 45 s."""

CODE_ORDER: Final = (Phase.ECCENTRIC, Phase.BOTTOM, Phase.CONCENTRIC, Phase.LOCKOUT)
"""The order of a code's four places."""

LIFTERS_ORDER: Final = (Phase.CONCENTRIC, Phase.LOCKOUT, Phase.ECCENTRIC, Phase.BOTTOM)
"""The order in which a hip thrust happens."""

PHASE_WORDS: Final = {
    Phase.CONCENTRIC: "up",
    Phase.LOCKOUT: "hold",
    Phase.ECCENTRIC: "down",
    Phase.BOTTOM: "floor",
}
"""What a phase is called in the lifter's own order."""

_NUMBER = r"\d+(?:\.\d+)?"
_DASHED = re.compile(rf"(?:{_NUMBER}|X)(?:[-–](?:{_NUMBER}|X))+")
_TIGHT = re.compile(r"[\dX]+")
_PHASE_BY_WORD: Final = {word: phase for phase, word in PHASE_WORDS.items()}
_ADVICE: Final = "Write down-floor-up-hold, as 3-0-1-2 or 30X2, or up=1 hold=2 down=3 floor=0."


@dataclass(frozen=True, slots=True)
class Tempo:
    """Planned seconds for each phase; None means as fast as possible."""

    eccentric_s: float | None
    """Way down, s; None for X."""
    bottom_s: float
    """Pause at the bottom, s; 0 is touch and go."""
    concentric_s: float | None
    """Way up, s; None for X."""
    lockout_s: float
    """Hold at the top, s."""

    def planned_s(self, phase: Phase) -> float | None:
        """Return how long a phase is to take, s; None for as fast as possible."""
        match phase:
            case Phase.ECCENTRIC:
                return self.eccentric_s
            case Phase.BOTTOM:
                return self.bottom_s
            case Phase.CONCENTRIC:
                return self.concentric_s
            case Phase.LOCKOUT:
                return self.lockout_s

    @property
    def code(self) -> str:
        """The four places with hyphens, as `3-0-1-2`."""
        return "-".join(_digits(self.planned_s(phase)) for phase in CODE_ORDER)

    @property
    def words(self) -> str:
        """The same in the lifter's own order: `up 1 · hold 2 · down 3 · floor 0`."""
        return " · ".join(
            f"{PHASE_WORDS[phase]} {_digits(self.planned_s(phase))}" for phase in LIFTERS_ORDER
        )


def parse_tempo(text: str) -> Tempo:
    """Return the tempo that `text` means.

    Parameters
    ----------
    text
        `3-0-1-2`, `3012`, `30X2`, `2.5-0-1-2` or `up=1 hold=2 down=3 floor=0`; the named form may
        leave the floor out, which is then 0.

    Raises
    ------
    InputError
        If it can be read in no way, or in more than one: a code of three places is refused.
    """
    cleaned = text.strip()
    if "=" in cleaned:
        return _named(text, cleaned.lower())
    code = cleaned.upper()
    if _DASHED.fullmatch(code):
        places = re.split("[-–]", code)
    elif _TIGHT.fullmatch(code):
        places = list(code)
    else:
        raise InputError(_called(text), "is no tempo", _ADVICE)
    if len(places) == 3:
        one, two, three = places
        raise InputError(
            _called(text),
            "has three places: which of the four is missing, the floor, the up or the hold?",
            f"If the floor pause is missing, write {one}-0-{two}-{three}; if the hold is, "
            f"{one}-{two}-{three}-0.",
        )
    if len(places) != len(CODE_ORDER):
        raise InputError(_called(text), f"has {len(places)} places instead of four", _ADVICE)
    return _tempo(text, dict(zip(CODE_ORDER, places, strict=True)))


def _named(text: str, cleaned: str) -> Tempo:
    places: dict[Phase, str] = {}
    for word in re.split(r"[\s,·]+", cleaned):
        name, _, value = word.partition("=")
        phase = _PHASE_BY_WORD.get(name)
        if phase is None or not re.fullmatch(rf"{_NUMBER}|x", value):
            raise InputError(_called(text), f"{word!r} is no phase with its seconds", _ADVICE)
        if phase in places:
            raise InputError(_called(text), f"{name} is there twice", _ADVICE)
        places[phase] = value.upper()
    places.setdefault(Phase.BOTTOM, "0")
    missing = [PHASE_WORDS[phase] for phase in LIFTERS_ORDER if phase not in places]
    if missing:
        raise InputError(_called(text), f"{' and '.join(missing)} is missing", _ADVICE)
    return _tempo(text, places)


def _tempo(text: str, places: dict[Phase, str]) -> Tempo:
    for phase in (Phase.BOTTOM, Phase.LOCKOUT):
        if places[phase] == EXPLOSIVE:
            raise InputError(
                _called(text),
                f"the {PHASE_WORDS[phase]} cannot be X: as fast as possible is for up and down",
                _ADVICE,
            )
    planned_s = {
        phase: None if value == EXPLOSIVE else float(value) for phase, value in places.items()
    }
    if any(value is not None and value > LONGEST_PHASE_S for value in planned_s.values()):
        raise InputError(_called(text), f"a phase is longer than {LONGEST_PHASE_S:g} s", _ADVICE)
    for phase in (Phase.ECCENTRIC, Phase.CONCENTRIC):
        if planned_s[phase] == 0.0:
            raise InputError(
                _called(text), f"the way {PHASE_WORDS[phase]} takes longer than 0 s", _ADVICE
            )
    bottom_s, lockout_s = planned_s[Phase.BOTTOM], planned_s[Phase.LOCKOUT]
    assert bottom_s is not None
    assert lockout_s is not None
    return Tempo(planned_s[Phase.ECCENTRIC], bottom_s, planned_s[Phase.CONCENTRIC], lockout_s)


def _called(text: str) -> str:
    return f"tempo {text!r}"


def _digits(planned_s: float | None) -> str:
    return EXPLOSIVE if planned_s is None else f"{planned_s:g}"
