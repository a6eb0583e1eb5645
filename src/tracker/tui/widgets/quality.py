"""How good the data are: links, rate, battery, gaps, faults, age, recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import LOW_BATTERY_PERCENT, LinkState
from tracker.runtime.snapshot import RecordingState, RunState
from tracker.runtime.wording import UNKNOWN, number
from tracker.tui.widgets.banner import STALLED_AFTER_S

if TYPE_CHECKING:
    from tracker.runtime.snapshot import SessionSnapshot

_LINK_SIGNS: Final = {
    LinkState.SEARCHING: "…",
    LinkState.CONNECTING: "…",
    LinkState.CONFIGURING: "…",
    LinkState.STREAMING: "●",
    LinkState.STALLED: "!",
    LinkState.LOST: "×",
    LinkState.RECONNECTING: "…",
    LinkState.GONE: "×",
}

_RECORDING_WORDS: Final = {
    RecordingState.OFF: "",
    RecordingState.ON: "● recording",
    RecordingState.FAILED: "! not recording",
}


def quality_text(snapshot: SessionSnapshot) -> str:
    """Return the line; what is most worth knowing comes first, for narrow terminals."""
    link = snapshot.link
    faults = sum(snapshot.faults.values())
    reasons = ", ".join(f"{reason.value} {n}" for reason, n in snapshot.faults.items())
    lost_s = sum(gap.end_s - gap.start_s for gap in snapshot.gaps)
    gaps = len(snapshot.gaps)
    parts = [
        f"link {UNKNOWN}" if link is None else _link(link, silent=_silent(snapshot)),
        "" if snapshot.second_link is None else f"second {_link(snapshot.second_link)}",
        number(snapshot.rate_hz, 1, " Hz"),
        _battery(snapshot.battery_percent),
        f"gaps {gaps}" + (f" ({lost_s:.1f} s)" if gaps else ""),
        f"faults {faults}" + (f" ({reasons})" if reasons else ""),
        _age(snapshot),
        _RECORDING_WORDS[snapshot.recording],
    ]
    return "  ".join(part for part in parts if part)


def _link(state: LinkState, *, silent: bool = False) -> str:
    if silent and state is LinkState.STREAMING:
        return f"{_LINK_SIGNS[LinkState.STALLED]} no data"
    return f"{_LINK_SIGNS[state]} {state.value}"


def _silent(snapshot: SessionSnapshot) -> bool:
    """Say whether a live sensor sends nothing, whatever its link still claims."""
    if snapshot.playback is not None or snapshot.state is not RunState.RUNNING:
        return False
    return snapshot.sample_age_s is not None and snapshot.sample_age_s > STALLED_AFTER_S


def _battery(percent: int | None) -> str:
    """Return the charge, with a sign that needs no colour when it runs out; empty if unknown."""
    if percent is None:
        return ""
    return f"{'! ' if percent < LOW_BATTERY_PERCENT else ''}battery {percent} %"


def _age(snapshot: SessionSnapshot) -> str:
    """Return how old the newest sample is, where that says something about the sensor."""
    if snapshot.playback is not None or snapshot.state is not RunState.RUNNING:
        return ""
    return f"last sample {number(snapshot.sample_age_s, 1, ' s')}"


class Quality(Widget):
    """One line above the keys."""

    DEFAULT_CSS = """
    Quality { color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    text: reactive[str] = reactive("")

    def show(self, snapshot: SessionSnapshot) -> None:
        """Take the line from `snapshot`."""
        self.text = quality_text(snapshot)

    def render(self) -> Content:
        """Draw the line."""
        return Content(self.text)
