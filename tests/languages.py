"""The texts of another language, for tests that see and hear it as people do."""

from __future__ import annotations

import gettext
import re
import runpy
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tracker.language import DOMAIN, FOLDER, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from babel.messages.catalog import Catalog, Message

SOURCE: Final = FOLDER.parent
TOOL: Final[dict[str, Any]] = runpy.run_path(str(SOURCE.parents[1] / "docs" / "languages.py"))
NEW: Final = tuple(code for code in LANGUAGES if code != "en")
"""Every language but the one that the code is written in."""

WORDS: Final = 3
"""So many words in a row are a text; fewer may be a name, or the same in two languages."""


@cache
def all_texts() -> Catalog:
    """Return every text that is marked in the code."""
    found: Catalog = TOOL["collected"]()
    return found


@cache
def translated_into(code: str) -> tuple[Message, ...]:
    """Return every text there is now, with its translation."""
    return tuple(each for each in TOOL["brought_up_to_date"](code, all_texts()) if each.id)


def speaker(code: str) -> Callable[[str], str]:
    """Return what says a text in a language."""
    return gettext.translation(DOMAIN, FOLDER, [code]).gettext


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Yield each form of a text with its translation."""
    if not isinstance(message.id, tuple):
        yield str(message.id), str(message.string or "")
        return
    one, many = message.id
    forms = message.string if isinstance(message.string, tuple) else ()
    # A language may have more than one plural, as Spanish has one of millions.
    yield from ((many if place else one, each) for place, each in enumerate(forms))


def english_in(seen: str, code: str) -> list[str]:
    """Return the pieces of English texts that stand in what is seen in another language."""
    return sorted(set(_pieces(seen)) & _only_in_english(code))


@cache
def _only_in_english(code: str) -> frozenset[str]:
    before: set[str] = set()
    after: set[str] = set()
    for message in translated_into(code):
        for english, other in pairs(message):
            before.update(_pieces(english))
            after.update(_pieces(other))
    return frozenset(before - after)


def _pieces(text: str) -> Iterator[str]:
    """Yield words in a row, without what is filled in between them or ends a sentence."""
    for part in re.split(r"\{[^}]*\}|%\(\w+\)s|[^\w' -]+|\s{2,}", text):
        words = part.split()
        for at in range(len(words) - WORDS + 1):
            yield " ".join(words[at : at + WORDS]).casefold()
