"""One page in the system's own Chromium, with what it asks for and what it complains about."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import sync_playwright

from tests.web.chromium import ARGUMENTS, PATIENCE_MS, PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page as BrowserPage


class Page:
    """One page in one browser."""

    def __init__(self, page: BrowserPage) -> None:
        self._page = page
        self._devtools = page.context.new_cdp_session(page)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call what the browser offers to tools for developers."""
        answer: dict[str, Any] = self._devtools.send(method, params)
        return answer

    def open(self, path: Path, width: int, *, scheme: str = "light", phone: bool = True) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        self.call(
            "Emulation.setEmulatedMedia",
            media="",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self._page.goto(path.as_uri())

    def value(self, expression: str) -> Any:
        return self._page.evaluate(expression)

    def pdf(self, paper: str = "A4") -> bytes:
        return self._page.pdf(format=paper, prefer_css_page_size=True, print_background=True)


@contextmanager
def browser() -> Iterator[Page]:
    """Start a browser without a window, and end it."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=PROGRAM, headless=True, args=[*ARGUMENTS, "--disable-dev-shm-usage"]
        )
        try:
            context = started.new_context(no_viewport=True)
            context.set_default_timeout(PATIENCE_MS)
            yield Page(context.new_page())
        finally:
            started.close()
