from __future__ import annotations

import click
from click.testing import CliRunner

from tracker.cli.options import examples


def test_calls_and_what_they_do_stand_under_each_other() -> None:
    @click.command(epilog=examples(("tool a", "one"), ("tool longer", "another")))
    def tool() -> None:
        """Do things."""

    shown = CliRunner().invoke(tool, ["--help"]).output
    assert shown.endswith("  Examples:\n    tool a       one\n    tool longer  another\n")
