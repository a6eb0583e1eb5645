"""The pages in the language of the program, with the words of their scripts.

A page is a template: its own texts stand in it, and those of its script in a block of JSON at its
end, by the names that the script has for them. What is in braces, the script fills in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracker.language import _, language_tag

PAGE: Final = Path(__file__).with_name("page")
"""Where the pages are, with their scripts and styles."""


def page_text(name: str) -> str:
    """Return the page in a file, ready for a browser."""
    templates = Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined
    )
    return templates.get_template(name).render(
        _=_, language=language_tag(), words=_WORDS[name.removesuffix(".html")]
    )


_WORDS: Final = {
    "phone": {
        "not_done": _("Not done: there is no connection."),
        "no_connection": _(
            "No connection. The training goes on at the computer; this page comes back by itself."
        ),
        "link_invalid": _("This link is not valid any more"),
        "try_again": _("Try again"),
        "training_awaited": _("Waiting for the training to begin …"),
        "set": _("set {number}"),
        # Translators: below a large count of reps, as in 8 of 12.
        "of_target": _("of {target}"),
        "unsure": _("? check the count"),
        # Translators: in large letters once the rest is over.
        "go": _("✓ GO"),
        # Translators: in large letters, between two sets.
        "rest": _("REST"),
        # Translators: in large letters, before the first rep.
        "ready": _("READY"),
        "plan": _("plan {seconds} s"),
        "hold_done": _("✓ hold done"),
        "set_done": _("✓ SET DONE {count}/{target}"),
        # Translators: a button that ends the training.
        "finish": _("Finish"),
        # Translators: a button that ends a demo.
        "end": _("End"),
        "finish_question": _("Finish the training?"),
        "end_question": _("End the demo?"),
        "no_cue": _("No cue"),
        "no_rep": _("Your first rep shows up here."),
        "rep": _("Rep {number}"),
        "rep_figures": _("range {range} · {velocity}"),
        "curve": _("Hips, last {seconds} s"),
        "velocity_lost": _("m/s · ▼ {percent} % off the best"),
        "velocity_best": _("m/s · ✓ at the best"),
        # Translators: after a number such as 8/12.
        "reps": _("reps"),
        "set_figures": _("hold {hold} · {range}"),
        # Translators: said of a button to a screen reader, {field} is such as Load.
        "less": _("{field}: less"),
        "more": _("{field}: more"),
        # Translators: spoken when speech is turned on.
        "speech_on": _("Speech on"),
        "not_encrypted": _(
            "This page is not encrypted, so the browser may switch the screen off all the same. "
            "Start with --tls, or set the phone's own time-out."
        ),
    },
    "terminal": {
        "link_invalid": _("This link is not valid any more"),
        "try_again": _("Try again"),
        "no_connection": _("No connection"),
        "goes_on": _("The training goes on at the computer. This page comes back by itself."),
        "try_now": _("Try now"),
    },
}
