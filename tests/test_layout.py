"""The shape of the project that no linter holds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "tracker"
TESTS = ROOT / "tests"
MODULES = sorted(SOURCE.rglob("*.py"))
ROOMS = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}

LONGEST_MODULE_LINES = 700
"""One idea, readable in one sitting."""

# Cross rooms: the bundled recordings, the measurements, whole sessions over an emulated radio.
CROSSING = {"benchmarks", "firmware", "radio", "recordings"}


def named_inside_the_project(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=named_inside_the_project)
def test_no_module_is_too_long_to_read(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_MODULE_LINES


def test_tests_mirror_rooms() -> None:
    folders = {path.name for path in TESTS.iterdir() if any(path.glob("test_*.py"))}
    assert folders >= ROOMS
    assert folders <= ROOMS | CROSSING


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
