"""The reference implementation in C against the decoder: two programs from one page."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.firmware.compiled import Chip, Sensor, command, needs_compiler, played
from tests.heavy import tries
from tests.sensors import notes
from tests.sensors.encoders import samples_per_packet
from tracker.cli.app import main
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    SERVICE_UUID,
    ProfileConfig,
    encode_packet,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

pytestmark = [needs_compiler, pytest.mark.posix("it is compiled and run as a process")]

START, STOP, TIME = "command 01", "command 02", "command 03"
SUBSCRIBED: Final = ("connect", "mtu 247", "control 1", "imu 1")

SMALL_CHIPS: Final = (
    Chip(),
    Chip((26, 52, 104), ((2, 0.000061), (16, 0.000488)), ((250, 0.00875), (2000, 0.07))),
    Chip((25, 50, 100, 200), ((2, 0.0000625), (16, 0.00075)), (), bits=12),
)
"""Of 16 bits, of 16 bits with odd LSBs, and of 12 bits without a gyroscope."""


def sample(time_us: int, values: NDArray[np.int16]) -> str:
    return f"sample {time_us} {' '.join(map(str, values.tolist()))}"


def packets_in(answers: list[list[str]]) -> list[bytes]:
    return [bytes.fromhex(line[4:]) for answer in answers for line in answer if line[:4] == "imu "]


# ---- 10⁵ random packets through `tracker decode` ----


@dataclass(frozen=True, slots=True)
class Batch:
    """Random samples of one sensor, what it sent, and how it was set."""

    chip: Chip
    config: ProfileConfig
    time_us: NDArray[np.uint64]
    counts: NDArray[np.int16]
    packets: list[bytes]
    config_hex: str
    skipped: list[int]
    """Samples after which an overrun was reported."""


def random_batch(rng: np.random.Generator, packets: int) -> Batch:
    """Return what a random chip in a random connection sends of random samples."""
    chip = SMALL_CHIPS[int(rng.integers(len(SMALL_CHIPS)))]
    mtu = int(rng.choice([23, 27, 185, 247, 512]))
    gyro = bool(rng.integers(2))
    request = struct.pack(
        "<BBHHH", 1, gyro, *(int(each) for each in rng.integers(1, (220, 20, 2500)))
    )
    asked = played(chip, ["request " + request.hex(), "read"])
    config_hex = asked[1][0]
    config = ProfileConfig.decode(bytes.fromhex(config_hex))
    wanted = packets * samples_per_packet(min(mtu, 247), config)

    counts = rng.integers(-32768, 32768, (wanted, 6)).astype(np.int16)
    counts[rng.random(wanted) < 0.01] = rng.choice([-32768, 32767])
    counts = (counts.astype(np.int32) >> (16 - chip.bits) << (16 - chip.bits)).astype(np.int16)
    # Anywhere in the clock's 2**32 µs, and over its end.
    steps_us = rng.integers(4_000, 45_000, wanted, dtype=np.uint64)
    time_us = rng.integers(1 << 40, dtype=np.uint64) + np.cumsum(steps_us)

    lines = ["request " + request.hex(), "connect", f"mtu {mtu}", "control 1", "imu 1", START]
    skipped = []
    for at in range(wanted):
        lines.append(sample(int(time_us[at]), counts[at]))
        if rng.random() < 0.001:
            lines.append("overrun")
            skipped.append(at)
    sent = packets_in(played(chip, lines))
    return Batch(chip, config, time_us, counts, sent, config_hex, skipped)


def decoded(
    capsys: pytest.CaptureFixture[str], config_hex: str, packets: list[bytes]
) -> dict[str, Any]:
    """Return what `tracker decode` prints."""
    hexes = [packet.hex() for packet in packets]
    assert main(["decode", "--kind", "profile", f"config={config_hex}", *hexes]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def compare(batch: Batch, document: dict[str, Any]) -> int:
    """Compare everything to the last bit; return how many packets were compared."""
    frames = document["frames"]
    acc = np.array([row for frame in frames for row in frame["acc_mps2"]])
    kept = len(acc)
    # What is missing at the end has not filled a packet.
    assert len(batch.counts) - kept < 20
    np.testing.assert_array_equal(acc, batch.counts[:kept, :3] * batch.config.acc_scale_mps2)
    if batch.config.gyro_scale_radps is None:
        assert all(frame["gyro_radps"] is None for frame in frames)
    else:
        gyro = np.array([row for frame in frames for row in frame["gyro_radps"]])
        np.testing.assert_array_equal(
            gyro, batch.counts[:kept, 3:] * batch.config.gyro_scale_radps
        )
    first = 0
    axes = slice(None, 3) if batch.config.gyro_range_dps is None else slice(None)
    top = 32768 - (1 << (16 - batch.chip.bits))
    for frame in frames:
        block = slice(first, first + len(frame["acc_mps2"]))
        first = block.stop
        seconds = np.float64(int(batch.time_us[block.start]) % (1 << 32)) / 1e6
        # The decoder unwraps; the wire has the low 32 bits.
        assert frame["device_time_s"] % 4294.967296 == pytest.approx(seconds, abs=1e-6)
        values = batch.counts[block, axes]
        at_limit = bool(((values >= top) | (values == -32768)).any())
        assert frame["saturated"] is at_limit
    lost = sum(each["count"] for each in document["faults"])
    assert {each["reason"] for each in document["faults"]} <= {"lost"}
    assert lost == sum(at < kept - 1 for at in batch.skipped)
    return len(frames)


def batches(count: int, packets: int) -> Iterator[Batch]:
    rng = np.random.default_rng(20261130)
    return (random_batch(rng, packets) for _ in range(count))


@pytest.mark.parametrize(
    ("count", "packets"),
    [(4, 150), pytest.param(40, 2600, marks=pytest.mark.slow, id="100000")],
)
def test_random_packets_are_decoded_to_the_samples_that_went_in(
    capsys: pytest.CaptureFixture[str], count: int, packets: int
) -> None:
    compared = sum(
        compare(batch, decoded(capsys, batch.config_hex, batch.packets))
        for batch in batches(count, packets)
    )

    assert compared >= count * packets * 0.98


@needs_compiler
@settings(max_examples=tries(25), deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans(), st.data())
def test_packets_are_byte_for_byte_those_of_the_encoder(
    start_us: int, gyro: bool, data: st.DataObject
) -> None:
    """Two encoders that share no code."""
    config = ProfileConfig(gyro_range_dps=1000 if gyro else None)
    n = samples_per_packet(247, config)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    counts = rng.integers(-32768, 32768, (3 * n, 6)).astype(np.int16)
    lines = [f"request {config.request().hex()}", *SUBSCRIBED, START]
    lines += [sample(start_us + 10_000 * at, counts[at]) for at in range(len(counts))]

    sent = packets_in(played(Chip(), lines))

    assert sent == [
        encode_packet(
            config,
            number,
            start_us + 10_000 * n * number,
            counts[n * number : n * (number + 1), :3],
            counts[n * number : n * (number + 1), 3:] if gyro else None,
        )
        for number in range(3)
    ]


# ---- values and commands ----


def test_its_names_and_its_advertisement_are_those_of_the_note() -> None:
    (advertisement,), (uuids,) = played(Chip(), ["advertisement", "uuids"])

    assert uuids.split() == [SERVICE_UUID, IMU_UUID, CONFIG_UUID, CONTROL_UUID]
    data = bytes.fromhex(advertisement)
    assert data[:5] == b"\x02\x01\x06\x11\x07"
    assert data[5:] == bytes.fromhex(SERVICE_UUID.replace("-", ""))[::-1]


def test_after_boot_it_has_the_recommended_configuration() -> None:
    ((value,),) = played(Chip(), ["read"], boot_id=5)

    assert bytes.fromhex(value) == ProfileConfig(boot_id=5).encode()


@pytest.mark.parametrize("gyro", [False, True])
@settings(max_examples=tries(20), deadline=None)
@given(st.tuples(*(st.integers(1, 65535) for _ in range(3))))
def test_a_request_selects_the_nearest_of_what_there_is(
    gyro: bool, wanted: tuple[int, int, int]
) -> None:
    chip = SMALL_CHIPS[1]
    request = struct.pack("<BBHHH", 1, gyro, *wanted)

    (answer,), (value,) = played(chip, [f"request {request.hex()}", "read"])

    def nearest(offered: tuple[int, ...], asked: int) -> int:
        return next((each for each in offered if each >= asked), offered[-1])

    config = ProfileConfig.decode(bytes.fromhex(value))
    assert answer == "att 0"
    assert config.rate_hz == nearest(chip.rates_hz, wanted[0])
    assert config.acc_range_g == nearest((2, 16), wanted[1])
    assert config.gyro_range_dps == (nearest((250, 2000), wanted[2]) if gyro else None)


def test_requests_that_are_wrong_get_the_errors_of_the_note_in_its_order() -> None:
    rows = notes.table("01-profile.md", "Configuration request", "request")
    errors = [int(row[1].split(",")[0], 16) for row in rows]
    lines = ["request 02", "request 0200000000000000", *SUBSCRIBED, START]
    lines += ["request 0101640008", "request 0101000008000000", "request 010164000800e803"]

    answers = played(Chip(), lines)

    assert [answers[at][0] for at in (0, 1, 7, 8, 9)] == [
        f"att {errors[at]}" for at in (0, 1, 0, 1, 2)
    ]


def test_commands_get_the_replies_of_the_note() -> None:
    with Sensor() as sensor:
        sensor.ask("connect")
        sensor.ask("now 81985529216486895")
        assert sensor.ask(STOP) == ["att 0"]
        sensor.ask("control 1")
        assert sensor.ask("command ") == ["att 13"]
        assert sensor.ask(STOP) == ["control 820000", "att 0"]
        assert sensor.ask("command 7f") == ["control ff0100", "att 0"]
        assert sensor.ask("command 02aabb") == ["control 820000", "att 0"]
        assert sensor.ask(START) == ["control 810200", "att 0"]
        assert sensor.ask(TIME) == ["control 830000efcdab8967452301", "att 0"]
        sensor.ask("imu 1")
        sensor.ask("starts 3")
        assert sensor.ask(START) == ["start 100 8 1000", "control 810300", "att 0"]
        sensor.ask("starts 0")
        assert sensor.ask(START) == ["start 100 8 1000", "control 810001", "att 0"]
        assert sensor.ask(START) == ["control 810001", "att 0"]
        assert sensor.ask(TIME)[0].startswith("control 830001")
        assert sensor.ask("fail 4") == ["stop", "control 820400"]
        assert sensor.ask("fail 4") == []
        assert sensor.ask(START)[1] == "control 810001"
        assert sensor.ask("imu 0") == ["stop", "control 820200"]
        assert sensor.ask("streaming") == ["0"]


def test_the_end_of_a_connection_stops_it_and_the_next_starts_from_nothing() -> None:
    answers = played(Chip(), [*SUBSCRIBED, START, "disconnect", "connect", "control 1", START])

    assert answers[5] == ["stop"]
    assert answers[-1] == ["control 810200", "att 0"]


def test_a_reply_waits_for_room_and_packets_wait_for_the_reply() -> None:
    one = np.array([0, 0, 4096, 0, 0, 0], np.int16)
    lines = [*SUBSCRIBED, "full 2", START, sample(0, one), "poll"]
    lines += [sample(10_000 * at, one) for at in range(1, 6)]

    answers = played(Chip(), lines)

    assert answers[5:8] == [["start 100 8 1000", "att 0"], [], ["control 810001"]]
    (packet,) = packets_in(answers)
    # The sample from before the reply is not in it.
    assert struct.unpack_from("<I", packet, 4) == (10_000,)


def test_more_commands_than_it_can_reply_to_are_refused() -> None:
    answers = played(Chip(), [*SUBSCRIBED, "full 99", *[STOP] * 5, "full 0", "poll"])

    assert answers[5:10] == [["att 0"]] * 4 + [["att 17"]]
    assert answers[-1] == ["control 820000"] * 4


def test_a_packet_without_room_is_missing_and_so_is_what_the_chip_lost() -> None:
    one = np.array([0, 0, 4096, 0, 0, 0], np.int16)
    many = [sample(10_000 * at, one) for at in range(40)]
    lines = [*SUBSCRIBED, START, *many[:9], "full 1", *many[9:17], "overrun", *many[17:]]
    lines += [STOP, START, *many]

    sent = packets_in(played(Chip(), lines))

    numbers = [struct.unpack_from("<BBHI", packet)[1:3] for packet in sent]
    # The second found no room; the fourth was cut short; the fifth number stands for the loss.
    # Three samples at the end of the first stream were dropped without a number.
    assert numbers[:6] == [(5, 0), (5, 2), (2, 3), (5, 5), (5, 6), (5, 7)]
    assert [number for _, number in numbers] == [0, 2, 3, *range(5, 5 + len(numbers) - 3)]


def test_samples_of_an_unfinished_packet_are_not_kept_for_the_next_start() -> None:
    one = np.array([0, 0, 4096, 0, 0, 0], np.int16)
    early = [sample(at, one) for at in range(8)]
    late = [sample(1_000_000 + at, one) for at in range(5)]

    first, second = packets_in(played(Chip(), [*SUBSCRIBED, START, *early, STOP, START, *late]))

    assert struct.unpack_from("<BHI", first, 1) == (5, 0, 0)
    assert struct.unpack_from("<BHI", second, 1) == (5, 1, 1_000_000)


def test_with_fewer_bits_the_limit_is_the_largest_shifted_sample() -> None:
    with Sensor(command(SMALL_CHIPS[2])) as sensor:
        assert sensor.ask("shift 2047 12") == [str(0x7FF0)]
        assert sensor.ask("shift -2048 12") == ["-32768"]
        for line in SUBSCRIBED:
            sensor.ask(line)
        sensor.ask(START)
        flags = []
        for value in (0x7FE0, 0x7FF0, -32752, -32768):
            answers = [
                sensor.ask(f"sample {at} {value if at == 0 else 0} 0 0 0 0 0") for at in range(5)
            ]
            flags += [packet[0] for packet in packets_in(answers)]
    assert flags == [0x10, 0x12, 0x10, 0x12]


@given(st.integers(0, 2**44), st.sampled_from([1000, 32768, 1_000_000, 8_000_000]))
@settings(max_examples=tries(25), deadline=None)
def test_ticks_become_microseconds_without_a_wrap(ticks: int, per_s: int) -> None:
    ((answer,),) = played(Chip(), [f"ticks {ticks} {per_s}"])

    assert int(answer) == ticks * 1_000_000 // per_s


def test_arithmetic_ends_where_the_range_ends() -> None:
    lines = ["clamp 40000", "clamp -40000", "clamp 12", "oldest 1000000 11 100", "oldest 5 0 100"]

    answers = played(Chip(), lines)

    assert [answer[0] for answer in answers] == ["32767", "-32768", "12", "900000", "5"]


@needs_compiler
@settings(max_examples=tries(60), deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12).map(lambda data: f"request {data.hex()}"),
            st.binary(max_size=5).map(lambda data: f"command {data.hex()}"),
            st.sampled_from([START, STOP, TIME, "connect", "disconnect", "overrun", "poll"]),
            st.sampled_from(["imu 1", "imu 0", "control 1", "control 0", "fail 3", "full 3"]),
            st.integers(0, 70000).map(lambda mtu: f"mtu {mtu}"),
            st.integers(0, 2**64 - 1).map(lambda at: f"sample {at} 1 -1 32767 -32768 0 5"),
        ),
        max_size=60,
    ),
    st.sampled_from(SMALL_CHIPS),
)
def test_nothing_that_happens_breaks_it(lines: list[str], chip: Chip) -> None:
    """The sanitizers end the process at the first read or shift that C does not define."""
    answers = played(chip, [*SUBSCRIBED, START, *lines])

    for packet in packets_in(answers):
        _, n = packet[:2]
        assert len(packet) == 8 + n * (12 if packet[0] & 1 else 6) <= 244
