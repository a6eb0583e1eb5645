from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.units import ns_from_s
from tracker.importers import AccUnit, GyroUnit, SampleTable, notifications_from_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray


def table_of(samples: int, *, gyro: bool = True) -> SampleTable:
    ramp = np.arange(3.0 * samples).reshape(samples, 3)
    return SampleTable(np.arange(samples) / 100.0, ramp, -ramp if gyro else None)


def as_bytes(
    time_s: NDArray[np.float64], acc: NDArray[np.float64], gyro: NDArray[np.float64] | None
) -> bytes:
    columns = [time_s[:, None], acc] if gyro is None else [time_s[:, None], acc, gyro]
    return np.hstack(columns).tobytes()


@given(
    samples=st.integers(min_value=0, max_value=60), block=st.integers(min_value=1, max_value=70)
)
def test_blocks_hold_every_sample_once_and_come_with_their_last(samples: int, block: int) -> None:
    table = table_of(samples)
    sent = list(notifications_from_samples(table, block, as_bytes, "samples"))
    rows = np.frombuffer(b"".join(each.data for each in sent)).reshape(-1, 7)
    assert table.gyro_radps is not None
    np.testing.assert_array_equal(
        rows, np.column_stack([table.time_s, table.acc_mps2, table.gyro_radps])
    )
    assert {each.channel for each in sent} <= {"samples"}
    lasts_s = [float(np.frombuffer(each.data).reshape(-1, 7)[-1, 0]) for each in sent]
    assert [each.received_ns for each in sent] == [ns_from_s(last_s) for last_s in lasts_s]
    assert all(len(each.data) == block * 7 * 8 for each in sent[:-1])


def test_samples_without_a_gyroscope_are_encoded_without() -> None:
    (sent,) = notifications_from_samples(table_of(5, gyro=False), 10, as_bytes, "samples")
    assert len(sent.data) == 5 * 4 * 8


def test_an_empty_block_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        notifications_from_samples(table_of(5), 0, as_bytes, "samples")


def test_units_are_what_a_user_types() -> None:
    assert AccUnit("m/s2").mps2 == 1.0
    assert AccUnit("g").mps2 == 9.80665
    assert GyroUnit("rad/s").radps == 1.0
    assert GyroUnit("deg/s").radps == pytest.approx(np.pi / 180.0)
