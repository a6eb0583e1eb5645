from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tracker.cli.exits import ExitCode
from tracker.sensors import encode_samples

if TYPE_CHECKING:
    from collections.abc import Callable

TWO_SAMPLES = encode_samples(
    np.array([0.0, 0.01]),
    np.array([[0.0, 0.0, 9.81], [0.5, 0.0, 9.81]]),
    np.array([[0.0, 0.1, 0.0], [0.0, 0.2, 0.0]]),
)


def test_samples_come_out_as_json(tracker: Callable[..., Any]) -> None:
    result = tracker("decode", "--kind", "samples", TWO_SAMPLES.hex())
    assert result.code == ExitCode.OK
    assert json.loads(result.out) == {
        "frames": [
            {
                "acc_mps2": [[0.0, 0.0, 9.81], [0.5, 0.0, 9.81]],
                "gyro_radps": [[0.0, 0.1, 0.0], [0.0, 0.2, 0.0]],
                "device_time_s": 0.0,
            }
        ],
        "faults": [],
    }


def test_bytes_that_are_wrong_come_out_as_faults(tracker: Callable[..., Any]) -> None:
    result = tracker("decode", "--kind", "samples", TWO_SAMPLES[:-1].hex())
    assert result.code == ExitCode.OK
    assert json.loads(result.out) == {"frames": [], "faults": [{"reason": "length"}]}


def test_notifications_share_one_decoder(tracker: Callable[..., Any]) -> None:
    result = tracker("decode", "--kind", "samples", TWO_SAMPLES.hex(" "), TWO_SAMPLES.hex(":"))
    decoded = json.loads(result.out)
    assert len(decoded["frames"]) == 1
    assert decoded["faults"] == [{"reason": "clock"}]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "profil", "00"], "Did you mean profile"),
        (["--kind", "samples", "0g"], "hex"),
        (["--kind", "samples", "--channel", "x", "00"], "channel"),
        (["--kind", "samples", "--setting", "x", "00"], "key=value"),
        (["--kind", "samples", "--setting", "x=1", "00"], "x"),
        (["--kind", "samples"], "HEX"),
        (["00"], "--kind"),
    ],
)
def test_mistakes_are_explained(
    arguments: list[str], said: str, tracker: Callable[..., Any]
) -> None:
    result = tracker("decode", *arguments)
    assert (result.code, result.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert said in result.err
    assert "Traceback" not in result.err
