"""The language that a person reads and hears: every text passes through here on its way out.

The code is written in English, and what a language lacks stays in English. A text is marked
where it is written, `_("Set done")`, and what changes in it is a named field that is filled in
afterwards: `_("Set {number} done").format(number=3)`, never an f-string. `make languages` collects
the marked texts into `locale/*/LC_MESSAGES/tracker.po`, where they are translated.

The command line chooses the language before it imports anything else, so a table of texts may be
translated when its module is imported. The few modules that it needs for the choice itself (where
files live, and what errors say of them) mark the texts of their tables with `N_`, and translate
them with `_` where they are shown. Without a choice, as for a Python program that imports the
tracker, texts are English.

What programs read is never translated: keys, codes, columns of files, names of commands.
"""

from __future__ import annotations

import gettext
import locale
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

LANGUAGES: Final = {"en": "English", "de": "Deutsch", "es": "español"}
"""Every language by its code (ISO 639-1), under its own name."""

DOMAIN: Final = "tracker"
"""What gettext calls our texts."""

FOLDER: Final = Path(__file__).parent / "locale"
"""Where the translations are: `LANGUAGE/LC_MESSAGES/tracker.mo`."""

VARIABLES: Final = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name a language, the first that is set; as gettext has them."""

_DEFAULT_PLACE: Final = {"en": "en_GB"}
"""The country to assume for a language without one: dates of plain English put the day first."""

_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[_-]([A-Za-z]{2}))?(?:[.@].*)?")


class _Choice:
    """The language in use; there is one, and `use_language` alone changes it."""

    texts: gettext.NullTranslations = gettext.NullTranslations()
    code: str = "en"
    tag: str = "en"
    place: str = _DEFAULT_PLACE["en"]


def use_language(tag: str | None) -> None:
    """Show everything in a language from now on, such as `de` or `es_MX`; None is English.

    A language that is not in `LANGUAGES` is English, too. What a module translated when it was
    imported stays as it is.
    """
    code, place = language_named(tag) or ("en", None)
    _Choice.code = code
    _Choice.tag = f"{code}-{place}" if place else code
    _Choice.place = f"{code}_{place}" if place else _DEFAULT_PLACE.get(code, code)
    _Choice.texts = (
        gettext.NullTranslations()
        if code == "en"
        else gettext.translation(DOMAIN, FOLDER, [code], fallback=True)
    )
    _decimal_mark.cache_clear()


def language() -> str:
    """Return the code of the language in use."""
    return _Choice.code


def language_tag() -> str:
    """Return the language in use with its country if known, as pages name it: `es-MX`."""
    return _Choice.tag


def language_of_locale(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the language of the person's system, with its country if known; None if unknown."""
    for variable in VARIABLES:
        for tag in environment.get(variable, "").split(":"):
            if (found := language_named(tag)) is not None:
                return "_".join(part for part in found if part)
        if environment.get(variable):
            return None
    if sys.platform == "win32":
        import ctypes

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    return None


def language_named(tag: str | None) -> tuple[str, str | None] | None:
    """Return code and country of a tag such as `de` or `es_MX.UTF-8`; None if it is not ours."""
    found = _TAG.fullmatch(tag or "")
    if found is None or found[1].lower() not in LANGUAGES:
        return None
    return found[1].lower(), found[2] and found[2].upper()


def _(text: str) -> str:
    """Return a text in the language in use."""
    return _Choice.texts.gettext(text)


def N_(text: str) -> str:
    """Mark a text for translation, and leave it as it is: `_` translates it where it is shown."""
    return text


def ngettext(one: str, many: str, amount: float) -> str:
    """Return the one of two texts that goes with an amount, in the language in use."""
    return _Choice.texts.ngettext(one, many, amount)  # type: ignore[arg-type]


def pgettext(context: str, text: str) -> str:
    """Return a text that means something else elsewhere, such as a noun for a heading."""
    return _Choice.texts.pgettext(context, text)


def counted(amount: int, one: str, many: str) -> str:
    """Return `1 rep` or `2 reps` for the nouns `rep` and `reps`."""
    return f"{amount} {ngettext(one, many, amount)}"


def decimal(value: float, digits: int) -> str:
    """Return a number with so many decimals and the decimal mark of the language."""
    return localized(f"{value:.{digits}f}")


def localized(number: str) -> str:
    """Return a number that is written with a decimal point, with the mark of the language."""
    return number.replace(".", _decimal_mark())


@cache
def _decimal_mark() -> str:
    if _Choice.code == "en":
        return "."
    from babel.numbers import get_decimal_symbol

    return get_decimal_symbol(_Choice.place)


def listed(items: Sequence[str]) -> str:
    """Return a list for people: `up, hold and down`."""
    from babel.lists import format_list

    return format_list(items, locale=_Choice.place)


def day_text(day: date, skeleton: str = "yMMMd") -> str:
    """Return a date in words, with the parts of a skeleton in the order of the language.

    Skeletons are those of Unicode CLDR: `yMMMd` is 30 Nov 2026, `MMMEd` is Mon 30 Nov, `MMMMd` is
    30 November; `full` is Monday, 30 November 2026, and `short` is 30/11/2026.
    """
    from babel.dates import format_date, format_skeleton

    if skeleton in ("full", "short"):
        return format_date(day, skeleton, locale=_Choice.place)
    return format_skeleton(skeleton, day, locale=_Choice.place)
