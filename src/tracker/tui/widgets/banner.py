"""What stands between the wearer and a count that can be trusted, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tracker.domain import LinkState
from tracker.runtime.snapshot import RecordingState, RunState
from tracker.tui.widgets.notice import CALIBRATION_LINES

if TYPE_CHECKING:
    from tracker.runtime.snapshot import SessionSnapshot

STALLED_AFTER_S: Final = 1.5
"""Longer than the slowest sensor takes between two packets, shorter than a rep."""

_BROKEN_LINKS: Final = {
    LinkState.STALLED: "No data from the sensor. Reps are not counted until it is back",
    LinkState.LOST: "Sensor lost. Reps are not counted until it is back",
    LinkState.RECONNECTING: "Sensor lost, connecting again. Reps are not counted until it is back",
    LinkState.GONE: "Sensor gone, still searching. Press q to end; what was recorded is kept",
}


def banner_of(snapshot: SessionSnapshot) -> tuple[str, bool]:
    """Return what to say, empty if all is well, and whether it is an alarm."""
    if snapshot.state is RunState.FAILED:
        reason = (snapshot.failure or "the session ended early.").splitlines()[0]
        return f"! Stopped: {reason} What was recorded is kept", True
    if snapshot.state is RunState.FINISHED and snapshot.playback is None:
        return "Nothing more comes from the sensor: f sums the training up", False
    if snapshot.state is not RunState.RUNNING:
        return "", False
    if snapshot.playback is not None and snapshot.playback.seeking:
        return "SEEKING", False
    if snapshot.paused:
        return "PAUSED   space goes on", False
    if snapshot.link in _BROKEN_LINKS:
        # The reason first: it is what the wearer can do something about.
        reason = f"{snapshot.link_detail} " if snapshot.link_detail else ""
        return f"! {reason}{_BROKEN_LINKS[snapshot.link]}", True
    age_s = snapshot.sample_age_s
    if age_s is not None and age_s > STALLED_AFTER_S:
        return f"! No data for {age_s:.0f} s. Reps are not counted until it is back", True
    if snapshot.recording is RecordingState.FAILED:
        return f"! Not recording: {snapshot.recording_failure}", True
    if snapshot.calibrating is not None and snapshot.sets:
        return f"» {' '.join(CALIBRATION_LINES[snapshot.calibrating])}", False
    return "", False


class Banner(Widget):
    """One line below the headline, empty while all is well."""

    DEFAULT_CSS = """
    Banner { text-style: bold; text-wrap: nowrap; text-overflow: ellipsis; }
    Banner.-said { background: $warning; color: auto; }
    Banner.-alarm { background: $error; color: auto; }
    """

    text: reactive[str] = reactive("")

    def show(self, snapshot: SessionSnapshot) -> None:
        """Say what `snapshot` has to be warned about."""
        self.text, alarm = banner_of(snapshot)
        self.set_class(bool(self.text) and not alarm, "-said")
        self.set_class(alarm, "-alarm")
        self.set_class(not self.text, "-silent")

    def render(self) -> Content:
        """Draw the line."""
        return Content(self.text)
