"""Loads as the wearer reads and types them: in kilograms or pounds.

Inside, every load is in kilograms, with all the digits that a load typed in pounds needs to come
back as it was typed. Text of a load is made and read here alone, in the wearer's unit. That unit
is a choice of the person at the computer, as its language is: the edge of a program says once,
with `use_loads`, where it is read from; without that, it is kilograms.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from tracker.domain.errors import InputError
from tracker.domain.units import KG_PER_LB, decimal_number
from tracker.language import _, decimal, localized

if TYPE_CHECKING:
    from collections.abc import Callable

BODYWEIGHT: Final = _("bodyweight")
"""What a load of 0 is called."""

MOST_LOAD_KG: Final = 1000.0
"""Above the heaviest hip thrust on record, about 650 kg; more is a typing error."""

DECIMALS: Final = 2
"""Decimals of a load: the smallest plates are 0.25 kg and 1.25 lb. The rest is rounding."""


class LoadUnit(Enum):
    """What a load is read and typed in."""

    KG = "kg"
    LB = "lb"

    @property
    def in_kg(self) -> float:
        """One of it, kg."""
        return KG_PER_LB if self is LoadUnit.LB else 1.0

    @property
    def step(self) -> float:
        """The step in which loads change, in this unit: two small plates that every gym has."""
        return 5.0 if self is LoadUnit.LB else 2.5

    @property
    def plates(self) -> tuple[float, ...]:
        """The usual plates, heaviest first, in this unit."""
        if self is LoadUnit.LB:
            return (45.0, 35.0, 25.0, 10.0, 5.0, 2.5)
        return (25.0, 20.0, 15.0, 10.0, 5.0, 2.5, 1.25)

    def amount(self, load_kg: float) -> float:
        """Return a load in this unit, without what the conversion left behind the decimals."""
        return round(load_kg / self.in_kg, DECIMALS)

    def kg(self, amount: float) -> float:
        """Return so much of this unit, kg: the same number as if it had been typed."""
        return amount * self.in_kg


@dataclass(frozen=True, slots=True)
class LoadChoice:
    """What the wearer has chosen about loads."""

    unit: LoadUnit = LoadUnit.KG
    """What loads are shown in, and typed in where no unit is named."""
    bar_kg: float | None = None
    """Weight of the bar, to say which plates to put on it, kg; None says nothing of plates."""


_read_choice: Callable[[], LoadChoice] = LoadChoice


def use_loads(read: Callable[[], LoadChoice] = LoadChoice) -> None:
    """Let `read` say what the wearer has chosen; it is asked whenever a load is to be shown."""
    global _read_choice
    _read_choice = read


def load_unit() -> LoadUnit:
    """Return the wearer's unit."""
    return _read_choice().unit


def whole_steps_kg(load_kg: float) -> float:
    """Return the heaviest load of whole steps of plates up to `load_kg`, kg."""
    unit = load_unit()
    return unit.kg(unit.step * (unit.amount(load_kg) // unit.step))


def heavier_kg(load_kg: float, share: float) -> float:
    """Return a load with a share more in steps of plates, and at least one step, kg."""
    unit = load_unit()
    amount = unit.amount(load_kg)
    steps = max(1, round(share * amount / unit.step))
    return min(unit.kg(amount + steps * unit.step), MOST_LOAD_KG)


def lighter_kg(load_kg: float, share: float) -> float:
    """Return a share of a load in steps of plates, and at least one step less, kg."""
    unit = load_unit()
    amount = unit.amount(load_kg)
    less = min(amount - unit.step, unit.step * (share * amount // unit.step))
    return unit.kg(less) if less >= unit.step else 0.0


def load_number(load_kg: float | None, decimals: int | None = None) -> str:
    """Return the digits of a load in the wearer's unit, as a field shows it; empty if unknown.

    With `decimals` they are exactly so many, for an estimate.
    """
    if load_kg is None:
        return ""
    amount = load_unit().amount(load_kg)
    return localized(f"{amount:.9g}") if decimals is None else decimal(amount, decimals)


def load_text(load_kg: float, decimals: int | None = None) -> str:
    """Return a load with its unit, as `62.5 kg` or `45 lb`; 0 is no load at all."""
    return f"{load_number(load_kg, decimals)} {load_unit().value}"


def load_words(load_kg: float | None) -> str:
    """Return a load for people: with its unit, `bodyweight` for 0, empty if unknown."""
    if load_kg is None:
        return ""
    return load_text(load_kg) if load_kg else BODYWEIGHT


def parse_load_kg(text: str, unit: LoadUnit = LoadUnit.KG) -> float:
    """Return a load written as `60kg`, `62,5 kg` or `135lb`, or without a unit in `unit`, kg.

    Raises `InputError` for anything else, and for a load that nobody lifts.
    """
    cleaned = text.strip()
    for each in LoadUnit:
        if cleaned.lower().endswith(each.value):
            unit, cleaned = each, cleaned[: -len(each.value)].rstrip()
            break
    try:
        load_kg = unit.kg(decimal_number(cleaned))
    except ValueError:
        raise InputError(
            _("load"),
            _("expected a number with or without kg or lb, got {text!r}").format(
                text=text.strip()
            ),
            _("Write it as 60kg, 62,5 or 135lb."),
        ) from None
    if not 0.0 <= load_kg <= MOST_LOAD_KG:
        most = f"{MOST_LOAD_KG / unit.in_kg:.0f} {unit.value}"
        raise InputError(
            _("load"), _("expected 0 to {most}, got {text}").format(most=most, text=text.strip())
        )
    return load_kg


def plates_words(load_kg: float | None) -> str:
    """Return what to put on each side of the wearer's bar: `20 kg bar, each side 20 + 1.25`.

    The plates are the usual ones of the wearer's unit; what no plates make is named. Empty without
    a chosen bar, and if the load is unknown or lighter than the bar.
    """
    bar_kg, unit = _read_choice().bar_kg, load_unit()
    if bar_kg is None or load_kg is None or load_kg < bar_kg:
        return ""
    left = round(unit.amount(load_kg - bar_kg) / 2.0, DECIMALS + 1)
    side: list[str] = []
    for plate in unit.plates:
        times = int((left + 1e-9) // plate)
        kind = localized(f"{plate:g}")
        side += [f"{times} × {kind}" if times > 1 else kind] * bool(times)
        left = round(left - times * plate, DECIMALS + 1)
    # Translators: what is on each side of a bar without plates.
    plates = " + ".join(side) or _("nothing")
    bar = load_text(bar_kg)
    if left < 0.01:
        return _("{bar} bar, each side {plates}").format(bar=bar, plates=plates)
    missing = f"{localized(f'{2.0 * left:g}')} {unit.value}"
    return _("{bar} bar, each side {plates}, {missing} short").format(
        bar=bar, plates=plates, missing=missing
    )
