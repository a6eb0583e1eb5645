from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.sensors.encoders import encode_deltas, encode_polar
from tracker.sensors.polar.packets import (
    COMPRESSED,
    LAYOUTS,
    Measurement,
    decode_deltas,
    decode_header,
    decode_samples,
)

WHOLE = sorted(key for key, layout in LAYOUTS.items() if not layout.floats)


@given(
    arrays.arrays(
        np.int64, st.tuples(st.integers(1, 60), st.just(3)), elements=st.integers(-32768, 32767)
    )
)
def test_differences_come_back_exactly(counts: np.ndarray[Any, np.dtype[np.int64]]) -> None:
    assert decode_deltas(encode_deltas(counts, 16), 3, 16).tolist() == counts.tolist()


@pytest.mark.parametrize(("measurement", "frame_type"), WHOLE)
@given(
    seed=st.integers(0, 1000),
    n=st.integers(1, 36),
    stamp_ns=st.integers(0, (1 << 64) - 1),
    spread=st.floats(0.01, 4.0),
)
def test_what_was_encoded_comes_back_to_half_a_count(
    measurement: int, frame_type: int, seed: int, n: int, stamp_ns: int, spread: float
) -> None:
    values = np.random.default_rng(seed).normal(0.0, spread, (n, 3))
    layout = LAYOUTS[measurement, frame_type]
    if layout.value_bytes == 1:
        values /= 100.0
    factor = 0.07

    data = encode_polar(Measurement(measurement), stamp_ns, values, frame_type, factor)

    header, content = decode_header(data)
    assert (header.measurement, header.stamp_ns) == (measurement, stamp_ns)
    count = layout.unit * (factor if layout.scaled else 1.0)
    top = 1 << (8 * layout.value_bytes - 1)
    stated = np.clip(values, -top * count, (top - 1) * count)
    read = decode_samples(header, content, factor)
    np.testing.assert_allclose(read, stated, atol=count / 2 + 1e-12)


def test_values_beyond_the_counts_are_cut_off_and_never_wrap() -> None:
    header, content = decode_header(
        encode_polar(Measurement.ACC, 1, np.array([[40.0, -40.0, 0.0]]), frame_type=1)
    )

    np.testing.assert_allclose(
        decode_samples(header, content, 1.0), [[32.767, -32.768, 0.0]], rtol=1e-12
    )


def test_a_sensor_at_rest_sends_less() -> None:
    rest = encode_polar(Measurement.ACC, 1, np.tile([0.0, 0.0, 1.0], (50, 1)))
    moving = encode_polar(Measurement.ACC, 1, np.random.default_rng(1).normal(0, 1, (50, 3)))

    assert len(rest) < 30 < len(moving)


@pytest.mark.parametrize("values", [np.empty((0, 3)), np.zeros((1, 3))])
def test_what_no_sensor_sends_is_refused(values: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    frame_type = COMPRESSED | (1 if len(values) else 0)
    with pytest.raises(ValueError, match="whole counts"):
        encode_polar(Measurement.GYRO, 1, values, frame_type)
