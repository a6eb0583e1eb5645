"""What other programs read is the same in every language; sentences in it are for people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.languages import NEW

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.slow

SENTENCES: Final = frozenset({"text", "reasons", "detail"})
"""Keys whose values are sentences for people."""

CALL_ALL: Final = """
import json, sys

from tracker.cli import main

for call in json.loads(sys.argv[1]):
    main(call)
    print(end="\\0", flush=True)
"""


def said(calls: Iterable[list[str]], language: str) -> list[str]:
    """Return what each call prints in a language."""
    done = subprocess.run(
        [sys.executable, "-c", CALL_ALL, json.dumps([*calls])],
        env={**os.environ, "LANGUAGE": language},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.split("\0")[:-1]


def without_sentences(value: Any) -> Any:
    if isinstance(value, dict):
        # Why a rep was revised is told to people; why a packet failed is a code.
        sentences = SENTENCES | {"reason"} if value.get("event") == "rep_revised" else SENTENCES
        return {
            name: without_sentences(each) for name, each in value.items() if name not in sentences
        }
    if isinstance(value, list):
        return [without_sentences(each) for each in value]
    return value


@pytest.mark.parametrize("language", NEW)
def test_only_sentences_follow_the_language(
    language: str, log_home: Path, brief_recording: Path
) -> None:
    assert log_home.exists()
    file = str(brief_recording)
    calls = [
        ["next", "--format", "json"],
        ["history", "--format", "json"],
        ["show", "1", "--format", "json"],
        ["analyze", file, "--format", "json"],
        ["analyze", file, "--format", "events"],
        ["decode", "--kind", "profile", "00"],
        *(["export", "1", "--format", name, "-o", "-"] for name in ("csv", "csv-sets", "strava")),
    ]
    english, other = said(calls, "en"), said(calls, language)
    assert all(english)
    assert other != english, "the sentences in it are translated"
    for before, after in zip(english, other, strict=True):
        if before.startswith(("{", "[")):
            assert read(after) == read(before)
        else:
            assert after == before


def read(text: str) -> list[Any]:
    """Return what a program makes of a document of JSON, or of several in lines."""
    documents = text.splitlines() if text.startswith('{"event"') else [text]
    return [without_sentences(json.loads(each)) for each in documents]
