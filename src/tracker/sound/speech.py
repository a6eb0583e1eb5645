"""Speech by eSpeak NG: text to samples, without a device or a process.

The package espeakng-loader brings the library and its data on every system. It is licensed under
the GPL 3, so it is an optional extra and not part of this package.
"""

from __future__ import annotations

import atexit
import ctypes
import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tracker.language import _, language, language_tag
from tracker.sound.sounds import INSTALL, MissingError, SoundError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_BYTES: Final = 159
"""Longest path to its data: its buffer is 160 bytes, and it truncates anything longer."""

PATH_ENCODING: Final = "mbcs" if sys.platform == "win32" else sys.getfilesystemencoding()
"""What it takes names of files in: on Windows the code page, which lacks most letters."""


def data_path(folder: Path, encoding: str = PATH_ENCODING) -> bytes:
    """Return a path to the folder that eSpeak NG can open; raise SoundError if there is none."""
    for reach in (Path, _short_name, _elsewhere):
        with suppress(OSError, UnicodeEncodeError):
            encoded = str(reach(folder)).encode(encoding)
            if len(encoded) <= LONGEST_BYTES:
                return encoded
    raise SoundError(
        _(
            "eSpeak NG cannot open its data: "
            "the path {folder} is too long or not in plain letters."
        ).format(folder=folder),
        _("Install the tracker in a folder with a shorter, plainer name."),
    )


def _short_name(folder: Path) -> Path:
    """Return the name in plain letters that Windows may keep beside the long one."""
    if sys.platform != "win32":
        raise FileNotFoundError
    import ctypes

    buffer = ctypes.create_unicode_buffer(LONGEST_BYTES + 1)
    if not ctypes.WinDLL("kernel32").GetShortPathNameW(str(folder), buffer, len(buffer)) > 0:
        raise FileNotFoundError
    return Path(buffer.value)


@cache
def _elsewhere(folder: Path) -> Path:
    """Return a plain path to the folder, or to a copy of it, valid while the program runs."""
    place = Path(tempfile.mkdtemp(prefix="tracker-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    data = place / "data"
    try:
        data.symlink_to(folder, target_is_directory=True)
    except OSError:
        # On Windows, links need a right of their own.
        shutil.copytree(folder, data)
    return data


# Names and values from speak_lib.h of eSpeak NG 1.52.
_AUDIO_OUTPUT_SYNCHRONOUS: Final = 2
_INITIALIZE_DONT_EXIT: Final = 0x8000
_POS_CHARACTER: Final = 1
_CHARS_UTF8: Final = 1
_RATE: Final = 1
_RANGE: Final = 4
_OK: Final = 0

VOICES: Final = {"en": "en-us", "de": "de", "es": "es"}
"""The voice of each language."""

LATIN_AMERICA: Final = "es-419"
"""The voice of Spanish anywhere but in Spain."""


def voice_name() -> str:
    """Return the voice of the language in use."""
    elsewhere = language() == "es" and language_tag() not in ("es", "es-ES")
    return LATIN_AMERICA if elsewhere else VOICES[language()]


WORDS_PER_MINUTE: Final = 170
"""A little slower than the usual 175, for a noisy gym."""

RANGE: Final = 60
"""Pitch range, %; livelier than the usual 50, which carries better."""

_SampleCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)

_ONE_AT_A_TIME: Final = threading.Lock()
"""eSpeak has one state per process, and there may briefly be two players."""


class EspeakVoice:
    """Speaks the language in use; raises SoundError if its library is missing or broken."""

    def __init__(self) -> None:
        try:
            import espeakng_loader
        except ImportError as error:
            raise MissingError(
                _("espeakng-loader is not installed."), _("Try: {command}").format(command=INSTALL)
            ) from error
        try:
            self._library = _declared(ctypes.CDLL(espeakng_loader.get_library_path()))
        except (OSError, AttributeError, RuntimeError) as error:
            raise SoundError(
                _("eSpeak NG cannot be loaded: {error}").format(error=error),
                _("Try: {command}").format(command=f"{INSTALL} --force-reinstall"),
            ) from error
        folder = data_path(Path(espeakng_loader.get_data_path()))
        voice = voice_name()
        self._parts: list[NDArray[np.int16]] = []
        self._callback = _SampleCallback(self._take)
        with _ONE_AT_A_TIME:
            self._rate_hz = self._library.espeak_Initialize(
                _AUDIO_OUTPUT_SYNCHRONOUS, 0, folder, _INITIALIZE_DONT_EXIT
            )
            if (
                self._rate_hz <= 0
                or self._library.espeak_SetVoiceByName(voice.encode()) != _OK
                or self._library.espeak_SetParameter(_RATE, WORDS_PER_MINUTE, 0) != _OK
                or self._library.espeak_SetParameter(_RANGE, RANGE, 0) != _OK
            ):
                raise SoundError(
                    _("eSpeak NG does not start with the voice {voice}.").format(voice=voice),
                    _("Try: {command}").format(command=f"{INSTALL} --force-reinstall"),
                )

    @property
    def rate_hz(self) -> int:
        """Samples per second."""
        return int(self._rate_hz)

    def say(self, text: str) -> NDArray[np.float64]:
        """Return a phrase as samples, shape (n,), within ±1."""
        encoded = text.encode() + b"\0"
        with _ONE_AT_A_TIME:
            self._parts.clear()
            self._library.espeak_SetSynthCallback(self._callback)
            result = self._library.espeak_Synth(
                encoded, len(encoded), 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
            )
            parts = self._parts.copy()
            self._parts.clear()
        if result != _OK:
            raise SoundError(
                _("eSpeak NG cannot speak {text!r}: error {result}.").format(
                    text=text, result=result
                )
            )
        if not parts:
            return np.zeros(0)
        return np.concatenate(parts) / 32768.0

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        # eSpeak reuses its buffer after this call; at the end of a phrase there is none.
        if samples and count > 0:
            self._parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """Declare arguments that are not plain integers."""
    number = ctypes.c_int
    library.espeak_Initialize.argtypes = (number, number, ctypes.c_char_p, number)
    library.espeak_SetVoiceByName.argtypes = (ctypes.c_char_p,)
    library.espeak_SetSynthCallback.argtypes = (_SampleCallback,)
    library.espeak_Synth.argtypes = (
        ctypes.c_char_p,
        ctypes.c_size_t,
        *(ctypes.c_uint, number, ctypes.c_uint, ctypes.c_uint),
        *(ctypes.c_void_p, ctypes.c_void_p),
    )
    return library
