"""How people get the program: its wheel alone, a container, and the rights on Linux."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from tracker.ble.backend import sensor_error
from tracker.cli.doctor import system_bus
from tracker.cli.serve import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
CONTAINERFILE = ROOT / "Containerfile"
PAGE = (ROOT / "docs" / "linux.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
UV = shutil.which("uv", path=f"{ROOT / '.venv-tools' / 'bin'}{os.pathsep}{os.environ['PATH']}")

NOBODY = 10001
"""The user of the image."""


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the container file, each with its words on one line."""
    text = CONTAINERFILE.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name, words.strip()) for name, _, words in (line.partition(" ") for line in joined)]


def words_of(name: str) -> list[str]:
    return [words for each, words in instructions() if each == name]


def copied() -> list[str]:
    """Return what is copied out of the checkout."""
    named = (words.split()[:-1] for words in words_of("COPY") if not words.startswith("--from"))
    return [name for names in named for name in names]


def test_what_to_install_is_quoted_as_cmd_understands_it_too() -> None:
    """To cmd, an apostrophe is a part of the name."""
    texts = [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "src").rglob("*.py"),
    ]
    assert [path.name for path in texts if re.search(r"install '", path.read_text("utf-8"))] == []


# --- the container file -------------------------------------------------------------------------


def test_the_container_file_has_no_flaw_that_a_linter_knows() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if linter is None:
        pytest.skip("hadolint is not installed")
    done = subprocess.run([linter, CONTAINERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular_and_keeps_what_lasts_in_one_place() -> None:
    assert words_of("USER") == [f"{NOBODY}:{NOBODY}"]
    names = [name for name, _ in instructions()]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name == "RUN")
    (volume,) = (json.loads(words) for words in words_of("VOLUME"))
    home = re.search(r"TRACKER_HOME=(\S+)", " ".join(words_of("ENV")))
    assert home is not None
    assert volume == [home[1]]


def test_the_image_starts_the_program_that_the_wheel_installs() -> None:
    (program,) = json.loads(*words_of("ENTRYPOINT"))
    assert program in PROJECT["project"]["scripts"]
    (port,) = (each.default for each in serve.params if each.name == "port")
    assert words_of("EXPOSE") == [str(port)]
    assert words_of("STOPSIGNAL") == ["SIGINT"]


def test_both_stages_have_the_same_base_of_a_python_that_is_supported() -> None:
    first, second = (words.split()[0] for words in words_of("FROM"))
    assert first == second
    ((name, default),) = (words.split("=") for words in words_of("ARG"))
    assert f"${{{name}}}" in first
    least = tuple(map(int, re.findall(r"\d+", PROJECT["project"]["requires-python"])[:2]))
    assert tuple(map(int, default.split("."))) >= least
    # The build backend and what runs it are of one version.
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    versions = re.search(r"^UV_RANGE := (\S+)", makefile, re.M)
    assert versions is not None
    assert f'"{versions[1]}"' in " ".join(words_of("RUN"))


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    patterns = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    for name in copied():
        assert (ROOT / name).exists(), name
        kept = True
        for pattern in patterns:
            if pattern and not pattern.startswith("#"):
                excluded = not pattern.startswith("!")
                kept = not excluded if fnmatch(name, pattern.removeprefix("!")) else kept
        assert kept, f"{name} is left out by .containerignore"


# --- the wheel alone ----------------------------------------------------------------------------


needs_uv = pytest.mark.skipif(UV is None, reason="uv is not installed")


def bare(home: Path) -> dict[str, str]:
    """Return the environment of somebody who has nothing: only the way to the package index."""
    kept = ("UV_", "PIP_", "SSL_", "HTTP", "http", "NO_PROXY", "no_proxy")
    ours = {name: text for name, text in os.environ.items() if name.startswith(kept)}
    cache = subprocess.run([str(UV), "cache", "dir"], capture_output=True, text=True, check=True)
    return ours | {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "TRACKER_HOME": str(home / "tracker"),
        "UV_CACHE_DIR": cache.stdout.strip(),
        "UV_PYTHON_DOWNLOADS": "never",
    }


def uv(*arguments: str, folder: Path) -> None:
    line = [str(UV), *arguments, "--quiet"]
    # As in a builder: others may read what is installed.
    subprocess.run(line, cwd=folder, env=bare(folder), check=True, timeout=500, umask=0o022)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as the image builds it: from what the container file copies alone."""
    folder = tmp_path_factory.mktemp("build")
    for name in copied():
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    build = ["build", "--wheel", "--out-dir", "dist"]
    export = ["export", "--locked", "--no-default-groups", "--extra", "serve", "--no-emit-project"]
    for line in (build, [*export, "-o", "runtime.txt"]):
        uv(*line, "--python", sys.executable, folder=folder)
    (found,) = (folder / "dist").glob("*.whl")
    return found


@pytest.mark.slow
@pytest.mark.posix("the path is that of a POSIX system")
@pytest.mark.timeout(600)
@needs_uv
def test_the_wheel_alone_starts_the_demo(wheel: Path, tmp_path: Path) -> None:
    """`uvx hip-thrust-tracker demo`, with this wheel in place of the package index's."""
    uvx = Path(str(UV)).with_name("uvx")
    line: list[Any] = [uvx, "--quiet", "--isolated", "--python", sys.executable]
    line += ["-c", wheel.parents[1] / "runtime.txt", "--from", wheel, "hip-thrust-tracker"]
    line += ["demo", "--headless", "--seconds", "20"]
    done = subprocess.run(
        line, cwd=tmp_path, env=bare(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"rep +1 .* up .* hold ", done.stdout)


def another_user() -> tuple[dict[str, Any], str]:
    """Return how to run as the image's user, and a Python which that one may run.

    As ourselves, if we may not become anybody else or there is no such Python.
    """
    user: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    asks = "import sys; sys.exit(sys.version_info < (3, 11))"
    for python in (sys.executable, "/usr/bin/python3") if os.geteuid() == 0 else ():
        try:
            subprocess.run([os.path.realpath(python), "-c", asks], cwd="/", check=True, **user)
        except (OSError, subprocess.SubprocessError):
            continue
        return user, python
    return {}, sys.executable


@pytest.mark.slow
@pytest.mark.posix("users have numbers there")
@pytest.mark.timeout(600)
@needs_uv
def test_what_the_image_holds_works_for_a_user_without_rights(wheel: Path, tmp_path: Path) -> None:
    """A batch and the demo, in the environment of the image, as its user where we may be it."""
    place = tmp_path / "opt"
    as_user, python = another_user()
    uv("venv", str(place), "--python", python, folder=tmp_path)
    constraints = str(wheel.parents[1] / "runtime.txt")
    install = ("pip", "install", "--python", str(place), "-c", constraints, f"{wheel}[serve]")
    uv(*install, folder=tmp_path)
    # Files come from a cache, with the rights that whoever filled it had.
    subprocess.run(["chmod", "-R", "go+rX", str(place)], check=True)
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    if as_user:
        # pytest closes its folders to others.
        for folder in (tmp_path, *tmp_path.parents):
            if folder.name.startswith(("test_", "popen-", "pytest-")):
                folder.chmod(folder.stat().st_mode | 0o011)
        os.chown(data, NOBODY, NOBODY)
    inside = {
        "PATH": f"{place / 'bin'}:/usr/bin:/bin",
        "TRACKER_HOME": str(data),
        "LANG": "C.UTF-8",
    }

    def run(*arguments: Any) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [place / "bin" / "tracker", *map(str, arguments)],
            cwd=data,
            env=inside,
            capture_output=True,
            text=True,
            check=False,
            **as_user,
        )
        assert done.returncode == 0, done.stderr
        return done

    recordings = data / "recordings"
    shutil.copytree(ROOT / "recordings", recordings, ignore=shutil.ignore_patterns("*.py", "*.md"))
    sessions = json.loads(run("analyze", recordings, "--format", "json").stdout)
    assert len(sessions) == 3
    assert all(each["sets"] for each in sessions)
    trained = run("train", "--sensor", "sim", "--headless", "--speed", "max", "--seconds", "40")
    assert "logged as session 1" in trained.stderr


# --- the page about rights ----------------------------------------------------------------------


def linux_messages() -> Iterator[str]:
    """Yield what the doctor can say of Bluetooth on Linux that somebody there can mend."""
    for bus in ({"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"},):
        check = system_bus(bus, "linux")
        assert check is not None
        yield check.text.replace("/nowhere", "/run/dbus/system_bus_socket")
    reasons = BleakBluetoothNotAvailableReason
    bonding = BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION
    for error in (
        BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["x"]),
        BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["x"]),
        BleakDBusError("org.bluez.Error.NotReady", ["x"]),
        BleakBluetoothNotAvailableError("x", reasons.NO_BLUETOOTH),
        BleakBluetoothNotAvailableError("x", reasons.POWERED_OFF),
        BleakGATTProtocolError(bonding),
        BleakBluetoothNotAvailableError("x", reasons.DENIED_BY_SYSTEM),
    ):
        yield sensor_error(error, "linux").message
    yield sensor_error(FileNotFoundError(2, "x"), "linux").message.partition(":")[0]


@pytest.mark.parametrize("message", list(linux_messages()))
def test_every_message_of_the_doctor_is_explained(message: str) -> None:
    said = [line.split(" | ")[0].removeprefix("| ") for line in PAGE.splitlines() if "|" in line]
    assert message in said


def test_what_the_doctor_advises_is_on_the_page() -> None:
    advised = " ".join(
        sensor_error(error, "linux").advice or ""
        for error in (
            BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["x"]),
            BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["x"]),
            BleakDBusError("org.bluez.Error.NotReady", ["x"]),
            FileNotFoundError(2, "x"),
        )
    )
    commands = re.findall(
        r"(?:sudo [\w ./-]+[\w]|bluetoothctl power on|rfkill unblock \w+)", advised
    )
    assert len(commands) >= 5
    for command in commands:
        assert command.split(" $")[0] in PAGE, command
