from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.heavy import tries
from tests.sensors import notes
from tracker.domain import (
    LINK_CHANNEL,
    MARK_CHANNEL,
    Fault,
    FaultReason,
    Frame,
    FrameRun,
    Notification,
    SensorError,
    TrackerError,
    UnknownNameError,
)
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2
from tracker.sensors.base import Advertisement, Decide, Expect, Read, Subscribe, Write
from tracker.sensors.profile import (
    PROFILE,
    START,
    STARTED,
    STOP,
    STOPPED,
    TIME,
    TIME_TOLD,
    ProfileDecoder,
)
from tracker.sensors.profile.packets import (
    CONFIG_UUID,
    CONTROL_UUID,
    IMU_UUID,
    SERVICE_UUID,
    ProfileConfig,
    encode_packet,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


NOTE = "01-profile.md"


ONE = np.array([[0, 0, 4096]], dtype=np.int16)


PACKET = encode_packet(ProfileConfig(), 7, 1_000_000, ONE, ONE)


ACC_PACKET = encode_packet(ProfileConfig(gyro_range_dps=None), 7, 1_000_000, ONE, None)


def test_settings_stand_in_for_the_configuration() -> None:
    decoder = PROFILE.decoder({"acc_range_g": "16", "gyro_range_dps": "2000", "rate_hz": "50"})

    (frame,) = decoder.feed(Notification(0, IMU_UUID, PACKET))

    assert isinstance(frame, Frame)
    assert frame.acc_mps2[0, 2] == pytest.approx(2 * STANDARD_GRAVITY_MPS2)
    assert frame.gyro_radps is not None
    assert frame.gyro_radps[0, 2] == pytest.approx(250 * RADPS_PER_DPS)


@pytest.mark.parametrize("given_settings", [{"acc_range_g": "8"}, {"gyro_range_dps": "0"}])
def test_settings_without_a_gyroscope_read_packets_without_one(
    given_settings: dict[str, str],
) -> None:
    (frame,) = PROFILE.decoder(given_settings).feed(Notification(0, IMU_UUID, ACC_PACKET))

    assert isinstance(frame, Frame)
    assert frame.gyro_radps is None


def test_settings_that_are_unknown_or_impossible_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="profile setting 'range_g'"):
        PROFILE.decoder({"range_g": "8"})
    with pytest.raises(TrackerError, match="a rate of 25 to 200 Hz, got 1000"):
        PROFILE.decoder({"rate_hz": "1000"})


def test_the_service_is_recognised_in_any_case_and_nothing_else_is() -> None:
    upper = Advertisement(None, service_uuids=(SERVICE_UUID.upper(),))
    other = Advertisement("Hip", service_uuids=("0000180d-0000-1000-8000-00805f9b34fb",))

    assert PROFILE.recognises(upper)
    assert not PROFILE.recognises(other)
    assert not PROFILE.recognises(Advertisement("Hip"))


def test_commands_and_replies_are_those_of_the_note() -> None:
    stated = {row[0]: row[1:] for row in notes.table(NOTE, "Control", "command")}

    assert {name: [bytes.fromhex(cell) for cell in cells] for name, cells in stated.items()} == {
        "start": [START, STARTED],
        "stop": [STOP, STOPPED],
        "time": [TIME, TIME_TOLD],
    }


def test_the_start_script_keeps_the_order_of_the_note() -> None:
    steps = list(PROFILE.start)
    replies = [steps.index(step) for step in steps if isinstance(step, Expect)]

    assert steps[0] == Subscribe(CONTROL_UUID)
    assert steps[1] == Write(CONTROL_UUID, STOP)
    assert steps.index(Read(CONFIG_UUID)) < steps.index(Write(CONTROL_UUID, START))
    assert steps.index(Subscribe(IMU_UUID)) < steps.index(Write(CONTROL_UUID, START))
    assert all(isinstance(steps[index - 1], Write) for index in replies)
    reply, decision = steps[-2:]
    assert isinstance(reply, Expect)
    assert (reply.channel, reply.prefix) == (CONTROL_UUID, STARTED[:1])
    assert isinstance(decision, Decide)
    assert decision.steps([Notification(0, CONTROL_UUID, STARTED + b"\x01")]) == ()


@pytest.mark.parametrize(
    ("result", "word"), [(2, "81 02"), (3, "motion chip"), (4, "battery"), (9, "81 09")]
)
def test_a_refused_start_is_told_in_the_words_of_the_note(result: int, word: str) -> None:
    decision = PROFILE.start[-1]
    assert isinstance(decision, Decide)
    with pytest.raises(SensorError, match=word) as refused:
        decision.steps([Notification(0, CONTROL_UUID, bytes((0x81, result, 0)))])
    assert refused.value.advice
    assert PROFILE.stop[0] == Write(CONTROL_UUID, STOP)


def reasons(results: tuple[Frame | Fault, ...]) -> list[str]:
    return [result.reason.value for result in results if isinstance(result, Fault)]


@pytest.mark.parametrize("example", notes.examples(NOTE), ids=lambda example: example["title"])
def test_the_examples_of_the_note_come_out_as_it_says(example: dict[str, Any]) -> None:
    decoder = PROFILE.decoder({})
    for step in example["feed"]:
        results = decoder.feed(notes.notification(step, dict(PROFILE.channels)))

        assert reasons(results) == step.get("faults", [])
        lost = [
            result.count
            for result in results
            if isinstance(result, Fault) and result.reason is FaultReason.LOST
        ]
        assert lost == ([step["lost"]] if "lost" in step else [])
        frames = [result for result in results if isinstance(result, Frame)]
        assert len(frames) == ("frame" in step)
        for frame in frames:
            check(frame, step["frame"], step.get("received_s", 0.0))


def check(frame: Frame, stated: dict[str, Any], received_s: float) -> None:
    """Compare a frame with what the note says in g, degrees and device seconds."""
    acc_mps2 = notes.as_array(stated["acc_g"]) * STANDARD_GRAVITY_MPS2
    np.testing.assert_allclose(frame.acc_mps2, acc_mps2, rtol=1e-6)
    if "gyro_dps" in stated:
        gyro_radps = notes.as_array(stated["gyro_dps"]) * RADPS_PER_DPS
        assert frame.gyro_radps is not None
        np.testing.assert_allclose(frame.gyro_radps, gyro_radps, rtol=1e-6)
    else:
        assert frame.gyro_radps is None
    assert frame.stamps_s is not None
    assert frame.stamps_s[0] == pytest.approx(stated["device_time_s"], abs=1e-9)
    assert np.isnan(frame.stamps_s[1:]).all()
    assert frame.stamps_s.shape == (len(acc_mps2),)
    assert frame.received_s == received_s


def test_the_note_has_an_example_of_every_fault_that_the_decoder_knows() -> None:
    stated = {
        reason
        for example in notes.examples(NOTE)
        for step in example["feed"]
        for reason in step.get("faults", [])
    }

    assert stated == {reason.value for reason in FaultReason} - {
        "not_finite",
        "overrun",
        "detector_restarted",
    }


def test_the_table_of_faults_names_reasons_that_exist() -> None:
    rows = notes.table(NOTE, "Faults", "what came")

    assert rows
    assert {row[1] for row in rows} <= {reason.value for reason in FaultReason}


def test_a_refused_packet_is_lost_for_the_next_one() -> None:
    decoder = ProfileDecoder(ProfileConfig())
    packets = [encode_packet(ProfileConfig(), k, k * 50_000, ONE, ONE) for k in range(3)]

    results = [
        decoder.feed(Notification(0, IMU_UUID, data))
        for data in (packets[0], packets[1][:-1], packets[2])
    ]

    assert [reasons(result) for result in results] == [[], ["length"], ["lost"]]


def test_a_configuration_read_again_after_settings_is_no_restart() -> None:
    decoder = ProfileDecoder(ProfileConfig())
    decoder.feed(Notification(0, IMU_UUID, PACKET))

    assert decoder.feed(Notification(0, CONFIG_UUID, ProfileConfig(boot_id=5).encode())) == ()
    assert reasons(decoder.feed(Notification(0, IMU_UUID, PACKET))) == ["duplicate"]


def test_a_new_scale_holds_from_the_configuration_on() -> None:
    decoder = ProfileDecoder()
    decoder.feed(Notification(0, CONFIG_UUID, ProfileConfig(acc_range_g=16).encode()))

    (frame,) = decoder.feed(Notification(0, IMU_UUID, PACKET))

    assert isinstance(frame, Frame)
    assert frame.acc_mps2[0, 2] == pytest.approx(2 * STANDARD_GRAVITY_MPS2)


@pytest.mark.parametrize("channel", [LINK_CHANNEL, MARK_CHANNEL, CONTROL_UUID])
def test_channels_without_samples_say_nothing(channel: str) -> None:
    assert ProfileDecoder().feed(Notification(0, channel, PACKET)) == ()


channels = st.sampled_from([IMU_UUID, IMU_UUID, IMU_UUID, CONFIG_UUID, CONTROL_UUID, "other"])


near_packets = st.builds(
    lambda head, n, sequence, time_us, tail: (
        struct.pack("<BBHI", head, n, sequence, time_us) + tail
    ),
    st.integers(0x10, 0x17),
    st.integers(0, 2),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.binary(min_size=5, max_size=25),
)


near_configs = st.builds(
    lambda config, index, value: config[:index] + bytes([value]) + config[index + 1 :],
    st.sampled_from([ProfileConfig().encode(), ProfileConfig(gyro_range_dps=None).encode()]),
    st.integers(0, 19),
    st.integers(0, 255),
)


payloads = st.one_of(st.binary(max_size=64), near_packets, near_configs, st.just(PACKET))


@settings(max_examples=tries(600), deadline=None)
@given(st.lists(st.tuples(channels, payloads, st.integers(0, 1 << 62)), max_size=14))
def test_no_bytes_make_it_raise(feed: list[tuple[str, bytes, int]]) -> None:
    decoder = ProfileDecoder(ProfileConfig())
    for channel, payload, received_ns in feed:
        for result in decoder.feed(Notification(received_ns, channel, payload)):
            if isinstance(result, Frame):
                assert np.isfinite(result.acc_mps2).all()
                assert result.device_time_s is not None


# --- many at once ------------------------------------------------------------------------------


def one_by_one(
    decoder: ProfileDecoder, notifications: Iterable[Notification]
) -> list[tuple[object, ...]]:
    results = [each for notification in notifications for each in decoder.feed(notification)]
    return [plain(each) for each in results]


def at_once(
    decoder: ProfileDecoder, notifications: Sequence[Notification]
) -> list[tuple[object, ...]]:
    results: list[tuple[object, ...]] = []
    for each in decoder.feed_run(notifications):
        frames = each.frames() if isinstance(each, FrameRun) else (each,)
        results += map(plain, frames)
    return results


def plain(result: Frame | Fault) -> tuple[object, ...]:
    """Return a result to its last bit, in values that compare."""
    if isinstance(result, Fault):
        return (result,)
    arrays = (result.acc_mps2, result.gyro_radps, result.stamps_s)
    bits = [None if each is None else (each.shape, each.tobytes()) for each in arrays]
    return (*bits, result.received_s, result.saturated)


def steady_packets(count: int, first: int = 0, samples: int = 5) -> list[Notification]:
    """Return packets of a sensor that nothing happens to, from the packet of that number on."""
    rng = np.random.default_rng(count)
    counts = rng.integers(-4000, 4000, (count, 2, samples, 3), dtype=np.int16)
    return [
        Notification(
            (first + k) * 50_000_000 + int(rng.integers(20_000_000)),
            IMU_UUID,
            encode_packet(ProfileConfig(), first + k, (first + k) * 50_000, acc, gyro),
        )
        for k, (acc, gyro) in enumerate(counts)
    ]


def test_steady_packets_become_one_run() -> None:
    decoder = ProfileDecoder(ProfileConfig())
    first, *rest = steady_packets(300)

    assert [type(each) for each in decoder.feed_run([first])] == [Frame]
    (run,) = decoder.feed_run(rest)

    assert isinstance(run, FrameRun)
    assert run.acc_mps2.shape == (299 * 5, 3)


def test_a_run_without_a_gyroscope_has_none() -> None:
    config = ProfileConfig(gyro_range_dps=None)
    packets = [
        Notification(k, IMU_UUID, encode_packet(config, k, k * 50_000, ONE, None))
        for k in range(5)
    ]

    *_, run = ProfileDecoder(config).feed_run(packets)

    assert isinstance(run, FrameRun)
    assert run.gyro_radps is None


@pytest.mark.parametrize("config", [None, ProfileConfig(), ProfileConfig(gyro_range_dps=None)])
def test_nothing_to_decode_is_no_run(config: ProfileConfig | None) -> None:
    assert list(ProfileDecoder(config).feed_run([])) == []


# What may happen to a stream: the index decides where, and so what else is near.
mishaps = st.lists(
    st.tuples(
        st.sampled_from(
            ("lose", "repeat", "delay", "cut", "flags", "resize", "silence", "configure", "reboot")
        ),
        st.integers(0, 119),
        st.integers(1, 70),
    ),
    max_size=6,
)


def suffer(packets: list[Notification], mishap: str, at: int, size: int) -> list[Notification]:
    """Return a stream to which something has happened."""
    before, after = packets[:at], packets[at:]
    if not after:
        return packets
    first = after[0]
    data, time_ns = first.data, first.received_ns
    match mishap:
        case "lose":
            return before + after[size:]
        case "repeat":
            return before + after[:size] + after
        case "delay":
            return before + after[1 : size + 1] + [first] + after[size + 1 :]
        case "cut":
            return [*before, Notification(time_ns, IMU_UUID, data[:size]), *after[1:]]
        case "flags":
            changed = bytes([data[0] ^ (1 << size % 8)]) + data[1:] if data else data
            return [*before, Notification(time_ns, IMU_UUID, changed), *after[1:]]
        case "resize":
            number = len(before) + 1
            return before + steady_packets(size, number, samples=3) + after[size:]
        case "silence":
            pause_ns = size * 10**12
            later = [
                Notification(each.received_ns + pause_ns, each.channel, each.data)
                for each in after
            ]
            return before + later
        case "configure":
            config = ProfileConfig(boot_id=size % 3, acc_range_g=16 if size % 2 else 8)
            return [*before, Notification(time_ns, CONFIG_UUID, config.encode()), *after]
        case _:
            return before + steady_packets(size, 0) + after


@settings(max_examples=tries(300), deadline=None)
@given(
    mishaps,
    st.sampled_from([0, 65_500, 85_880, 1 << 20]),
    st.sampled_from([None, ProfileConfig(), ProfileConfig(gyro_range_dps=None)]),
    st.lists(st.integers(0, 200), max_size=3),
)
def test_many_at_once_are_the_same_to_the_last_bit(
    happened: list[tuple[str, int, int]],
    first: int,
    config: ProfileConfig | None,
    cuts: list[int],
) -> None:
    """Whatever happens to the stream, and both counters wrap in it for some numbers."""
    stream = steady_packets(120, first)
    for mishap in happened:
        stream = suffer(stream, *mishap)
    decoder = ProfileDecoder(config)
    together: list[tuple[object, ...]] = []
    edges = [0, *sorted(cuts), len(stream)]
    for start, stop in pairwise(edges):
        together += at_once(decoder, stream[start:stop])

    assert together == one_by_one(ProfileDecoder(config), stream)


@settings(max_examples=tries(300), deadline=None)
@given(st.lists(st.tuples(channels, payloads, st.integers(0, 1 << 62)), max_size=14))
def test_any_bytes_at_once_are_the_same_to_the_last_bit(
    feed: list[tuple[str, bytes, int]],
) -> None:
    stream = [Notification(received_ns, channel, data) for channel, data, received_ns in feed]

    expected = one_by_one(ProfileDecoder(ProfileConfig()), stream)
    assert at_once(ProfileDecoder(ProfileConfig()), stream) == expected
