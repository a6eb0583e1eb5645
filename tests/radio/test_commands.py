"""Every command that uses the radio, as a process of its own, for every kind of sensor."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.radio.bluez import Advert, Peripheral
from tests.radio.evidence import evidence, same_as_live
from tests.radio.program import TRACEBACK, Program
from tests.radio.training import is_stopped
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.profile import ProfileFirmware, profile_peripheral
from tests.radio.wearables.sensor_fixtures import SENSOR_FIXTURES, SensorFixture, one_of_each_kind
from tracker.domain import Phase
from tracker.sim import RepPlan

if TYPE_CHECKING:
    from tests.radio.stage import Stage
    from tests.radio.wearables.lifter import Motion
    from tracker.domain import Rep

pytestmark = [pytest.mark.radio, pytest.mark.slow]

REPS = 6
AFTER_S = 10.0
"""For a training that starts late: its seconds count from when the sensor was found."""
"""The lifter lies still for so long before a session ends, s: a Polar fills its frames first."""

PHASES_S = 0.12
"""A phase is as long as it was, within this, with stamps and a gyroscope, s."""

COARSE_PHASES_S = 0.2
"""The same without stamps, on a machine that is busy, s."""

MIDDLE_PHASES_SHARE = 0.45
"""Without a gyroscope a movement is read between 15 % and 85 % of its travel: 0.2 of it is missing
at each end, of a hold as much of both movements beside it is too much, and noise adds a little."""


def durations_s(rep: Rep) -> list[float]:
    return [span.end_s - span.start_s for span in rep.phases]


@pytest.mark.parametrize("fixture", SENSOR_FIXTURES, ids=lambda fixture: fixture.name)
def test_train_counts_what_was_lifted(stage: Stage, fixture: SensorFixture) -> None:
    lifter = Lifter(REPS, lead_s=fixture.lead_s)
    device = stage.place(fixture.make(lifter))
    arguments = ("--sensor", device.peripheral.address, "--seconds", lifter.end_s + AFTER_S)
    outcome = stage.program.run("train", "--headless", *arguments)
    assert (outcome.code, TRACEBACK in outcome.err) == (0, False), outcome.err
    assert outcome.out.splitlines()[-1] == f"1 set, {REPS} reps"
    assert is_stopped(stage.bench, device)

    (path,) = stage.program.recordings()
    seen = evidence(path)
    same_as_live(outcome, seen)
    assert seen.info.sensor == fixture.kind
    assert (seen.counts, seen.faults, seen.gaps) == ([REPS], {}, ())
    (truth,) = lifter.truth.sets
    tolerance_s = PHASES_S if fixture.has_stamps else COARSE_PHASES_S
    for rep, true in zip(seen.sets[0].reps, truth.reps, strict=True):
        assert [span.phase for span in rep.phases] == [
            Phase.CONCENTRIC,
            Phase.LOCKOUT,
            Phase.ECCENTRIC,
        ]
        up_s, hold_s, down_s = durations_s(true)
        middle_s = 0.0 if fixture.has_gyro else MIDDLE_PHASES_SHARE * max(up_s, down_s)
        assert durations_s(rep) == pytest.approx(
            [up_s, hold_s, down_s], abs=tolerance_s + middle_s
        )


@pytest.mark.parametrize("fixture", SENSOR_FIXTURES[:2], ids=lambda fixture: fixture.name)
def test_record_keeps_what_can_be_counted_later(stage: Stage, fixture: SensorFixture) -> None:
    lifter = Lifter(4, lead_s=fixture.lead_s)
    device = stage.place(fixture.make(lifter))
    path = stage.folder / "session.arrows"
    arguments = ("--sensor", device.peripheral.advert.name, "-o", path)
    outcome = stage.program.run("record", *arguments, "--seconds", lifter.end_s + AFTER_S)
    assert (outcome.code, outcome.out) == (0, ""), outcome.err
    assert is_stopped(stage.bench, device)
    assert evidence(path).counts == [4]
    replayed = stage.program.run("replay", path, "--headless", "--speed", "max")
    assert tuple(replayed.out.splitlines()[1:]) == evidence(path).lines
    analyzed = stage.program.run("analyze", path, "--format", "json").document()
    assert [len(each["reps"]) for each in analyzed["sets"]] == [4]


def test_scan_lists_every_sensor_with_its_kind(stage: Stage) -> None:
    peripherals = [fixture.make(Lifter()) for fixture in one_of_each_kind()]
    for peripheral in peripherals:
        stage.place(peripheral)
    stage.place(Peripheral("C0:FF:EE:00:00:FF", Advert("Headphones"), (), peripherals[0].firmware))
    outcome = stage.program.run("scan", "--seconds", "2", "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    listed = {each["address"]: each for each in outcome.document()}
    expected: dict[str, tuple[str | None, str | None]] = {
        peripheral.address: (peripheral.advert.name, fixture.kind)
        for fixture, peripheral in zip(one_of_each_kind(), peripherals, strict=True)
    }
    expected["C0:FF:EE:00:00:FF"] = ("Headphones", None)
    assert {address: (each["name"], each["kind"]) for address, each in listed.items()} == expected
    assert all(-62 <= each["rssi_dbm"] <= -54 for each in listed.values())


def test_scan_shows_a_table(stage: Stage) -> None:
    stage.place(profile_peripheral(ProfileFirmware(Lifter())))
    outcome = stage.program.run("scan", "--seconds", "1")
    assert outcome.code == 0
    assert "HipOne 1A2B" in outcome.out
    assert "C0:FF:EE:00:1A:2B" in outcome.out


@pytest.mark.parametrize("fixture", one_of_each_kind(), ids=lambda fixture: fixture.name)
def test_pair_checks_a_sensor_and_remembers_it(stage: Stage, fixture: SensorFixture) -> None:
    # Lies still for as long as the check takes.
    device = stage.place(fixture.make(Lifter(2, lead_s=60.0)))
    paired = stage.program.run("pair", device.peripheral.address)
    assert (paired.code, TRACEBACK in paired.err) == (0, False), paired.err
    assert "!!" not in paired.out
    assert "gravity 1.0" in paired.out or "gravity 0.9" in paired.out
    assert is_stopped(stage.bench, device)
    doctor = stage.program.run("doctor")
    assert doctor.code == 0, doctor.out
    assert device.peripheral.address in doctor.out


CALM_REP = RepPlan(concentric_s=1.0, hold_s=1.0, eccentric_s=1.0, bottom_s=1.0)


class Reversed(Lifter):
    """A lifter whose sensor has a gyroscope of the wrong sign."""

    def motion(self, rate_hz: int) -> Motion:
        motion = super().motion(rate_hz)
        return replace(motion, gyro_radps=-motion.gyro_radps)


@pytest.mark.parametrize(
    ("lifter", "told", "kept"),
    [
        (Lifter(4, lead_s=8.0, rep=CALM_REP), "ok  gravity turns as the gyroscope says", ""),
        (
            Reversed(4, lead_s=8.0, rep=CALM_REP),
            "put right from now on by gyro_axes=-x,-y,-z",
            "gyro_axes",
        ),
    ],
    ids=["right", "reversed"],
)
def test_pair_compares_the_two_sensors_while_it_is_turned(
    stage: Stage, lifter: Lifter, told: str, kept: str
) -> None:
    # Who trains turns it as well as a hand does.
    device = stage.place(profile_peripheral(ProfileFirmware(lifter)))
    paired = stage.program.run("pair", device.peripheral.address, "--turn")
    assert paired.code == 0, paired.err
    assert told in paired.out
    assert kept in (stage.program.home / "config" / "config.toml").read_text(encoding="utf-8")


def test_train_takes_the_sensor_that_was_paired(stage: Stage) -> None:
    firmware = ProfileFirmware(Lifter(2, lead_s=60.0))
    device = stage.place(profile_peripheral(firmware))
    stage.place(
        profile_peripheral(ProfileFirmware(Lifter()), address="C0:FF:EE:00:00:77", name="Other")
    )
    assert stage.program.run("pair", "HipOne 1A2B").code == 0
    # Who lay still while it was paired hands it to somebody who trains.
    firmware.lifter = lifter = Lifter(2)
    outcome = stage.program.run("train", "--headless", "--seconds", lifter.end_s + AFTER_S)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[-1] == "1 set, 2 reps"
    assert is_stopped(stage.bench, device)


def test_two_sensors_are_recorded_side_by_side(stage: Stage) -> None:
    """The second one beside the first; only the first is counted from."""
    hip, thigh = Lifter(3), Lifter(2, seed=2)
    stage.place(profile_peripheral(ProfileFirmware(hip)))
    stage.place(
        profile_peripheral(ProfileFirmware(thigh), address="C0:FF:EE:00:00:77", name="Thigh")
    )
    path = stage.folder / "both.arrows"
    outcome = stage.program.run(
        "record", "--sensor", "HipOne 1A2B", "--second", "Thigh", "--seconds", "10", "-o", path
    )
    assert outcome.code == 0, outcome.err
    seen = evidence(path)
    assert (seen.counts, seen.faults) == ([3], {})
    assert all(is_stopped(stage.bench, device) for device in stage.bench.devices)


def test_three_lifters_at_once_are_counted_as_if_alone(stage: Stage) -> None:
    """One of them loses her sensor after her first rep; it comes back, and nobody else notices."""
    lifters = {"Anna": Lifter(4), "Bea": Lifter(3, seed=2), "Cleo": Lifter(2, seed=3)}
    addresses = [f"C0:FF:EE:00:00:0{number}" for number in (1, 2, 3)]
    devices = [
        stage.place(profile_peripheral(ProfileFirmware(lifter), address=address, name=name))
        for (name, lifter), address in zip(lifters.items(), addresses, strict=True)
    ]
    lanes = []
    for name, address in zip(lifters, addresses, strict=True):
        assert stage.program.run("people", "add", name).code == 0
        lanes += ["--lane", f"{name}={address}"]
    longest_s = max(lifter.end_s for lifter in lifters.values())
    running = stage.program.start("train", "--headless", *lanes, "--seconds", longest_s + AFTER_S)
    running.wait_for_line(r"^Bea .*rep  1 ")
    stage.bench.drop(devices[1])
    outcome = running.end()
    assert (outcome.code, TRACEBACK in outcome.err) == (0, False), outcome.err
    assert all(is_stopped(stage.bench, device) for device in devices)
    # One search and one connection at a time, in the order of the lanes.
    found = [line.split()[0] for line in outcome.err.splitlines() if "connected to" in line]
    assert found == list(lifters)
    for number, (name, lifter) in enumerate(lifters.items(), start=2):
        (path,) = (stage.program.home / "data" / "people").glob(f"{number}_*/recordings/*")
        seen = evidence(path)
        assert (seen.info.person, seen.info.device_name) == (name, name)
        shown = stage.program.run("--person", name, "show", "last", "--format", "json").document()
        assert [len(each["reps"]) for each in shown["sets"]] == seen.counts
        assert f"{name}: " in outcome.out
        if name != "Bea":
            assert (seen.counts, seen.faults, seen.gaps) == (
                [len(lifter.truth.sets[0].reps)],
                {},
                (),
            )
            assert f"{name}: 1 set, {len(lifter.truth.sets[0].reps)} reps" in outcome.out
    assert re.search(r"^Bea .*(lost|link)", outcome.out, re.MULTILINE)


def test_without_an_adapter_doctor_says_what_to_do(stage: Stage) -> None:
    stage.radio(adapter=False)
    outcome = stage.program.run("doctor")
    assert (outcome.code, outcome.err) == (3, "")
    assert "!!  Bluetooth" in outcome.out


def test_commands_need_no_bus_to_say_what_is_missing(stage: Stage) -> None:
    program = Program(None, stage.folder / "home")
    for arguments in (
        ("scan", "--seconds", "1"),
        ("train", "--sensor", "X", "--headless"),
        ("conform", "X"),
    ):
        outcome = program.run(*arguments)
        assert (outcome.code, outcome.out, TRACEBACK in outcome.err) == (3, "", False)
        assert len(outcome.advice) >= 2
    assert program.run("doctor").code == 3
