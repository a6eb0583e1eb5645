"""The app's end of the phone's page: says how things are, and does what is tapped there.

`tracker serve` runs the app with Textual's web driver, which passes messages beside the picture.
Ours go the same way, in both directions. So page and terminal show one app: what is typed into a
field there stands in the field here, and every limit is checked in the one place where it always
is. While nobody looks at the page, nothing is said.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from textual.css.query import NoMatches
from textual.message import Message
from textual.widgets import Input

from tracker.app.audio import AudioFeedback
from tracker.app.playback import Playback
from tracker.domain import RepsAdjusted
from tracker.domain.plan import LONGEST_NOTE
from tracker.language import _
from tracker.sound import MELODIES, Sound, Speech
from tracker.tui.page_view import buttons_of, changed, fields_of, form_view, live_view
from tracker.tui.screens import FlowScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.summary import SummaryScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from textual.app import App
    from textual.driver import Driver

    from tracker.app.session import Session
    from tracker.tui.page_view import Json

PAGE: Final = "page"
"""Type of the messages of the page, both ways; `tracker.web.process` has the same."""

TICKS_PER_S: Final = 20.0
"""A beat is late by at most 0.05 s plus the delay of the network."""

TICKS_FOR_A_VIEW: Final = 2
"""The page is drawn ten times a second: each step of a timer."""


@dataclass
class PageSaid(Message, bubble=False):
    """Somebody did something on the page."""

    words: Mapping[str, Any]


def heard_by_page(driver: type[Driver]) -> type[Driver]:
    """Return a driver that passes on what the page says, if it is one that can."""
    if not hasattr(driver, "on_meta"):
        return driver

    class Heard(driver):  # type: ignore[misc, valid-type]
        """Takes the messages of the page out of those of Textual."""

        def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
            """Take a message, in the thread that reads."""
            if packet_type == PAGE:
                self._app.post_message(PageSaid(payload))
            else:
                super().on_meta(packet_type, payload)

    return Heard


class PageLink:
    """Tells the page what changed, and lets it train; `leave` ends the app."""

    def __init__(self, app: App[Any], leave: Callable[[], object]) -> None:
        self._app = app
        self._leave = leave
        self._training: Session | Playback | None = None
        self._feedback: AudioFeedback | None = None
        self._watched = False
        self._said: Json = {}
        self._ticks = 0

    def begin(self) -> None:
        """Look regularly, if there can be a page at all."""
        if hasattr(self._app._driver, "write_meta"):
            self._app.set_interval(1.0 / TICKS_PER_S, self.tick)

    def say(self, message: Json) -> None:
        """Send a message, if somebody looks at the page."""
        if self._watched:
            write = getattr(self._app._driver, "write_meta", None)
            if write is not None:
                write({"type": PAGE, "message": message})

    def follow(self, training: Session | Playback) -> None:
        """Show a training from now on, in place of the one before."""
        self._training = training
        self._feedback = AudioFeedback(_PageSounds(self))
        training.add_sink(self._feedback)

    def toast(self, text: str, severity: str) -> None:
        """Show there what the app points out for a moment."""
        self.say({"kind": "toast", "text": text, "severity": severity})

    def tick(self) -> None:
        """Say what sounds, and now and then how things are."""
        if not self._watched:
            return
        if self._feedback is not None and self._training is not None:
            self._feedback.update_from(self._training.snapshot())
        self._ticks += 1
        if self._ticks % TICKS_FOR_A_VIEW == 0:
            self.look()

    def look(self) -> None:
        """Say what has changed since the last look."""
        # Between two screens there is nothing to see.
        if len(self._app.screen_stack) < 2:
            return
        with suppress(NoMatches):
            now = self._state()
            news = changed(self._said, now)
            self._said = now
            if news:
                self.say({"kind": "state", "state": news})

    def _state(self) -> Json:
        screen, training = self._app.screen, self._training
        live = training is not None and isinstance(screen, TrainScreen | RestScreen)
        # A set-up for the next training has nothing of the last one.
        ends = training is not None and isinstance(screen, SummaryScreen) and not screen.past
        view: Json = {
            "live": live,
            "rest_form": isinstance(screen, RestScreen),
            "summary": ends,
            "form": None if isinstance(screen, TrainScreen) else form_view(screen),
        }
        if training is not None and (live or ends):
            view |= live_view(training)
        return view

    async def hear(self, words: Mapping[str, Any]) -> None:
        """Do what the page asks for; ignore what makes no sense."""
        match words:
            case {"watched": bool(watched)}:
                self._watched = watched
                # Who comes new knows nothing yet.
                self._said = {}
            case {"do": "adjust", "by": 1 | -1 as by}:
                self._adjust(by)
            case {"do": "finish"}:
                self._finish()
            case {"do": "press", "action": str(action)}:
                await self._press(action)
            case {"do": "fill", "field": str(name), "value": str(value)}:
                self._fill(name, value[:LONGEST_NOTE])
            case {"do": "choose", "place": int(place)}:
                screen = self._app.screen
                if isinstance(screen, FlowScreen) and 0 <= place < len(screen.choices()):
                    screen.choose(place)
            case _:
                pass

    def _adjust(self, by: int) -> None:
        """Count one rep more or less; in the demo as well, of which nothing is kept."""
        training = self._training
        if training is None or not isinstance(self._app.screen, TrainScreen | RestScreen):
            return
        current = training.snapshot().current_set
        if current is None:
            self._app.notify(_("There is no set yet."), timeout=3.0)
        elif by > 0 or current.done > 0:
            training.enter(RepsAdjusted(current.index, by))

    def _finish(self) -> None:
        screen = self._app.screen
        if isinstance(self._training, Playback):
            self._leave()
        elif isinstance(screen, TrainScreen | RestScreen):
            screen.action_finish()

    async def _press(self, action: str) -> None:
        screen = self._app.screen
        # Only what is offered: the name comes from the network.
        if action in dict(buttons_of(screen)):
            await self._app.run_action(action, screen)

    def _fill(self, name: str, value: str) -> None:
        screen = self._app.screen
        known = fields_of(screen).get(name)
        if known is None:
            # The next set has begun, and took the fields away.
            self._app.notify(_("Not kept: that field is gone."), severity="warning", timeout=4.0)
            return
        field = known[2]
        if isinstance(field, Input):
            field.value = "".join(each for each in value if each.isprintable())
        elif value in (each for _, each in field.options):
            field.choose(value)
            field.post_message(field.Changed(field))
        if isinstance(screen, RestScreen):
            # There is no key to press at the end.
            screen.call_after_refresh(screen.keep)


class _PageSounds:
    """Plays sounds on the phone, which knows no tone by itself."""

    def __init__(self, page: PageLink) -> None:
        self._page = page

    def offer(self, sound: Sound) -> None:
        """Send a phrase, or the notes of a tone."""
        if isinstance(sound, Speech):
            self._page.say({"kind": "speech", "text": sound.text})
        else:
            notes = [[note.pitch_hz, note.duration_s] for note in MELODIES[sound]]
            self._page.say({"kind": "tone", "name": sound.name.lower(), "notes": notes})

    def withdraw(self, *sounds: Sound) -> None:
        """Do nothing: whatever was sent has begun."""

    def prepare(self, phrases: Iterable[Speech]) -> None:
        """Do nothing: a phone speaks at once."""
