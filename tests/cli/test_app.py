from __future__ import annotations

import errno
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
from tracker.cli.exits import ExitCode, is_closed_pipe, report
from tracker.domain import InputError, OutputError, SensorError, TrackerError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome


HEAVY = {
    *("scipy", "textual", "rich", "pyarrow", "bleak", "numpy", "sqlalchemy", "aiohttp", "jinja2"),
    *("tomlkit", "asyncio", "concurrent"),
}


BEFORE_THE_LANGUAGE = {
    *("app", "app.paths", "app.register", "cli", "domain", "domain.errors", "domain.foreign_text"),
    "language",
}
"""What the choice of a language imports: nothing there may be translated at import."""


def command_named(name: str) -> click.Command:
    found = group.get_command(click.Context(group), name)
    assert found is not None
    return found


LIST_IMPORTS = """
import json, sys

before = set(sys.modules)
for call in json.loads(sys.argv[1]):
    from tracker.cli import main

    main(call)
    print(json.dumps(sorted(sys.modules.keys() - before)), file=sys.stderr)
    before = set(sys.modules)
"""


def test_help_imports_nothing_heavy() -> None:
    calls = [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)]
    result = subprocess.run(
        [sys.executable, "-c", LIST_IMPORTS, json.dumps(calls)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    imported = [set(json.loads(line)) for line in result.stderr.splitlines()]
    for call, new in zip(calls, imported, strict=True):
        assert not HEAVY & {name.partition(".")[0] for name in new}, call
        # What knows events and sessions takes as long as everything else.
        assert not [name for name in new if name.startswith("tracker.domain.session")], call
    # The list of the commands needs none of them: only the language, which may be configured.
    of_ours = {name for name in imported[0] if name.startswith("tracker.")}
    outside = {f"tracker.cli.{name}" for name in ("app", "exits", "terminal")}
    assert of_ours == {f"tracker.{name}" for name in BEFORE_THE_LANGUAGE} | outside


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


@pytest.mark.posix("signals are others there")
def test_ctrl_c_again_while_it_ends_changes_nothing() -> None:
    process = subprocess.run(
        [sys.executable, "-c", IMPATIENT], capture_output=True, encoding="utf-8", check=False
    )
    assert process.returncode == ExitCode.INTERRUPTED
    assert process.stderr.endswith("tracker: interrupted.\n")


def test_an_unknown_command_is_wrong_usage(tracker: Callable[..., Any]) -> None:
    result = tracker("nothing")
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert "nothing" in result.err
    assert "Did you mean" not in result.err
    assert "tracker --help" in result.err


@pytest.mark.parametrize(("typed", "meant"), [("trian", "train"), ("analyse", "analyze")])
def test_a_typo_is_answered_with_the_nearest_command(
    typed: str, meant: str, tracker: Callable[..., Any]
) -> None:
    result = tracker(typed)
    assert result.code == ExitCode.USAGE_OR_INPUT
    assert f"No such command '{typed}'. Did you mean {meant}?" in result.err


def command_that_raises(error: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise error

    return command


@pytest.fixture
def raising(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make `tracker decode` raise."""

    def prepare(error: BaseException) -> None:
        monkeypatch.setattr("tracker.cli.sensors.decode", command_that_raises(error))

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


@pytest.mark.posix("pipes close differently there")
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


@pytest.mark.parametrize(
    ("error", "platform", "closed"),
    [
        (BrokenPipeError(), "linux", True),
        (BrokenPipeError(), "win32", True),
        (OSError(errno.EINVAL, "Invalid argument"), "win32", True),
        (OSError(errno.EINVAL, "Invalid argument"), "linux", False),
        (OSError(errno.EINVAL, "Invalid argument", "a:b.csv"), "win32", False),
        (ValueError(), "win32", False),
    ],
)
def test_a_closed_pipe_is_known_by_what_each_system_calls_it(
    error: Exception, platform: str, closed: bool
) -> None:
    assert is_closed_pipe(error, platform) is closed


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
        assert "is not a folder" in result.out
    else:
        assert result.code == ExitCode.USAGE_OR_INPUT
        problem, advice = said[-2:]
        assert problem.startswith(f"tracker: {tmp_path}")
        assert "not a directory" in problem.lower()
        assert "TRACKER_HOME=FOLDER" in advice
    assert "Traceback" not in result.err
    assert "--debug" not in result.err


def test_a_log_in_a_folder_that_is_copied_about_is_warned_of_before_a_training(
    tracker: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "Dropbox"))
    said = "The training log is not safe in "
    add = ("add", "--exercise", "hip_thrust", "--started", "2026-01-02T10:00", "--set", "reps=3")
    entered = tracker(*add)
    assert entered.code == ExitCode.OK
    assert said in entered.err
    assert "Dropbox copies it" in entered.err
    assert said not in tracker("add", "--help").err
    assert said not in tracker("history").err
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "here"))
    assert said not in tracker(*add).err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("a.csv", "is empty"), ExitCode.USAGE_OR_INPUT),
        (OutputError("a.csv", "exists already"), ExitCode.USAGE_OR_INPUT),
        (UnknownNameError("exercise", "sqat", ["squat"]), ExitCode.USAGE_OR_INPUT),
        (SensorError("no adapter"), ExitCode.NO_SENSOR),
        (click.UsageError("no"), ExitCode.USAGE_OR_INPUT),
        (click.ClickException("no"), ExitCode.USAGE_OR_INPUT),
        (PermissionError(13, "Permission denied", "a.csv"), ExitCode.USAGE_OR_INPUT),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_user_can_cause_has_a_code(error: Exception, code: ExitCode) -> None:
    assert report(error, False, lambda line: None) is code


def test_advice_has_its_own_line() -> None:
    said: list[str] = []
    report(TrackerError("Wanted a, got b.", "Try a."), False, said.append)
    assert said == ["tracker: Wanted a, got b.", "Try a."]


def test_a_message_without_advice_stands_alone() -> None:
    said: list[str] = []
    report(TrackerError("Wanted a, got b."), False, said.append)
    assert said == ["tracker: Wanted a, got b."]


def test_the_operating_system_is_quoted_with_the_file() -> None:
    said: list[str] = []
    report(PermissionError(13, "Permission denied", "a.csv"), False, said.append)
    assert said[0] == "tracker: a.csv: permission denied."


def test_debug_comes_before_the_message() -> None:
    said: list[str] = []
    report(TrackerError("Wanted a, got b."), True, said.append)
    assert "TrackerError" in said[0]
    assert said[-1] == "tracker: Wanted a, got b."


def test_a_defect_is_raised_again() -> None:
    with pytest.raises(KeyError):
        report(KeyError("x"), False, lambda line: None)


def modes(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): oct(path.stat().st_mode & 0o777)[2:]
        for path in sorted(home.rglob("*"))
    }


@pytest.mark.posix("there are no such permissions")
def test_health_data_is_private_and_what_was_not_is_made_so_with_a_word(
    tracker: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("TRACKER_HOME", str(home))
    umask = os.umask(0o022)
    try:
        training = ("train", "--sensor", "sim", "--headless", "--speed", "max", "--seconds", "60")
        assert tracker(*training).code == 0
        report = tmp_path / "report.html"
        assert tracker("export", "last", "--format", "html", "-o", report).code == 0
        private = modes(home)
        assert set(private.values()) == {"700", "600"}
        assert report.stat().st_mode & 0o777 == 0o600

        for path in (home / "data").rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        (home / "data").chmod(0o755)
        listed = tracker("history")
        assert (
            f"{home / 'data'}: others could read it, and 3 in it; now only you can" in listed.err
        )
        assert modes(home) == private
        assert "others could" not in tracker("history").err
    finally:
        os.umask(umask)
