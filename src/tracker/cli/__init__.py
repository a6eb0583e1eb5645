"""The command line: the only room that parses arguments. stdout is data, stderr is talk."""

from __future__ import annotations

import gettext
import os
import sys
import tomllib
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line in the language of the person and return the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    _choose_language(words, os.environ)
    # Its texts are translated while it is imported.
    from tracker.cli.app import main as run

    return run(arguments)


def _choose_language(words: Sequence[str], environment: MutableMapping[str, str]) -> None:
    from tracker.language import DOMAIN, FOLDER, language_of_locale, use_language

    tag = _configured(words, environment) or language_of_locale(environment) or "en"
    use_language(tag)
    # Click asks the standard library for its own texts, which asks the environment; and so will
    # the processes that this one starts.
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)
    environment["LANGUAGE"] = tag


def _configured(words: Sequence[str], environment: Mapping[str, str]) -> str | None:
    """Return the language in the configuration; what is wrong there, the command tells."""
    from tracker.app.paths import tracker_paths
    from tracker.app.register import PERSON_VARIABLE
    from tracker.domain import TrackerError

    person = _person(words)
    if person is not None:
        environment = {**environment, PERSON_VARIABLE: person}
    try:
        paths = tracker_paths(environment)
        for each in dict.fromkeys((paths, paths.shared)):
            if each.config_file.exists():
                screen = tomllib.loads(each.config_file.read_text("utf-8")).get("screen", {})
                if screen.get("language"):
                    return str(screen["language"])
    except (TrackerError, OSError, ValueError, AttributeError):
        pass
    return None


def _person(words: Sequence[str]) -> str | None:
    for word, following in zip_longest(words, words[1:]):
        if word == "--person":
            return following
        if word.startswith("--person="):
            return word.partition("=")[2]
    return None
