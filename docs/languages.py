"""Collect every text that is marked for translation, and compile what is translated.

Run by `make languages`. It brings `src/tracker/locale/LANGUAGE/LC_MESSAGES/tracker.po` up to date
with the code, says what is not translated yet, and writes the `tracker.mo` that the program reads.
A translation goes into the `.po`, by hand or with Poedit. Both files are kept with the code, so
that an installation needs no compiler.
"""

from __future__ import annotations

import ast
import inspect
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeGuard

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tracker.language import DOMAIN, FOLDER, LANGUAGES
from tracker.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Message

SOURCE: Final = Path(__file__).parents[1] / "src" / "tracker"
METHODS: Final = [("**.py", "python"), ("**.j2", "jinja2"), ("**/page/*.html", "jinja2")]
KEYWORDS: Final = {**DEFAULT_KEYWORDS, "counted": (2, 3)}
"""What marks a text, with the places of its arguments; see `tracker.language`."""

NEW_LANGUAGES: Final = tuple(code for code in LANGUAGES if code != "en")


def collected() -> Catalog:
    """Return every text that is marked in the code, and those of Click, without translations."""
    texts = Catalog(domain=DOMAIN, project="tracker", charset="utf-8", fuzzy=False)
    for folder in (SOURCE, Path(click.__file__).parent):
        ours = folder == SOURCE
        options = {"trimmed": "true", "silent": "false"}
        found = extract_from_dir(
            folder,
            METHODS,
            {pattern: options for pattern, method in METHODS if method == "jinja2"},
            KEYWORDS,
            comment_tags=("Translators:",) if ours else (),
            strip_comment_tags=True,
        )
        for file, line, message, comments, context in found:
            place = (f"{'' if ours else 'click/'}{file}", line)
            texts.add(message, locations=[place], auto_comments=comments, context=context)
    for file, line, message in (*_inside_f_strings(), *_commands()):
        texts.add(message, locations=[(file, line)])
    return texts


def _inside_f_strings() -> Iterator[tuple[str, int, str | tuple[str, ...]]]:
    """Yield the texts that are marked inside f-strings, which Babel reads over."""
    for path in sorted(SOURCE.rglob("*.py")):
        for string in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(string, ast.JoinedStr):
                for call in filter(_marks_text, ast.walk(string)):
                    yield str(path.relative_to(SOURCE)), string.lineno, _marked(call)


def _marks_text(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "ngettext", "counted")
        and bool(_marked(node))
    )


def _marked(call: ast.Call) -> str | tuple[str, ...]:
    """Return the text that a call marks, or its two forms; empty if it marks a variable."""
    texts = tuple(
        each.value
        for each in call.args
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )
    return texts if len(texts) > 1 else "".join(texts)


def _commands() -> Iterator[tuple[str, int, str]]:
    """Yield the docstring of each command, which Click shows as its help."""
    for path in sorted((SOURCE / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(map(_makes_command, node.decorator_list)):
                text = ast.get_docstring(node, clean=False)
                if text is not None:
                    yield str(path.relative_to(SOURCE)), node.lineno, inspect.cleandoc(text)


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
