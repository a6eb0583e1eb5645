from __future__ import annotations

import click
import pytest

from tracker.cli.exits import ExitCode, report
from tracker.domain import InputError, OutputError, SensorError, TrackerError, UnknownNameError


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
