"""The `tracker` command.

Listing the commands imports click only. A command's module is imported when the command is named,
and its heavy libraries when it runs: SciPy takes 0.6 s to import, SQLAlchemy 0.2 s, Textual 0.2 s,
NumPy, Arrow and Bleak 0.1 s each.
"""

from __future__ import annotations

import difflib
import inspect
import os
import signal
import sys
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Final

import click

from tracker.cli.exits import ExitCode, is_closed_pipe, report
from tracker.cli.terminal import print_text, say
from tracker.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from click.shell_completion import CompletionItem

COMMANDS: Final = {
    "demo": N_("Train with a simulated sensor, to see what it is like."),
    "scan": N_("List the sensors in range."),
    "pair": N_("Check a sensor and make it the default."),
    "train": N_("Train with a sensor: count, time and record."),
    "serve": N_("Show the training screen in a browser, for example on a phone."),
    "record": N_("Record from a sensor without a screen."),
    "next": N_("Say what to train next, and why."),
    "add": N_("Log a session that no sensor saw."),
    "history": N_("List past sessions, or weekly trends."),
    "show": N_("Show a logged session, rep by rep."),
    "edit": N_("Correct a logged session."),
    "delete": N_("Move logged sessions to the trash."),
    "rescore": N_("Re-analyse recordings with the current detector."),
    "backup": N_("Copy the training log to a file."),
    "config": N_("Read and set options."),
    "people": N_("List the people who train here, and keep them apart."),
    "analyze": N_("Find the sets and reps in recordings and other files."),
    "export": N_("Export sessions to the formats of other programs."),
    "push": N_("Push sessions to other services."),
    "replay": N_("Watch a recording or a CSV of samples as if it happened now."),
    "import": N_("Turn another program's samples into a recording."),
    "recover": N_("Rescue what is intact in a damaged recording."),
    "compact": N_("Make closed recordings smaller, without losing anything."),
    "doctor": N_("Check Bluetooth, terminal, files and sound."),
    "decode": N_("Decode a sensor's packets, given as hex."),
    "conform": N_("Check a sensor that you built against our own profile."),
}
"""Every command with its line in the list; the first line of its own help says the same."""


def _command(name: str) -> click.Command:
    """Import and return one of the commands."""
    match name:
        case "demo":
            from tracker.cli.playback import demo as command
        case "scan":
            from tracker.cli.sensors import scan as command
        case "pair":
            from tracker.cli.sensors import pair as command
        case "train":
            from tracker.cli.train import train as command
        case "serve":
            from tracker.cli.serve import serve as command
        case "record":
            from tracker.cli.sensors import record as command
        case "next":
            from tracker.cli.programme import next_training as command
        case "add":
            from tracker.cli.programme import add as command
        case "config":
            from tracker.cli.programme import config as command
        case "people":
            from tracker.cli.people import people as command
        case "history":
            from tracker.cli.log import history as command
        case "show":
            from tracker.cli.log import show as command
        case "edit":
            from tracker.cli.log import edit as command
        case "delete":
            from tracker.cli.log import delete as command
        case "rescore":
            from tracker.cli.rescore import rescore as command
        case "backup":
            from tracker.cli.log import backup as command
        case "analyze":
            from tracker.cli.analyze import analyze as command
        case "export":
            from tracker.cli.export import export as command
        case "push":
            from tracker.cli.push import push as command
        case "replay":
            from tracker.cli.playback import replay as command
        case "import":
            from tracker.cli.convert import import_samples as command
        case "recover":
            from tracker.cli.convert import recover_recording as command
        case "compact":
            from tracker.cli.convert import compact_recordings as command
        case "doctor":
            from tracker.cli.doctor import doctor as command
        case "decode":
            from tracker.cli.sensors import decode as command
        case "conform":
            from tracker.cli.conform import conform as command
        case _:
            raise KeyError(name)
    return command


def _enable_debug(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(dict)["debug"] = True


def _debug_option() -> click.Option:
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_enable_debug,
        help=_("Show the traceback of an error."),
    )


WRITING: Final = (None, "train", "add", "serve")
"""Commands that begin a training or enter one; the home screen has no name."""

HELPING: Final = "tracker.helping"
"""Where the context keeps whether a command was only asked for its help."""

OF_NOBODY: Final = frozenset({"scan", "people", "recover", "decode"})
"""Commands that have nothing to do with anybody's log, recordings or options."""


def _choose_person(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    # It brings the nouns along (30 ms).
    from tracker.app.register import PERSON_VARIABLE

    if not value.strip():
        raise click.BadParameter(_("expected a name; tracker people lists them."), param=parameter)
    before = os.environ.get(PERSON_VARIABLE)

    def put_back() -> None:
        if before is None:
            os.environ.pop(PERSON_VARIABLE, None)
        else:
            os.environ[PERSON_VARIABLE] = before

    context.find_root().call_on_close(put_back)
    # The processes that `serve` and `rescore` start are to know it, too.
    os.environ[PERSON_VARIABLE] = value


def _names(context: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    # The register comes with the log (0.3 s), which `--help` does without.
    from tracker.cli.completion import names_of_people

    return names_of_people(context, parameter, typed)


def _person_option() -> click.Option:
    return click.Option(
        ["--person"],
        metavar="NAME",
        expose_value=False,
        is_eager=True,
        callback=_choose_person,
        shell_complete=_names,
        help=_(
            "Whose log, plan and options, where several people train; see tracker people.  "
            "[default: TRACKER_PERSON, else the first person]"
        ),
    )


def _plain_option() -> click.Option:
    return click.Option(
        ["--plain"],
        is_flag=True,
        help=_("Train in lines, by questions and sentences, for a screen reader."),
    )


def _translate_help(command: click.Command) -> None:
    """Translate a command's docstring; what is translated once is found in no catalogue again."""
    if command.help is not None:
        command.help = _(inspect.cleandoc(command.help))
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _translate_help(each)


class LazyGroup(click.Group):
    """Imports a command's module when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`."""
        if cmd_name not in COMMANDS:
            return None
        command = _command(cmd_name)
        _translate_help(command)
        if not any(parameter.name == "debug" for parameter in command.params):
            command.params.append(_debug_option())
            if cmd_name not in OF_NOBODY:
                command.params.append(_person_option())
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is named; suggest the nearest name for a typo."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not close:
                raise
            raise click.UsageError(
                _("{problem} Did you mean {name}?").format(problem=error.message, name=close[0]),
                ctx,
            ) from None

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a pipe that closes early (`| head`) is not an error."""
        helping = ctx.meta[HELPING] = bool({"-h", "--help"}.intersection(ctx.args))
        if not helping:
            _keep_private()
        try:
            with nullcontext() if helping else _loads_as_chosen():
                return super().invoke(ctx)
        except OSError as error:
            if not is_closed_pipe(error):
                raise
            _discard_stdout()
            return ExitCode.OK
        except KeyboardInterrupt:
            # Click would end the line of the `^C` itself, and fail where the terminal is gone.
            say("")
            raise click.Abort from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table alone."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(line)) for name, line in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    params=[_debug_option(), _person_option(), _plain_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 99},
    # click keeps the line breaks of a paragraph that begins with a backspace.
    epilog="\n".join(
        [
            "\b",
            _("Examples:"),
            "  tracker                         " + _("the home screen: start here"),
            "  tracker demo                    " + _("try it without a sensor"),
            "  tracker analyze session.csv     " + _("find the reps in a file of samples"),
            "  tracker replay session.arrows   " + _("watch a recording"),
        ]
    ),
)
@click.version_option(package_name="hip-thrust-tracker", message="tracker %(version)s")
@click.pass_context
def tracker(context: click.Context, plain: bool) -> None:
    """Count hip thrusts, time the lockout and coach the tempo from a motion sensor on the hip.

    Without a command, it opens the home screen on a terminal.
    """
    if context.invoked_subcommand in WRITING and not context.meta[HELPING]:
        _warn_of_place()
    if context.invoked_subcommand is not None:
        if plain:
            raise click.UsageError(
                _("write it as: tracker {command} --plain").format(
                    command=context.invoked_subcommand
                )
            )
        return
    from tracker.cli.options import screen_is_there
    from tracker.cli.train import begin_in_lines, plain_is_wanted

    if plain_is_wanted(plain):
        begin_in_lines()
        return
    if not screen_is_there():
        print_text(context.get_help())
        return
    from tracker.cli.train import begin_at_home

    begin_at_home()


_translate_help(tracker)


@contextmanager
def _loads_as_chosen() -> Iterator[None]:
    """Show loads in the unit that the wearer has chosen; it is looked up when one is shown."""
    from tracker.domain.loads import LoadChoice, use_loads

    @cache
    def chosen() -> LoadChoice:
        from tracker.app.config import load_config
        from tracker.app.paths import tracker_paths
        from tracker.domain import TrackerError

        try:
            return load_config(tracker_paths().config_file).loads.choice
        except TrackerError:
            # What needs the file says what is wrong with it.
            return LoadChoice()

    use_loads(chosen)
    try:
        yield
    finally:
        use_loads()


def _keep_private() -> None:
    """Move older folders to their place and close the wearer's to others, with a word for each."""
    from tracker.app.paths import HOME_VARIABLE, make_private, move_older, shared_paths

    paths = shared_paths()
    moved = () if os.environ.get(HOME_VARIABLE) else move_older(paths)
    for line in (*moved, *make_private(paths)):
        say(line)


def _warn_of_place() -> None:
    """Say it before something is entered if the folder is no place for a log."""
    from tracker.app.paths import LOG_NAME, tracker_paths, unsafe_for_log
    from tracker.domain import TrackerError

    try:
        place = tracker_paths().data / LOG_NAME
    except TrackerError:
        # An unknown person, of whom the command tells.
        return
    risk = unsafe_for_log(place)
    if risk is not None:
        say(
            _("The training log is not safe in {folder}: {risk}. Ask: tracker doctor").format(
                folder=place.parent, risk=risk
            )
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; None takes the process's own arguments."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # A question mark where the terminal lacks a character, instead of an error.
            reconfigure(errors="replace")
    # What `--debug` sets, wherever it stands.
    options: dict[str, bool] = {}
    # Whatever is written is health data, or names it: private from its first byte on.
    umask = os.umask(0o077)
    try:
        code = tracker.main(
            args=None if arguments is None else list(arguments),
            prog_name="tracker",
            standalone_mode=False,
            obj=options,
        )
        # None if stdout was closed from the start.
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as help_request:
        print_text(help_request.format_message())
        return ExitCode.OK
    except (click.Abort, KeyboardInterrupt):
        if arguments is None:
            # The program is ending: another Ctrl-C would only cut the message short.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        say(_("tracker: interrupted."))
        return ExitCode.INTERRUPTED
    except Exception as error:
        if is_closed_pipe(error):
            _discard_stdout()
            return ExitCode.OK
        return report(error, "debug" in options)
    finally:
        os.umask(umask)
    return code if isinstance(code, int) else ExitCode.OK


def _discard_stdout() -> None:
    """Keep the interpreter from reporting the broken pipe again when it flushes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
