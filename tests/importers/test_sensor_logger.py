from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tracker.domain import InputError
from tracker.importers.phone_apps import (
    GRAVITY,
    LINEAR,
    TOTAL,
    UNCALIBRATED,
    acceleration,
    points_down,
    role_of,
)
from tracker.importers.tables import ForeignFile, Part

FOLDER = Path("phone")
TIME_S = np.linspace(0.0, 0.99, 100)


def part(x: float, z: float) -> Part:
    return Part(FOLDER / "a.csv", TIME_S, np.tile([x, 0.0, z], (100, 1)), None)


def metadata(platform: str, standard: str) -> ForeignFile:
    text = f"version,platform,standardisation\n3,{platform},{standard}\n"
    return ForeignFile(FOLDER / "Metadata.csv", text.encode())


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("TotalAcceleration.csv", "totalacceleration"),
        ("Gyroscope (1).csv", "gyroscope"),
        ("Accelerometer-2.csv.gz", "accelerometer"),
        ("notes.csv", "notes"),
    ],
)
def test_a_file_is_known_by_its_name(name: str, role: str) -> None:
    assert role_of(ForeignFile(FOLDER / name, b"")) == role


@pytest.mark.parametrize(
    ("platform", "standard", "down"),
    [
        ("ios", "false", True),
        ("iOS", "", True),
        ("ios", "true", False),
        ("android", "false", False),
    ],
)
def test_metadata_tell_the_direction(platform: str, standard: str, down: bool) -> None:
    assert points_down([metadata(platform, standard)]) is down


@pytest.mark.parametrize("text", [b"", b"version\n3\n", b"version,platform\n3,\n", b"\xff\xfe"])
def test_metadata_that_do_not_tell_it_do_not(text: bytes) -> None:
    assert points_down([ForeignFile(FOLDER / "Metadata.csv", text)]) is None
    assert points_down([]) is None


def test_what_is_in_g_becomes_si_and_is_turned() -> None:
    found = acceleration({UNCALIBRATED: part(0.0, -1.0)}, FOLDER, None)
    np.testing.assert_allclose(found.values[0], [0.0, 0.0, 9.80665])


def test_what_is_said_beats_what_the_unit_suggests() -> None:
    found = acceleration({UNCALIBRATED: part(0.0, 1.0)}, FOLDER, False)
    np.testing.assert_allclose(found.values[0], [0.0, 0.0, 9.80665])
    turned = acceleration({TOTAL: part(0.0, -9.8)}, FOLDER, True)
    np.testing.assert_allclose(turned.values[0], [0.0, 0.0, 9.8])


def test_gravity_and_the_rest_are_added() -> None:
    parts = {LINEAR: part(1.0, 0.5), GRAVITY: part(0.0, 9.8)}
    found = acceleration(parts, FOLDER, False)
    np.testing.assert_allclose(found.values[0], [1.0, 0.0, 10.3])
    np.testing.assert_allclose(acceleration(parts, FOLDER, True).values[0], [-1.0, 0.0, -10.3])


def test_the_sum_of_two_has_no_direction_of_its_own() -> None:
    with pytest.raises(InputError, match="--acc-points"):
        acceleration({LINEAR: part(1.0, 0.5), GRAVITY: part(0.0, 9.8)}, FOLDER, None)


@pytest.mark.parametrize("roles", [(), (LINEAR,), (GRAVITY,)])
def test_without_gravity_or_the_rest_there_is_none(roles: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="no acceleration with gravity"):
        acceleration({role: part(0.0, 9.8) for role in roles}, FOLDER, False)
