"""The numbers of the note: in its text, in its checklist, and in what `tracker conform` tries."""

from __future__ import annotations

import re
import struct
from typing import Final

import pytest

from tests.sensors import notes
from tracker.sensors.profile import TIME, TIME_TOLD
from tracker.sensors.profile.conformance import Arrival, Report, Verdict, judge_time
from tracker.sensors.profile.packets import PACKET_HEADER
from tracker.sensors.profile.requirements import REQUIREMENTS

NOTE: Final = "01-profile.md"
CHECKLIST: Final = notes.table(NOTE, "Checklist", "no.")
LAST_SECTION: Final = 16
"""The checklist, the history and the licence come after it."""


def paragraphs(section: int) -> list[str]:
    """Return the paragraphs, items and rows of a section, without code and explanations."""
    text = re.sub(r"^```.*?^```", "", notes.text_of(NOTE), flags=re.S | re.M)
    found = re.search(rf"^## {section}\. .*?\n(.*?)(?=^## )", text, re.S | re.M)
    assert found is not None
    blocks = re.split(r"\n\s*\n|\n(?=- |\d\. |\| )", found.group(1))
    return [block for block in blocks if not block.lstrip().startswith(">")]


def numbered(section: int) -> list[str]:
    return [
        number
        for block in paragraphs(section)
        for number in re.findall(rf"\[({section}\.\d+)\]", block)
    ]


@pytest.mark.parametrize("section", range(1, LAST_SECTION + 1))
def test_every_number_in_the_text_is_on_the_checklist_and_the_other_way_round(
    section: int,
) -> None:
    listed = [row[0] for row in CHECKLIST if row[0].startswith(f"{section}.")]

    assert sorted(set(numbered(section))) == sorted(listed)
    assert len(set(listed)) == len(listed)


def test_the_checklist_is_in_order_and_without_holes() -> None:
    numbers = [tuple(map(int, row[0].split("."))) for row in CHECKLIST]

    assert numbers == sorted(numbers)
    for section in {first for first, _ in numbers}:
        places = [place for first, place in numbers if first == section]
        assert places == list(range(1, len(places) + 1))


def test_the_musts_are_those_that_conform_knows_word_for_word() -> None:
    stated = {row[0]: (row[2], row[3]) for row in CHECKLIST if row[1] == "must"}

    assert stated == {
        number: (each.text, "yes" if each.elsewhere is None else f"no: {each.elsewhere}")
        for number, each in REQUIREMENTS.items()
    }


@pytest.mark.parametrize("section", range(1, LAST_SECTION + 1))
@pytest.mark.parametrize("level", ["must", "should"])
def test_whatever_a_sensor_must_or_should_do_has_a_number(section: int, level: str) -> None:
    # What the host, a decoder or a table says is numbered by the sentence that refers to it.
    about_the_host = re.compile(
        r"^\s*(\d\. It must|A decoder must|\| \w+ \| (must|\w+ \| .*must)|At the start)"
    )
    for block in paragraphs(section):
        if re.search(rf"\b{level}\b", block) and not re.match(about_the_host, block):
            if re.match(r"\s*\|", block):
                continue
            levels = {row[0]: row[1] for row in CHECKLIST}
            found = re.findall(r"\[(\d+\.\d+)\]", block)
            assert any(levels[number] == level for number in found), block


def test_the_reply_to_time_is_laid_out_as_it_is_judged() -> None:
    codes, offsets = notes.layout(NOTE, "The clocks of two sensors")
    reply = struct.pack(codes, TIME[0] | 0x80, 0, 1, 5_000_000)
    report = Report()

    judge_time(report, reply, [Arrival(0, PACKET_HEADER.pack(0x11, 1, 7, 4_900_000))], 100_000_000)
    (finding,) = (each for each in report.findings("") if each.requirement.number == "15.2")

    assert offsets == [0, 1, 2, 3]
    assert reply[:2] == TIME_TOLD
    assert finding.verdict is Verdict.PASSED


def test_a_level_is_one_of_three() -> None:
    assert {row[1] for row in CHECKLIST} == {"must", "should", "may"}
