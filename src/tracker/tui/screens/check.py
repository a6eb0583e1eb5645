"""A look at a sensor before it is trained with: it connects, and shows what the sensor sends.

Between the set-up and the training: the sensor is being connected, or why it is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from tracker.app.text import number
from tracker.ble import Severity, diagnose
from tracker.domain import LinkState, TrackerError
from tracker.tui.widgets.traces import AccTrace

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.worker import Worker

    from tracker.app.devices import Device, LiveCheck
    from tracker.app.training import TrainingRequest, TrainingService
    from tracker.ble import SignalQuality
    from tracker.tui.app import TrackerApp

LOOKS_PER_S: Final = 10.0
"""Enough to see a hand move the sensor."""

JUDGED_AFTER_S: Final = 3.0
"""A verdict takes a still second, and a while until one lies it down."""

_BROKEN_LINKS: Final[dict[LinkState | None, str]] = {
    LinkState.STALLED: "No data from the sensor: is it switched on?",
    LinkState.LOST: "Sensor lost: bring it near.",
    LinkState.RECONNECTING: "Sensor lost, connecting again …",
    LinkState.GONE: "Sensor gone, still searching …",
}

_SIGNS: Final = {Severity.GOOD: "✓", Severity.REMARK: "·", Severity.PROBLEM: "!"}
_STYLES: Final = {Severity.GOOD: "$text-success", Severity.REMARK: "", Severity.PROBLEM: "bold"}


def flow_text(checkup: SignalQuality) -> str:
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

    def __init__(self, studio: TrainingService, device: Device) -> None:
        super().__init__()
        self._studio = studio
        self._device = device
        self._check: LiveCheck | None = None
        self._trouble: str | None = None
        self._hurried = False
        """Whether to go on as soon as the sensor is judged, and good."""

    def compose(self) -> ComposeResult:
        """Put the trace between what flows and what is to be said."""
        yield Static(Content(f"Check · {self._device.name}"), id="title")
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
        check = self._check
        broken = None if check is None else _BROKEN_LINKS.get(check.link)
        state.set_class(self._trouble is not None or broken is not None, "-alarm")
        if check is None:
            connecting = f"Connecting to {self._device.name} … bring it near"
            state.update(Content(connecting if self._trouble is None else f"! {self._trouble}"))
            said.update("")
            return
        checkup = check.checkup
        flow = flow_text(checkup) if checkup.samples else "Connected, waiting for data …"
        state.update(flow if broken is None else f"! {broken}")
        self.query_one(AccTrace).show(*check.trace())
        if check.seconds < JUDGED_AFTER_S:
            said.update("Lay it down for a moment, then move it: the line follows.")
            return
        if self._hurried:
            self.action_use()
        lines = (
            Content.styled(f"{_SIGNS[each.severity]} {each.text}", _STYLES[each.severity])
            for each in diagnose(checkup)
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
        if check.seconds < JUDGED_AFTER_S:
            self._hurried = True
            self.notify(f"It goes on after {JUDGED_AFTER_S:.0f} s of data.", timeout=3.0)
            return
        self._hurried = False
        problems = [
            each.text for each in diagnose(check.checkup) if each.severity is Severity.PROBLEM
        ]
        if problems:
            self.notify("\n".join(problems), severity="error", timeout=8.0)
            return
        try:
            self._studio.remember_sensor(self._device)
        except TrackerError as error:
            self.notify(str(error), severity="warning", timeout=8.0)
        self.app.set_up(self._device)

    def action_retry(self) -> None:
        """Connect again."""
        self._trouble, self._hurried = None, False
        self.query_one(AccTrace).show(np.empty(0), np.empty(0))
        self.refresh_bindings()
        _: Worker[None] = self.run_worker(self._watch, group="check", exclusive=True)

    def action_back(self) -> None:
        """Go back to the list."""
        self.app.pop_screen()


class ConnectScreen(Screen[None]):
    """Says what is going on, and offers to try again."""

    app: TrackerApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try again"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, start: TrainingRequest) -> None:
        super().__init__()
        self._start = start
        self._failed = False
        self._words = self._waiting

    @property
    def _waiting(self) -> str:
        return f"Connecting to {self._start.device.name} …\n\nBring it near, and move it once."

    def compose(self) -> ComposeResult:
        """Put the words in the middle."""
        yield Static(Content(f"Connect · {self._start.device.name}"), id="title")
        with Vertical():
            yield Static(id="words")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Say what is waited for, or what has failed even before there was a screen."""
        self._say()

    def fail(self, why: str) -> None:
        """Say why there is no connection."""
        self._failed = True
        self._words = f"! No connection\n\n{why}"
        self._say()

    def _say(self) -> None:
        for words in self.query("#words").results(Static):
            words.update(Content(self._words))
            words.set_class(self._failed, "-failure")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to try again once it failed."""
        return self._failed if action == "retry" else True

    def action_retry(self) -> None:
        """Connect again."""
        self._failed = False
        self._words = self._waiting
        self._say()
        self.app.connect_again(self._start)

    def action_back(self) -> None:
        """Give up, and go back to the set-up."""
        self.app.give_up()
