"""Before a training: check what the sensor sends, and connect to it once it is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Footer

from tracker.app.text import number
from tracker.ble import Severity, diagnose
from tracker.domain import LinkState, TrackerError
from tracker.language import _
from tracker.tui.plain import Plain, joined, plain
from tracker.tui.screens import FlowScreen
from tracker.tui.widgets.traces import AccTrace

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.worker import Worker

    from tracker.app.devices import Device, LiveCheck
    from tracker.app.training import Training
    from tracker.ble import SignalQuality

    OpenCheck = Callable[[], AbstractAsyncContextManager[tuple[LiveCheck, Device]]]

LOOKS_PER_S: Final = 10.0
"""Enough to see a hand move the sensor."""

JUDGED_AFTER_S: Final = 3.0
"""A diagnosis takes one still second, and time to put the sensor down."""

_BROKEN_LINKS: Final[dict[LinkState | None, str]] = {
    LinkState.WAITING: _("The sensor has started; its first data can take half a minute."),
    LinkState.STALLED: _("No data from the sensor: is it switched on?"),
    LinkState.LOST: _("Sensor lost: bring it near."),
    LinkState.RECONNECTING: _("Sensor lost, connecting again …"),
    LinkState.GONE: _("Sensor gone, still searching …"),
}

_SIGNS: Final = {Severity.GOOD: "✓", Severity.REMARK: "·", Severity.PROBLEM: "!"}
_STYLES: Final = {Severity.GOOD: "$text-success", Severity.REMARK: "", Severity.PROBLEM: "bold"}


def quality_text(quality: SignalQuality) -> str:
    """Return rate, gyroscope, battery and losses, in a line."""
    return "   ".join(
        (
            number(quality.rate_hz, 1, " Hz"),
            _("gyroscope yes") if quality.has_gyroscope else _("gyroscope no"),
            _("battery {charge}").format(charge=number(quality.battery_percent, 0, " %")),
            # Translators: packets that never arrived.
            _("lost {amount}").format(amount=quality.lost),
        )
    )


class CheckScreen(FlowScreen["Device | None"]):
    """Connects, draws the acceleration as it comes, and lists what is good or wrong about it.

    Returns the device, with its kind, if it is to be trained with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "use", _("Train with it")),
        Binding("r", "retry", _("Try again")),
        Binding("escape", "back", _("Back")),
    ]

    def __init__(self, name: str, open_check: OpenCheck) -> None:
        super().__init__()
        self._sensor_name = name
        self._open_check = open_check
        self._device: Device | None = None
        self._check: LiveCheck | None = None
        self._trouble: str | None = None
        self._hurried = False
        """Whether to go on as soon as the diagnosis is there, and good."""

    def compose(self) -> ComposeResult:
        yield Plain(plain(_("Check · {sensor}").format(sensor=self._sensor_name)), id="title")
        yield Plain(id="state")
        yield AccTrace()
        yield Plain(id="findings")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.set_interval(1.0 / LOOKS_PER_S, self.update_if_there)
        self.action_retry()

    async def _watch(self) -> None:
        try:
            async with self._open_check() as (check, device):
                self._check, self._device = check, device
                self.refresh_bindings()
                await check.ended.wait()
        except TrackerError as error:
            self._trouble = str(error)
        else:
            self._trouble = _("The sensor stopped sending. Bring it near and try again.")
        self._check = None
        self.refresh_bindings()
        self.update_view()

    def update_view(self) -> None:
        """Show what has come so far."""
        state, findings = self.query_one("#state", Plain), self.query_one("#findings", Plain)
        check = self._check
        broken = None if check is None else _BROKEN_LINKS.get(check.link)
        state.set_class(self._trouble is not None or broken is not None, "-alarm")
        if check is None:
            connecting = _("Connecting to {sensor} … bring it near")
            words = connecting.format(sensor=self._sensor_name)
            state.update(plain(words if self._trouble is None else f"! {self._trouble}"))
            findings.update("")
            return
        quality = check.quality
        flow = quality_text(quality) if quality.samples else _("Connected, waiting for data …")
        state.update(flow if broken is None else f"! {broken}")
        self.query_one(AccTrace).update_from(*check.trace())
        if check.seconds < JUDGED_AFTER_S:
            findings.update(_("Lay it down for a moment, then move it: the line follows."))
            return
        if self._hurried:
            self.action_use()
        lines = (
            plain(f"{_SIGNS[each.severity]} {each.text}", _STYLES[each.severity])
            for each in diagnose(quality)
        )
        findings.update(joined(lines))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "use":
            return self._check is not None
        if action == "retry":
            return self._trouble is not None
        return True

    def action_use(self) -> None:
        """Train with it, unless its data can't be trusted."""
        check = self._check
        if check is None:
            return
        if check.seconds < JUDGED_AFTER_S:
            self._hurried = True
            self.notify(
                _("It goes on after {seconds} s of data.").format(seconds=f"{JUDGED_AFTER_S:.0f}"),
                timeout=3.0,
            )
            return
        self._hurried = False
        problems = [
            each.text for each in diagnose(check.quality) if each.severity is Severity.PROBLEM
        ]
        if problems:
            self.notify("\n".join(problems), severity="error", timeout=8.0)
            return
        self.answer(self._device)

    def action_retry(self) -> None:
        self._trouble, self._hurried = None, False
        self.query_one(AccTrace).update_from(np.empty(0), np.empty(0))
        self.refresh_bindings()
        _: Worker[None] = self.run_worker(self._watch, group="check", exclusive=True)


class ConnectScreen(FlowScreen["Training | None"]):
    """Connects, says why that failed, and offers to try again.

    Returns the open training, or None if the wearer gave up, which cancels the opening.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", _("Try again")),
        Binding("escape", "back", _("Back")),
    ]

    def __init__(
        self, name: str, open_training: Callable[[], Coroutine[None, None, Training]]
    ) -> None:
        super().__init__()
        self._sensor_name = name
        self._open_training = open_training
        self._failure: str | None = None
        self._training: Training | None = None

    def compose(self) -> ComposeResult:
        yield Plain(plain(_("Connect · {sensor}").format(sensor=self._sensor_name)), id="title")
        with Vertical():
            yield Plain(id="words")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.action_retry()

    async def _connect(self) -> None:
        try:
            self._training = await self._open_training()
        except TrackerError as error:
            self._show_failure(str(error))
        else:
            self.on_screen_resume()

    def on_screen_resume(self) -> None:
        """Go on, unless another screen still lies over this one."""
        if self._training is not None:
            self.answer(self._training)

    def _show_failure(self, failure: str | None) -> None:
        self._failure = failure
        words = self.query_one("#words", Plain)
        words.set_class(failure is not None, "-failure")
        if failure is None:
            text = _("Connecting to {sensor} …\n\nBring it near, and move it once.").format(
                sensor=self._sensor_name
            )
        else:
            text = _("! No connection") + f"\n\n{failure}"
        words.update(plain(text))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to try again once it failed."""
        return self._failure is not None if action == "retry" else True

    def action_retry(self) -> None:
        self._show_failure(None)
        _: Worker[None] = self.run_worker(self._connect, group="connect", exclusive=True)
