from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.heavy import tries
from tests.sensors import examples, notes
from tests.sensors.encoders import cut_nus, encode_nus_header, encode_nus_row
from tracker.domain import (
    MEND_SETTINGS,
    Fault,
    FaultReason,
    Frame,
    Notification,
    TrackerError,
    UnknownNameError,
)
from tracker.domain.units import STANDARD_GRAVITY_MPS2
from tracker.sensors.base import (
    Advertisement,
    ClockKind,
    Pause,
    Subscribe,
    Unsubscribe,
    Where,
    Write,
)
from tracker.sensors.nus import NUS, RX_UUID, SERVICE_UUID, TX_UUID, NusDecoder
from tracker.sensors.nus.lines import (
    ACC,
    GYRO,
    MOST_LINE_BYTES,
    TIME,
    Layout,
    Row,
    parse_header,
)

NOTE = "08-nus.md"
LAYOUT = Layout((TIME, *ACC, *GYRO), acc_mps2=1e-3, gyro_radps=1e-4, time_s=1e-3, rate_hz=100.0)


def feed(decoder: NusDecoder, *texts: str) -> list[Frame | Fault]:
    return [
        result
        for text in texts
        for result in decoder.feed(Notification(2_000_000_000, TX_UUID, text.encode()))
    ]


def reasons(results: list[Frame | Fault]) -> list[str]:
    return [result.reason.value for result in results if isinstance(result, Fault)]


@pytest.mark.parametrize("example", notes.examples(NOTE), ids=lambda example: example["title"])
def test_the_examples_of_the_note_come_out_as_it_says(example: dict[str, Any]) -> None:
    examples.play(NUS, example)


def test_every_published_vector_is_in_the_note() -> None:
    published = [example for example in notes.examples(NOTE) if "source" in example]

    assert len(published) == 3
    assert all(example["source"].startswith("espruino/") for example in published)


def test_the_documented_object_is_gravity_at_rest() -> None:
    (example,) = (each for each in notes.examples(NOTE) if each["title"].startswith("an object"))
    ((acc_g,),) = ([step["frame"]["acc_g"][0]] for step in example["feed"])

    assert np.linalg.norm(acc_g) == pytest.approx(1.0, abs=0.01)


def test_the_note_has_an_example_of_every_fault_that_the_decoder_knows() -> None:
    stated = {
        reason
        for example in notes.examples(NOTE)
        for step in example["feed"]
        for reason in step.get("faults", [])
    }
    named = " ".join(row[1] for row in notes.table(NOTE, "Faults", "what came"))

    assert stated == {word.strip("`,") for word in named.split()}
    assert stated == {reason.value for reason in FaultReason} - {
        "version",
        "overrun",
        "detector_restarted",
    }


def test_the_ids_are_those_of_the_note() -> None:
    ids = {row[0]: row[1] for row in notes.table(NOTE, "GATT table", "name")}

    assert ids.pop("service") == SERVICE_UUID
    assert ids == dict(NUS.channels)
    assert NUS.clock is ClockKind.MIXED


def headers_of_the_programs() -> list[str]:
    """Return the headers that the note's programs print, put together as a board would."""
    programs = re.findall(r"```(?:js|cpp)\n(.*?)```", notes.text_of(NOTE), re.DOTALL)
    found = []
    for program in programs:
        printed = re.search(r'print(?:ln)?\(("#imu.*?)\);', program, re.DOTALL)
        assert printed is not None
        found.append("".join(re.findall(r'"(.*?)"', printed[1])).removesuffix("\\n"))
    return found


@pytest.mark.parametrize("line", headers_of_the_programs())
def test_the_headers_of_the_programs_are_understood(line: str) -> None:
    layout = parse_header(line)

    assert layout is not None
    assert len(line) <= MOST_LINE_BYTES
    assert layout.rate_hz is not None
    assert layout.rate_hz >= 50
    assert layout.acc_range_mps2 is not None


def test_the_note_has_three_programs_that_start_and_stop() -> None:
    text = notes.text_of(NOTE)

    assert len(headers_of_the_programs()) == 3
    assert text.count("function start()") == text.count("function stop()") == 2
    assert '"start()"' in text


def test_lines_of_one_notification_are_one_frame() -> None:
    (frame,) = feed(NusDecoder(), "A,0,0,100\r\nA,0,0,-100\r\nA,0")

    assert isinstance(frame, Frame)
    np.testing.assert_allclose(
        frame.acc_mps2, [[0, 0, STANDARD_GRAVITY_MPS2], [0, 0, -STANDARD_GRAVITY_MPS2]]
    )
    assert frame.gyro_radps is None
    assert frame.stamps_s is None
    assert frame.received_s == 2.0


def test_faults_and_other_kinds_of_lines_come_at_their_place() -> None:
    before, fault, after, timed = feed(
        NusDecoder(), "A,0,0,100\nA,0,0\nA,0,0,100\n12000,0,0,9.81\n"
    )

    assert isinstance(before, Frame)
    assert isinstance(fault, Fault)
    assert isinstance(after, Frame)
    assert isinstance(timed, Frame)
    assert after.stamps_s is None
    assert timed.device_time_s == 12.0


def test_a_new_header_begins_anew_and_an_unusable_one_stops_everything() -> None:
    decoder = NusDecoder()

    results = feed(
        decoder,
        "#imu columns=t,ax,ay,az t_s=1 acc_g=1\n5,0,0,1\n",
        "#imu columns=t,ax,ay,az t_s=1 acc_g=1\n5,0,0,1\n",
        "#imu columns=t,ax,ay,az t_s=1\n6,0,0,1\nA,0,0,100\n",
        "# a remark\n7,0,0,1\n",
        "#imu columns=ax,ay,az acc_g=1\n0,0,1\n",
    )

    assert reasons(results) == ["format", "unconfigured", "unconfigured", "unconfigured"]
    assert sum(isinstance(result, Frame) for result in results) == 3


def test_a_range_in_the_header_flags_saturation_of_a_whole_frame() -> None:
    header = "#imu columns=ax,ay,az acc_g=1 acc_range_g=8\n"
    (frame,) = feed(NusDecoder(), header + "0,0,1\n0,0,8\n")

    assert isinstance(frame, Frame)
    assert frame.saturated


def test_without_a_rate_a_gap_is_no_loss() -> None:
    results = feed(NusDecoder(), "12000,0,0,9.81\n14000,0,0,9.81\n")

    assert reasons(results) == []


def test_samples_without_a_time_in_between_do_not_upset_the_time() -> None:
    results = feed(NusDecoder(), "12000,0,0,9.81\nA,0,0,100\n5,0,0,9.81\n")

    assert reasons(results) == []


samples = st.lists(st.lists(st.floats(-30, 30), min_size=6, max_size=6), min_size=1, max_size=12)


@settings(deadline=None, max_examples=tries(100))
@given(samples, st.integers(1, 60), st.booleans())
def test_what_a_board_sends_comes_back_however_it_is_cut(
    values: list[list[float]], size: int, check: bool
) -> None:
    times_s = [12.0 + index / 100 for index in range(len(values))]
    rows = [
        Row(np.array(each[:3]), np.array(each[3:]), time_s)
        for each, time_s in zip(values, times_s, strict=True)
    ]
    lines = [
        encode_nus_header(LAYOUT),
        *(encode_nus_row(row, LAYOUT, check=check) for row in rows),
    ]
    decoder = NusDecoder()

    results = [
        result
        for piece in cut_nus("".join(f"{line}\r\n" for line in lines), size)
        for result in decoder.feed(Notification(0, TX_UUID, piece))
    ]

    frames = [result for result in results if isinstance(result, Frame)]
    assert len(frames) == len(results)
    acc_mps2 = np.concatenate([frame.acc_mps2 for frame in frames])
    np.testing.assert_allclose(acc_mps2, [row.acc_mps2 for row in rows], rtol=1e-6, atol=1e-9)
    gyros = [frame.gyro_radps for frame in frames if frame.gyro_radps is not None]
    expected = np.array([row.gyro_radps for row in rows], dtype=np.float64)
    np.testing.assert_allclose(np.concatenate(gyros), expected, rtol=1e-6, atol=1e-9)
    stamps = [frame.stamps_s for frame in frames if frame.stamps_s is not None]
    np.testing.assert_allclose(np.concatenate(stamps), times_s)


def test_other_channels_are_silent_or_unknown() -> None:
    assert NusDecoder().feed(Notification(0, RX_UUID, b"A,0,0,100\n")) == ()
    assert reasons(list(NusDecoder().feed(Notification(0, "other", b"A,0,0,100\n")))) == [
        "unknown_channel"
    ]


def test_the_script_stops_what_may_run_and_tells_only_a_board_that_listens() -> None:
    subscribe, stop, pause, start = NUS.start

    assert subscribe == Subscribe(TX_UUID)
    assert stop == Where(RX_UUID, (Write(RX_UUID, b"\x03\x10stop()\n", with_response=False),))
    assert isinstance(pause, Pause)
    assert start == Where(RX_UUID, (Write(RX_UUID, b"\x10start()\n", with_response=False),))
    assert NUS.stop == (stop, Unsubscribe(TX_UUID))


@pytest.mark.parametrize(
    ("advertisement", "expected"),
    [
        (Advertisement("Puck.js 4b1a"), True),
        (Advertisement("Bangle.js 90f2"), True),
        (Advertisement("Hip", (SERVICE_UUID.upper(),)), True),
        (Advertisement("Hip"), False),
        (Advertisement("Puck"), False),
        (Advertisement(None), False),
    ],
)
def test_it_is_recognised_by_service_or_name(advertisement: Advertisement, expected: bool) -> None:
    assert NUS.recognises(advertisement) is expected


def test_the_settings_are_those_of_the_note() -> None:
    with pytest.raises(UnknownNameError) as caught:
        NUS.decoder({"colour": "red"})

    own = [row[0] for row in notes.table(NOTE, "Settings", "setting")]
    assert list(caught.value.known) == [*own, *MEND_SETTINGS]
    with pytest.raises(TrackerError, match="acc_lsb_per_g must be a number above 0"):
        NUS.decoder({"acc_lsb_per_g": "0"})
