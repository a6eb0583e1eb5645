"""`tracker conform`: checks a sensor that somebody built against our own profile.

Bleak costs 0.1 s and NumPy as much, so what needs them imports them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from tracker.cli.completion import sensors
from tracker.cli.exits import ExitCode, interruption, unless_interrupted
from tracker.cli.options import PositiveNumber, examples, format_option
from tracker.cli.terminal import print_json, print_text, say
from tracker.domain.foreign_text import one_line
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.ble import Conformance

SCHEMA: Final = "tracker.conform/1"

# Translators: verdicts of a check, in a column.
WORDS: Final = {"pass": _("pass"), "fail": _("FAIL"), "not-testable": _("not testable")}
"""Verdicts as they are printed."""


@click.command(
    epilog=examples(
        ("tracker conform C0:FF:EE:00:1A:2B", _("by its address, as tracker scan prints it")),
        ("tracker conform 'HipOne 1A2B' --format json", _("for a program")),
        ("tracker conform C0:FF:EE:00:1A:2B --seconds 300", _("to see what its crystal is worth")),
    )
)
@click.argument("sensor", metavar="ADDRESS_OR_NAME", shell_complete=sensors)
@click.option(
    "--seconds",
    type=PositiveNumber(),
    metavar="N",
    help=_("How long to listen to its stream; longer shows its clock better.  [default: 10]"),
)
@format_option("text", "json", explained=_("Lines by section, or one JSON object."))
def conform(sensor: str, seconds: float | None, output_format: str) -> ExitCode:
    """Check a sensor that you built against our own profile.

    Tries every "must" of firmware_notes/01-profile.md that can be tried over the radio, and says
    pass, fail or not testable by the numbers of its section 17. Lay the sensor on a table first.
    It takes about half a minute, and leaves the configuration as it was.

    The exit code is 0 if nothing failed and 2 if something did.
    """
    from tracker.cli.radio import refuse_blank

    refuse_blank(sensor)
    found = _examine(sensor, seconds)
    if found is None:
        return ExitCode.INTERRUPTED
    if output_format == "json":
        print_json(as_object(found), indent=2)
    else:
        print_text("\n".join(lines_of(found)))
    failed = any(each.verdict.value == "fail" for each in found.findings)
    return ExitCode.USAGE_OR_INPUT if failed else ExitCode.OK


def _examine(sensor: str, seconds: float | None) -> Conformance | None:
    """Walk through everything; None after Ctrl-C."""
    import asyncio

    from tracker.app.clock import SYSTEM_CLOCK
    from tracker.ble import BleakRadio, DeviceQuery, examine_profile
    from tracker.ble.conformance import LISTEN_S

    listen_s = LISTEN_S if seconds is None else seconds
    with interruption() as interrupted:
        say(_("looking for {sensor}").format(sensor=sensor))
        walk = examine_profile(BleakRadio(), DeviceQuery(sensor), SYSTEM_CLOCK, listen_s, say)
        return asyncio.run(unless_interrupted(walk, interrupted))


def lines_of(found: Conformance) -> Iterator[str]:
    """Yield the report line by line, under the titles of the note's sections."""
    from tracker.sensors.profile.requirements import SECTIONS

    boot = _("unknown") if found.boot_id is None else f"{found.boot_id:08x}"
    mtu = _("unknown") if found.mtu is None else found.mtu
    yield one_line(
        _("{name}, {address}, MTU {mtu}, boot id {boot}").format(
            name=found.name or found.address, address=found.address, mtu=mtu, boot=boot
        )
    )
    section, width = 0, max(12, *map(len, WORDS.values()))
    for each in found.findings:
        if each.requirement.section != section:
            section = each.requirement.section
            yield f"\n{section}. {SECTIONS[section]}"
        word = WORDS[each.verdict.value]
        yield f"{each.requirement.number:5} {word:{width}}  {each.requirement.text}"
        if each.detail:
            yield " " * (width + 8) + one_line(each.detail)
    counts = _counts(found)
    totals = _(
        "{passed} passed, {failed} failed, {others} cannot be tested over the radio or were not"
    )
    yield "\n" + totals.format(
        passed=counts["pass"], failed=counts["fail"], others=counts["not-testable"]
    )


def _counts(found: Conformance) -> dict[str, int]:
    verdicts = [each.verdict.value for each in found.findings]
    return {name: verdicts.count(name) for name in WORDS}


def as_object(found: Conformance) -> dict[str, object]:
    """Return the report as a JSON object."""
    counts = _counts(found)
    return {
        "schema": SCHEMA,
        "address": found.address,
        "name": found.name,
        "mtu": found.mtu,
        "boot_id": None if found.boot_id is None else f"{found.boot_id:08x}",
        "passed": counts["pass"],
        "failed": counts["fail"],
        "not_testable": counts["not-testable"],
        "requirements": [
            {
                "number": each.requirement.number,
                "section": each.requirement.section,
                "text": each.requirement.text,
                "result": each.verdict.value,
                "detail": each.detail or None,
            }
            for each in found.findings
        ],
    }
