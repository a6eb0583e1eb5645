"""Every text in every language: complete, with the same fields, and chosen before it is needed."""

from __future__ import annotations

import ast
import gettext
import html
import os
import re
import subprocess
import sys
from string import Formatter
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.test_app import BEFORE_THE_LANGUAGE
from tests.languages import NEW, SOURCE, english_in, pairs, translated_into
from tracker.language import DOMAIN, FOLDER, VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from babel.messages.catalog import Message


@pytest.fixture(scope="module", params=NEW)
def translated(request: pytest.FixtureRequest) -> tuple[Message, ...]:
    """Every text there is now, with its translation."""
    return translated_into(request.param)


def fields(text: str) -> list[str]:
    """Return what is filled into a text, in both manners; texts with other braces have none."""
    try:
        named = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        named = []
    return sorted([*named, *re.findall(r"%\(\w+\)[sd]|%[sdr]", text)])


def test_every_text_is_translated(translated: tuple[Message, ...]) -> None:
    assert len(translated) > 2000
    assert [each.id for each in translated if not all(text for _, text in pairs(each))] == []


def test_what_is_filled_in_stays(translated: tuple[Message, ...]) -> None:
    for message in translated:
        for before, after in pairs(message):
            if isinstance(message.id, tuple):
                # "1 rep" need not say its number in every language.
                known = {field for each in message.id for field in fields(each)}
                assert set(fields(after)) <= known, after
            else:
                assert fields(before) == fields(after), after


def test_edges_and_paragraphs_stay(translated: tuple[Message, ...]) -> None:
    for message in translated:
        for before, after in pairs(message):
            assert (
                before[: len(before) - len(before.lstrip())]
                == (after[: len(after) - len(after.lstrip())])
            ), after
            assert before[len(before.rstrip()) :] == after[len(after.rstrip()) :], after
            assert before.count("\n\n") == after.count("\n\n"), after


@pytest.mark.parametrize("code", NEW)
def test_the_compiled_texts_are_those_that_are_edited(code: str) -> None:
    """`make languages` does it."""
    compiled = gettext.translation(DOMAIN, FOLDER, [code])
    for message in translated_into(code):
        if isinstance(message.id, tuple):
            forms = [text for _, text in pairs(message)]
            one, many = message.id
            assert [compiled.ngettext(one, many, n) for n in (1, 2)] == [forms[0], forms[-1]]
        elif message.context:
            assert compiled.pgettext(message.context, str(message.id)) == message.string
        else:
            assert compiled.gettext(str(message.id)) == message.string


@pytest.mark.parametrize("name", sorted(BEFORE_THE_LANGUAGE))
def test_nothing_is_translated_before_the_language_is_chosen(name: str) -> None:
    path = SOURCE.joinpath(*name.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tree = ast.parse(path.read_text("utf-8"))
    late: list[ast.AST] = [
        inner
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(outer)
    ]
    at_import = [each for each in ast.walk(tree) if each not in late and calls_gettext(each)]
    assert at_import == []


def calls_gettext(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "ngettext", "counted")
    )


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """Run the command line in a process of its own, with what the environment says."""

    def run(*words: str, **environment: str) -> str:
        kept = {name: each for name, each in os.environ.items() if name not in VARIABLES}
        return subprocess.run(
            [sys.executable, "-m", "tracker", *words],
            env={**kept, "TRACKER_HOME": str(tmp_path), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        ).stdout

    return run


def test_the_locale_chooses_and_the_configuration_has_the_last_word(
    run: Callable[..., str],
) -> None:
    english, german, spanish = "Usage: tracker", "Aufruf: tracker", "Uso: tracker"
    assert run("--help").startswith(english)
    assert run("--help", LANG="de_AT.UTF-8").startswith(german)
    assert run("--help", LANG="es_MX").startswith(spanish)
    assert run("--help", LANGUAGE="fr:de", LANG="en_US.UTF-8").startswith(german)
    assert run("--help", LANG="fr_FR.UTF-8").startswith(english)
    run("config", "language", "es")
    assert run("--help", LANG="de_AT.UTF-8").startswith(spanish)
    assert run("config", "language", LANG="de").strip() == "es"
    run("config", "language", "")
    assert run("--help", LANG="de_AT.UTF-8").startswith(german)


ALL_HELP: Final = """
from tracker.cli import main

main(["--help"])
from tracker.cli.app import COMMANDS

for name in COMMANDS:
    main([name, "--help"])
"""


@pytest.mark.parametrize("code", NEW)
def test_no_help_is_left_in_english(code: str) -> None:
    helped = subprocess.run(
        [sys.executable, "-c", ALL_HELP],
        env={**os.environ, "LANGUAGE": code},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert helped.stderr == ""
    assert english_in(helped.stdout, code) == []


@pytest.mark.slow
@pytest.mark.parametrize("code", NEW)
def test_a_training_its_report_and_the_advice_are_in_the_language(
    run: Callable[..., str], tmp_path: Path, code: str
) -> None:
    report = tmp_path / "report.html"
    run("config", "language", code)
    told = [
        run(*line.split())
        for line in (
            "train --sensor sim --headless --speed max --seconds 60 --no-sound --load 60 --hold 2",
            "history",
            "show last",
            "next",
            "config",
            f"export last --format html -o {report}",
        )
    ]
    page = report.read_text("utf-8")
    assert f'<html lang="{code}"' in page
    words = html.unescape(re.sub(r"<(style|svg).*?</\1>|<[^>]*>", "\n", page, flags=re.DOTALL))
    assert english_in("\n".join([*told, words]), code) == []


@pytest.mark.parametrize("code", NEW)
def test_no_two_columns_of_a_table_have_one_title(code: str, run: Callable[..., str]) -> None:
    run("add", "--exercise", "squat", "--started", "2026-03-02T18:00", "--set", "reps=8")
    recording = str(SOURCE.parents[1] / "recordings" / "clean_set.arrows")
    tables = (["history"], ["history", "--trend"], ["people"], ["analyze", recording])
    for words in tables:
        english, other = (titles(run(*words, LANGUAGE=each)) for each in ("en", code))
        assert len(set(other)) == len(other) == len(english), other
        assert not set(other) >= set(english), other


def titles(table: str) -> list[str]:
    """Return the titles of the first table: of the first line that is set in columns."""
    lines = (re.split(r"\s{2,}", line.strip()) for line in table.splitlines())
    return next(cells for cells in lines if len(cells) > 2)


@pytest.mark.parametrize(
    ("code", "typed", "meant"),
    [("de", "ja", True), ("es", "sí", True), ("de", "nein", False), ("es", "yes", True)],
)
def test_yes_and_no_are_understood_in_the_language(
    code: str, typed: str, meant: bool, run: Callable[..., str]
) -> None:
    run("config", "plain", typed, LANGUAGE=code)
    assert run("config", "plain", LANGUAGE=code) == ("yes\n" if meant else "no\n")


def test_each_person_has_a_language(run: Callable[..., str]) -> None:
    run("people", "add", "Ana")
    run("people", "add", "Uli")
    run("config", "language", "de")
    run("--person", "Ana", "config", "language", "es")
    assert run("--person=Ana", "--help").startswith("Uso:")
    assert run("history", "--help", TRACKER_PERSON="Ana").startswith("Uso:")
    # Without a choice of one's own it is that of the computer.
    assert run("--person", "Uli", "--help").startswith("Aufruf:")
