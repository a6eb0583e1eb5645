"""The documentation names only what exists, and every command, kind of sensor and picture."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest
from textual.binding import Binding

from tracker.cli.app import COMMANDS, tracker
from tracker.sensors import families
from tracker.tui import TrackerApp
from tracker.tui.screens.devices import DevicesScreen
from tracker.tui.screens.history import HistoryScreen
from tracker.tui.screens.rest import RestScreen
from tracker.tui.screens.setup import SetupScreen
from tracker.tui.screens.train import TrainScreen

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = (
    ".",
    "docs",
    "docs/adr",
    "docs/reference",
    "examples",
    "firmware_notes",
    "firmware_notes/reference",
    "recordings",
    "benchmarks",
)
PAGES: Final = sorted(page for folder in FOLDERS for page in (ROOT / folder).glob("*.md"))
FIRST_SESSION: Final = ROOT / "docs" / "first-session.md"

ANY_COMMAND: Final = "COMMAND"
"""Stands for any command."""

PYTEST_BENCHMARK: Final = "--benchmark-"
"""Options of this plugin start with it."""

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links and pictures inside the project."""
    without_code = re.sub(r"`[^`\n]*`", "", prose(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code):
        if not re.match(r"[a-z]+:", target):
            yield target


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page, as GitHub makes them from headings."""
    titles = re.findall(r"^#+ +(.+)$", prose(page), re.M)
    return frozenset(
        re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-") for title in titles
    )


def code_on(page: Path) -> Iterator[str]:
    """Yield the lines of a page's code blocks, and the code in its text."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```[a-z]*\n(.*?)^```", text, re.S | re.M):
        yield from block.replace("\\\n", " ").splitlines()
    yield from re.findall(r"`([^`\n]+)`", prose(page))


def code_words(page: Path) -> frozenset[str]:
    """Return every word that a page sets as code."""
    return frozenset(word for code in code_on(page) for word in re.findall(r"[\w-]+", code))


def calls(page: Path, program: str) -> Iterator[list[str]]:
    """Yield the arguments of each call of a program that a page shows."""
    for line in code_on(page):
        called = re.match(rf"(?:\S+=\S+ )*{program}\s+(.+)", line.strip())
        if called is None:
            continue
        # Three spaces, or a `#`, separate a command from its explanation.
        arguments = re.split(r"\s{3,}|\s#\s", called[1])[0]
        yield shlex.split(arguments.replace("…", ""))


def options_of(name: str) -> frozenset[str]:
    """Return every option of a command."""
    context = click.Context(tracker)
    command = tracker.get_command(context, name)
    assert command is not None
    parameters = command.get_params(click.Context(command, help_option_names=["-h", "--help"]))
    return frozenset(option for each in parameters for option in each.opts)


def keys_of(*owners: type) -> frozenset[str]:
    """Return the keys of screens and of the app, as the documentation writes them."""
    shown = {
        "question_mark": "?",
        "up": "↑",
        "down": "↓",
        "left": "←",
        "right": "→",
    }
    keys = {
        key
        for owner in owners
        for binding in vars(owner)["BINDINGS"]
        for key in (binding.key if isinstance(binding, Binding) else binding[0]).split(",")
    }
    return frozenset(shown.get(key, key) for key in keys)


@every_page
def test_every_link_has_a_target(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{target}: no such file"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{target}: no such heading"


@every_page
def test_every_command_line_is_valid(page: Path) -> None:
    for name, *arguments in calls(page, "tracker"):
        if name == ANY_COMMAND or name.startswith("-"):
            continue
        assert name in COMMANDS, f"tracker {name}: no such command"
        taken = options_of(name)
        for argument in arguments:
            if argument == "--":
                # What follows are options of the served training.
                taken = options_of("train")
            elif re.match(r"--?[a-z]", argument):
                option = argument.partition("=")[0]
                assert option in taken, f"tracker {name} {argument}: no such option"


@every_page
def test_every_option_belongs_to_some_command(page: Path) -> None:
    known = {option for name in COMMANDS for option in options_of(name)}
    for program in ("accuracy.py", "hunt.py"):
        text = (ROOT / "benchmarks" / program).read_text(encoding="utf-8")
        known |= set(re.findall(r'"(--[a-z-]+)"', text))
    for code in code_on(page):
        if re.match(r"--[a-z]", code):
            option = re.split(r"[ =]", code)[0]
            assert option in known or option.startswith(PYTEST_BENCHMARK), (
                f"{code}: no such option"
            )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    table = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"| `tracker {name}` |" in table


# Kinds without a start script are no sensors that one can connect to.
@pytest.mark.parametrize("kind", [name for name, each in families().items() if each.start])
def test_every_kind_of_sensor_is_documented(kind: str) -> None:
    assert kind in code_words(ROOT / "docs" / "sensors.md")


@every_page
def test_every_make_target_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    for arguments in calls(page, "make"):
        for target in arguments:
            if re.fullmatch(r"[a-z]+", target):
                assert target in targets, f"make {target}: no such target"


@every_page
def test_every_decision_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for number, linked in re.findall(r"ADR (\d{4})(?:\]\([^)]*?(\d{4})-[^)]*\))?", text):
        assert list((ROOT / "docs" / "adr").glob(f"{number}-*.md")), f"ADR {number} does not exist"
        assert linked in ("", number), f"ADR {number} leads to {linked}"


@pytest.mark.parametrize(
    ("where", "owners"),
    [
        ("everywhere", (TrackerApp, SetupScreen)),
        ("list of sensors", (DevicesScreen,)),
        ("set-up", (SetupScreen,)),
        ("training", (TrainScreen,)),
        ("rest", (RestScreen,)),
        ("past sessions", (HistoryScreen,)),
    ],
)
def test_every_key_in_the_guide_is_bound(where: str, owners: tuple[type, ...]) -> None:
    # The arrow keys belong to the widgets: rows of a table, choices of a form.
    # Textual binds the palette itself.
    known = {key.lower() for key in keys_of(*owners)} | {"↑", "↓", "←", "→"}
    known.add(TrackerApp.COMMAND_PALETTE_BINDING)
    text = FIRST_SESSION.read_text(encoding="utf-8")
    table = text[text.index("## Keys") : text.index("## When to ask")]
    now, named = "", set[str]()
    for place, keys in re.findall(r"^\| ([^|]*?) ?\| ([^|]+) \|.*\|$", table, re.M):
        now = place or now
        if now == where:
            named |= {key.lower() for key in re.findall(r"`([^`]+)`", keys)}
    assert named
    assert named <= known


def test_every_picture_is_shown_and_small_enough_for_a_phone() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for target in links(page)}
    pictures = sorted((ROOT / "docs").glob("*.svg"))
    assert pictures
    for picture in pictures:
        assert picture in shown, f"{picture.name} is on no page"
        assert picture.stat().st_size < 150_000


def test_the_code_of_the_walk_through_is_that_of_the_example() -> None:
    package = ROOT / "examples" / "plugin"
    there = "".join(
        path.read_text(encoding="utf-8") for path in package.rglob("*.*") if path.is_file()
    )
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:python|toml)\n(.*?)^```", page, re.S | re.M)
    assert len(blocks) == 4
    for block in blocks:
        assert block in there
