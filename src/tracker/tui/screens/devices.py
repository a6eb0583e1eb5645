"""Which sensor to train with: a list that fills itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import DataTable

from tracker.language import _, pgettext
from tracker.tui.plain import Plain, cells, joined, plain
from tracker.tui.screens import FlowScreen, KeyHints, Next
from tracker.tui.widgets.traces import signal_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.worker import Worker

    from tracker.app.devices import Device, Devices

    Choice = Device | Literal[Next.HISTORY, Next.PEOPLE]

LOOKS_PER_S: Final = 4.0
"""Advertisements come ten times a second; nobody reads faster than this."""

TITLE: Final = _("Which sensor?")

INVITATION: Final = _("No Bluetooth right now: try everything with the simulated lifter, enter.")
"""Above the reason, for somebody who only wants to see what this is."""

_ADVICE: Final = _(
    "A sensor that sleeps, is empty, or is connected to a phone can't be seen: move it, charge "
    "it, disconnect it."
)


def device_cells(device: Device) -> tuple[str, str, str, str]:
    """Return a line of the list: name, signal, remark, kind."""
    if device.simulated:
        return device.name, _("always there"), _("to try it out"), _("no sensor")
    remark = _("last used") if device.is_last else ""
    if device.refusal is not None:
        remark = _("! not usable")
    return device.name, signal_text(device.rssi_dbm), remark, device.kind_title or _("unknown")


def _columns() -> Iterator[tuple[str, int | None]]:
    """Yield title and width of each column; None is as wide as its longest text."""
    yield _("sensor"), None
    yield _("signal"), max(12, len(_("always there")))
    yield "", max(13, *map(len, (_("to try it out"), _("last used"), _("! not usable"))))
    yield _("kind"), None


LEAST_WITH_KIND: Final = 76
"""Columns of a terminal on which the longest kind of sensor fits beside the rest."""


class DevicesScreen(FlowScreen["Choice | None"]):
    """The last sensor first, then the others nearby; the simulated lifter is always there.

    Returns the chosen sensor, `Next.HISTORY`, `Next.PEOPLE` where there are several, or None to
    leave where it can be left. `person` is the name of whoever trains, if there are several.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", _("Check and train"), priority=True),
        Binding("u", "show_unknown", _("Unknown devices")),
        Binding("h", "history", pgettext("key", "Past sessions")),
        Binding("p", "people", _("Who trains")),
        Binding("escape", "back", _("Back")),
    ]

    def __init__(
        self, devices: Devices, *, can_leave: bool = False, person: str | None = None
    ) -> None:
        super().__init__()
        self._title = TITLE if person is None else f"{person}   {TITLE}"
        self._can_leave = can_leave
        self._devices = devices
        self._shown: tuple[Device, ...] = ()
        self._with_unknown = False

    def compose(self) -> ComposeResult:
        """Put the list below its title, and what is wrong below the list."""
        yield Plain(self._title, id="title")
        with Vertical(id="list", classes="panel") as nearby:
            nearby.border_title = _("Nearby")
            yield DataTable[str](cursor_type="row", zebra_stripes=True)
        trouble = Plain(id="trouble")
        trouble.border_title = "Bluetooth"
        yield trouble
        advice = Plain(_ADVICE, id="advice", classes="panel")
        advice.border_title = _("Not there?")
        yield advice
        yield KeyHints()

    def on_mount(self) -> None:
        self._table.focus()
        self.update_view()
        self.set_interval(1.0 / LOOKS_PER_S, self.update_if_there)
        self._listen()

    def on_resize(self) -> None:
        """Leave out the kind where there is no room for it."""
        self.update_if_there()

    def on_screen_resume(self) -> None:
        """Listen again once the screen is back: a scan disturbs a connection."""
        self._listen()

    def on_screen_suspend(self) -> None:
        self.workers.cancel_node(self)

    def _listen(self) -> None:
        # No coroutine yet: one that is replaced before it began would never be awaited.
        _: Worker[None] = self.run_worker(self._devices.listen, group="scan", exclusive=True)

    @property
    def _table(self) -> DataTable[str]:
        return self.query_one(DataTable)

    def update_view(self) -> None:
        """Show what is known now; the cursor stays on its sensor."""
        if not self.is_current:
            # Kept for later, or being closed with the app.
            return
        seen = tuple(
            device
            for device in self._devices.seen
            if self._with_unknown or device.kind is not None or device.refusal is not None
        )
        trouble = self._devices.trouble
        self.query_one("#trouble", Plain).update(
            joined((plain(INVITATION, "bold"), plain(f"! {trouble}")))
        )
        self.query_one("#trouble").display = trouble is not None
        state = _("listening …") if trouble is None else _("not listening")
        self.query_one("#title", Plain).update(plain(f"{self._title}   {state}"))
        columns = tuple(_columns())
        if self.size.width < LEAST_WITH_KIND:
            columns = columns[:-1]
        table, chosen = self._table, self._chosen()
        if seen == self._shown and len(table.columns) == len(columns):
            return
        self._shown = seen
        table.clear(columns=True)
        for title, width in columns:
            table.add_column(title, width=width)
        for device in seen:
            table.add_row(*cells(device_cells(device)[: len(columns)]))
        if chosen is not None:
            addresses = [device.address for device in seen]
            if chosen.address in addresses:
                table.move_cursor(row=addresses.index(chosen.address))

    def _chosen(self) -> Device | None:
        row = self._table.cursor_row
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def choices(self) -> Sequence[tuple[str, str]]:
        named = map(device_cells, self._shown)
        return [(name, " · ".join(filter(None, about))) for name, *about in named]

    def choose(self, place: int) -> None:
        self._table.move_cursor(row=place)
        self.action_choose()

    def on_data_table_row_selected(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        device = self._chosen()
        if device is None:
            return
        if device.refusal is not None:
            self.notify(device.refusal, severity="error", timeout=8.0)
            return
        self.answer(device)

    def action_show_unknown(self) -> None:
        """Show, or hide, devices that look like no sensor."""
        self._with_unknown = not self._with_unknown
        self.update_view()
        self.notify(
            _("Unknown devices are shown")
            if self._with_unknown
            else _("Unknown devices are hidden")
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "people":
            return self._title != TITLE
        return self._can_leave if action == "back" else True

    def action_people(self) -> None:
        self.answer(Next.PEOPLE)

    def action_history(self) -> None:
        self.answer(Next.HISTORY)
