"""The application: runs a flow of screens, and has what all of them share.

Keys, sound, theme, help and the way out are here; which screen comes when is in `flow`.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.command import CommandPalette
from textual.events import Key
from textual.worker import WorkerError

from tracker.app.config import Theme
from tracker.domain import TrackerError
from tracker.domain.foreign_text import visible
from tracker.language import LANGUAGES, _
from tracker.tui.audio import AudioController
from tracker.tui.page_link import PageLink, PageSaid, heard_by_page
from tracker.tui.screens.dialogs import HelpScreen, QuitScreen
from tracker.tui.terminal import KeyQueue, never_waiting
from tracker.tui.themes import COLOUR_BLIND, HIGH_CONTRAST, NAMES, TITLES, phase_colours

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
    from pathlib import PurePath

    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.events import Event
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.worker import Worker

    from tracker.app.playback import Playback
    from tracker.app.session import Session
    from tracker.tui.audio import OpenSound

    Flow = Callable[["TrackerApp"], Coroutine[None, None, None]]
    """Shows one screen after the other; the app ends when it returns."""

Answer = TypeVar("Answer")
Kept = TypeVar("Kept", bound="Screen[Any]")


class TrackerApp(App[None]):
    """Runs a flow of screens on the terminal; the flow is cancelled when the wearer quits.

    `remember_theme` saves another choice of colours, and `remember_language` the code of another
    language; without it, the palette offers no languages. `open_sound` opens what plays the
    sounds, in a thread, with what rings the terminal's bell; without it, everything is silent.
    """

    TITLE = "tracker"
    # Here and not in the screens: the style of a default screen's own path is not loaded.
    CSS_PATH: ClassVar[list[str | PurePath]] = [
        f"screens/{name}.tcss"
        for name in (
            *("every", "home", "devices", "check", "guided", "setup", "connect", "train"),
            *("rest", "summary", "help", "history", "edit", "note", "lanes"),
        )
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", _("Help"), key_display="?"),
        Binding("t", "change_theme", _("Colours"), show=False),
        Binding("q", "ask_to_quit", _("Quit")),
        # What every other program understands as the wish to end.
        Binding("ctrl+c", "quit", show=False, priority=True),
    ]

    def __init__(
        self,
        flow: Flow,
        *,
        theme: Theme = Theme.DARK,
        remember_theme: Callable[[Theme], object] | None = None,
        remember_language: Callable[[str], object] | None = None,
        open_sound: OpenSound | None = None,
        muted: bool = False,
    ) -> None:
        super().__init__()
        for theme_ in (HIGH_CONTRAST, COLOUR_BLIND):
            self.register_theme(theme_)
        self._flow = flow
        self._first_theme = theme
        self._remember_theme = remember_theme
        self._remember_language = remember_language
        self.sound = AudioController(self, open_sound, muted=muted)
        self.page = PageLink(self, self.leave)
        self._flowing: Worker[None] | None = None
        self._undrawn = ExitStack()
        self._leaving = False
        self.last_error: TrackerError | None = None
        """What went wrong as the app was left, when no screen could show it any more."""
        self._keys = KeyQueue(self, super().on_event)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of ours that a theme of Textual's lacks."""
        return phase_colours(dark=self.current_theme.dark)

    async def on_event(self, event: Event) -> None:
        """Take keys one after the other, however fast they come."""
        if isinstance(event, Key) and not event.is_forwarded:
            await self._keys.put(event)
        else:
            await super().on_event(event)

    def get_driver_class(self) -> type[Driver]:
        return heard_by_page(never_waiting(super().get_driver_class()))

    def on_mount(self) -> None:
        """Start the flow, and open the sound beside it."""
        self.theme = NAMES[self._first_theme]
        self.run_worker(self.sound.open(), name="sound")
        self.page.begin()
        self._flowing = self.run_worker(self._run(), name="flow")

    async def _run(self) -> None:
        try:
            await self._flow(self)
        except asyncio.CancelledError:
            if not self._leaving:
                raise
        self.exit()

    async def on_unmount(self) -> None:
        """Let the flow end in good order, whatever ended the app."""
        if self._flowing is not None:
            self._flowing.cancel()
            with suppress(WorkerError):
                await self._flowing.wait()
        await self.sound.close()

    @property
    def sound_sign(self) -> str:
        """The sign of the sound in the status line; empty while it can be heard."""
        return self.sound.sign

    @property
    def stuck(self) -> bool:
        """Whether the terminal is stopped for good, once the app has ended: say nothing to it."""
        return getattr(self._driver, "stuck", False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a message for a while; nothing in it is taken for markup, whoever wrote it."""
        del markup
        self.page.toast(visible(message), severity)
        super().notify(
            visible(message),
            title=visible(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    async def on_page_said(self, message: PageSaid) -> None:
        await self.page.hear(message.words)

    # For the flow

    def follow(self, training: Session | Playback) -> None:
        """Let a training be heard, and shown on the phone's page."""
        self.sound.play(training)
        self.page.follow(training)

    async def ask(self, screen: Screen[Answer]) -> Answer:
        """Show a screen, and return what it is dismissed with."""
        answer = self.push_screen(screen, wait_for_dismiss=True)
        self._undrawn.close()
        try:
            # Shielded: a screen that is dismissed after all finds somebody to tell.
            return await asyncio.shield(answer)
        finally:
            # Until the next screen is there, the last picture stays.
            self._undrawn.enter_context(self.batch_update())

    @asynccontextmanager
    async def kept(self, screen: Kept) -> AsyncGenerator[Kept]:
        """Keep a screen, with everything typed into it, for being asked again and again."""
        self.install_screen(screen, f"kept-{id(screen)}")
        yield screen
        self.uninstall_screen(screen)
        await screen.remove()

    def report(self, error: TrackerError, severity: SeverityLevel = "error") -> None:
        """Show an error over whatever is shown, or keep it for after the app is left."""
        if self._leaving:
            self.last_error = error
        else:
            self.notify(str(error), severity=severity, timeout=15.0)

    def become(
        self,
        theme: Theme,
        remember_theme: Callable[[Theme], object],
        remember_language: Callable[[str], object],
        *,
        muted: bool,
    ) -> None:
        """Take over what somebody else has chosen: they train from now on."""
        self.theme = NAMES[theme]
        self._remember_theme = remember_theme
        self._remember_language = remember_language
        self.sound.mute(muted)

    # The end

    async def action_quit(self) -> None:
        self.leave()

    async def action_ask_to_quit(self) -> None:
        """Leave; in a set, only once it is confirmed: the key lies beside others."""
        if not getattr(self.screen, "in_set", False):
            self.leave()
            return

        def quit_if(confirmed: bool | None) -> None:
            if confirmed:
                self.leave()

        self.push_screen(QuitScreen(), quit_if)

    def leave(self) -> None:
        """End the training, then the app; the second time, do not wait for a slow radio."""
        if self._leaving or self._flowing is None:
            self.exit()
        else:
            self._leaving = True
            self._flowing.cancel()

    # The same on every screen

    def action_mute(self) -> None:
        """Switch the sound off, or on again."""
        self.notify(self.sound.toggle(), timeout=2.0)

    def action_help(self) -> None:
        self.push_screen(HelpScreen())

    def action_change_theme(self) -> None:
        """Go on to the next choice of colours, and remember it."""
        themes = list(NAMES)
        shown = [NAMES[each] for each in themes].index(self.theme)
        self.choose_theme(themes[(shown + 1) % len(themes)])

    def choose_theme(self, theme: Theme) -> None:
        """Change the colours, and remember it."""
        self.theme = NAMES[theme]
        if self._remember_theme is not None:
            with suppress(TrackerError):
                self._remember_theme(theme)

    def choose_language(self, code: str) -> None:
        """Save the language to start in from now on; every text of this start is there already."""
        if self._remember_language is None:
            return
        try:
            self._remember_language(code)
        except TrackerError as error:
            self.report(error)
        else:
            words = _("{language}: from the next start on.")
            self.notify(words.format(language=LANGUAGES[code]), timeout=5.0)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Yield what the palette offers: actions of the screen, themes and languages."""
        for node, binding, enabled, _tooltip in screen.active_bindings.values():
            if enabled and binding.description and _is_ours(node, binding):
                yield SystemCommand(
                    binding.description,
                    _("key {key}").format(key=self.get_key_display(binding)),
                    partial(self.run_action, binding.action, node),
                )
        for theme in NAMES:
            yield SystemCommand(
                _("Colours: {theme}").format(theme=TITLES[theme]),
                _("theme of the screen"),
                partial(self.choose_theme, theme),
            )
        if self._remember_language is not None:
            for code, name in LANGUAGES.items():
                yield SystemCommand(
                    _("Language: {language}").format(language=name),
                    _("of every text, from the next start on"),
                    partial(self.choose_language, code),
                )

    def action_command_palette(self) -> None:
        """Open the palette, with its own words in the language of all others."""
        if not isinstance(self.screen, CommandPalette):
            words = _("Search for an action …")
            self.push_screen(CommandPalette(placeholder=words, id="--command-palette"))


def _is_ours(node: DOMNode, binding: Binding) -> bool:
    """Return whether a key is one of ours: those of Textual move a cursor, in English words."""
    return any(
        (own.action, own.description) == (binding.action, binding.description)
        for kind in type(node).__mro__
        if kind.__module__.startswith(f"{__package__}.")
        for own in Binding.make_bindings(vars(kind).get("BINDINGS", ()))
    )
