"""Heart rate and battery beside motion, with the unmodified Bleak, of a sensor and of a strap."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.export.fit_readers import read_with_fitdecode
from tests.radio.evidence import evidence, same_as_live
from tests.radio.training import AFTER_S, is_stopped
from tests.radio.wearables.heart_rate import strap_peripheral, with_heart_rate
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.microbit import microbit_peripheral
from tests.radio.wearables.polar import H10, polar_peripheral
from tests.radio.wearables.profile import ProfileFirmware, profile_peripheral
from tracker.domain import BatteryRead, HeartRateRead
from tracker.sensors import HEART_RATE_UUID
from tracker.sensors.base import BATTERY_LEVEL_UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.radio.bluez import Peripheral
    from tests.radio.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.radio]

KNOWN = tuple(bytes((0x16, bpm, 0x16, 0x03)) for bpm in (96, 104, 112, 120))
"""In contact, with a beat."""

LOST = (bytes((0x04, 120)), bytes((0x00, 0)))
"""Contact lost, with the last rate still in it; and a sensor that says 0 for it."""


def _profile(lifter: Lifter) -> Peripheral:
    return profile_peripheral(ProfileFirmware(lifter))


@pytest.mark.parametrize(
    "make",
    [_profile, partial(polar_peripheral, model=H10), microbit_peripheral],
    ids=["profile", "polar H10", "microbit"],
)
def test_any_sensor_sends_its_heart_rate_too(
    stage: Stage, make: Callable[[Lifter], Peripheral]
) -> None:
    lifter = Lifter(3)
    device = stage.place(with_heart_rate(make(lifter), KNOWN))
    outcome = stage.program.run(
        *("train", "--headless", "--sensor", device.peripheral.address),
        *("--seconds", lifter.end_s + AFTER_S),
    )
    assert outcome.code == 0, outcome.err
    (path,) = stage.program.recordings()
    seen = evidence(path)

    assert (seen.counts, seen.faults) == ([3], {})
    same_as_live(outcome, seen)
    raw = [each.data for each in seen.notifications if each.channel == HEART_RATE_UUID]
    read = [each for each in seen.events if isinstance(each, HeartRateRead)]
    assert len(raw) >= 8
    assert set(raw) == set(KNOWN)
    assert [each.bpm for each in read] == [data[1] for data in raw]
    assert "  heart " in outcome.out
    # A board whose maker promises no battery is asked for it all the same.
    assert any(each.channel == BATTERY_LEVEL_UUID for each in seen.notifications)
    assert [each.percent for each in seen.events if isinstance(each, BatteryRead)] == [64]
    assert is_stopped(stage.bench, device)


def test_a_strap_is_worn_beside_the_hips(stage: Stage) -> None:
    """All the way: recorded, shown, analysed, logged and exported; nothing unknown is a rate."""
    lifter = Lifter(3)
    hip = stage.place(_profile(lifter))
    strap = stage.place(strap_peripheral((*KNOWN, *LOST)))
    program = stage.program
    outcome = program.run(
        *("train", "--headless", "--sensor", hip.peripheral.address, "--second", "TICKR 1A2B"),
        *("--seconds", lifter.end_s + AFTER_S, "--events", stage.folder / "live.ndjson"),
    )
    assert outcome.code == 0, outcome.err
    (path,) = program.recordings()
    seen = evidence(path)

    assert (seen.info.second_sensor, seen.counts, seen.faults) == ("heart_rate", [3], {})
    same_as_live(outcome, seen)
    raw = [each for each in seen.notifications if each.channel == HEART_RATE_UUID]
    assert {each.device for each in raw} == {1}
    assert {each.data for each in raw} == {*KNOWN, *LOST}
    read = [each for each in seen.events if isinstance(each, HeartRateRead)]
    rates = {data: data[1] for data in KNOWN} | dict.fromkeys(LOST)
    assert [each.bpm for each in read] == [rates[each.data] for each in raw]
    assert BatteryRead(0.0, 64, 1) in [
        BatteryRead(0.0, each.percent, each.device)
        for each in seen.events
        if isinstance(each, BatteryRead)
    ]

    # Live, analysed, and replayed: the same words and the same values.
    kept = (stage.folder / "live.ndjson").read_text(encoding="utf-8").splitlines()
    live = [json.loads(line) for line in kept]
    again = program.run("analyze", path, "--format", "events").out.splitlines()
    events = [json.loads(line) for line in again]
    for each in (live, events):
        hearts = [event for event in each if event["event"] == "heart_rate"]
        assert [event["bpm"] for event in hearts] == [event.bpm for event in read]
    analysed = program.run("analyze", path, "--format", "json").document()
    known = [each.bpm for each in read if each.bpm is not None]
    assert analysed["heart_rate"]["max_bpm"] == max(known)
    assert analysed["heart_rate"]["mean_bpm"] == pytest.approx(sum(known) / len(known), abs=1e-4)
    (trained,) = analysed["sets"]
    inside = [
        each.bpm
        for each in read
        if each.bpm is not None and trained["start_s"] <= each.at_s <= trained["end_s"]
    ]
    assert trained["heart_rate"] == {
        "mean_bpm": pytest.approx(sum(inside) / len(inside), abs=1e-4),
        "max_bpm": max(inside),
    }

    # The log has it as well, and hands it on.
    logged = program.run("export", "last", "--format", "json", "-o", "-").document()
    assert logged["sets"][0]["heart_rate"] == trained["heart_rate"]
    fit = stage.folder / "session.fit"
    assert program.run("export", "last", "--format", "fit", "-o", fit).code == 0
    messages = read_with_fitdecode(fit.read_bytes())
    assert {each["heart_rate"] for each in messages["record"]} == set(known)
    (session,) = messages["session"]
    assert session["max_heart_rate"] == max(known)
    assert session["avg_heart_rate"] == round(sum(known) / len(known))
    assert all(is_stopped(stage.bench, device) for device in stage.bench.devices)
    assert strap in stage.bench.devices


def test_a_strap_alone_is_refused_with_what_to_do(stage: Stage) -> None:
    stage.place(strap_peripheral(KNOWN))
    program = stage.program
    (found,) = program.run("scan", "--seconds", 2, "--format", "json").document()
    assert (found["name"], found["kind"]) == ("TICKR 1A2B", "heart_rate")
    for arguments in (
        ("train", "--headless", "--sensor", "TICKR 1A2B", "--seconds", 5),
        ("pair", "TICKR 1A2B"),
    ):
        outcome = program.run(*arguments)
        assert outcome.code == 3
        assert "sends no motion" in outcome.err
        assert "--second" in outcome.err
        assert program.recordings() == []
