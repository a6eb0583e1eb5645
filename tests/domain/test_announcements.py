from __future__ import annotations

import pytest

from tracker.domain import (
    BATTERY_CHANNEL,
    LINK_CHANNEL,
    OVERRUN_CHANNEL,
    BatteryRead,
    Fault,
    FaultReason,
    LinkChanged,
    LinkState,
    Notification,
    battery_message,
    link_message,
    overrun_message,
    read_control_message,
)


@pytest.mark.parametrize("detail", ["", "Bluetooth is switched off."])
@pytest.mark.parametrize("state", LinkState)
def test_a_link_state_comes_back_with_its_reason(state: LinkState, detail: str) -> None:
    said = read_control_message(link_message(1_500_000_000, state, device=1, detail=detail))
    assert said == LinkChanged(1.5, state, 1, detail)


def test_a_link_state_without_a_reason_is_its_name_alone() -> None:
    assert link_message(7, LinkState.LOST) == Notification(7, LINK_CHANNEL, b"lost")


def test_a_charge_comes_back() -> None:
    said = read_control_message(battery_message(2_000_000_000, 14, device=1))
    assert said == BatteryRead(2.0, 14, 1)


def test_what_was_dropped_is_a_fault_with_its_number() -> None:
    said = read_control_message(overrun_message(3_000_000_000, 37))
    assert isinstance(said, Fault)
    assert (said.at_s, said.reason, said.count) == (3.0, FaultReason.OVERRUN, 37)
    assert "37" in said.detail


@pytest.mark.parametrize(
    ("channel", "data"),
    [
        (LINK_CHANNEL, b"asleep"),
        (LINK_CHANNEL, b"\xff"),
        (BATTERY_CHANNEL, b"101"),
        (BATTERY_CHANNEL, b"-1"),
        (BATTERY_CHANNEL, b"full"),
        (BATTERY_CHANNEL, "²".encode()),
        (BATTERY_CHANNEL, b""),
        (OVERRUN_CHANNEL, b"many"),
        (OVERRUN_CHANNEL, b"9" * 5000),
    ],
)
def test_what_makes_no_sense_is_a_fault(channel: str, data: bytes) -> None:
    said = read_control_message(Notification(0, channel, data))
    assert isinstance(said, Fault)
    assert said.reason is FaultReason.FORMAT
