"""`tracker conform` and the reference implementation beside the emulated radio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.firmware.compiled import needs_compiler
from tests.radio.evidence import evidence
from tests.radio.program import TRACEBACK
from tests.radio.test_conformance import StreamsOn, TakesTheNextLower
from tests.radio.training import is_stopped
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.microbit import microbit_peripheral
from tests.radio.wearables.profile import ProfileFirmware, profile_peripheral
from tests.radio.wearables.reference import ReferenceFirmware

if TYPE_CHECKING:
    from tests.radio.stage import Stage

pytestmark = [pytest.mark.radio, pytest.mark.slow]

REPS = 5
LYING_S = 120.0


def test_conform_passes_a_sensor_that_follows_the_note(stage: Stage) -> None:
    device = stage.place(profile_peripheral(ProfileFirmware(Lifter(2, lead_s=LYING_S))))
    outcome = stage.program.run("conform", device.peripheral.address)
    assert (outcome.code, TRACEBACK in outcome.err) == (0, False), outcome.out + outcome.err
    assert "FAIL" not in outcome.out
    assert "7.4   pass          A request shorter than 8 bytes gets ATT error 0D." in outcome.out
    assert "5.8   not testable" in outcome.out
    assert is_stopped(stage.bench, device)


@needs_compiler
def test_conform_passes_the_reference_implementation(stage: Stage) -> None:
    firmware = ReferenceFirmware(Lifter(2, lead_s=LYING_S))
    device = stage.place(profile_peripheral(firmware))
    outcome = stage.program.run("conform", "HipOne 1A2B", "--format", "json", "--seconds", 5)
    stage.bench.act(firmware.close)
    assert (outcome.code, TRACEBACK in outcome.err) == (0, False), outcome.out + outcome.err
    document = outcome.document()
    assert document["schema"] == "tracker.conform/1"
    assert (document["failed"], document["boot_id"]) == (0, "7e901c4a")
    assert document["passed"] >= 33
    assert device.peripheral.address == document["address"]


@pytest.mark.parametrize(("firmware", "number"), [(TakesTheNextLower, "7.2"), (StreamsOn, "4.1")])
def test_conform_names_what_a_sensor_does_wrong(
    stage: Stage, firmware: type[ProfileFirmware], number: str
) -> None:
    device = stage.place(profile_peripheral(firmware(Lifter(2, lead_s=LYING_S))))
    arguments = (device.peripheral.address, "--format", "json", "--seconds", 2)
    outcome = stage.program.run("conform", *arguments)
    failed = [each for each in outcome.document()["requirements"] if each["result"] == "fail"]
    assert outcome.code == 2
    assert [each["number"] for each in failed] == [number]
    assert failed[0]["detail"]


def test_an_interrupted_conform_leaves_the_sensor_alone(stage: Stage) -> None:
    device = stage.place(profile_peripheral(ProfileFirmware(Lifter(2, lead_s=LYING_S))))
    running = stage.program.start("conform", device.peripheral.address, "--seconds", 60)
    running.wait_for_line("listening for 60 s")
    running.interrupt()
    outcome = running.end()
    assert (outcome.code, outcome.out, TRACEBACK in outcome.err) == (4, "", False)
    assert not stage.bench.act(lambda: device.peripheral.firmware.streaming)


def test_conform_says_what_it_cannot_examine(stage: Stage) -> None:
    other = stage.place(microbit_peripheral(Lifter()))
    outcome = stage.program.run("conform", other.peripheral.address)
    assert (outcome.code, outcome.out, TRACEBACK in outcome.err) == (3, "", False)
    assert "does not have the service" in outcome.err


@needs_compiler
def test_what_was_lifted_is_counted_from_the_reference_implementation(stage: Stage) -> None:
    lifter = Lifter(REPS)
    firmware = ReferenceFirmware(lifter)
    device = stage.place(profile_peripheral(firmware))
    arguments = ("--sensor", device.peripheral.address, "--seconds", lifter.end_s + 10.0)
    outcome = stage.program.run("train", "--headless", *arguments)
    stopped = is_stopped(stage.bench, device)
    stage.bench.act(firmware.close)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[-1] == f"1 set, {REPS} reps"
    assert stopped
    (path,) = stage.program.recordings()
    seen = evidence(path)
    assert (seen.counts, seen.faults, seen.gaps) == ([REPS], {}, ())
