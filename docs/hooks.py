"""MkDocs hook: build the site from pages all over the repository.

MkDocs expects every page in one folder, but README, firmware notes and changelog live outside
docs/, and copies would go stale. The site keeps the repository's layout, so links work in both.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mkdocs.structure.files import File, Files

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = (
    "*.md",
    "docs/**/*.md",
    "firmware_notes/*.md",
    "firmware_notes/reference/*.md",
    "recordings/*.md",
    "benchmarks/*.md",
    "examples/*.md",
)
SHOWN: Final = (
    "docs/**/*.svg",
    "docs/**/*.html",
    "docs/schema/*.json",
    "examples/*.py",
    "examples/*.ipynb",
    "examples/plugin/pyproject.toml",
    "examples/plugin/src/**/*.py",
    "firmware_notes/reference/**/*.*",
    "LICENSE",
)
"""Other files that pages show or link to."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replace what MkDocs found in docs/ with the pages of the repository."""
    of_theme = [file for file in files if not _is_in(file, Path(config.docs_dir))]
    ours = [
        File(
            path.relative_to(ROOT).as_posix(),
            str(ROOT),
            config.site_dir,
            config.use_directory_urls,
        )
        for pattern in (*PAGES, *SHOWN)
        for path in sorted(ROOT.glob(pattern))
    ]
    return Files([*of_theme, *ours])


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links to a folder at its README, as GitHub does."""
    here = (ROOT / page.file.src_uri).parent

    def readme_of(link: re.Match[str]) -> str:
        folder = link[1].rstrip("/")
        return f"]({folder}/README.md)" if (here / folder / "README.md").is_file() else link[0]

    return re.sub(r"\]\(([\w./-]+)\)", readme_of, markdown)


def _is_in(file: File, folder: Path) -> bool:
    return file.src_dir is not None and Path(file.src_dir) == folder
