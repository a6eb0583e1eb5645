"""What goes wrong in a gym, played before the whole program.

Each playbook holds that the count is right or the miss is reported, that the recording says the
same as the live session, that the process ends by itself with the code that it should, and that
the sensor was stopped.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.radio import disturbances
from tests.radio.bluez import ABORTED_BY_LOCAL, CONNECTION_REFUSED, CONNECTION_TIMEOUT, HANG, Act
from tests.radio.disturbances import Bursts, Share
from tests.radio.evidence import evidence
from tests.radio.program import TRACEBACK
from tests.radio.training import is_stopped, judge, train
from tests.radio.wearables.lifter import Lifter
from tests.radio.wearables.profile import ProfileFirmware, profile_peripheral
from tests.radio.wearables.sensor_fixtures import SensorFixture, one_of_each_kind
from tests.radio.wearables.witmotion import witmotion_peripheral
from tests.radio.wearables.xsens_dot import dot_peripheral
from tracker.domain import FaultReason, LinkState, Phase
from tracker.sensors.profile.packets import CONFIG_UUID, IMU_UUID, ProfileConfig
from tracker.sensors.witmotion import NOTIFY_UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.radio.bluez import Bench, Device, Link
    from tests.radio.program import Running
    from tests.radio.stage import Stage

pytestmark = [pytest.mark.radio, pytest.mark.slow]

NAME = "HipOne 1A2B"
NO_SENSOR, INTERRUPTED = 3, 4


def hip(stage: Stage, lifter: Lifter, **firmware: int | bool | None) -> Device:
    """Put a sensor with our own profile on a lifter."""
    return stage.place(profile_peripheral(ProfileFirmware(lifter, **firmware)))  # type: ignore[arg-type]


def firmware_of(device: Device) -> ProfileFirmware:
    firmware = device.peripheral.firmware
    assert isinstance(firmware, ProfileFirmware)
    return firmware


# --- the link ----------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [Phase.CONCENTRIC, Phase.LOCKOUT, Phase.ECCENTRIC])
@pytest.mark.parametrize("away_s", [0.0, 2.0])
def test_a_link_that_breaks_during_a_rep(stage: Stage, phase: Phase, away_s: float) -> None:
    lifter = Lifter(6)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        breaks_s = lifter.phase(3, phase)
        lifter.wait_for(breaks_s)
        stage.bench.drop(device, away=True)
        running.wait_for_line("lost at")
        lifter.wait_for(breaks_s + away_s)
        stage.bench.come_back(device)
        running.wait_for_line("back at")

    session = train(stage, device, lifter, meanwhile)
    assert judge(session.seen, lifter) <= 2
    assert session.seen.gaps
    states = session.seen.link
    assert states[states.index(LinkState.LOST) :] == [
        LinkState.LOST,
        LinkState.RECONNECTING,
        LinkState.CONFIGURING,
        LinkState.STREAMING,
    ]
    assert is_stopped(stage.bench, device)


@pytest.mark.parametrize("fixture", one_of_each_kind(), ids=lambda fixture: fixture.kind)
def test_every_kind_comes_back_from_a_broken_link(stage: Stage, fixture: SensorFixture) -> None:
    """Some go on by themselves, some forget everything, and a Thingy has to be told twice."""
    lifter = Lifter(8, lead_s=fixture.lead_s)
    device = stage.place(fixture.make(lifter))

    def meanwhile(running: Running) -> None:
        breaks_s = lifter.phase(3, Phase.ECCENTRIC)
        lifter.wait_for(breaks_s)
        stage.bench.drop(device, away=True)
        lifter.wait_for(breaks_s + 1.0)
        stage.bench.come_back(device)
        running.wait_for_line("back at")

    session = train(stage, device, lifter, meanwhile, after_s=2.5)
    assert judge(session.seen, lifter) <= 4
    assert session.seen.gaps
    assert session.seen.link[-1] is LinkState.STREAMING
    assert is_stopped(stage.bench, device)


def _by_kind(kind: str) -> SensorFixture:
    return next(fixture for fixture in one_of_each_kind() if fixture.kind == kind)


@pytest.mark.parametrize(
    ("kind", "first_data_s"),
    [("profile", 8.0), ("profile", 28.0), ("movesense", 15.0), ("polar", 28.0)],
)
def test_a_sensor_that_has_confirmed_its_start_is_waited_for(
    stage: Stage, kind: str, first_data_s: float
) -> None:
    fixture = _by_kind(kind)
    lifter = Lifter(4, lead_s=max(fixture.lead_s, 2.0), first_data_s=first_data_s)
    device = stage.place(fixture.make(lifter))

    def meanwhile(running: Running) -> None:
        running.wait_for_line("has started and sends nothing yet")

    session = train(stage, device, lifter, meanwhile)
    assert judge(session.seen, lifter) == 0
    states = session.seen.link
    assert states[states.index(LinkState.CONFIGURING) :] == [
        LinkState.CONFIGURING,
        LinkState.WAITING,
        LinkState.STREAMING,
    ]
    assert states.count(LinkState.CONNECTING) == 1
    assert is_stopped(stage.bench, device)


def test_a_link_that_breaks_between_two_sets_costs_no_rep(stage: Stage) -> None:
    # What was not seen of a rest does not count as rest: the lifter may have gone on.
    lifter = Lifter(3, 3, rest_s=22.0)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.truth.sets[0].end_s + 2.0)
        stage.bench.drop(device, away=True)
        running.wait_for_line("lost at")
        lifter.wait_for(lifter.truth.sets[0].end_s + 5.0)
        stage.bench.come_back(device)

    session = train(stage, device, lifter, meanwhile)
    assert judge(session.seen, lifter) == 0
    assert session.seen.counts == [3, 3]
    assert is_stopped(stage.bench, device)


def test_a_stream_that_falls_silent_is_started_again(stage: Stage) -> None:
    """The sensor hangs, the link stands: stop and start wake it up."""
    lifter = Lifter(6)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(2, Phase.ECCENTRIC))
        stage.bench.act(firmware_of(device).hang)
        running.wait_for_line("sends nothing")
        running.wait_for_line("back at")

    session = train(stage, device, lifter, meanwhile)
    assert judge(session.seen, lifter) <= 3
    assert LinkState.STALLED in session.seen.link
    assert LinkState.LOST not in session.seen.link
    assert is_stopped(stage.bench, device)


def test_a_link_through_which_nothing_comes_is_made_anew(stage: Stage) -> None:
    lifter = Lifter(10)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(2, Phase.ECCENTRIC))
        stage.bench.stall(device)
        running.wait_for_line("sends nothing")
        running.wait_for_line("lost at")
        running.wait_for_line("back at")

    session = train(stage, device, lifter, meanwhile)
    assert judge(session.seen, lifter) <= 6
    assert session.seen.gaps
    assert is_stopped(stage.bench, device)


def test_a_sensor_that_stays_away_does_not_keep_the_session_from_ending(stage: Stage) -> None:
    lifter = Lifter(4)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(3, Phase.LOCKOUT))
        stage.bench.drop(device, away=True)

    session = train(stage, device, lifter, meanwhile)
    assert session.seen.counts in ([2], [3])
    assert session.seen.link[-1] is LinkState.RECONNECTING


@pytest.mark.parametrize(
    "refusals",
    [
        (CONNECTION_REFUSED, CONNECTION_TIMEOUT),
        (ABORTED_BY_LOCAL, ABORTED_BY_LOCAL),
        (CONNECTION_REFUSED,) * 3,
    ],
    ids=["refused twice", "aborted twice", "refused three times"],
)
def test_a_connection_that_is_refused_is_tried_again(
    stage: Stage, refusals: tuple[str, ...]
) -> None:
    lifter = Lifter(3)
    device = hip(stage, lifter)
    device.refusals.extend(refusals)
    session = train(stage, device, lifter)
    assert (session.seen.counts, judge(session.seen, lifter)) == ([3], 0)
    attempts = stage.bench.journal.entries(Act.CONNECT)
    assert len(attempts) == len(refusals) + 1
    assert is_stopped(stage.bench, device)


def test_a_connection_that_is_refused_for_good_is_told(stage: Stage) -> None:
    device = hip(stage, Lifter(3))
    device.refusals.extend([CONNECTION_REFUSED] * 20)
    ends_with_advice(stage, "train", "--headless", "--sensor", NAME, "--seconds", "5")
    assert not stage.program.recordings()


# --- the air -----------------------------------------------------------------------------------

MISCHIEF = {
    "garbage": (disturbances.garbage, {"length", "version", "format", "lost"}),
    "truncated": (disturbances.truncated, {"length", "version", "lost"}),
    "duplicated": (disturbances.duplicated, {"duplicate"}),
    "reordered": (disturbances.delayed, {"out_of_order", "lost"}),
    "lost": (disturbances.lost, {"lost"}),
}


@pytest.mark.parametrize("name", MISCHIEF)
def test_one_packet_in_twenty_is_not_what_was_sent(stage: Stage, name: str) -> None:
    act, reasons = MISCHIEF[name]
    lifter = Lifter(6)
    device = hip(stage, lifter)
    device.disturbance = mischief = Share({IMU_UUID}, 0.05, act)
    session = train(stage, device, lifter)
    assert judge(session.seen, lifter) == 0
    assert session.seen.counts == [6]
    assert mischief.touched > 5
    found = {reason.value for reason in session.seen.faults}
    assert found
    assert found <= reasons | {"clock"}
    assert is_stopped(stage.bench, device)


@pytest.mark.parametrize("name", MISCHIEF)
def test_the_same_on_a_sensor_that_numbers_nothing(stage: Stage, name: str) -> None:
    """Without a counter and a check sum most of it cannot be seen, and must not cost a rep."""
    act, _reasons = MISCHIEF[name]
    lifter = Lifter(6, lead_s=3.0)
    device = stage.place(witmotion_peripheral(lifter))
    device.disturbance = Share({NOTIFY_UUID}, 0.05, act)
    session = train(stage, device, lifter)
    assert session.seen.counts == [6]
    assert set(session.seen.faults) <= {FaultReason.FORMAT}
    assert is_stopped(stage.bench, device)


@pytest.mark.parametrize("make", ["profile", "witmotion"])
def test_a_host_that_looks_every_300_ms(stage: Stage, make: str) -> None:
    lifter = Lifter(6, lead_s=3.0)
    device = hip(stage, lifter) if make == "profile" else stage.place(witmotion_peripheral(lifter))
    device.disturbance = Bursts(0.3)
    session = train(stage, device, lifter)
    assert (session.seen.counts, session.seen.faults, session.seen.gaps) == ([6], {}, ())
    assert is_stopped(stage.bench, device)


# --- the sensor --------------------------------------------------------------------------------


@pytest.mark.parametrize("make", ["profile", "xsens_dot"])
def test_counters_that_wrap_are_no_event(stage: Stage, make: str) -> None:
    lifter = Lifter(6)
    wraps_us = (1 << 32) - 6_000_000
    device = (
        hip(stage, lifter, first_sequence=(1 << 16) - 100, first_stamp_us=wraps_us)
        if make == "profile"
        else stage.place(dot_peripheral(lifter, booted_us=wraps_us))
    )
    session = train(stage, device, lifter)
    assert (session.seen.counts, session.seen.faults, session.seen.gaps) == ([6], {}, ())
    assert is_stopped(stage.bench, device)


@pytest.mark.parametrize("jump_s", [-30.0, -3.0, 0.7, 10.0])
def test_a_clock_that_jumps(stage: Stage, jump_s: float) -> None:
    lifter = Lifter(6)
    device = hip(stage, lifter, first_stamp_us=100_000_000)

    def meanwhile(_running: Running) -> None:
        lifter.wait_for(lifter.phase(3, Phase.ECCENTRIC))

        def jump() -> None:
            firmware_of(device).clock_jump_us = round(jump_s * 1e6)

        stage.bench.act(jump)

    session = train(stage, device, lifter, meanwhile)
    # A jump ahead looks like a hole, so the reps behind it come with later times.
    assert session.seen.counts == [6]
    assert session.seen.faults or session.seen.gaps
    assert is_stopped(stage.bench, device)


def test_a_sensor_that_starts_anew(stage: Stage) -> None:
    lifter = Lifter(6)
    device = hip(stage, lifter, first_sequence=5000, first_stamp_us=100_000_000)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(3, Phase.CONCENTRIC))
        stage.bench.drop(device, away=True)
        stage.bench.act(lambda: firmware_of(device).reboot(0x1234))
        lifter.wait_for(lifter.phase(4, Phase.CONCENTRIC))
        stage.bench.come_back(device)
        running.wait_for_line("back at")

    session = train(stage, device, lifter, meanwhile)
    assert judge(session.seen, lifter) <= 3
    assert session.seen.faults == {FaultReason.CLOCK: 1}
    assert session.seen.gaps
    assert is_stopped(stage.bench, device)


def test_a_battery_that_cannot_be_read_is_no_event(stage: Stage) -> None:
    lifter = Lifter(3)
    device = hip(stage, lifter, battery=None)
    session = train(stage, device, lifter)
    assert (session.seen.counts, session.seen.faults) == ([3], {})
    assert "!" not in session.outcome.out
    assert is_stopped(stage.bench, device)


def test_a_low_battery_is_told_once(stage: Stage) -> None:
    lifter = Lifter(3)
    device = hip(stage, lifter, battery=9)
    session = train(stage, device, lifter)
    assert session.seen.counts == [3]
    assert session.outcome.out.count("battery of the sensor at 9 %") == 1


def test_a_sensor_that_refuses_for_its_battery_is_quoted(stage: Stage) -> None:
    hip(stage, Lifter(3), battery=1, too_low=True)
    advice = ends_with_advice(stage, "train", "--headless", "--sensor", NAME, "--seconds", "5")
    assert "battery" in advice[0].lower() + advice[1].lower()


# --- the adapter -------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["switched", "unplugged"])
def test_a_radio_that_is_gone_for_a_while(stage: Stage, how: str) -> None:
    lifter = Lifter(10)
    device = hip(stage, lifter)
    bench = stage.bench

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(3, Phase.LOCKOUT))
        (partial(bench.switch, on=False) if how == "switched" else bench.unplug)()
        running.wait_for_line("lost at")
        lifter.wait_for(lifter.phase(4, Phase.LOCKOUT))
        (partial(bench.switch, on=True) if how == "switched" else bench.plug)()
        running.wait_for_line("back at")

    session = train(stage, device, lifter, meanwhile)
    assert judge(session.seen, lifter) <= 6
    assert session.seen.gaps
    assert is_stopped(bench, device)


GONE: dict[str, Callable[[Bench], None]] = {
    "switched off": lambda bench: bench.switch(on=False),
    "unplugged": lambda bench: bench.unplug(),
    "bluetoothd crashed": lambda bench: bench.crash_bluetoothd(),
    "D-Bus stopped": lambda bench: bench.stop_daemon(),
}


@pytest.mark.parametrize("how", GONE)
def test_a_radio_that_is_gone_for_good_costs_only_the_rest(stage: Stage, how: str) -> None:
    lifter = Lifter(4)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(3, Phase.ECCENTRIC, 0.9))
        GONE[how](stage.bench)

    session = train(stage, device, lifter, meanwhile)
    assert session.seen.counts == [3]
    assert session.seen.link[-1] is not LinkState.STREAMING


NO_RADIO: dict[str, dict[str, bool]] = {
    "no adapter": {"adapter": False},
    "switched off": {"powered": False},
    "no bluetoothd": {"bluetoothd": False},
}
COMMANDS = {
    "scan": ("scan", "--seconds", "1"),
    "pair": ("pair", NAME),
    "train": ("train", "--headless", "--sensor", NAME),
    "record": ("record", "--sensor", NAME, "--seconds", "1", "-o", "x.arrows"),
}


@pytest.mark.parametrize("lack", NO_RADIO)
def test_without_a_radio_each_command_says_what_to_do(stage: Stage, lack: str) -> None:
    stage.radio(**NO_RADIO[lack])
    for command in COMMANDS.values():
        ends_with_advice(stage, *command)
    assert not stage.program.recordings()


# --- the sensor that cannot be understood ------------------------------------------------------


class NewerPackets:
    """A link on which packets say that they are of version 2."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def mtu(self) -> int:
        return self._link.mtu

    def notify(self, uuid: str, data: bytes) -> None:
        self._link.notify(uuid, b"\x21" + data[1:] if uuid == IMU_UUID else data)


class Newer(ProfileFirmware):
    """Firmware of version 2; its configuration may still be of version 1."""

    def __init__(self, lifter: Lifter, *, config: bool) -> None:
        super().__init__(lifter)
        self._new_config = config

    def read(self, uuid: str) -> bytes:
        value = super().read(uuid)
        return b"\x02" + value[1:7] if self._new_config and uuid == CONFIG_UUID else value

    def connected(self, link: Link) -> None:
        super().connected(NewerPackets(link))


@pytest.mark.parametrize("command", ["pair", "train", "record"])
def test_a_sensor_that_says_it_is_not_understood_is_not_started(
    stage: Stage, command: str
) -> None:
    device = stage.place(profile_peripheral(Newer(Lifter(3), config=True)))
    said = ends_with_advice(stage, *COMMANDS[command])
    assert "expected configuration version 1, got 2" in said[0]
    assert not stage.program.recordings()
    assert is_stopped(stage.bench, device)


def test_a_recording_of_nothing_that_can_be_decoded_is_no_success(stage: Stage) -> None:
    stage.place(profile_peripheral(Newer(Lifter(3), config=False)))
    path = stage.folder / "x.arrows"
    outcome = stage.program.run("record", "--sensor", NAME, "--seconds", "2", "-o", path)
    assert (outcome.code, TRACEBACK in outcome.err) == (NO_SENSOR, False)
    assert "None of what the sensor sent could be decoded (version:" in outcome.err
    assert evidence(path).notifications


def test_what_another_program_left_is_not_taken_for_granted(stage: Stage) -> None:
    lifter = Lifter(3)
    device = hip(stage, lifter)
    firmware_of(device).config = ProfileConfig(rate_hz=25, acc_range_g=2, gyro_range_dps=None)
    session = train(stage, device, lifter)
    assert judge(session.seen, lifter) == 0
    assert firmware_of(device).config == ProfileConfig()


# --- the sensor that is not there --------------------------------------------------------------


def test_a_sensor_that_is_not_there(stage: Stage) -> None:
    for command in ("pair", "train"):
        ends_with_advice(stage, *COMMANDS[command])
    assert not stage.program.recordings()


def test_a_sensor_that_somebody_else_is_connected_to(stage: Stage) -> None:
    """It does not advertise then."""
    device = hip(stage, Lifter(3))
    stage.bench.act(device.reachable.clear)
    ends_with_advice(stage, *COMMANDS["train"])


def test_two_sensors_with_one_name(stage: Stage) -> None:
    hip(stage, Lifter(3))
    twin = "C0:FF:EE:00:00:77"
    lifter = Lifter(3)
    other = stage.place(profile_peripheral(ProfileFirmware(lifter), address=twin))
    outcome = stage.program.run(*COMMANDS["train"])
    assert (outcome.code, TRACEBACK in outcome.err) == (2, False)
    assert twin in outcome.err
    assert "C0:FF:EE:00:1A:2B" in outcome.err
    session = train(stage, other, lifter)
    assert session.seen.counts == [3]


# --- the user ----------------------------------------------------------------------------------


@pytest.mark.parametrize("presses", [1, 3])
def test_ctrl_c_during_a_rep_keeps_what_was_lifted(stage: Stage, presses: int) -> None:
    lifter = Lifter(6)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(4, Phase.CONCENTRIC))
        for _ in range(presses):
            running.interrupt()

    session = train(stage, device, lifter, meanwhile, code=INTERRUPTED)
    assert session.seen.counts == [3]
    assert is_stopped(stage.bench, device)


@pytest.mark.parametrize("signal_name", ["SIGTERM", "SIGHUP"])
def test_a_terminal_that_is_closed_is_like_ctrl_c(stage: Stage, signal_name: str) -> None:
    lifter = Lifter(3)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(2, Phase.ECCENTRIC, 0.9))
        running.send(signal_name)

    session = train(stage, device, lifter, meanwhile, code=INTERRUPTED)
    assert session.seen.counts == [2]
    assert is_stopped(stage.bench, device)


MOMENTS: dict[str, Callable[[Stage, Device, Running], None]] = {
    "searching": lambda stage, _device, _running: saw(stage, Act.SCAN),
    "connecting": lambda stage, _device, _running: saw(stage, Act.CONNECT),
    "connected": lambda stage, _device, _running: saw(stage, Act.LINK),
    "starting": lambda stage, _device, _running: saw(stage, Act.SUBSCRIBE),
    "started": lambda _stage, _device, running: running.wait_for_line("recording to"),
}


def saw(stage: Stage, act: Act) -> None:
    stage.bench.journal.wait_for(lambda entry: entry.act is act)


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_before_the_first_rep(stage: Stage, moment: str) -> None:
    device = hip(stage, Lifter(3))
    if moment == "connecting":
        # Heard, and then never reached: the attempt hangs.
        device.refusals.append(HANG)
    running = stage.program.start("train", "--headless", "--sensor", NAME)
    MOMENTS[moment](stage, device, running)
    running.interrupt()
    outcome = running.end()
    assert (outcome.code, TRACEBACK in outcome.err) == (INTERRUPTED, False), outcome.err
    assert stage.bench.act(lambda: device.link) is None
    assert not stage.bench.act(lambda: firmware_of(device).streaming)
    for path in stage.program.recordings():
        assert evidence(path).counts == []


def test_ctrl_c_while_a_lost_sensor_is_searched(stage: Stage) -> None:
    lifter = Lifter(3)
    device = hip(stage, lifter)

    def meanwhile(running: Running) -> None:
        lifter.wait_for(lifter.phase(2, Phase.ECCENTRIC, 0.95))
        stage.bench.drop(device, away=True)
        running.wait_for_line("lost at")
        running.interrupt()

    session = train(stage, device, lifter, meanwhile, code=INTERRUPTED)
    assert session.seen.counts == [2]


def test_a_program_that_is_killed_leaves_a_recording_and_a_sensor_to_go_on_with(
    stage: Stage,
) -> None:
    lifter = Lifter(6)
    device = hip(stage, lifter)
    running = stage.program.start("train", "--headless", "--sensor", NAME)
    lifter.wait_for(lifter.phase(3, Phase.CONCENTRIC))
    running.kill()
    assert running.end().code == -9
    (path,) = stage.program.recordings()
    replayed = stage.program.run("replay", path, "--headless", "--speed", "max")
    assert replayed.code == 0, replayed.err
    assert replayed.out.splitlines()[-1] == "1 set, 2 reps"

    # BlueZ has kept the link, so no scan can hear the sensor.
    running = stage.program.start("train", "--headless", "--sensor", NAME)
    running.wait_for_line("recording to")
    running.interrupt()
    outcome = running.end()
    assert outcome.code == INTERRUPTED, outcome.err
    assert is_stopped(stage.bench, device)


def ends_with_advice(stage: Stage, *arguments: str) -> list[str]:
    """Hold that a command ends with code 3, two lines or more to read, and no traceback."""
    outcome = stage.program.run(*arguments)
    assert (outcome.code, TRACEBACK in outcome.err) == (NO_SENSOR, False), outcome.err
    advice = [line for line in outcome.advice if not line.startswith("looking for")]
    assert len(advice) >= 2, outcome.err
    assert advice[0].startswith("tracker: ")
    return advice
