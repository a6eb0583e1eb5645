"""The sets of a training as they happen, in lines: counts, cues, rests with questions, summary."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tracker.app.clock import local_now
from tracker.app.routine import MARK
from tracker.app.snapshot import RunState
from tracker.app.text import (
    UNKNOWN,
    LinkWords,
    clock_time,
    mean_durations_s,
    reference_words,
    set_flag_words,
    tempo_words,
)
from tracker.cli.conversation import (
    Conversation,
    EndOfLinesError,
    number_or,
    problem_of,
    whole_or,
)
from tracker.domain import (
    MOST_PAIN,
    BatteryRead,
    Calibrated,
    CalibrationFailed,
    CalibrationLost,
    Cue,
    DataWarned,
    Fault,
    FaultReason,
    LinkChanged,
    LoadEntered,
    NoteEntered,
    PainEntered,
    PainMoment,
    PlanChosen,
    ReferenceRep,
    RepCounted,
    RepRevised,
    RepsAdjusted,
    RpeEntered,
    SetEnded,
    SetStarted,
    TrackerError,
    mean_of_known,
)
from tracker.domain.loads import load_text, load_unit, load_words, parse_load_kg
from tracker.domain.plan import MOST_RPE
from tracker.language import _, counted, decimal, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracker.app.advice import Advisor
    from tracker.app.session import Session
    from tracker.domain import Entry, Event, SetRecord

LOOKS_PER_S: Final = 4.0
"""How often to look at the rest: its last seconds are told on time."""

TOLD_BEFORE_S: Final = (30.0, 10.0, 0.0)
"""When to tell how much of the rest is left, s."""

HELP: Final = (
    _("While you train, type a letter and enter."),
    _("f finishes. u takes back a rep, a adds one."),
    _("n and some words makes a note on the set."),
    _("Enter alone says where you are. A question mark says this again."),
)

_QUESTIONS: Final = ("load", "effort", "pain", "next")
"""Asked in a rest, one after the other."""


class PlainTraining:
    """Tells what happens in a session, and takes what is typed, until the wearer is done."""

    def __init__(
        self, session: Session, talk: Conversation, advisor: Callable[[], Advisor | None]
    ) -> None:
        self._session = session
        self._talk = talk
        self._read_advisor = advisor
        self._links = LinkWords()
        self._questions: deque[str] = deque()
        self._asked_about = 0
        """Number of the set that the questions are about."""
        self._rest_left: deque[float] = deque()
        """What is still to be told of this rest."""
        self._over = False
        self._is_through = False
        session.add_sink(self)

    def finish(self) -> None:
        """Sum up at the next look, as if it had been asked for."""
        self._is_through = True

    def tell_step(self, line: str) -> None:
        """Tell the next step of a routine."""
        self._talk.say(line.removeprefix(MARK))

    # What happens

    def accept(self, events: Sequence[Event], newest_s: float | None) -> None:
        """Tell events as they come."""
        for event in events:
            line = self._line(event)
            if line:
                self._talk.say(line)

    def _line(self, event: Event) -> str | None:
        match event:
            case SetStarted(set_index=index):
                self._questions.clear()
                self._rest_left.clear()
                return _("Set {number} begins.").format(number=index)
            case RepCounted(index=index):
                return str(index)
            case RepRevised(index=index, rep=None):
                return _("Rep {number} is taken back: {reason}.").format(
                    number=index, reason=event.reason
                )
            case SetEnded(set_index=index):
                return self._set_ended(index)
            case Cue(text=text, strong=strong):
                return _("Careful: {cue}").format(cue=text) if strong else text
            case ReferenceRep():
                return _sentence(reference_words(event))
            case Calibrated():
                return _("Calibrated: this is your lockout.")
            case CalibrationFailed(reason=reason) | CalibrationLost(reason=reason):
                return _("Not calibrated: {reason}.").format(reason=reason)
            case LinkChanged() | BatteryRead():
                line = self._links.line(event)
                return None if line is None else _sentence(line)
            case DataWarned(warning=warning):
                return _("Warning: {problem}.").format(problem=warning.text)
            case Fault(reason=FaultReason.DETECTOR_RESTARTED, detail=detail):
                return _("Warning: {problem}. Recording goes on.").format(problem=detail)
            case _:
                return None

    def _set_ended(self, index: int) -> str | None:
        # The session has it only after this batch.
        asyncio.get_running_loop().call_soon(self._begin_rest, index)
        return None

    def _record(self, index: int) -> SetRecord | None:
        return next((each for each in self._session.snapshot().sets if each.index == index), None)

    def _begin_rest(self, index: int) -> None:
        record = self._record(index)
        if record is None:
            self._talk.say(
                _("Set {number} is taken back: no rep in it counts.").format(number=index)
            )
            return
        snapshot = self._session.snapshot()
        self._talk.say(*set_sentences(record))
        left_s = snapshot.plan.rest_s - (snapshot.resting_s or 0.0)
        self._talk.say(_("Rest: {seconds:.0f} seconds are left.").format(seconds=max(left_s, 0.0)))
        self._rest_left = deque(each for each in TOLD_BEFORE_S if each < left_s)
        self._asked_about = index
        self._questions = deque(_QUESTIONS)
        self._ask()

    def _tell_rest(self) -> None:
        snapshot = self._session.snapshot()
        if snapshot.state is RunState.FINISHED and not self._over:
            self._over = True
            self._talk.say(_("The sensor has stopped sending. Type f for the summary."))
        if not self._rest_left or snapshot.resting_s is None:
            return
        left_s = snapshot.plan.rest_s - snapshot.resting_s
        due = None
        while self._rest_left and left_s <= self._rest_left[0]:
            due = self._rest_left.popleft()
        if due is not None:
            words = (
                _("{seconds:.0f} seconds of rest are left.").format(seconds=due)
                if due
                else _("The rest is over. Begin.")
            )
            self._talk.say(words)

    # Questions in a rest

    def _ask(self) -> None:
        record = self._record(self._asked_about)
        if record is None or not self._questions:
            self._questions.clear()
            return
        plan = self._session.snapshot().plan
        unit = load_unit().value
        match self._questions[0]:
            case "load":
                question = _("Load of this set in {unit}?").format(unit=unit)
                now = load_words(record.load_kg)
            case "effort":
                question = _("Effort, 0 to {most:.0f}? {most:.0f} is no rep left, 8 two.").format(
                    most=MOST_RPE
                )
                now = ""
            case "pain":
                question = _("Pain now, 0 to {most}?").format(most=MOST_PAIN)
                now = ""
            case _:
                question = _("Load of the next set in {unit}?").format(unit=unit)
                now = load_words(plan.load_kg)
        self._talk.say(f"{question} {kept(now)}")

    def _answer(self, text: str) -> None:
        """Take an answer; one that makes no sense is asked for again."""
        question, index = self._questions[0], self._asked_about
        try:
            entry = self._entry(question, text, index)
            if entry is not None:
                self._session.enter(entry)
        except (TrackerError, ValueError) as error:
            self._talk.say(problem_of(error))
        else:
            self._questions.popleft()
            if not self._questions:
                self._talk.say(
                    _("Noted. Begin the next set when you are ready, or type f to finish.")
                )
        self._ask()

    def _entry(self, question: str, text: str, index: int) -> Entry | None:
        if not text:
            return None
        if question == "effort":
            rpe = number_or(text, 0.0, MOST_RPE)
            return None if rpe is None else RpeEntered(index, rpe)
        if question == "pain":
            pain = whole_or(text, 0, MOST_PAIN)
            return None if pain is None else PainEntered(pain, PainMoment.BETWEEN, index)
        load_kg = parse_load_kg(text, load_unit())
        if question == "load":
            return LoadEntered(index, load_kg)
        return PlanChosen(replace(self._session.snapshot().plan, load_kg=load_kg))

    # The whole

    async def run(self) -> None:
        """Run the session, tell it, and sum it up; raises what ended the session early."""
        running = asyncio.ensure_future(self._session.run())
        try:
            self._talk.say(*HELP, _("Ready. The first rep counts."))
            while await self._until_finished(running):
                self._session.freeze()
                if await self._summed_up():
                    break
                self._session.resume()
                self._talk.say(_("The training goes on."))
        except EndOfLinesError:
            pass
        finally:
            self._session.stop()
            await running

    async def _until_finished(self, running: asyncio.Future[None]) -> bool:
        """Take what is typed until `f`; return False if the session has ended by itself."""
        typed = asyncio.ensure_future(self._talk.typed())
        try:
            while not running.done():
                waited: tuple[asyncio.Future[Any], ...] = (typed, running)
                await asyncio.wait(
                    waited, timeout=1.0 / LOOKS_PER_S, return_when=asyncio.FIRST_COMPLETED
                )
                self._tell_rest()
                if self._is_through:
                    self._is_through = False
                    return True
                if not typed.done():
                    continue
                text = typed.result()
                if text.lower() == "f":
                    return True
                self._take(text)
                typed = asyncio.ensure_future(self._talk.typed())
            return False
        finally:
            typed.cancel()
            with suppress(asyncio.CancelledError, EndOfLinesError):
                await typed

    def _take(self, text: str) -> None:
        """Do what was typed."""
        command, __, rest = text.partition(" ")
        record = self._session.snapshot().current_set
        match command.lower():
            case "?":
                self._talk.say(*HELP)
            case "u" | "a" if record is not None:
                by = 1 if command.lower() == "a" else -1
                self._session.enter(RepsAdjusted(record.index, by))
                self._talk.say(_("One rep more.") if by > 0 else _("One rep taken back."))
            case "n" if rest and record is not None:
                self._session.enter(NoteEntered(rest, record.index))
                self._talk.say(_("Noted."))
            case _ if self._questions:
                self._answer(text)
            case "":
                self._talk.say(self._where())
            case _:
                self._talk.say(_("There is no command {text!r}.").format(text=text), *HELP)

    def _where(self) -> str:
        snapshot = self._session.snapshot()
        record = snapshot.current_set
        if record is None:
            return _("Ready. The first rep counts.")
        if record.ended:
            left_s = snapshot.plan.rest_s - (snapshot.resting_s or 0.0)
            words = (
                _("After set {number}, {seconds:.0f} seconds of rest are left.")
                if left_s > 0
                else _("After set {number}, the rest is over.")
            )
            return words.format(number=record.index, seconds=left_s)
        return _("Set {number}, {reps}.").format(number=record.index, reps=_reps(record))

    async def _summed_up(self) -> bool:
        """Say how it went and ask for the rest; return whether that was the end."""
        # What belongs to the screens' summary is theirs; Textual costs 0.2 s, and it is the end.
        from tracker.tui.advice import best_line, next_lines, pain_lines, record_lines

        workout = self._session.workout("")
        sets = workout.working_sets
        reps = sum(record.done for record in sets)
        lifted = sum((record.load_kg or 0.0) * record.done for record in sets)
        parts = [counted(len(sets), "set", "sets"), counted(reps, "rep", "reps")]
        if lifted:
            parts.append(_("{load} lifted").format(load=load_text(lifted, 0)))
        # Translators: minutes and seconds, as on a stopwatch.
        parts.append(_("{time} minutes").format(time=clock_time(workout.facts.duration_s)))
        self._talk.say(_("Summary: {parts}.").format(parts=", ".join(parts)))
        for record in workout.sets:
            self._talk.say(*set_sentences(record))
        advisor = await asyncio.to_thread(self._read_advisor)
        earlier = () if advisor is None else advisor.history.workouts
        self._talk.say(*filter(None, (best_line(workout), *record_lines(workout, earlier))))
        question = _("Pain now, after the training, 0 to {most}?").format(most=MOST_PAIN)
        pain = await self._talk.ask(
            f"{question} {kept('')}",
            partial(whole_or, least=0, most=MOST_PAIN),
        )
        if pain is not None:
            self._session.enter(PainEntered(pain, PainMoment.AFTER))
        note = await self._talk.ask(_("A note on the training? Enter leaves it out."), str)
        if note:
            self._session.enter(NoteEntered(note))
        workout = self._session.workout("")
        self._talk.say(*pain_lines(workout.pain))
        if advisor is not None and workout.sets:
            self._talk.say(*next_lines(workout, advisor, local_now()))
        return await self._talk.ask(_("Enter ends the training. b goes back to it."), _ends)


def set_sentences(record: SetRecord) -> tuple[str, ...]:
    """Return how a set went, as one hears it."""
    reps = record.reps
    head = [_reps(record), load_words(record.load_kg)]
    lines = [
        _("Set {number}: {reps}.").format(number=record.index, reps=", ".join(filter(None, head)))
    ]
    if reps:
        hold_s = mean_of_known(rep.lockout_s for rep in reps)
        range_deg = mean_of_known(rep.rom_deg for rep in reps)
        velocity_mps = mean_of_known(rep.mean_velocity_mps for rep in reps)
        measures = _("On average hold {hold}, range {range}, velocity {velocity}.")
        lines.append(
            measures.format(
                hold=UNKNOWN
                if hold_s is None
                else _("{seconds} seconds").format(seconds=decimal(hold_s, 1)),
                range=UNKNOWN
                if range_deg is None
                else _("{angle:.0f} degrees").format(angle=range_deg),
                velocity=UNKNOWN if velocity_mps is None else decimal(velocity_mps, 2),
            )
        )
        tempo = tempo_words(mean_durations_s(reps)).replace(" · ", ", ")
        lines.append(_("Tempo {phases}.").format(phases=tempo))
    flags = set_flag_words(record)
    if flags:
        lines.append(_("Remarks: {flags}.").format(flags=flags))
    return tuple(lines)


def _reps(record: SetRecord) -> str:
    target, done = record.plan.target_reps, counted(record.done, "rep", "reps")
    if target is None:
        return done
    if record.done > target:
        return _("{reps}, {target} planned").format(reps=done, target=target)
    return ngettext("{done} of {target} reps", "{done} of {target} reps", target).format(
        done=record.done, target=target
    )


def kept(now: str) -> str:
    """Return what enter alone does with a value."""
    return _("Enter keeps {value}.").format(value=now) if now else _("Enter leaves it open.")


def _sentence(line: str) -> str:
    line = line.removeprefix("! ")
    return f"{line[:1].upper()}{line[1:]}."


def _ends(text: str) -> bool:
    if text.lower() in ("", "b"):
        return not text
    raise ValueError(_("expected enter or b, got {text!r}").format(text=text))
