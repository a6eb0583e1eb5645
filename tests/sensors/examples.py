"""Feeds the examples of a firmware note to the decoder of its family, and compares."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.sensors import notes
from tracker.domain import Fault, FaultReason, Frame
from tracker.domain.units import RADPS_PER_DPS, STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from tracker.sensors import SensorFamily

EXACT = 1e-6
"""Relative, where an example states no tolerance: float32 has seven digits."""


def blocks(note: str, tag: str) -> list[dict[str, Any]]:
    """Return the toml blocks of a note that start with a comment of that one word, in order."""
    pattern = rf"^```toml\n# {tag}\n(.*?)^```"
    found = re.findall(pattern, notes.text_of(note), re.DOTALL | re.MULTILINE)
    return [tomllib.loads(block) for block in found]


def titles(block: dict[str, Any]) -> str:
    return str(block["title"])


def reasons(results: tuple[Frame | Fault, ...]) -> list[str]:
    return [result.reason.value for result in results if isinstance(result, Fault)]


def play(family: SensorFamily, example: dict[str, Any]) -> int:
    """Check every step of an example; return how many stated samples were compared."""
    decoder = family.decoder(
        {name: str(value) for name, value in example.get("settings", {}).items()}
    )
    compared = 0
    for step in example["feed"]:
        results = decoder.feed(notes.notification(step, dict(family.channels)))

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
            check(frame, step["frame"])
            compared += len(frame.acc_mps2)
    return compared


def check(frame: Frame, stated: dict[str, Any]) -> None:
    """Compare a frame with what a note says in g (or m/s²), degrees and device seconds."""
    tolerance = stated.get("tolerance", 0.0)
    if "acc_mps2" in stated:
        acc_mps2 = notes.as_array(stated["acc_mps2"])
        np.testing.assert_allclose(frame.acc_mps2, acc_mps2, EXACT, tolerance)
    else:
        acc_g = frame.acc_mps2 / STANDARD_GRAVITY_MPS2
        np.testing.assert_allclose(acc_g, notes.as_array(stated["acc_g"]), EXACT, tolerance)
    if "gyro_dps" in stated:
        assert frame.gyro_radps is not None
        gyro_dps = frame.gyro_radps / RADPS_PER_DPS
        np.testing.assert_allclose(
            gyro_dps, notes.as_array(stated["gyro_dps"]), EXACT, tolerance + 1e-12
        )
    else:
        assert frame.gyro_radps is None
    if "device_time_s" in stated:
        assert frame.device_time_s == pytest.approx(stated["device_time_s"], abs=1e-6)
    else:
        assert frame.device_time_s is None
