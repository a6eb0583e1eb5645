from __future__ import annotations

from collections import Counter
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
    Notification,
    UnknownNameError,
)
from tracker.sensors.samples import (
    COLUMNS_WITH_GYRO,
    COLUMNS_WITHOUT_GYRO,
    HEADER,
    SAMPLES,
    SAMPLES_CHANNEL,
    SamplesDecoder,
    encode_samples,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NOTE = "00-samples.md"


def feed(decoder: SamplesDecoder, data: bytes) -> tuple[Frame | Fault, ...]:
    return decoder.feed(Notification(0, SAMPLES_CHANNEL, data))


def block(
    times_s: Sequence[float], *, has_gyro: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64] | None]:
    """Return samples whose signals can be told apart by row and axis."""
    time_s = np.array(times_s, dtype=np.float64)
    acc_mps2 = np.arange(time_s.size * 3, dtype=np.float64).reshape(-1, 3)
    return time_s, acc_mps2, acc_mps2 * -0.5 if has_gyro else None


def test_the_layout_is_the_one_of_the_note() -> None:
    header, offsets = notes.layout(NOTE, "Header")
    rows, row_offsets = notes.layout(NOTE, "Rows")

    assert header == HEADER.format
    assert offsets == [0, 1, 2, 4]
    assert rows == "<" + "d" * COLUMNS_WITH_GYRO
    assert row_offsets == [0, 8, 8 * COLUMNS_WITHOUT_GYRO]


@pytest.mark.parametrize("example", notes.examples(NOTE), ids=lambda example: example["title"])
def test_the_examples_of_the_note_come_out_as_it_says(example: dict[str, Any]) -> None:
    decoder = SAMPLES.decoder({})
    for step in example["feed"]:
        results = decoder.feed(notes.notification(step, dict(SAMPLES.channels)))

        reasons = [result.reason.value for result in results if isinstance(result, Fault)]
        assert reasons == step.get("faults", [])
        frames = [result for result in results if isinstance(result, Frame)]
        if "time_s" not in step:
            assert frames == []
            continue
        (frame,) = frames
        assert frame.stamps_s is not None
        assert frame.stamps_s.tolist() == step["time_s"]
        assert frame.acc_mps2.tolist() == step["acc_mps2"]
        gyro_radps = None if frame.gyro_radps is None else frame.gyro_radps.tolist()
        assert gyro_radps == step.get("gyro_radps")


def test_the_encoder_writes_the_first_example_of_the_note() -> None:
    (step,) = notes.examples(NOTE)[0]["feed"]

    encoded = encode_samples(
        *(notes.as_array(step[name]) for name in ("time_s", "acc_mps2", "gyro_radps"))
    )

    assert encoded == bytes.fromhex(step["hex"])


@pytest.mark.parametrize("has_gyro", [True, False])
def test_what_was_encoded_comes_back_with_its_arrival(has_gyro: bool) -> None:
    time_s, acc_mps2, gyro_radps = block([0.0, 0.01, 0.03], has_gyro=has_gyro)
    data = encode_samples(time_s, acc_mps2, gyro_radps)

    (frame,) = SamplesDecoder().feed(Notification(2_000_000_000, SAMPLES_CHANNEL, data))

    assert isinstance(frame, Frame)
    assert frame.stamps_s is not None
    assert frame.received_s == 2.0
    np.testing.assert_array_equal(frame.stamps_s, time_s)
    np.testing.assert_array_equal(frame.acc_mps2, acc_mps2)
    if gyro_radps is None:
        assert frame.gyro_radps is None
    else:
        assert frame.gyro_radps is not None
        np.testing.assert_array_equal(frame.gyro_radps, gyro_radps)


def test_an_empty_block_says_nothing() -> None:
    assert feed(SamplesDecoder(), encode_samples(*block([]))) == ()


def test_shapes_that_do_not_fit_are_refused_by_the_encoder() -> None:
    with pytest.raises(ValueError, match=r"expected signals of shape \(2, 3\), got \(1, 3\)"):
        encode_samples(np.array([0.0, 1.0]), np.zeros((1, 3)), None)


def test_old_times_are_dropped_and_counted_also_across_blocks() -> None:
    decoder = SamplesDecoder()
    feed(decoder, encode_samples(*block([0.0, 0.5])))

    fault, frame = feed(decoder, encode_samples(*block([0.5, 0.4, 0.6, 0.2, 0.6, 0.7])))

    assert isinstance(fault, Fault)
    assert (fault.reason, fault.count) == (FaultReason.CLOCK, 4)
    assert isinstance(frame, Frame)
    assert frame.stamps_s is not None
    assert frame.stamps_s.tolist() == [0.6, 0.7]
    assert frame.acc_mps2[:, 0].tolist() == [6.0, 15.0]


@pytest.mark.parametrize("column", range(7))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_drops_its_sample_only(column: int, value: float) -> None:
    rows = np.arange(21, dtype=np.float64).reshape(3, 7)
    rows[1, column] = value

    fault, frame = feed(SamplesDecoder(), encode_samples(rows[:, 0], rows[:, 1:4], rows[:, 4:]))

    assert isinstance(fault, Fault)
    assert (fault.reason, fault.count) == (FaultReason.NOT_FINITE, 1)
    assert isinstance(frame, Frame)
    assert frame.stamps_s is not None
    assert frame.stamps_s.tolist() == [0.0, 14.0]


@pytest.mark.parametrize("time_s", [1e17, -1e17, 1e300])
def test_a_time_that_cannot_be_drops_its_sample_by_name(time_s: float) -> None:
    times_s = np.array([0.0, time_s, 0.1])
    fault, frame = feed(SamplesDecoder(), encode_samples(times_s, np.ones((3, 3)), None))
    assert isinstance(fault, Fault)
    assert (fault.reason, fault.count) == (FaultReason.CLOCK, 1)
    assert f"time_s is {time_s:.3g}" in fault.detail
    assert isinstance(frame, Frame)
    assert frame.stamps_s is not None
    assert frame.stamps_s.tolist() == [0.0, 0.1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", FaultReason.LENGTH),
        (HEADER.pack(1, 7, 0, 1), FaultReason.LENGTH),
        (HEADER.pack(1, 4, 0, 0) + b"\0", FaultReason.LENGTH),
        (HEADER.pack(2, 7, 0, 0), FaultReason.VERSION),
        (b"\x02", FaultReason.VERSION),
        (HEADER.pack(1, 6, 0, 0), FaultReason.FORMAT),
    ],
)
def test_a_block_that_breaks_the_layout_is_a_fault(data: bytes, reason: FaultReason) -> None:
    (fault,) = feed(SamplesDecoder(), data)

    assert isinstance(fault, Fault)
    assert fault.reason is reason


@pytest.mark.parametrize("channel", [LINK_CHANNEL, MARK_CHANNEL])
def test_reserved_channels_are_not_its_business(channel: str) -> None:
    assert SamplesDecoder().feed(Notification(0, channel, b"streaming")) == ()


def test_another_channel_is_a_fault() -> None:
    (fault,) = SamplesDecoder().feed(Notification(0, "imu", b""))

    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.UNKNOWN_CHANNEL


def test_it_takes_no_settings_of_its_own_and_is_never_advertised() -> None:
    with pytest.raises(UnknownNameError, match="no samples setting 'rate_hz'"):
        SAMPLES.decoder({"rate_hz": "100"})
    assert SAMPLES.start == SAMPLES.stop == ()
    assert SAMPLES.services == ()


times = st.one_of(
    st.sampled_from([0.0, 0.01, 0.02, 0.5, np.nan, np.inf]),
    st.floats(-1e3, 1e6, allow_nan=False),
)


@settings(max_examples=tries(200), deadline=None)
@given(st.lists(times, max_size=30), st.data())
def test_any_cut_into_blocks_gives_the_same_samples_and_counts(
    times_s: list[float], data: st.DataObject
) -> None:
    time_s, acc_mps2, gyro_radps = block(times_s)
    assert gyro_radps is not None
    cuts = sorted(data.draw(st.lists(st.integers(0, len(times_s)), max_size=4)))
    edges = [0, *cuts, len(times_s)]

    def decoded(pieces: list[slice]) -> tuple[list[list[float]], Counter[FaultReason]]:
        decoder, rows, counts = SamplesDecoder(), [], Counter[FaultReason]()
        for piece in pieces:
            encoded = encode_samples(time_s[piece], acc_mps2[piece], gyro_radps[piece])
            for result in feed(decoder, encoded):
                if isinstance(result, Fault):
                    counts[result.reason] += result.count
                else:
                    assert result.stamps_s is not None
                    rows += np.column_stack((result.stamps_s, result.acc_mps2)).tolist()
        return rows, counts

    cut = [slice(start, end) for start, end in pairwise(edges)]
    rows, counts = decoded(cut)

    assert (rows, counts) == decoded([slice(None)])
    assert len(rows) + counts.total() == len(times_s)
    assert all(one[0] < other[0] for one, other in pairwise(rows))


headers = st.builds(
    HEADER.pack,
    st.sampled_from([1, 1, 2]),
    st.sampled_from([4, 7, 5]),
    st.just(0),
    st.integers(0, 3),
)


@settings(max_examples=tries(400), deadline=None)
@given(
    st.lists(
        st.builds(lambda head, tail: head + tail, headers, st.binary(max_size=180)), max_size=4
    )
)
def test_no_bytes_make_it_raise(payloads: list[bytes]) -> None:
    decoder = SamplesDecoder()
    for payload in payloads:
        for result in feed(decoder, payload):
            if isinstance(result, Frame):
                assert np.isfinite(result.acc_mps2).all()
