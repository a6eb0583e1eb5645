from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tracker.ble.discovery import Sensor, sensor_of
from tracker.ble.ports import sighting_of
from tracker.domain import SensorError, UnknownNameError
from tracker.sensors import PROFILE, Advertisement
from tracker.sensors.profile.packets import SERVICE_UUID

if TYPE_CHECKING:
    from tracker.ble.ports import Connection

ADDRESS = "C0:FF:EE:00:1A:2B"
WITMOTION_SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
SIG_LOOKALIKE = "0000ffe5-0000-1000-8000-00805f9b34fb"


def connected(*services: str, name: str | None = None, mtu: int | None = 247) -> Connection:
    return cast("Connection", SimpleNamespace(services=services, name=name, mtu=mtu))


def identified(
    advertisement: Advertisement, connection: Connection, kind: str | None = None
) -> Sensor:
    return sensor_of(sighting_of(ADDRESS, -60, advertisement), connection, kind)


def test_a_service_decides_where_the_advertisement_said_nothing() -> None:
    sensor = identified(Advertisement(None), connected(SERVICE_UUID, name="HipOne"))
    assert (sensor.address, sensor.name, sensor.family) == (ADDRESS, "HipOne", PROFILE)


def test_a_service_weighs_more_than_a_name() -> None:
    sensor = identified(Advertisement("WT901BLE67"), connected(SERVICE_UUID))
    assert sensor.family is PROFILE


def test_the_short_form_of_a_service_on_another_base_is_another_service() -> None:
    assert identified(Advertisement("x"), connected(WITMOTION_SERVICE)).family.kind == "witmotion"
    with pytest.raises(SensorError):
        identified(Advertisement("x"), connected(SIG_LOOKALIKE))


def test_the_user_knows_best() -> None:
    sensor = identified(
        Advertisement("x"), connected("0000180d-0000-1000-8000-00805f9b34fb"), "profile"
    )
    assert sensor.family is PROFILE
    with pytest.raises(UnknownNameError, match="abacus"):
        identified(Advertisement("x"), connected(), "abacus")


def test_a_stranger_is_told_with_what_to_try() -> None:
    with pytest.raises(SensorError) as caught:
        identified(Advertisement("TV"), connected())
    assert "TV" in caught.value.message
    assert caught.value.advice is not None
    assert "--kind" in caught.value.advice


def test_what_cannot_be_used_is_refused_with_the_reason() -> None:
    with pytest.raises(SensorError, match="vibration"):
        identified(Advertisement("WTVB01-BT50"), connected(WITMOTION_SERVICE))
    with pytest.raises(SensorError, match="vibration"):
        identified(Advertisement("WTVB01-BT50"), connected())


def test_packets_that_would_be_cut_are_told_before_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wide = replace(PROFILE, least_mtu=232)
    monkeypatch.setattr("tracker.ble.discovery.family", lambda _kind: wide)
    with pytest.raises(SensorError, match=r"185 bytes at most.*232"):
        identified(Advertisement("x"), connected(mtu=185), "profile")
    assert identified(Advertisement("x"), connected(mtu=232), "profile").family is wide
    assert identified(Advertisement("x"), connected(mtu=None), "profile").family is wide


def test_a_sensor_without_a_name_is_called_by_its_address() -> None:
    assert Sensor(ADDRESS, None, PROFILE).title == ADDRESS
    assert Sensor(ADDRESS, "HipOne", PROFILE).title == "HipOne"
