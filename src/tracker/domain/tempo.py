"""Tempo: seconds for each phase of a rep, written the way coaches write it.

A code is in the order eccentric, bottom, concentric, top, even for a lift that starts with the
concentric (https://blog.thephysiqueclub.com; NSCA usage). That makes a hip thrust's code easy to
misread, so the same numbers stand beside it in the lifter's own order wherever it is shown. Both
notations, and what the phases are called in them, are stated here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain.errors import InputError
from tracker.domain.phases import Phase
from tracker.domain.units import decimal_number
from tracker.language import _, listed, localized, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXPLOSIVE: Final = "X"
"""Stands for a phase done as fast as possible."""

LONGEST_PHASE_S: Final = 60.0
"""Isometric holds take 5 to 45 s; a longer phase is a typing error."""

CODE_ORDER: Final = (Phase.ECCENTRIC, Phase.BOTTOM, Phase.CONCENTRIC, Phase.LOCKOUT)
"""The order of a code's four places."""

LIFTERS_ORDER: Final = (Phase.CONCENTRIC, Phase.LOCKOUT, Phase.ECCENTRIC, Phase.BOTTOM)
"""The order in which a hip thrust happens."""

PHASE_WORDS: Final = {
    # Translators: a phase of a rep, on the screen also in capitals.
    Phase.CONCENTRIC: _("up"),
    # Translators: a phase of a rep, on the screen also in capitals.
    Phase.LOCKOUT: _("hold"),
    # Translators: a phase of a rep, on the screen also in capitals.
    Phase.ECCENTRIC: _("down"),
    # Translators: a phase of a rep, the pause at the bottom, on the screen also in capitals.
    Phase.BOTTOM: _("floor"),
}
"""What the phases are called on screens and in the lifter's own order."""

_PHASE_NAMES: Final = {
    "up": Phase.CONCENTRIC,
    "hold": Phase.LOCKOUT,
    "down": Phase.ECCENTRIC,
    "floor": Phase.BOTTOM,
}
"""What they are called where a tempo is typed, in every language."""

_NUMBER = r"\d+(?:[.,]\d+)?"
_DASHED = re.compile(rf"(?:{_NUMBER}|X)(?:[-–](?:{_NUMBER}|X))+")
_BETWEEN_WORDS = re.compile(r"(?:[\s·]|,(?!\d))+")
"""A comma before a digit is a decimal one."""
_TIGHT = re.compile(r"[\dX]+")
_ADVICE: Final = _("Write down-floor-up-hold, as 3-0-1-2 or 30X2, or up=1 hold=2 down=3 floor=0.")


@dataclass(frozen=True, slots=True)
class Tempo:
    """Planned seconds for each phase; None means as fast as possible."""

    eccentric_s: float | None
    """Lowering, s; None for X."""
    bottom_s: float
    """Pause at the bottom, s; 0 is touch and go."""
    concentric_s: float | None
    """Lifting, s; None for X."""
    lockout_s: float
    """Hold at the top, s."""

    def planned_s(self, phase: Phase) -> float | None:
        """Return the planned duration of a phase, s; None for as fast as possible."""
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
        return tempo_code(self._texts())

    @property
    def words(self) -> str:
        """The same in the lifter's own order: `up 1 · hold 2 · down 3 · floor 0`."""
        return tempo_words({phase: localized(text) for phase, text in self._texts().items()})

    def _texts(self) -> dict[Phase, str]:
        planned = {phase: self.planned_s(phase) for phase in Phase}
        return {
            phase: EXPLOSIVE if value_s is None else f"{value_s:g}"
            for phase, value_s in planned.items()
        }


def tempo_code(texts: Mapping[Phase, str]) -> str:
    """Return a tempo as coaches write it, from the text for each phase: `3-0-1-2`."""
    return "-".join(texts[phase] for phase in CODE_ORDER)


def tempo_words(texts: Mapping[Phase, str], order: Iterable[Phase] = LIFTERS_ORDER) -> str:
    """Return a tempo in the lifter's own order: `up 1 · hold 2 · down 3 · floor 0`."""
    return " · ".join(f"{PHASE_WORDS[phase]} {texts[phase]}" for phase in order)


def parse_tempo(text: str) -> Tempo:
    """Return the tempo written in `text`.

    It may be `3-0-1-2`, `3012`, `30X2`, `2.5-0-1-2`, `2,5-0-1-2` or `up=1 hold=2 down=3 floor=0`;
    in the named form the floor may be left out, and is then 0. Raises `InputError` if it cannot be
    read, or in more than one way: a code of three places is refused.
    """
    cleaned = text.strip()
    if "=" in cleaned:
        return _tempo(text, _named_places(text, cleaned.lower()))
    code = cleaned.upper()
    if _DASHED.fullmatch(code):
        places = re.split("[-–]", code)
    elif _TIGHT.fullmatch(code):
        places = list(code)
    else:
        raise _refused(text, _("can't read this tempo"))
    if len(places) == 3:
        one, two, three = places
        raise _refused(
            text,
            _("has three places: which of the four is missing, the floor, the up or the hold?"),
            _(
                "If the floor pause is missing, write {one}-0-{two}-{three}; if the hold is, "
                "{one}-{two}-{three}-0."
            ).format(one=one, two=two, three=three),
        )
    if len(places) != len(CODE_ORDER):
        raise _refused(
            text,
            ngettext(
                "has {number} place instead of four",
                "has {number} places instead of four",
                len(places),
            ).format(number=len(places)),
        )
    return _tempo(text, dict(zip(CODE_ORDER, places, strict=True)))


def _named_places(text: str, cleaned: str) -> dict[Phase, str]:
    places: dict[Phase, str] = {}
    for word in _BETWEEN_WORDS.split(cleaned):
        name, __, value = word.partition("=")
        phase = _PHASE_NAMES.get(name)
        if phase is None or not re.fullmatch(rf"{_NUMBER}|x", value):
            raise _refused(text, _("can't read {word!r}").format(word=word))
        if phase in places:
            raise _refused(text, _("{name} appears twice").format(name=name))
        places[phase] = value.upper()
    places.setdefault(Phase.BOTTOM, "0")
    missing = [name for name, phase in _PHASE_NAMES.items() if phase not in places]
    if missing:
        raise _refused(text, _("{names} missing").format(names=listed(missing)))
    return places


def _tempo(text: str, places: dict[Phase, str]) -> Tempo:
    seconds: dict[Phase, float | None] = {}
    for phase, value in places.items():
        word, pause = PHASE_WORDS[phase], phase in (Phase.BOTTOM, Phase.LOCKOUT)
        if value == EXPLOSIVE:
            if pause:
                raise _refused(
                    text, _("the {phase} can't be X: only up and down can be X").format(phase=word)
                )
            seconds[phase] = None
            continue
        seconds[phase] = planned_s = decimal_number(value)
        if planned_s > LONGEST_PHASE_S:
            longest = f"{LONGEST_PHASE_S:g}"
            raise _refused(
                text, _("a phase can't take longer than {longest} s").format(longest=longest)
            )
        if planned_s == 0.0 and not pause:
            raise _refused(text, _("{phase} must take longer than 0 s").format(phase=word))
    bottom_s, lockout_s = seconds[Phase.BOTTOM], seconds[Phase.LOCKOUT]
    assert bottom_s is not None
    assert lockout_s is not None
    return Tempo(seconds[Phase.ECCENTRIC], bottom_s, seconds[Phase.CONCENTRIC], lockout_s)


def _refused(text: str, problem: str, advice: str = _ADVICE) -> InputError:
    return InputError(f"tempo {text!r}", problem, advice)
