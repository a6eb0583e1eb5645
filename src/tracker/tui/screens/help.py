"""What the keys do and what the numbers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

HELP: Final = """\
[b]While training[/b]
 s       start or stop a set by hand
 u  a    one rep less, or more: of this set, or of the last one
 c       own level: a level lockout, held still for 3 s
 r       own level: three good reps, each with a short hold
 d       far: nothing but the number and the phase, in its colour
 n       a note on the set; before the first one, on the session
 m       sound off, or on
 f       finish: the summary, pain, and what comes next
 t       light or dark
 q       quit; the recording is closed first

[b]Rest[/b]   comes and goes by itself
 tab ↓ ↑ next field, field before; numbers only
 enter   keep what was typed, back to training; so does escape
 f  m  n finish, sound, a note on the set

[b]Replay[/b]
 space   pause, go on
 ← →     5 seconds back, on
 + -     faster, slower
 escape  back to the past sessions

[b]Everywhere[/b]
 escape  back: nothing is lost      ?  this help

[b]Signs[/b]
 ▲ UP  ■ HOLD  ▼ DOWN  ▁ FLOOR   the phase of the rep
 ✓  as planned, or done     ↓  shorter than planned     ↑  longer
 »  a cue       !  something is wrong       ▸  now, or here
 ø  the mean of the set     –  not known, never zero
 ● streaming   … connecting   × lost   the link to the sensor
 The band in the pitch curve is where a lockout of yours is.

[b]Numbers[/b]
 Tempo is written down-floor-up-hold, in seconds: 3.0-0.4-0.9-1.6.
 Your own order is beside it: a hip thrust starts with the way up.
 A rep counts when its hold at the top starts.
 range   how far the pelvis turns
 mean    mean velocity of the hips on the way up
 loss    how much slower than the best rep of the set
 1RM     what you might lift once: an estimate

The sensor sees how the pelvis moves, not your back. If it hurts,
stop, and ask a doctor or a qualified trainer."""


class HelpScreen(ModalScreen[None]):
    """Help over whatever is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,question_mark,q", "dismiss", "Close"),
    ]

    def compose(self) -> ComposeResult:
        """Put the text into a box that scrolls on small terminals."""
        with VerticalScroll() as box:
            box.border_title = "Help"
            box.border_subtitle = "↑ ↓ scroll · escape, ? or q closes"
            yield Static(HELP)
