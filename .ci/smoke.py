"""Try an installed tracker on any system: `python smoke.py [--with-serve] TRACKER`.

TRACKER is the installed program; its home is a temporary folder with a space and an umlaut in its
name. This script needs the standard library alone and nothing from the checkout. Without
`--with-serve` or `--without-serve`, `tracker serve` may either work or say how to install it.
"""

from __future__ import annotations

import argparse
import base64
import csv
import http.client
import io
import json
import os
import queue
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COMMAND_S = 300.0
"""How long a command may take, s: the first start on a cold machine compiles SciPy."""

SCREEN_S = 120.0
"""How long the screen may take to appear, and to say farewell, s."""

EXIT_OK, EXIT_USAGE, EXIT_NO_SENSOR, EXIT_INTERRUPTED = 0, 2, 3, 4
COUNTED = re.compile(r"rep +1 .* up .* hold ")


class Failed(Exception):
    """What an installed tracker should have done."""


def expect(condition: object, wanted: str, got: object) -> None:
    """Raise `Failed` unless the condition holds."""
    if not condition:
        raise Failed(f"expected {wanted}, got:\n{got}")


class Program:
    """The installed program, at home in a folder of its own."""

    def __init__(self, path: str, home: Path) -> None:
        self.path = path
        # Whatever the system speaks: the words below are English.
        self.environment = {**os.environ, "TRACKER_HOME": str(home), "LANGUAGE": "en"}
        self.folder = home.parent

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command that Ctrl-C, or Ctrl-Break on Windows, can end alone."""
        return subprocess.Popen(
            [self.path, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=self.folder,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def run(self, *arguments: str, codes: Sequence[int] = (EXIT_OK,)) -> tuple[str, str]:
        """Run a command to its end and return stdout and stderr; none may hold a traceback."""
        done = subprocess.run(
            [self.path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=self.environment,
            cwd=self.folder,
            timeout=COMMAND_S,
            check=False,
        )
        out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        told = f"exit code {done.returncode}\n{out}\n{err}"
        expect(done.returncode in codes, f"exit code {' or '.join(map(str, codes))}", told)
        expect("Traceback" not in err, "no traceback", told)
        return out, err


def try_version(program: Program) -> str:
    """The version is the one of the package, and the help lists the commands."""
    out, _ = program.run("--version")
    expect(re.fullmatch(r"tracker \d+\.\d+\S*", out.strip()), "a version", out)
    listed, _ = program.run("--help")
    expect("  train " in listed and "  doctor " in listed, "the commands", listed)
    return out.strip()


def try_languages(program: Program) -> str:
    """Expect help in another language, which an installation has to bring along."""
    for code, begins in (("de", "Aufruf:"), ("es", "Uso:"), ("en", "Usage:")):
        program.run("config", "language", code)
        out, _ = program.run("--help")
        expect(out.startswith(begins), f"{begins} first", out)
    return "help in German and Spanish"


def try_demo(program: Program) -> str:
    """The demo without a screen counts a rep."""
    out, _ = program.run("demo", "--headless", "--seconds", "20")
    expect(COUNTED.search(out), "a first rep", out)
    return out.strip().splitlines()[-1]


def try_training(program: Program) -> str:
    """A simulated training is recorded, logged and shown."""
    _, err = program.run(
        *("train", "--sensor", "sim", "--headless", "--seconds", "40", "--speed", "max")
    )
    expect("logged as session 1" in err, "a session in the log", err)
    shown, _ = program.run("show", "1")
    expect("hip_thrust" in shown or "hip thrust" in shown.lower(), "the session", shown)
    recordings = list(Path(program.environment["TRACKER_HOME"]).rglob("*.arrows"))
    expect(len(recordings) == 1, "one recording", recordings)
    return recordings[0].name


def try_export(program: Program) -> str:
    """An export goes to stdout, and nothing else does."""
    out, _ = program.run("export", "last", "--format", "csv", "-o", "-")
    rows = list(csv.DictReader(io.StringIO(out)))
    expect(len(rows) >= 3 and all(row["exercise"] == "hip_thrust" for row in rows), "reps", out)
    return f"{len(rows)} reps"


def try_analysis(program: Program) -> str:
    """Two recordings are analysed by two processes, with the same result for the same bytes."""
    (recording,) = Path(program.environment["TRACKER_HOME"]).rglob("*.arrows")
    copy = program.folder / "copy ü.arrows"
    copy.write_bytes(recording.read_bytes())
    out, _ = program.run("analyze", str(recording), str(copy), "--jobs", "2", "--format", "json")
    first, second = json.loads(out)
    expect(first["sets"], "a set", out)
    expect(first["sets"] == second["sets"], "the same sets twice", out)
    return f"{len(first['sets'])} set in each of two files"


def try_doctor(program: Program) -> str:
    """The doctor ends by itself, with or without a radio."""
    out, _ = program.run("doctor", codes=(EXIT_OK, EXIT_NO_SENSOR))
    expect("versions" in out and "training log" in out, "its findings", out)
    return f"{sum(line.startswith('!!') for line in out.splitlines())} findings"


def try_serve(program: Program) -> str:
    """The demo's screen comes through a websocket, and says farewell after q."""
    server = program.start("serve", "--demo", "--port", "0")
    lines = Lines(server)
    try:
        link = lines.until(r"(http://\S+)")
        if link is None:
            expect("hip-thrust-tracker[serve]" in lines.text(), "a link or a hint", lines.text())
            expect(server.wait(COMMAND_S) == EXIT_USAGE, "exit code 2", server.returncode)
            return "not installed"
        page = answer(link)
        expect("<html" in page.lower(), "a page", page)
        title = watch(link)
        # Ctrl-Break is the only one of the two that reaches a single program on Windows.
        server.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
        code = server.wait(SCREEN_S)
        expect(code == EXIT_INTERRUPTED, "exit code 4", f"{code}\n{lines.text()}")
    finally:
        server.kill()
        server.wait()
    expect("Traceback" not in lines.text(), "no traceback", lines.text())
    return title


class Lines:
    """What a process says on stderr, line by line, read in a thread: no system lacks those."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        self._said: list[str] = []
        self._coming: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(process.stderr,), daemon=True).start()

    def _read(self, stream: BinaryIO) -> None:
        for line in stream:
            text = line.decode("utf-8", "replace").rstrip()
            self._said.append(text)
            self._coming.put(text)
        self._coming.put(None)

    def until(self, pattern: str) -> str | None:
        """Return the first match; None if the process ended without."""
        while (line := self._coming.get(timeout=COMMAND_S)) is not None:
            if match := re.search(pattern, line):
                return match[1]
        return None

    def text(self) -> str:
        """Return everything so far."""
        return "\n".join(self._said)


def answer(link: str) -> str:
    """Return the page at a link, asked for as a program does."""
    parts = urlsplit(link)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=SCREEN_S)
    connection.putrequest("GET", parts.path)
    connection.endheaders()
    response = connection.getresponse()
    page = response.read().decode("utf-8", "replace")
    connection.close()
    expect(response.status == 200, "status 200", f"{response.status}\n{page}")
    return page


def watch(link: str) -> str:
    """Look at the screen, press q, and return the title of the farewell."""
    parts = urlsplit(link)
    with socket.create_connection((parts.hostname, parts.port), timeout=SCREEN_S) as connection:
        shake_hands(connection, parts.netloc, f"{parts.path}show/smoke?width=90&height=30")
        drawn = b""
        pressed = False
        for kind, payload in messages(connection):
            if kind == 2:
                drawn += payload
                if not pressed and len(drawn) > 2000:
                    pressed = True
                    connection.sendall(frame(1, json.dumps(["stdin", "q"]).encode()))
            elif kind == 1:
                what, content = json.loads(payload)
                if what == "closed":
                    expect(pressed, "a picture before the farewell", content)
                    expect(content["title"] == "The training is over", "a farewell", content)
                    return str(content["title"])
    raise Failed(f"the screen ended without a farewell, after {len(drawn)} bytes of picture")


def shake_hands(connection: socket.socket, host: str, path: str) -> None:
    """Turn a connection into a websocket (RFC 6455)."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    connection.sendall(request.encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += exactly(connection, 1)
    expect(head.split(b" ")[1] == b"101", "a websocket", head)


def messages(connection: socket.socket) -> Iterator[tuple[int, bytes]]:
    """Yield each frame of a server as opcode and payload until it closes; answer its pings."""
    deadline = time.monotonic() + SCREEN_S
    while time.monotonic() < deadline:
        head, length = exactly(connection, 2)
        if length == 126:
            length = int.from_bytes(exactly(connection, 2), "big")
        elif length == 127:
            length = int.from_bytes(exactly(connection, 8), "big")
        payload = exactly(connection, length)
        expect(head & 0xF0 == 0x80, "whole, uncompressed frames", hex(head))
        match head & 0x0F:
            case 8:
                return
            case 9:
                connection.sendall(frame(10, payload))
            case kind:
                yield kind, payload
    raise Failed(f"no farewell within {SCREEN_S:g} s")


def exactly(connection: socket.socket, length: int) -> bytes:
    """Return so many bytes."""
    received = b""
    while len(received) < length:
        more = connection.recv(length - len(received))
        expect(more, "more bytes of the websocket", "its end")
        received += more
    return received


def frame(kind: int, payload: bytes) -> bytes:
    """Return a frame of a client, whose mask may be zero; at most 125 bytes."""
    return bytes((0x80 | kind, 0x80 | len(payload), 0, 0, 0, 0)) + payload


def installed(given: Path) -> str:
    """Return the program, which may be given by the folder of its environment."""
    places = [given, given / "bin" / "tracker", given / "Scripts" / "tracker.exe"]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        sys.exit(f"There is no program at {given}.")
    # Not resolved: a link into an environment is how it is found there.
    return os.path.abspath(found)


STEPS = (
    try_version,
    try_languages,
    try_demo,
    try_training,
    try_export,
    try_analysis,
    try_serve,
    try_doctor,
)


def main() -> int:
    """Try everything, and return 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tracker", help="the installed program, or its environment's folder")
    extra = parser.add_mutually_exclusive_group()
    extra.add_argument("--with-serve", action="store_true", help="the extra must be there")
    extra.add_argument("--without-serve", action="store_true", help="it must not be there")
    options = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    failures = 0
    # A process that has just ended may hold a file for a moment longer on Windows.
    with tempfile.TemporaryDirectory(
        prefix="tracker smoke ü ", ignore_cleanup_errors=True
    ) as folder:
        program = Program(installed(Path(options.tracker)), Path(folder) / "home")
        program.folder.mkdir(exist_ok=True)
        for step in STEPS:
            begun = time.monotonic()
            name = step.__name__.removeprefix("try_")
            try:
                result = step(program)
                if step is try_serve:
                    missing = result == "not installed"
                    expect(not (options.with_serve and missing), "the extra serve", result)
                    expect(not (options.without_serve and not missing), "no extra serve", result)
            except (Failed, OSError, ValueError, queue.Empty, subprocess.TimeoutExpired) as error:
                failures += 1
                print(f"FAILED  {name}: {error}", flush=True)
            else:
                print(f"ok      {name:9} {result}  ({time.monotonic() - begun:.1f} s)", flush=True)
    print(f"{len(STEPS) - failures} of {len(STEPS)} on {sys.platform}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
