from __future__ import annotations

import re

import pytest

from tests.sensors import notes
from tracker.sensors.metamotion.control import (
    READ_BATTERY,
    REMOVE_EVENTS,
    REMOVE_PROCESSORS,
    RESET,
    SILENCE_FUSION,
    STOP_FUSION,
    acc_config,
    connection_parameters,
    gyro_config,
    power,
    read_config,
    read_info,
    sampling,
    subscription,
)
from tracker.sensors.metamotion.packets import Chip, Stream

COMMANDS = notes.table("05-metamotion.md", "Commands", "command")

FIXED = {
    "fusion stop": STOP_FUSION,
    "fusion silent": SILENCE_FUSION,
    "remove processors": REMOVE_PROCESSORS,
    "remove events": REMOVE_EVENTS,
    "read battery": READ_BATTERY,
    "reset": RESET,
    "acc read info": read_info(Stream.ACC),
    "gyro read info": read_info(Stream.GYRO),
    "acc read config": read_config(Stream.ACC),
    "gyro read config": read_config(Stream.GYRO),
}


def command(meaning: str) -> bytes:
    """Return the command that the words of the note ask for."""
    if meaning in FIXED:
        return FIXED[meaning]
    if found := re.fullmatch(r"acc (\w+) ([\d.]+) Hz (\d+) g", meaning):
        return acc_config(Chip(found[1]), float(found[2]), int(found[3]))
    if found := re.fullmatch(r"gyro ([\d.]+) Hz (\d+) dps", meaning):
        return gyro_config(float(found[1]), int(found[2]))
    if found := re.fullmatch(r"(\w+) power (on|off)", meaning):
        return power(Stream(found[1]), on=found[2] == "on")
    if found := re.fullmatch(r"(\w+) sampling (on|off)", meaning):
        return sampling(Stream(found[1]), on=found[2] == "on")
    if found := re.fullmatch(r"(\w+) (\w+) (plain|packed) (on|off)", meaning):
        return subscription(
            Stream(found[1]), Chip(found[2]), packed=found[3] == "packed", on=found[4] == "on"
        )
    numbers = [int(number) for number in re.findall(r"\d+", meaning)]
    assert meaning.startswith("connection")
    return connection_parameters(*numbers)


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row[1])
def test_every_command_is_as_the_note_has_it(row: list[str]) -> None:
    assert command(row[1]) == bytes.fromhex(row[0])


def test_the_published_commands_name_their_source() -> None:
    published = [row for row in COMMANDS if len(row) == 3]

    assert len(published) == 49
    assert all(row[2].startswith("test/test_") for row in published)
