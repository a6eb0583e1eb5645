"""A look at a sensor before it is trained with: it connects, and shows what the sensor sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from tracker.ble import Severity, findings
from tracker.domain import TrackerError
from tracker.runtime.wording import number
from tracker.tui.widgets.acc_trace import AccTrace

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tracker.ble import Checkup
    from tracker.runtime.devices import Device
    from tracker.runtime.live_check import LiveCheck
    from tracker.runtime.studio import Studio
    from tracker.tui.app import TrackerApp

LOOKS_PER_S: Final = 10.0
"""Enough to see a hand move the sensor."""

JUDGED_AFTER_S: Final = 3.0
"""A verdict takes a still second, and a while until one lies it down."""

_SIGNS: Final = {Severity.GOOD: "✓", Severity.REMARK: "·", Severity.PROBLEM: "!"}
_STYLES: Final = {Severity.GOOD: "$text-success", Severity.REMARK: "", Severity.PROBLEM: "bold"}


def flow_text(checkup: Checkup) -> str:
    """Return what flows, in a line."""
    charge = checkup.battery_percent
    return "   ".join(
        [
            number(checkup.rate_hz, 1, " Hz"),
            "gyroscope yes" if checkup.has_gyroscope else "gyroscope no",
            f"battery {number(charge, 0, ' %')}",
            f"lost {checkup.lost}",
        ]
    )


class CheckScreen(Screen[None]):
    """Connects, draws the acceleration as it comes, and says what is to be said about it."""

    app: TrackerApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "use", "Train with it"),
        Binding("r", "retry", "Try again"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, studio: Studio, device: Device) -> None:
        super().__init__()
        self._studio = studio
        self._device = device
        self._check: LiveCheck | None = None
        self._trouble: str | None = None

    def compose(self) -> ComposeResult:
        """Put the trace between what flows and what is to be said."""
        yield Static(f"Check {self._device.name}", id="title")
        yield Static(id="state")
        yield AccTrace()
        yield Static(id="findings")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Connect, and look."""
        self.set_interval(1.0 / LOOKS_PER_S, self.look)
        self.action_retry()

    async def _watch(self) -> None:
        try:
            async with self._studio.checking(self._device) as (check, device):
                self._check, self._device = check, device
                self.refresh_bindings()
                await check.ended.wait()
        except TrackerError as error:
            self._trouble = str(error)
        else:
            self._trouble = "The sensor stopped sending. Bring it near and try again."
        self._check = None
        self.refresh_bindings()
        self.look()

    def look(self) -> None:
        """Show what has come so far."""
        state, said = self.query_one("#state", Static), self.query_one("#findings", Static)
        state.set_class(self._trouble is not None, "-alarm")
        check = self._check
        if check is None:
            state.update(self._trouble or f"Connecting to {self._device.name} … bring it near")
            said.update("")
            return
        checkup = check.checkup
        state.update(flow_text(checkup) if checkup.samples else "Connected, waiting for data …")
        self.query_one(AccTrace).show(*check.trace())
        if check.seconds < JUDGED_AFTER_S:
            said.update("Lay it down for a moment, then move it: the line follows.")
            return
        lines = (
            Content.styled(f"{_SIGNS[each.severity]} {each.text}", _STYLES[each.severity])
            for each in findings(checkup)
        )
        said.update(Content("\n").join(lines))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done now."""
        if action == "use":
            return self._check is not None
        if action == "retry":
            return self._trouble is not None
        return True

    def action_use(self) -> None:
        """Train with it, unless what it sends cannot be trusted."""
        check = self._check
        if check is None:
            return
        problems = [
            each.text for each in findings(check.checkup) if each.severity is Severity.PROBLEM
        ]
        if problems and check.seconds >= JUDGED_AFTER_S:
            self.notify("\n".join(problems), severity="error", timeout=8.0)
            return
        try:
            self._studio.remember_sensor(self._device)
        except TrackerError as error:
            self.notify(str(error), severity="warning", timeout=8.0)
        self.app.set_up(self._device)

    def action_retry(self) -> None:
        """Connect again."""
        self._trouble = None
        self.refresh_bindings()
        self.run_worker(self._watch(), group="check", exclusive=True)

    def action_back(self) -> None:
        """Go back to the list."""
        self.app.pop_screen()
