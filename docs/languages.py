"""Collect every text that is marked for translation, and compile what is translated.

Run by `make languages`. It brings `src/tracker/locale/LANGUAGE/LC_MESSAGES/tracker.po` up to date
with the code, says what is not translated yet, and writes the `tracker.mo` that the program reads.
A translation goes into the `.po`, by hand or with Poedit. Both files are kept with the code, so
that an installation needs no compiler.
"""

from __future__ import annotations

import ast
import io
import sys
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tracker.language import DOMAIN, FOLDER, LANGUAGES
from tracker.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from babel.messages.catalog import Message

SOURCE: Final = Path(__file__).parents[1] / "src" / "tracker"
TEMPLATES: Final = [("**.j2", "jinja2"), ("**/page/*.html", "jinja2")]
MARKS: Final = {
    "_": (0,),
    "N_": (0,),
    "pgettext": (0, 1),
    "ngettext": (0, 1),
    "counted": (1, 2),
}
"""What marks a text, with the places of its arguments; see `tracker.language`."""

FOR_TRANSLATORS: Final = "# Translators:"
"""Begins a comment about the text below it."""

NEW_LANGUAGES: Final = tuple(code for code in LANGUAGES if code != "en")


def collected() -> Catalog:
    """Return every text that is marked in the code, and those of Click, without translations."""
    texts = Catalog(domain=DOMAIN, charset="utf-8", fuzzy=False)
    for path in sorted(SOURCE.rglob("*.py")):
        for text in _in_code(path.read_text("utf-8"), in_commands="cli" in path.parts):
            text.add_to(texts, path.relative_to(SOURCE).as_posix())
    for folder, prefix, methods in (
        (SOURCE, "", TEMPLATES),
        (Path(click.__file__).parent, "click/", [("**.py", "python")]),
    ):
        options = {pattern: {"trimmed": "true", "silent": "false"} for pattern, _ in methods}
        for file, line, *found in extract_from_dir(folder, methods, options):
            message, comments, context = found
            Text(message, line, context, tuple(comments)).add_to(texts, f"{prefix}{file}")
    # Click translates it without marking it: what the help says of an option.
    Text("required", 1).add_to(texts, "click/core.py")
    return texts


@dataclass(frozen=True)
class Text:
    """A text to translate."""

    forms: str | tuple[str, ...]
    """The text, or its singular and plural."""
    line: int
    context: str | None = None
    comments: tuple[str, ...] = ()
    """For who translates it."""

    def add_to(self, texts: Catalog, file: str) -> None:
        """Add it, in the order of the code."""
        texts.add(
            self.forms,
            locations=[(file, self.line)],
            auto_comments=self.comments,
            context=self.context,
        )


def _in_code(code: str, *, in_commands: bool) -> Iterator[Text]:
    """Yield what is marked, in f-strings too, and the docstring of each command: its help."""
    lines = code.splitlines()
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in MARKS:
                words = [_constant(arguments[place]) for place in MARKS[name]]
                # What is not written there was marked elsewhere.
                if all(words):
                    context = words.pop(0) if name == "pgettext" else None
                    forms = words[0] if len(words) == 1 else tuple(words)
                    yield Text(forms, node.lineno, context, _comments(lines, node.lineno))
            case ast.FunctionDef(decorator_list=decorators) if in_commands:
                text = ast.get_docstring(node)
                if text is not None and any(map(_makes_command, decorators)):
                    yield Text(text, node.lineno)


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _comments(lines: Sequence[str], line: int) -> tuple[str, ...]:
    """Return what stands above a line for who translates it."""
    above = [text.strip() for text in takewhile(_is_comment, reversed(lines[: line - 1]))][::-1]
    starts = [at for at, text in enumerate(above) if text.startswith(FOR_TRANSLATORS)]
    return tuple(text.removeprefix("#").strip() for text in above[starts[0] :]) if starts else ()


def _is_comment(line: str) -> bool:
    return line.strip().startswith("#")


def _makes_command(decorator: ast.expr) -> bool:
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(call, ast.Attribute) and call.attr in ("command", "group")


def brought_up_to_date(code: str, texts: Catalog) -> Catalog:
    """Return the translations of a language for the texts there are now."""
    path = po_file(code)
    known = Catalog(locale=code)
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=code, domain=DOMAIN)
    updated = Catalog(
        locale=code,
        domain=DOMAIN,
        header_comment=f"# {LANGUAGES[code]}. `make languages` updates this file.",
        project="tracker",
        version=VERSION,
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        # Dates of now would make two runs differ.
        creation_date=known.creation_date,
        revision_date=known.creation_date,
        fuzzy=False,
    )
    for text in texts:
        if text.id:
            before = known.get(text.id, text.context)
            if before is not None and before.pluralizable != text.pluralizable:
                before = None
            updated.add(
                text.id,
                before.string if before is not None else None,
                text.locations,
                auto_comments=text.auto_comments,
                context=text.context,
            )
    return updated


def _is_translated(text: Message) -> bool:
    forms = text.string if isinstance(text.string, tuple) else (text.string,)
    return all(forms)


def po_file(code: str) -> Path:
    """Return where the translations of a language are edited."""
    return FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def po_text(translations: Catalog) -> bytes:
    """Return the file that is edited."""
    file = io.BytesIO()
    write_po(file, translations, width=100, sort_by_file=True, include_lineno=False)
    return file.getvalue()


def mo_text(translations: Catalog) -> bytes:
    """Return the file that the program reads."""
    file = io.BytesIO()
    write_mo(file, translations)
    return file.getvalue()


def main() -> int:
    """Write the files of every language, and say how many texts are not translated."""
    texts = collected()
    for code in NEW_LANGUAGES:
        translations = brought_up_to_date(code, texts)
        path = po_file(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(po_text(translations))
        path.with_suffix(".mo").write_bytes(mo_text(translations))
        left = [each for each in translations if each.id and not _is_translated(each)]
        name = path.relative_to(SOURCE.parents[1])
        sys.stdout.write(f"{name}: {len(texts)} texts, {len(left)} to translate\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
