"""What opens over other screens: how to do an exercise, help with the keys, and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from tracker.coach import ASK_FIRST, FOR_EVERYBODY, HOW_TO, NO_DIAGNOSIS, WARM_UP, red_flag_lines
from tracker.domain import NoteEntered, exercise_named
from tracker.domain.foreign_text import visible
from tracker.domain.plan import LONGEST_NOTE
from tracker.language import _
from tracker.tui.plain import Plain, Shown, Words, joined, markup, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.screen import Screen

    from tracker.app.playback import Playback
    from tracker.app.session import Session

Part = tuple[str, "Sequence[str]"]
"""A heading and the lines below it."""


def guide_parts(exercise: str) -> tuple[Part, ...]:
    """Return what there is to know before a training."""
    return (
        (exercise_named(exercise).title, (*HOW_TO[exercise], *FOR_EVERYBODY)),
        (_("Warm up"), WARM_UP),
        (_("Pain"), (ASK_FIRST, NO_DIAGNOSIS, *red_flag_lines())),
    )


def warning_parts() -> tuple[Part, ...]:
    """Return what is said once, before the first training."""
    return ((_("Before the first training"), (ASK_FIRST, *red_flag_lines(), NO_DIAGNOSIS)),)


def guide_text(parts: Sequence[Part]) -> Shown:
    """Return each part under its heading."""
    lines: list[Shown] = []
    for title, words in parts:
        lines += [plain(title, "bold"), *map(plain, words), plain("")]
    return joined(lines[:-1])


class GuideScreen(ModalScreen[bool]):
    """Text in a box that scrolls on small terminals; returns False."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,enter,q,f2", "dismiss(False)", _("Close"))]

    def __init__(self, parts: Sequence[Part], closing: str = _("escape closes this")) -> None:
        super().__init__()
        self._parts = parts
        self._closing_words = closing

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            # On the frame, because the last line of a long text is out of sight.
            box.border_subtitle = _("↑ ↓ scroll · {closing}").format(closing=self._closing_words)
            yield Plain(guide_text(self._parts))


class WarningScreen(GuideScreen):
    """Says when not to train; returns True if none of it applies and the training may go on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter", "dismiss(True)", _("Go on")),
        ("escape,q", "dismiss(False)", _("Back")),
    ]

    def __init__(self) -> None:
        super().__init__(warning_parts(), _("enter goes on · escape goes back"))


HELP: Final = "\n\n".join(
    (
        _("""\
[b]While training[/b]
 s       start or stop a set by hand
 u  a    one rep less, or more: of this set, or of the last one
 c       calibrate your lockout: hold one still for 3 s
 r       calibrate your lockout: three good reps with short holds
 d       big: only the count and the phase, in its colour
 n       a note on the set; before the first one, on the session
 m       sound off, or on
 f       finish: it ends at this moment; escape goes back to it
 t       colours: dark, light, high contrast, colour-blind
 ^p      every action and theme, by name
 q       quit; the recording is closed first; in a set, it asks"""),
        _("""\
[b]Rest[/b]   comes and goes by itself
 tab ↓ ↑ next field, field before; numbers only
 enter   keep what was typed, back to training; so does escape
 f  m  n finish, sound, a note on the set"""),
        _("""\
[b]Past sessions[/b]
 enter   show it; r replays it, e corrects it
 /  o  c filter by words, sort, calendar
 x  z    delete, undo; a correction is undone as well"""),
        _("""\
[b]Replay[/b]   click or drag on the time line to go there
 space   pause, go on
 ← →     5 seconds back, on
 [  ]    the rep before, the next one
 home end  to the start, to the end
 + -     faster, slower
 escape  back to the past sessions"""),
        _("""\
[b]Everywhere[/b]
 escape  back: nothing is lost      ?  this help"""),
        _("""\
[b]Signs[/b]
 ▲ UP  ■ HOLD  ▼ DOWN  ▁ FLOOR   the phase of the rep
 ✓  as planned, or done     ↓  shorter than planned     ↑  longer
 ▲  a cue: correct this    ■  a cue that can't wait    ▾  a rep
 !  something is wrong     ▸  now, or here    5?  may be miscounted
 »  do this now
 ø  the mean of the set     –  not known, never zero
 ● streaming   … connecting   × lost   the link to the sensor
 The band in the curve is where your lockout is, ╌ the best rep."""),
        _("""\
[b]Numbers[/b]
 Tempo is written down-floor-up-hold, in seconds: 3.0-0.4-0.9-1.6.
 Beside it is the order you lift in: a hip thrust starts with UP.
 A rep counts when its HOLD starts.
 range   how far the pelvis turns
 velocity  mean speed of the hips going UP
 loss    how much slower than the best rep of the set
 1RM     what you might lift once: an estimate"""),
        _("""\
The sensor sees how the pelvis moves, not your back. If it hurts,
stop, and ask a doctor, a physiotherapist or a qualified trainer."""),
    )
)


class HelpScreen(ModalScreen[None]):
    """Help over whatever is shown."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,question_mark,q", "dismiss", _("Close"))]

    def compose(self) -> ComposeResult:
        with VerticalScroll() as box:
            box.border_title = _("Help")
            box.border_subtitle = _("↑ ↓ scroll · escape, ? or q closes")
            yield Plain(markup(HELP))


class QuitScreen(ModalScreen[bool]):
    """Asks before a set that is under way is ended; returns whether to quit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("q,y", "dismiss(True)", _("Quit")),
        ("escape,n,enter", "dismiss(False)", _("Go on")),
    ]

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = _("A set is under way")
            box.border_subtitle = _("q quits · escape goes on")
            yield Words(_("Quit? What was recorded is kept."))


def take_note(
    screen: Screen[Any], training: Session | Playback, set_index: int | None, known: str
) -> None:
    """Ask for a note on a set, or without one on the session, and enter it if it changed."""

    def keep(text: str | None) -> None:
        if text is not None and text != visible(known):
            training.enter(NoteEntered(text, set_index))

    screen.app.push_screen(NoteScreen(set_index, known), keep)


class NoteScreen(ModalScreen[str | None]):
    """Returns the note on a set, or on the session; None to leave it as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", _("Cancel"))]

    def __init__(self, set_index: int | None, note: str = "") -> None:
        super().__init__()
        self._about = (
            _("Note on the session")
            if set_index is None
            else _("Note on set {index}").format(index=set_index)
        )
        self._note = note

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_subtitle = _("enter keeps it · escape does not")
            yield Words(self._about)
            yield Input(
                visible(self._note),
                max_length=LONGEST_NOTE,
                placeholder=_("what you want to keep"),
                compact=True,
                # A key at the end of what is there adds to it.
                select_on_focus=False,
            )

    def on_input_submitted(self, message: Input.Submitted) -> None:
        self.dismiss(message.value.strip())
