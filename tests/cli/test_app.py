from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click
import pytest

from tracker import __version__
from tracker.cli.app import COMMANDS, LazyGroup, main
from tracker.cli.app import tracker as group
from tracker.cli.exits import ExitCode
from tracker.domain import SensorError, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAVY = ("scipy", "textual", "pyarrow", "bleak", "numpy")


def command_named(name: str) -> click.Command:
    found = group.get_command(click.Context(group), name)
    assert found is not None
    return found


def imported_by(*arguments: str) -> set[str]:
    """Return the heavy packages that a fresh process imports for a call."""
    script = (
        "import json, sys\n"
        "from tracker.cli import main\n"
        "main(sys.argv[1:])\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(result.stdout.splitlines()[-1])) & set(HEAVY)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_and_version_import_nothing_heavy(arguments: list[str]) -> None:
    assert imported_by(*arguments) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_imports_numpy_at_most(name: str) -> None:
    assert imported_by(name, "--help") <= {"numpy"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(name: str, tracker: Callable[..., Any]) -> None:
    result = tracker(name, "--help")
    assert result.code == ExitCode.OK
    assert f"Usage: tracker {name}" in result.out
    assert "Examples:" in result.out
    assert f"tracker {name} " in result.out.partition("Examples:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name: str) -> None:
    help_text = command_named(name).help
    assert help_text is not None
    assert help_text.splitlines()[0] == COMMANDS[name]


def test_the_list_names_every_command(tracker: Callable[..., Any]) -> None:
    result = tracker("--help")
    for name, line in COMMANDS.items():
        assert name in result.out
        assert line in result.out


def test_the_version_is_the_one_of_the_package(tracker: Callable[..., Any]) -> None:
    result = tracker("--version")
    assert (result.code, result.out) == (ExitCode.OK, f"tracker {__version__}\n")


def test_without_a_command_the_help_is_shown(tracker: Callable[..., Any]) -> None:
    result = tracker()
    assert (result.code, result.err) == (ExitCode.OK, "")
    assert result.out == tracker("--help").out


IMPATIENT = """
import signal, sys
import click
from tracker.cli import app

def press(*_ignored):
    signal.raise_signal(signal.SIGINT)

# Once more while it says its last words.
say, click.echo = click.echo, lambda *words, **options: (say(*words, **options), press())
app.LazyGroup.get_command = press
sys.argv = ["tracker", "decode"]
sys.exit(app.main())
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
def test_ctrl_c_again_while_it_ends_changes_nothing() -> None:
    process = subprocess.run(
        [sys.executable, "-c", IMPATIENT], capture_output=True, text=True, check=False
    )
    assert process.returncode == ExitCode.INTERRUPTED
    assert process.stderr.endswith("tracker: interrupted.\n")


def test_an_unknown_command_is_wrong_usage(tracker: Callable[..., Any]) -> None:
    result = tracker("analyse")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "analyse" in result.err
    assert "tracker --help" in result.err


def command_that_raises(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make `tracker decode` raise."""

    def prepare(error: BaseException) -> None:
        module = importlib.import_module("tracker.cli.files")
        monkeypatch.setattr(module, "command", command_that_raises(error))

    return prepare


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "tracker: interrupted.\n"),
        (
            TrackerError("Wanted a, got b.", "Try a."),
            ExitCode.USAGE_OR_INPUT,
            "tracker: Wanted a, got b.\nTry a.\n",
        ),
        (SensorError("No adapter."), ExitCode.NO_SENSOR, "tracker: No adapter.\n"),
    ],
    ids=["Ctrl-C", "mistake", "no sensor"],
)
def test_errors_end_in_a_message_and_a_code(
    error: BaseException,
    code: ExitCode,
    said: str,
    raising: Callable[[BaseException], None],
    tracker: Callable[..., Any],
) -> None:
    raising(error)
    result = tracker("decode")
    assert (result.code, result.out, result.err.lstrip()) == (code, "", said)


@pytest.mark.parametrize("arguments", [["--debug", "decode"], ["decode", "--debug"]])
def test_debug_shows_where_an_error_came_from(
    arguments: list[str], raising: Callable[[BaseException], None], tracker: Callable[..., Any]
) -> None:
    raising(TrackerError("Wanted a, got b."))
    result = tracker(*arguments)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "Traceback" in result.err
    assert "test_app.py" in result.err
    assert result.err.endswith("tracker: Wanted a, got b.\n")


def test_a_defect_looks_like_one(raising: Callable[[BaseException], None]) -> None:
    raising(ZeroDivisionError("defect"))
    with pytest.raises(ZeroDivisionError):
        main(["decode"])


def test_debug_is_listed_once_however_often_a_command_is_looked_up() -> None:
    for _ in range(3):
        command = command_named("decode")
    assert [parameter.name for parameter in command.params].count("debug") == 1


def test_no_other_name_is_a_command() -> None:
    assert isinstance(group, LazyGroup)
    assert group.get_command(click.Context(group), "app") is None


@pytest.mark.skipif(os.name == "nt", reason="pipes close differently there")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.run(
        [sys.executable, "-m", "tracker", "decode", "--kind", "samples", "00"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (process.returncode, process.stderr) == (ExitCode.OK, b"")


def test_a_terminal_without_unicode_gets_a_question_mark() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "iso8859-2"}
    process = subprocess.run(
        [sys.executable, "-m", "tracker", "import", "--help"],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert process.returncode == ExitCode.OK
    assert b"m/s? and rad/s" in process.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--sensor", "sim", "--headless", "--speed", "max", "--seconds", "5"),
        ("history",),
        ("show", "last"),
        ("doctor",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_home_that_cannot_be_made_is_told_in_a_line_with_what_to_do(
    arguments: tuple[str, ...],
    tracker: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "file" / "home"))
    result = tracker(*arguments)
    said = result.err.splitlines()
    if arguments == ("doctor",):
        said = [line[2:].strip() for line in result.out.splitlines() if "TRACKER_HOME" in line]
        assert len(said) == 3
        assert "is no folder" in result.out
    else:
        assert result.code == ExitCode.USAGE_OR_INPUT
        problem, advice = said[-2:]
        assert problem.startswith(f"tracker: {tmp_path}")
        assert "not a directory" in problem.lower()
        assert "TRACKER_HOME=FOLDER" in advice
    assert "Traceback" not in result.err
    assert "--debug" not in result.err
