from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, WSMsgType

from tracker.cli.exits import ExitCode
from tracker.cli.serve import ServeTarget, qr_code, serve_target
from tracker.domain import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Tracker = Callable[..., Any]
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What would be served."""
    calls: list[tuple[Any, ...]] = []

    def serve_until_interrupted(
        command: tuple[str, ...],
        target: Any,
        port: int,
        *,
        tls: bool,
        unseen_s: float,
        interrupted: object,
    ) -> None:
        assert not tls
        calls.append((command, target.host, port, unseen_s))

    monkeypatch.setattr("tracker.cli.serve.serve_until_interrupted", serve_until_interrupted)
    return calls


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], (("train",), "127.0.0.1", 8000, 900.0)),
        (["--", "--no-sound"], (("train", "--no-sound"), "127.0.0.1", 8000, 900.0)),
        (["--demo"], (("demo",), "127.0.0.1", 8000, 900.0)),
        (["--sensor", "sim"], (("train", "--sensor", "sim"), "127.0.0.1", 8000, 900.0)),
        (["--lan", "--demo", "--port", "0"], (("demo",), "0.0.0.0", 0, 900.0)),
        (["--host", "::1", "--demo", "--unseen", "2"], (("demo",), "::1", 8000, 120.0)),
        (
            ["--lan", "--host", "192.168.1.5", "--demo", "--", "--seed", "3"],
            (("demo", "--seed", "3"), "192.168.1.5", 8000, 900.0),
        ),
        (
            ["--sensor", "AA:BB:CC:DD:EE:FF", "--", "--exercise", "glute_bridge"],
            (
                ("train", "--sensor", "AA:BB:CC:DD:EE:FF", "--exercise", "glute_bridge"),
                "127.0.0.1",
                8000,
                900.0,
            ),
        ),
    ],
)
def test_what_is_served_where(
    tracker: Tracker,
    served: list[tuple[Any, ...]],
    arguments: list[str],
    expected: tuple[Any, ...],
) -> None:
    outcome = tracker("serve", *arguments)
    assert outcome.code == ExitCode.OK, outcome.err
    assert served == [expected]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--host", "0.0.0.0", "--demo"], ExitCode.USAGE_OR_INPUT, "--lan"),
        (["--demo", "--sensor", "sim"], ExitCode.USAGE_OR_INPUT, "simulates"),
        (["--demo", "--port", "65536"], ExitCode.USAGE_OR_INPUT, "65536"),
        (["--demo", "--unseen", "0"], ExitCode.USAGE_OR_INPUT, "above 0"),
        (["--demo", "--", "--bogus"], ExitCode.USAGE_OR_INPUT, "--bogus"),
        (["--demo", "--", "--headless"], ExitCode.USAGE_OR_INPUT, "no screen"),
        (["--sensor", "sim", "--", "--exercise", "curl"], ExitCode.USAGE_OR_INPUT, "curl"),
        (["--", "--seconds", "60"], ExitCode.NO_SENSOR, "none is paired"),
        (["--", "--kind", "witmotion"], ExitCode.NO_SENSOR, "none is paired"),
        (["--sensor", ""], ExitCode.USAGE_OR_INPUT, "tracker scan"),
    ],
)
def test_what_every_visit_would_fail_with_is_said_at_once(
    tracker: Tracker,
    served: list[tuple[Any, ...]],
    arguments: list[str],
    code: ExitCode,
    message: str,
) -> None:
    outcome = tracker("serve", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in outcome.err
    assert "Traceback" not in outcome.err
    assert served == []


def test_a_configuration_that_no_visit_could_read_is_said_at_once(
    tracker: Tracker, served: list[tuple[Any, ...]], home: Path
) -> None:
    (home / "config").mkdir()
    (home / "config" / "config.toml").write_text("[sensor", encoding="utf-8")
    outcome = tracker("serve")
    assert (outcome.code, outcome.out) == (ExitCode.USAGE_OR_INPUT, "")
    assert "config.toml" in outcome.err
    assert served == []


def test_where_it_is_heard_is_said(tracker: Tracker) -> None:
    assert "comes from this computer" in " ".join(tracker("serve", "--help").out.split())


@pytest.mark.parametrize("package", ["aiohttp", "textual_serve", "segno"])
def test_a_package_that_is_not_installed_is_named_with_how_to_install_it(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    for name in list(sys.modules):
        if name.startswith("tracker.web"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    outcome = tracker("serve", "--demo")
    assert outcome.code == ExitCode.USAGE_OR_INPUT
    assert package in outcome.err
    assert 'pip install "hip-thrust-tracker[serve]"' in outcome.err


def test_other_modules_that_are_missing_are_defects(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tracker.web", None)
    with pytest.raises(ModuleNotFoundError):
        tracker("serve", "--demo")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    call = [sys.executable, "-m", "tracker", "serve", "--port", "0", "--sensor", "sim"]
    process = subprocess.Popen(
        call,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "TRACKER_HOME": str(tmp_path)},
    )
    with process:
        yield process
        process.kill()


@pytest.mark.posix("a process cannot be sent Ctrl-C there")
def test_the_link_that_is_printed_works_and_stdout_stays_empty(
    server: subprocess.Popen[str],
) -> None:
    assert server.stderr is not None
    first = server.stderr.readline()
    assert first.startswith("the training screen is at http://127.0.0.1:")
    link = first.split()[-1]
    with urllib.request.urlopen(link) as answer:
        assert b"textual-terminal" in answer.read()
    with (
        pytest.raises(urllib.error.HTTPError, match="403"),
        urllib.request.urlopen(link[:-2] + "/") as answer,
    ):
        answer.read()
    server.send_signal(signal.SIGINT)
    out, err = server.communicate(timeout=60)
    assert (server.returncode, out) == (4, "")
    assert "Traceback" not in err
    assert err.endswith("tracker: interrupted.\n")


@pytest.mark.slow
def test_it_goes_on_when_nobody_reads_what_it_says(server: subprocess.Popen[str]) -> None:
    assert server.stderr is not None
    link = server.stderr.readline().split()[-1]
    server.stderr.close()

    async def visit_and_quit() -> str:
        # The training says where it records to, and the server that the screen is gone.
        async with ClientSession() as client:
            async with client.ws_connect(f"{link}show/me") as socket:
                while (await socket.receive()).type != WSMsgType.BINARY:
                    pass
            async with client.ws_connect(f"{link}show/me") as socket:
                asked = False
                async for message in socket:
                    # A whole picture: keys are heard by now.
                    if not asked and message.type == WSMsgType.BINARY and len(message.data) > 500:
                        await socket.send_json(["stdin", "q"])
                        asked = True
                    if message.type == WSMsgType.TEXT and '"closed"' in message.data:
                        return str(message.data)
        return ""

    assert "The training is over" in asyncio.run(visit_and_quit())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_computer_alone_needs_no_leave(host: str) -> None:
    assert serve_target(host, lan=False) == ServeTarget(host, host, shared=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "bench.example"])
def test_others_are_let_in_only_if_somebody_says_so(host: str) -> None:
    with pytest.raises(TrackerError, match="other devices") as refused:
        serve_target(host, lan=False)
    assert "--lan" in str(refused.value.advice)
    assert serve_target(host, lan=True).shared


def test_the_link_names_an_address_that_a_phone_can_open() -> None:
    assert serve_target("192.168.1.5", lan=True).name == "192.168.1.5"
    assert serve_target("0.0.0.0", lan=True).name not in ("0.0.0.0", "::", "")


def test_the_code_for_a_camera_is_a_square_of_half_blocks() -> None:
    lines = qr_code("http://192.168.178.100:8000/abcdefghijklmnopqrstuv/").splitlines()
    plain = [line for line in lines if set(line) & set("█▀▄ ")]
    assert len({len(line) for line in plain}) == 1
    assert abs(len(plain[0]) - 2 * len(plain)) <= 1
    # A small terminal shows it whole.
    assert len(plain) < 24
