from __future__ import annotations

import sys
from ctypes.util import find_library
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.sound.devices import played
from tests.sound.listening import HandClock
from tracker.sound import MissingError, SoundError
from tracker.sound.devices import PortAudio

if TYPE_CHECKING:
    from pathlib import Path

HAS_PACKAGE = find_spec("sounddevice") is not None
HAS_LIBRARY = HAS_PACKAGE and find_library("portaudio") is not None
IS_LINUX = sys.platform == "linux"


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MissingError, match="sounddevice is not installed") as caught:
        PortAudio(HandClock())
    assert "hip-thrust-tracker[sound]" in str(caught.value.advice)


@pytest.mark.skipif(not (IS_LINUX and HAS_PACKAGE), reason="it comes with the package elsewhere")
def test_a_system_without_portaudio_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    with pytest.raises(SoundError, match="PortAudio library not found") as caught:
        PortAudio(HandClock())
    assert "libportaudio2" in str(caught.value.advice)


@pytest.mark.skipif(not (IS_LINUX and HAS_LIBRARY), reason="needs libportaudio2")
def test_a_player_plays_through_portaudio(tmp_path: Path) -> None:
    assert played(tmp_path, "portaudio", "PortAudio") == ["default (PortAudio)", "None", "2"]
