from __future__ import annotations

import pytest

from tracker.ble.discovery import as_address, is_foreign

MAC = "C0:FF:EE:00:1A:2B"
UUID = "1F4A3F6E-0B6C-4A55-9C8E-1D2E3F405162"


@pytest.mark.parametrize("text", [MAC, MAC.lower(), "c0-ff-ee-00-1a-2b", f"  {MAC} "])
def test_a_mac_is_written_one_way(text: str) -> None:
    assert as_address(text) == MAC


@pytest.mark.parametrize("text", [UUID, UUID.lower(), f"{{{UUID}}}"])
def test_so_is_the_uuid_that_macos_gives(text: str) -> None:
    assert as_address(text) == UUID


@pytest.mark.parametrize(
    "text",
    [
        "WT901BLE67",
        "174630000192",
        "C0FFEE001A2B",
        "C0:FF:EE:00:1A",
        "C0:FF-EE:00:1A:2B",
        "C0:FF:EE:00:1A:2B:3C",
        "G0:FF:EE:00:1A:2B",
        "",
    ],
)
def test_everything_else_is_a_name(text: str) -> None:
    assert as_address(text) is None


@pytest.mark.parametrize(
    ("address", "platform", "foreign"),
    [
        (MAC, "linux", False),
        (MAC, "win32", False),
        (MAC, "darwin", True),
        (UUID, "linux", True),
        (UUID, "win32", True),
        (UUID, "darwin", False),
    ],
)
def test_each_system_has_its_own_addresses(address: str, platform: str, foreign: bool) -> None:
    assert is_foreign(address, platform) is foreign
