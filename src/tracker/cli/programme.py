"""Commands of the programme around the set: `next`, `add` and `config`.

The log costs SQLAlchemy (0.2 s), so each command imports it in its body.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Final

import click

from tracker.app.paths import own_command, tracker_paths
from tracker.app.register import name_of
from tracker.cli.options import ExerciseName, examples, format_option, moment_of_day
from tracker.cli.terminal import print_json, print_text, say, yes_or_no
from tracker.domain import MOST_PAIN, Plan
from tracker.language import N_, _

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from tracker.app.advice import Advisor
    from tracker.domain import SetEntries, SetRecord
    from tracker.store import TrainingLog

PAIN: Final = click.IntRange(0, MOST_PAIN)


@click.command(
    "next",
    epilog=examples(
        ("tracker next", _("what to do now, and why")),
        ("tracker next --pain 3", _("with the pain that you have now")),
        ("tracker next --exercise glute_bridge --format json", _("for a program")),
        (_("tracker next --asked 'a physiotherapist, 3 May'"), _("after a stop because of pain")),
    ),
)
@click.option("--exercise", type=ExerciseName(), help=_("What to train.  [default: the last one]"))
@click.option("--pain", type=PAIN, metavar="N", help=_("Pain now, 0 to 10."))
@click.option(
    "--at",
    type=moment_of_day,
    metavar="ISO8601",
    help=_("When, in the time zone where you are then.  [default: now]"),
)
@click.option(
    "--asked",
    metavar="WHOM",
    help=_("Record that you have asked a professional about your pain, whom and when."),
)
@format_option("text", "json", explained=_("Lines, or a JSON object."))
def next_training(
    exercise: str | None,
    pain: int | None,
    at: datetime | None,
    asked: str | None,
    output_format: str,
) -> None:
    """Say what to train next, and why.

    Looks at the past sessions, the pain scores, the calendar and the time since the last session.
    It is advice: nothing is locked. The set-up of `tracker train` starts from the same answer.
    """
    from tracker.app.advice import advice_lines, judgement_object
    from tracker.app.clock import local_now
    from tracker.app.training_log import open_training_log
    from tracker.domain.loads import plates_words

    with open_training_log() as log:
        if asked is not None:
            log.note_asked(asked, at)
            say(_("Recorded: somebody was asked about the pain."))
        # The zone of this computer knows summer time; an offset that was given does not.
        zone = None if at is None else at.tzinfo
        advisor = advisor_of(log, at, zone)
    judgement = advisor.judge(at or local_now(), exercise, pain_now=pain)
    if output_format == "json":
        print_json(judgement_object(judgement, zone), indent=2)
    else:
        head, *reasons = advice_lines(judgement)
        plates = "" if judgement.plan is None else plates_words(judgement.plan.load_kg)
        print_text("\n".join([head, *([plates] if plates else []), *reasons]))


def advisor_of(log: TrainingLog, before: datetime | None, zone: tzinfo | None) -> Advisor:
    """Return the advisor for a time, from the log and the configuration."""
    from tracker.app.advice import Advisor, read_history
    from tracker.app.clock import local_now
    from tracker.app.config import config_of

    config = config_of(tracker_paths())
    # A year that was mistyped advises nobody.
    return Advisor(read_history(log, before or local_now()), config.coaching, config.plan, zone)


@click.command(
    epilog=examples(
        (
            "tracker add --exercise squat --started 2026-03-02T18:00 --set 'reps=12 load=40kg'",
            _("a set without the sensor"),
        ),
        (
            "tracker add … --warm-up reps=10 --set 'reps=8 side=left' --set 'reps=8 side=right'",
            _("with a warm-up, and a set for each side"),
        ),
    )
)
@click.option("--exercise", type=ExerciseName(), required=True, help=_("What was trained."))
@click.option(
    "--started", type=moment_of_day, required=True, metavar="ISO8601", help=_("When it began.")
)
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="WORDS",
    help=_(
        "A set: reps=10 load=60kg rpe=8, and also side=left, exercise=NAME or warm_up=yes. A "
        "load is in kg or lb, in your unit if it names none; without a load, as advised. "
        "Once for each set, in order."
    ),
)
@click.option("--warm-up", "warm_ups", multiple=True, metavar="WORDS", help=_("A warm-up set."))
@click.option("--pain-before", type=PAIN, metavar="N", help=_("Pain before training, 0 to 10."))
@click.option("--pain-after", type=PAIN, metavar="N", help=_("Pain after training, 0 to 10."))
@click.option(
    "--pain-next-morning", type=PAIN, metavar="N", help=_("Pain on the next morning, 0 to 10.")
)
@click.option("--note", default="", metavar="TEXT", help=_("Note on the session."))
def add(
    exercise: str,
    started: datetime,
    sets: tuple[str, ...],
    warm_ups: tuple[str, ...],
    pain_before: int | None,
    pain_after: int | None,
    pain_next_morning: int | None,
    note: str,
) -> None:
    """Log a session that no sensor saw.

    Prints its number in the log. The sets count as planned if their load is the one that was
    advised for that day. A set that the sensor missed in a recorded session is added with
    `tracker edit --add`.
    """
    from tracker.app.clock import local_now
    from tracker.app.training_log import open_training_log
    from tracker.cli.tables import ENTERED
    from tracker.domain import (
        PainEntered,
        PainMoment,
        SessionInfo,
        SourceFacts,
        Workout,
        parse_set,
    )
    from tracker.domain.loads import load_unit
    from tracker.version import VERSION

    if not sets and not warm_ups:
        raise click.UsageError(_("say what was done, with --set 'reps=10 load=60kg'"))
    unit = load_unit()
    entered = [replace(parse_set(text, unit), warm_up=True) for text in warm_ups]
    entered += [parse_set(text, unit) for text in sets]
    scores = (
        (pain_before, PainMoment.BEFORE),
        (pain_after, PainMoment.AFTER),
        (pain_next_morning, PainMoment.NEXT_MORNING),
    )
    with open_training_log() as log:
        advised = advisor_of(log, started, started.tzinfo).judge(
            started, exercise, pain_now=pain_before
        )
        plan = advised.plan if advised.exercise == exercise else None
        done = Workout(
            SessionInfo(
                ENTERED,
                exercise,
                started_utc=started.isoformat(),
                origin=ENTERED,
                person=name_of(tracker_paths().person),
            ),
            SourceFacts("entered by hand", ENTERED, None, None, 0),
            tuple(
                _entered_set(number, each, exercise, plan)
                for number, each in enumerate(entered, start=1)
            ),
            (),
            {},
            pain=tuple(
                PainEntered(score, moment) for score, moment in scores if score is not None
            ),
            note=note,
        )
        session_id = log.add(done, version=VERSION)
    if started > local_now():
        undo = own_command(f"delete {session_id}")
        say(
            _("Session {number} is dated in the future. To take it back: {command}").format(
                number=session_id, command=undo
            )
        )
    print_text(str(session_id))


def _entered_set(
    number: int, entries: SetEntries, exercise: str, advised: Plan | None
) -> SetRecord:
    """Return a set that was entered, with the advised plan if it was done with that load."""
    from tracker.domain import NO_PLAN, SetRecord

    at_s = float(number)
    same = (
        advised is not None
        and entries.exercise in (None, exercise)
        and not entries.warm_up
        and entries.load_kg in (None, advised.load_kg)
    )
    plan = advised if advised is not None and same else NO_PLAN
    return SetRecord(number, at_s, at_s, (), 0, ended=True, plan=plan, entries=entries)


_KEYS: Final = {
    "pain_limit": N_("Pain from which on there is no training; for a professional to change."),
    "training_days": N_("Weekdays to train on, as mon,wed,fri; empty leaves them open."),
    "units": N_("What loads are shown and typed in: kg or lb. Nothing that is stored changes."),
    "bar": N_("Weight of your bar, as 20kg: plans then say which plates go on each side."),
    "plain": N_("Train in lines, for a screen reader, instead of on the screen: yes or no."),
    "language": N_("Of every text and the voice: en, de or es; empty is the system's."),
}


@click.command(
    epilog=examples(
        ("tracker config", _("every option with its value")),
        ("tracker config pain_limit", _("one of them")),
        ("tracker config training_days mon,wed,fri", _("set it")),
        ("tracker config units lb", _("pounds everywhere")),
        ("tracker config training_days ''", _("leave the days open again")),
    )
)
@click.argument("key", required=False, metavar="[KEY]", type=click.Choice(tuple(_KEYS)))
@click.argument("value", required=False, metavar="[VALUE]")
def config(key: str | None, value: str | None) -> None:
    """Read and set options."""
    from tracker.app.config import (
        checked_coaching,
        checked_language,
        checked_loads,
        load_config,
        save_coaching,
        save_loads,
        save_screen,
    )

    path = tracker_paths().config_file
    known = load_config(path)
    loads = {"units": known.loads.units.value, "bar": known.loads.bar}
    screen = {"plain": "yes" if known.screen.plain else "no", "language": known.screen.language}
    chosen = {**asdict(known.coaching), **loads, **screen}
    if key is None:
        for name, words in _KEYS.items():
            print_text(f"{name} = {chosen[name]}")
            say(_(words))
        return
    if value is None:
        print_text(str(chosen[key]))
        return
    if key in loads:
        save_loads(path, checked_loads(**{**loads, key: value}))
        return
    if key == "plain":
        plain = yes_or_no(value)
        if plain is None:
            raise click.BadParameter(
                _("expected yes or no, got {value!r}.").format(value=value), param_hint="plain"
            )
        save_screen(path, replace(known.screen, plain=plain))
        return
    if key == "language":
        save_screen(path, replace(known.screen, language=checked_language(value)))
        return
    typed: object = int(value) if key == "pain_limit" and value.isdecimal() else value
    save_coaching(path, checked_coaching(**{**asdict(known.coaching), key: typed}))
    if key == "pain_limit":
        say(_("This is for a professional to set. No clinician has reviewed the tracker's rules."))
