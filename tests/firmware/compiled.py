"""The reference implementation in C, compiled with every check there is, as a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT: Final = Path(__file__).parents[2]
REFERENCE: Final = ROOT / "firmware_notes" / "reference"
HERE: Final = Path(__file__).parent
SKETCH: Final = REFERENCE / "arduino" / "hip_sensor" / "hip_sensor.ino"
CXX: Final = shutil.which("g++") or shutil.which("c++") or shutil.which("clang++")
COMPILER: Final = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")

C99: Final = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wconversion", "-Wshadow")
"""Of the reference implementation itself; nothing in it may depend on the compiler."""
STRICT: Final = ("-Wall", "-Wextra", "-Werror")
CHECKED: Final = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")

IN_CI: Final = os.environ.get("CI") == "true"
"""There, a missing compiler is an error instead of a reason to skip."""

needs_both_compilers = pytest.mark.skipif(
    not IN_CI and (COMPILER is None or CXX is None), reason="there is no C or C++ compiler"
)
needs_compiler = pytest.mark.skipif(
    not IN_CI and COMPILER is None, reason="there is no C compiler"
)


@dataclass(frozen=True, slots=True)
class Chip:
    """What a motion chip can do."""

    rates_hz: tuple[int, ...] = (25, 50, 100, 200)
    acc: tuple[tuple[int, float], ...] = tuple((each, each / 32768) for each in (2, 4, 8, 16))
    """Range, g, and LSB, g; the nearest float32 is sent."""
    gyro: tuple[tuple[int, float], ...] = tuple(
        (each, each / 32768) for each in (250, 500, 1000, 2000)
    )
    """The same in degrees/s; empty without a gyroscope."""
    bits: int = 16

    def arguments(self) -> list[str]:
        """Return the chip as the process wants it, without the boot id."""

        def scales(of: tuple[tuple[int, float], ...]) -> str:
            return ",".join(f"{full_range}:{lsb!r}" for full_range, lsb in of) or "-"

        return [",".join(map(str, self.rates_hz)), scales(self.acc), scales(self.gyro)]


def compiled(sources: Sequence[Path], *options: str) -> None:
    """Compile; a warning is an error."""
    assert COMPILER is not None
    subprocess.run([COMPILER, *options, *map(str, sources)], check=True)


@lru_cache(maxsize=1)
def bench() -> Path:
    """Return the program, built once."""
    folder = Path(tempfile.mkdtemp(prefix="hip-"))
    program, unit = folder / "bench", folder / "hip_profile.o"
    compiled([REFERENCE / "hip_profile.c"], *C99, *CHECKED, "-c", "-o", str(unit))
    options = ("-std=c99", *STRICT, *CHECKED, f"-I{REFERENCE}")
    compiled([HERE / "bench.c", unit], *options, "-o", str(program))
    return program


@lru_cache(maxsize=1)
def sketch() -> Path:
    """Return the Arduino sketch on a made-up board, built once."""
    assert CXX is not None
    folder = Path(tempfile.mkdtemp(prefix="hip-"))
    program, unit = folder / "board", folder / "hip_profile.o"
    compiled([REFERENCE / "hip_profile.c"], *C99, *CHECKED, "-c", "-o", str(unit))
    includes = [f"-I{each}" for each in (HERE / "stubs" / "arduino", REFERENCE, SKETCH.parent)]
    options = ("-std=c++14", *STRICT, *CHECKED, *includes)
    line = [CXX, *options, str(HERE / "board.cpp"), str(unit), "-o", str(program)]
    subprocess.run(line, check=True)
    return program


def environment() -> dict[str, str]:
    """Return the environment in which a sanitizer ends the process at the first finding."""
    return {**os.environ, "ASAN_OPTIONS": "exitcode=99"}


def command(chip: Chip, boot_id: int = 0x7E901C4A) -> list[str]:
    """Return the command line of a sensor."""
    return [str(bench()), str(chip.bits), str(boot_id), *chip.arguments()]


def played(chip: Chip, lines: Iterable[str], boot_id: int = 0x7E901C4A) -> list[list[str]]:
    """Run a whole script; return what each line led to."""
    done = subprocess.run(
        command(chip, boot_id),
        input="\n".join(lines) + "\n",
        capture_output=True,
        encoding="ascii",
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answers = done.stdout.split(".\n")
    assert answers.pop() == ""
    return [answer.splitlines() for answer in answers]


class Sensor:
    """A sensor that runs as long as somebody talks to it; use as a context manager.

    Parameters
    ----------
    line
        Its command line; None for the reference implementation with the default chip.
    """

    def __init__(self, line: Sequence[str] | None = None) -> None:
        self._process = subprocess.Popen(
            line or command(Chip()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="ascii",
            env=environment(),
        )

    def ask(self, line: str) -> list[str]:
        """Let something happen; return what the sensor does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        answer: list[str] = []
        while (said := self._process.stdout.readline()) != ".\n":
            if not said:
                raise RuntimeError(f"the sensor ended with {self._process.wait()} at {line!r}")
            answer.append(said.rstrip("\n"))
        return answer

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        assert self._process.wait() == 0
        self._process.stdout.close()

    def __enter__(self) -> Sensor:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
