"""What stands around the reference implementation on a board, as far as no board is needed."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from tests.firmware.compiled import (
    CXX,
    HERE,
    REFERENCE,
    SKETCH,
    STRICT,
    Chip,
    Sensor,
    compiled,
    needs_both_compilers,
    needs_compiler,
    played,
    sketch,
)
from tests.sensors import notes
from tracker.domain import Notification, SessionInfo, SessionState
from tracker.domain.units import ns_from_s
from tracker.engine import build_engine
from tracker.sensors.profile.packets import CONFIG_UUID, IMU_UUID, ProfileConfig

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.posix("it is compiled and run as a process")

ZEPHYR: Final = REFERENCE / "zephyr"
SET: Final = REFERENCE / "hip_set.h"

LSM6DS3: Final = Chip(
    (26, 52, 104),
    ((2, 0.000061), (4, 0.000122), (8, 0.000244), (16, 0.000488)),
    ((250, 0.00875), (500, 0.0175), (1000, 0.035), (2000, 0.07)),
)


# ---- the sketch and the sample ----


@needs_compiler
@pytest.mark.parametrize("playback", [0, 1])
def test_the_zephyr_sample_compiles_against_stubs(tmp_path: Path, playback: int) -> None:
    options = (f"-DPLAYBACK={playback}", f"-I{HERE / 'stubs' / 'zephyr'}", f"-I{REFERENCE}")
    compiled(
        [ZEPHYR / "src" / "main.c"],
        *("-std=gnu11", *STRICT, *options, "-c", "-o", str(tmp_path / "main.o")),
    )


@needs_both_compilers
@pytest.mark.parametrize("playback", [0, 1])
def test_the_arduino_sketch_compiles_against_stubs(tmp_path: Path, playback: int) -> None:
    assert CXX is not None
    options = (f"-DPLAYBACK={playback}", f"-I{HERE / 'stubs' / 'arduino'}", f"-I{REFERENCE}")
    line = [CXX, "-std=c++14", *STRICT, *options, "-x", "c++", "-c", str(SKETCH)]
    subprocess.run([*line, "-o", str(tmp_path / "sketch.o")], check=True)


@pytest.mark.slow
@needs_both_compilers
def test_a_set_goes_through_the_sketch_and_its_chip_unchanged() -> None:
    """From registers and interrupts to packets, on a board whose libraries are played."""
    rows = recorded_set()[:1000]
    period_us = 1_000_000 // defined("HIP_SET_RATE_HZ")
    with Sensor([str(sketch())]) as board:
        for line in ("connect", "mtu 247", "control 1", "imu 1", "now 1000"):
            board.ask(line)
        assert board.ask("command 01") == ["control 01", "start", "control 810001", "att 0"]
        answers = [
            board.ask(f"sample {1000 + at * period_us} {' '.join(map(str, row))}")
            for at, row in enumerate(rows.tolist())
        ]
        assert board.ask("command 02") == ["control 02", "stop", "control 820000", "att 0"]
    packets = [bytes.fromhex(line[4:]) for answer in answers for line in answer]

    sent = np.concatenate([np.frombuffer(each[8:], "<i2").reshape(-1, 6) for each in packets])
    # Samples from before the chip has settled are dropped.
    settling = next(at for at in range(len(rows)) if at * period_us >= 100_000)
    np.testing.assert_array_equal(sent, rows[settling : settling + len(sent)])
    assert len(rows) - settling - len(sent) < 5
    assert [each[2] + 256 * each[3] for each in packets] == list(range(len(packets)))
    assert int.from_bytes(packets[0][4:8], "little") == 1000 + settling * period_us


@pytest.mark.slow
@needs_both_compilers
def test_an_interrupt_that_the_sketch_was_too_late_for_skips_a_number() -> None:
    with Sensor([str(sketch())]) as board:
        for line in ("connect", "mtu 247", "control 1", "imu 1", "command 01"):
            board.ask(line)
        answers = [
            board.ask(f"{'missed' if at == 7 else 'sample'} {200_000 + at * 9615} 0 0 4096 0 0 0")
            for at in range(20)
        ]
    packets = [bytes.fromhex(line[4:]) for answer in answers for line in answer]

    # Two samples came after the first packet; the third was lost with its number.
    assert [(each[1], each[2]) for each in packets] == [(5, 0), (2, 1), (5, 3), (5, 4)]


def test_what_was_never_on_a_board_says_so() -> None:
    for source in (SKETCH, ZEPHYR / "src" / "main.c"):
        assert "NOBODY HAS RUN THIS ON A BOARD YET" in source.read_text(encoding="utf-8")


def test_the_files_of_the_reference_stand_in_its_page() -> None:
    page = notes.text_of("reference/README.md")
    for path in REFERENCE.rglob("*"):
        if path.is_file() and path.suffix in (".c", ".h", ".py", ".ino"):
            assert path.name in page, path


@needs_compiler
def test_the_registers_of_the_chip_are_those_of_its_data_sheet(tmp_path: Path) -> None:
    """Rate in bits 4 to 7, range in bits 2 and 3; the order of the ranges is the chip's own."""
    program = tmp_path / "registers"
    source = tmp_path / "registers.c"
    source.write_text(
        '#include "lsm6ds3.h"\n#include <stdio.h>\n'
        "int main(void) {\n"
        "  size_t r, a, g;\n"
        "  for (r = 0; r < 3; r++) for (a = 0; a < 4; a++) for (g = 0; g < 5; g++) {\n"
        "    hip_settings s = {lsm6ds3_rates_hz[r], &lsm6ds3_acc[a],"
        " g < 4 ? &lsm6ds3_gyro[g] : NULL};\n"
        '    printf("%u %u %u %02x %02x %02x\\n", s.rate_hz, s.acc->range,'
        " s.gyro ? s.gyro->range : 0, lsm6ds3_ctrl1_xl(&s), lsm6ds3_ctrl2_g(&s),"
        " lsm6ds3_int1_ctrl(&s));\n"
        "  }\n  (void)lsm6ds3_chip; (void)lsm6ds3_unpack;\n  return 0;\n}\n",
        encoding="ascii",
    )
    compiled([source], "-std=c99", *STRICT, f"-I{REFERENCE}", "-o", str(program))
    out = subprocess.run([program], capture_output=True, encoding="ascii", check=True).stdout

    rates = {26: 0x20, 52: 0x30, 104: 0x40}
    acc = {2: 0x0, 4: 0x8, 8: 0xC, 16: 0x4}
    gyro = {250: 0x0, 500: 0x4, 1000: 0x8, 2000: 0xC}
    lines = [line.split() for line in out.splitlines()]
    assert len(lines) == 3 * 4 * 5
    for rate_hz, acc_g, gyro_dps, *registers in lines:
        rate = rates[int(rate_hz)]
        off = gyro_dps == "0"
        assert [int(each, 16) for each in registers] == [
            rate | acc[int(acc_g)],
            0 if off else rate | gyro[int(gyro_dps)],
            1 if off else 2,
        ]


# ---- the set for playback ----


def recorded_set() -> NDArray[np.int16]:
    rows = re.findall(r"^\{([-\d,]+)\},$", SET.read_text(encoding="utf-8"), re.M)
    return np.array([row.split(",") for row in rows], dtype=np.int16)


def defined(name: str) -> int:
    found = re.search(rf"^#define {name} (\d+)$", SET.read_text(encoding="utf-8"), re.M)
    assert found is not None
    return int(found.group(1))


@pytest.mark.slow
@pytest.mark.byte_exact
def test_the_set_is_what_its_script_makes() -> None:
    made = subprocess.run(
        [sys.executable, REFERENCE / "make_set.py", "-"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert made.stdout == SET.read_text(encoding="utf-8")


@pytest.mark.slow
@needs_compiler
def test_every_rep_of_the_set_is_counted_from_the_packets_of_the_reference() -> None:
    """From raw counts through the C code and the decoder to reps, twice in a loop."""
    rows = np.vstack([recorded_set()] * 2)
    assert len(rows) == 2 * defined("HIP_SET_SAMPLES")
    rate_hz, reps = defined("HIP_SET_RATE_HZ"), defined("HIP_SET_REPS")
    times_us = [at * 1_000_000 // rate_hz for at in range(len(rows))]
    lines = [
        "connect",
        "mtu 247",
        "control 1",
        "imu 1",
        f"request {ProfileConfig().request().hex()}",
    ]
    lines += ["read", "command 01"]
    lines += [
        f"sample {at_us} {' '.join(map(str, row))}"
        for at_us, row in zip(times_us, rows.tolist(), strict=True)
    ]
    answers = played(LSM6DS3, lines)
    packets = [line[4:] for answer in answers for line in answer if line.startswith("imu ")]

    engine = build_engine(SessionInfo(sensor="profile"))
    state = SessionState()
    state.accept(engine.feed_many([Notification(0, CONFIG_UUID, bytes.fromhex(answers[5][0]))]))
    for number, packet in enumerate(packets):
        arrived_ns = ns_from_s((number + 1) * 5 / rate_hz)
        notification = Notification(arrived_ns, IMU_UUID, bytes.fromhex(packet))
        state.accept(engine.feed_many([notification]))
    state.accept(engine.finish())

    assert [each.counted for each in state.sets] == [reps, reps]
    assert (state.faults, state.gaps) == ({}, ())
