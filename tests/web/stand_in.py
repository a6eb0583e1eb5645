"""A command that draws to pipes as Textual does: it shows its size, then whatever it is sent."""

from __future__ import annotations

import sys
from typing import Final

SCRIPT: Final = r"""
import os, signal, sys

def packet(kind, payload):
    sys.stdout.buffer.write(kind + len(payload).to_bytes(4, "big") + payload)
    sys.stdout.buffer.flush()

def over(*_):
    packet(b"M", b'{"type": "exit"}')
    os.write(1, b"2 sets, 9 reps\n")
    os._exit(0)

signal.signal(signal.SIGTERM, over)
print("looking for a sensor", file=sys.stderr, flush=True)
print("a line before the screen", flush=True)
if "broken" in sys.argv:
    sys.exit("tracker: no sensor.\nCharge it.")
sys.stdout.buffer.write(b"__GANGLION__\n")
packet(b"M", b'{"type": "something else"}')
packet(b"P", b"packed")
packet(b"D", b"pid %d %s %s|" % (
    os.getpid(), os.environ["COLUMNS"].encode(), os.environ["ROWS"].encode()))
read = sys.stdin.buffer.read
while kind := read(1):
    payload = read(int.from_bytes(read(4), "big"))
    if payload == b"q":
        over()
    if payload == b"!":
        print("Traceback\ntracker: it broke.\nMend it.", file=sys.stderr)
        sys.exit(3)
    if payload == b"flood":
        payload = bytes(3_000_000)
    packet(b"D", kind + payload + b"|")
over()
"""

COMMAND: Final = (sys.executable, "-c", SCRIPT)
BROKEN: Final = (*COMMAND, "broken")
