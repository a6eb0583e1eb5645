"""Site, workflows, templates and manual page name only what exists."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from hypothesis import settings

from tracker.cli.app import COMMANDS
from tracker.cli.exits import ExitCode
from tracker.domain import EXERCISES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[1]
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS: Final = frozenset(re.findall(r"^([a-z]+):", MAKEFILE, re.M))
WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ISSUE_FORMS: Final = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
PAGES_OF_THE_SITE: Final = (
    "*.md",
    "docs/**/*.md",
    "firmware_notes/*.md",
    "firmware_notes/reference/*.md",
    "recordings/*.md",
    "benchmarks/*.md",
    "examples/*.md",
)
SOURCES: Final = sorted((ROOT / "src").rglob("*.py"))
SHARE: Final = ROOT / "packaging" / "share"


class SiteLoader(yaml.SafeLoader):  # type: ignore[misc] # yaml has no types
    """Reads mkdocs.yml, whose Python objects do not matter here."""


SiteLoader.add_multi_constructor("tag:yaml.org,2002:python/", lambda *_: None)


def read_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), SiteLoader)


def leaves(node: Any) -> Iterator[str]:
    """Yield every text in a tree of lists and mappings."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from leaves(each)
    else:
        yield str(node)


def steps(workflow: Path) -> Iterator[dict[str, Any]]:
    for job in read_yaml(workflow)["jobs"].values():
        yield from job["steps"]


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make man` writes."""
    folder = tmp_path_factory.mktemp("share")
    subprocess.run([sys.executable, ROOT / "docs" / "man.py", folder], check=True)
    return folder


# ---- the site ----


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    listed = list(leaves(read_yaml(ROOT / "mkdocs.yml")["nav"]))
    there = {
        path.relative_to(ROOT).as_posix()
        for pattern in PAGES_OF_THE_SITE
        for path in ROOT.glob(pattern)
    }
    assert sorted(listed) == sorted(there)


def test_the_site_loads_nothing_from_elsewhere() -> None:
    site = read_yaml(ROOT / "mkdocs.yml")
    assert site["theme"]["font"] is False
    assert not {"extra_css", "extra_javascript"} & site.keys()


def test_every_page_of_the_reference_is_of_a_room_that_says_what_it_exports() -> None:
    pages = [page for page in (ROOT / "docs" / "reference").glob("*.md") if page.stem != "README"]
    assert pages
    for page in pages:
        source = ROOT / "src" / "tracker" / page.stem
        room = source / "__init__.py" if source.is_dir() else source.with_suffix(".py")
        assert page.read_text(encoding="utf-8").endswith(f"\n::: tracker.{page.stem}\n")
        assert not source.is_dir() or "__all__" in room.read_text(encoding="utf-8")


# ---- random examples ----


def test_examples_are_the_same_everywhere_but_in_ci() -> None:
    # The second can only fail in CI, where Hypothesis has another default.
    assert settings.get_profile("repeatable").derandomize
    assert not settings.get_profile("random").derandomize
    assert settings.get_profile("random").print_blob


# ---- workflows and templates ----


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_makes_only_what_can_be_made(workflow: Path) -> None:
    made = {
        target
        for step in steps(workflow)
        for words in re.findall(r"^make (.+)$", step.get("run", ""), re.M)
        for target in words.split()
    }
    assert made
    assert made <= TARGETS


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_pins_its_actions_and_may_write_nothing_by_default(workflow: Path) -> None:
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
    assert read_yaml(workflow)["permissions"] in ({}, {"contents": "read"})
    assert "concurrency" in read_yaml(workflow)
    assert all("timeout-minutes" in job for job in read_yaml(workflow)["jobs"].values())


def test_hooks_run_the_tools_of_make_lint() -> None:
    (repository,) = read_yaml(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    lint = MAKEFILE[MAKEFILE.index("\nlint:") : MAKEFILE.index("\ndocs:")]
    modules = re.findall(r"-m (\w+)|from (\w+)", lint)
    entries = " ".join(hook["entry"] for hook in repository["hooks"])
    assert modules
    for module in map("".join, modules):
        assert module in entries, f"{module} has no hook"


@pytest.mark.parametrize("form", ISSUE_FORMS, ids=lambda path: path.stem)
def test_an_issue_form_names_only_commands_that_there_are(form: Path) -> None:
    for command in re.findall(r"`tracker ([a-z]+)", form.read_text(encoding="utf-8")):
        assert command in COMMANDS


def test_the_form_for_a_wrong_count_knows_every_exercise() -> None:
    form = read_yaml(ROOT / ".github" / "ISSUE_TEMPLATE" / "wrong-count.yml")
    (dropdown,) = (each for each in form["body"] if each["type"] == "dropdown")
    assert dropdown["attributes"]["options"] == list(EXERCISES)


# ---- what the wheel installs for the shell ----


def test_the_manual_page_explains_every_command(share: Path) -> None:
    page = (share / "man" / "man1" / "tracker.1").read_text(encoding="utf-8")
    headings = re.findall(r"^\.SS tracker (\S+)", page, re.M)
    assert headings == list(COMMANDS)
    assert r"\-\-velocity\-loss" in page
    status = page[page.index(".SH EXIT STATUS") : page.index(".SH ENVIRONMENT")]
    assert [int(code) for code in re.findall(r"\\fB(\d)\\fR", status)] == list(ExitCode)
    for name in re.findall(r"TRACKER_[A-Z_]+", page):
        assert any(name in source.read_text(encoding="utf-8") for source in SOURCES), name


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_page_is_set_without_a_warning(share: Path) -> None:
    page = share / "man" / "man1" / "tracker.1"
    line = ["groff", "-man", "-Tutf8", "-ww", "-K", "utf8", "-z", str(page)]
    done = subprocess.run(line, capture_output=True, encoding="utf-8", check=True)
    assert done.stderr == ""


def test_the_completion_that_is_installed_is_that_of_click(share: Path) -> None:
    written = {path.relative_to(share) for path in share.rglob("*") if path.is_file()}
    committed = {path for path in written if path.parts[0] != "man"}
    assert len(committed) == 3
    for path in committed:
        text = (share / path).read_text(encoding="utf-8")
        assert (SHARE / path).read_text(encoding="utf-8") == text, "run: make man"


def test_the_wheel_takes_what_is_written_for_the_shell() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["uv"]["build-backend"]["data"] == {"data": SHARE.parent.name}


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_with_what_is_installed(tmp_path: Path) -> None:
    program = tmp_path / "tracker"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m tracker\n", encoding="utf-8")
    program.chmod(0o755)
    script = SHARE / "bash-completion" / "completions" / "tracker"
    typed = (
        f"PATH='{tmp_path}':$PATH; . '{script}'; COMP_WORDS=(tracker hist); COMP_CWORD=1; "
        '_tracker_completion tracker; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", typed], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.split() == ["history"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_can_read_what_is_installed(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (script,) = (path for path in SHARE.rglob("*tracker*") if shell in path.as_posix())
    subprocess.run([shell, "-n", str(script)], check=True)


FLAW = {"id": "PYSEC-1", "fix_versions": ["2"]}
AUDITED = {"name": "jinja2", "version": "1", "vulns": []}


@pytest.mark.posix("it is a script for a shell")
@pytest.mark.parametrize(
    ("packages", "code", "told"),
    [
        (
            [AUDITED, {"name": "x", "skip_reason": "?"}],
            0,
            "in 1 packages of the lock file; 1 ",
        ),
        ([AUDITED | {"vulns": [FLAW]}], 1, "jinja2 1: PYSEC-1, mended in 2"),
        ([{"name": "x", "skip_reason": "not found"}], 0, "could not be reached"),
        (None, 0, "could not be reached"),
    ],
    ids=["nothing", "something", "nothing looked up", "unreachable"],
)
def test_an_audit_fails_for_what_it_finds_and_not_for_what_it_cannot_reach(
    tmp_path: Path, packages: object, code: int, told: str
) -> None:
    place = tmp_path / "checkout"
    (place / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "audit", place / ".ci" / "audit")
    report = tmp_path / "report.json"
    if packages is not None:
        report.write_text(json.dumps({"dependencies": packages}), encoding="utf-8")
    auditor = tmp_path / "auditor"
    auditor.write_text(f"#!/bin/sh\ncp {report} build/audit.json\nexit 1\n", encoding="utf-8")
    auditor.chmod(0o755)
    done = subprocess.run(
        [place / ".ci" / "audit", "requirements.txt"],
        env={**os.environ, "TRACKER_AUDIT": str(auditor), "TRACKER_PYTHON": sys.executable},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert told in done.stdout + done.stderr
    assert done.returncode == code
