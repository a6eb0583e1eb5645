"""The shape of the project that no linter holds."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tracker"
UNIT_TESTS = ROOT / "tests" / "unit"
MODULES = sorted(SOURCE.rglob("*.py"))
# A law that holds for every module of its room.
LAWS = {Path(__file__), UNIT_TESTS / "sensors" / "test_fuzz.py"}
TESTS = sorted(path for path in UNIT_TESTS.rglob("test_*.py") if path not in LAWS)
LONGEST_MODULE_LINES = 500

# Two lines that hand over to `cli`; every test that starts a process runs them.
HAND_OVER = SOURCE / "__main__.py"
# Screens are tested through the running app, in a tree that follows what the user does.
SCREENS = SOURCE / "tui"


def named_inside_the_project(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def does_something(module: Path) -> bool:
    """Say whether a module has a function with a body; protocols and plain records have none."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return any(not is_declaration(statement) for node in functions for statement in node.body)


def is_declaration(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def needs_a_mirror(module: Path) -> bool:
    if module == HAND_OVER or module.name == "__init__.py" or SCREENS in module.parents:
        return False
    return does_something(module)


@pytest.mark.parametrize("module", MODULES, ids=named_inside_the_project)
def test_no_module_is_too_long_to_read(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE_LINES


@pytest.mark.parametrize(
    "module", [path for path in MODULES if needs_a_mirror(path)], ids=named_inside_the_project
)
def test_every_module_has_its_tests_at_the_mirrored_place(module: Path) -> None:
    inside = module.relative_to(SOURCE)
    mirrored = UNIT_TESTS / inside.parent / f"test_{inside.name}"
    assert mirrored.is_file(), f"{named_inside_the_project(mirrored)} is missing"


@pytest.mark.parametrize("test", TESTS, ids=named_inside_the_project)
def test_every_test_mirrors_a_module_or_a_room(test: Path) -> None:
    inside = test.relative_to(UNIT_TESTS).with_name(test.name.removeprefix("test_"))
    module = SOURCE / inside
    room = module.with_suffix("")
    assert module.is_file() or room.is_dir(), f"nothing of that name in {module.parent}"


def test_every_runtime_dependency_says_what_it_is_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    for requirement in (*project["dependencies"], *extras):
        commented = rf'^\s*# .+\n\s*"{re.escape(requirement)}",?$'
        assert re.search(commented, text, re.MULTILINE), f"{requirement} has no comment above it"


def test_every_command_of_the_makefile_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    explained = re.findall(r"^([a-z]+):.* ## \S", makefile, re.MULTILINE)
    assert sorted(phony.split()) == sorted(explained)
