"""The system's own Chromium, as a phone would be, and what its terminal shows."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, Playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PROGRAM: Final = next((path for name in NAMES if (path := shutil.which(name))), None)
MISSING: Final = "Chromium is not installed (Debian, Ubuntu: apt-get install chromium)"

PATIENCE_MS: Final = 60_000
"""What has not come by then does not come."""

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# textual.js keeps its terminal to itself; whatever is called `terminal` and has a buffer is it.
SHOW_TERMINAL: Final = """
Object.defineProperty(Object.prototype, "terminal", {
  configurable: true,
  set(value) {
    if (value?.buffer) window.shownTerminal = value;
    Object.defineProperty(this, "terminal", { value, writable: true, configurable: true });
  },
});
"""

# So that a test can cut the connection.
SHOW_SOCKET: Final = """
window.WebSocket = class extends window.WebSocket {
  constructor(...where) {
    super(...where);
    window.shownSocket = this;
  }
};
"""

LINES: Final = """() => {
  const terminal = window.shownTerminal;
  if (!terminal) return [];
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, row) =>
    buffer.getLine(row)?.translateToString(true) ?? "");
}"""


@dataclass(frozen=True, slots=True)
class Device:
    """A screen to look at it."""

    width_px: int
    height_px: int
    density: int
    """Dots for each pixel, along one side."""


PHONE: Final = Device(390, 844, 3)
TURNED: Final = Device(844, 390, 3)
SMALL: Final = Device(360, 640, 1)
TABLET: Final = Device(820, 1180, 1)


class Phone:
    """One page in a browser of its own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        """Every address that was loaded from."""
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, link: str) -> None:
        """Go to the terminal at a link, and wait for the first picture."""
        self.page.goto(f"{link}terminal")
        self.page.wait_for_selector("body.-first-byte")

    def cut(self) -> None:
        """Lose the connection, as a phone does that falls asleep."""
        self.page.evaluate("() => { shownTerminal = null; shownSocket.close(); }")

    def lines(self) -> list[str]:
        """Return what the terminal shows."""
        lines = self.page.evaluate(LINES)
        assert isinstance(lines, list)
        return lines

    def wait_for_text(self, pattern: str) -> None:
        """Return once a line of the terminal matches."""
        shows = f"() => ({LINES})().some((line) => /{pattern}/.test(line))"
        try:
            self.page.wait_for_function(shows)
        except Exception as error:
            error.add_note("\n".join(self.lines()))
            raise

    def cells(self) -> tuple[int, int]:
        """Return the columns and lines of the terminal."""
        size = self.page.evaluate("() => [shownTerminal.cols, shownTerminal.rows]")
        return size[0], size[1]

    def press(self, *keys: str) -> None:
        """Press keys by their names in a browser, once the terminal hears them."""
        self.page.locator(".xterm-helper-textarea").focus()
        for key in keys:
            self.page.keyboard.press(key)

    def tap(self, word: str) -> None:
        """Tap on a word that the terminal shows."""
        lines = self.lines()
        row = next(row for row, line in enumerate(lines) if word in line)
        column = lines[row].index(word) + len(word) / 2
        box = self.page.locator(".xterm-screen").bounding_box()
        assert box is not None
        columns, rows = self.cells()
        self.page.touchscreen.tap(
            box["x"] + column * box["width"] / columns,
            box["y"] + (row + 0.5) * box["height"] / rows,
        )

    def word(self) -> str:
        """Return what is said over the terminal, once something is."""
        return self.page.locator("#word:not([hidden])").inner_text()

    def picture(self) -> bytes:
        """Return the screen as a PNG."""
        return self.page.screenshot()


@contextmanager
def phone_of(playwright: Playwright, folder: Path, device: Device) -> Iterator[Phone]:
    """Give a phone with nothing kept from before."""
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=PROGRAM,
        headless=True,
        # Emulated alone, a canvas is drawn with one dot a pixel.
        args=[*ARGUMENTS, f"--force-device-scale-factor={device.density}"],
        viewport={"width": device.width_px, "height": device.height_px},
        device_scale_factor=device.density,
        is_mobile=True,
        has_touch=True,
    )
    try:
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(SHOW_TERMINAL + SHOW_SOCKET)
        yield Phone(context.pages[0])
    finally:
        context.close()
