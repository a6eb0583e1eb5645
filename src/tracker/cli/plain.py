"""A whole training in lines: sensor, set-up, the sets as they happen, rests, summary.

The same training as on the screen, by questions and sentences instead of forms and pictures: for a
screen reader, a braille line, and a terminal that can't draw (`TERM=dumb`).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from tracker.app.advice import advice_given, advice_lines
from tracker.app.clock import local_now
from tracker.app.devices import SIMULATED
from tracker.app.routine import RoutineLead
from tracker.app.training import TrainingRequest
from tracker.app.training_log import NOT_LOGGED
from tracker.cli.conversation import Conversation, EndOfLinesError, number_or, whole_or
from tracker.cli.options import sound_beside_lines
from tracker.cli.plain_training import PlainTraining, kept
from tracker.coach import FIRST_PLAN, ROUTINES, Verdict, steps_of
from tracker.domain import MOST_PAIN, MarkKind, Plan, TrackerError, exercise_named, parse_tempo
from tracker.domain.loads import load_unit, load_words, parse_load_kg, plates_words
from tracker.domain.plan import LONGEST_HOLD_S, LONGEST_REST_S, MOST_REPS, MOST_SETS
from tracker.language import _, counted, localized

if TYPE_CHECKING:
    from tracker.app.devices import Device
    from tracker.app.training import TrainingService
    from tracker.cli.exits import Interruption
    from tracker.cli.options import SoundOptions
    from tracker.domain.tempo import Tempo

LISTENED_S: Final = 6.0
"""How long to listen for sensors before naming them, s: most advertise once a second."""


CALIBRATIONS: Final = {
    None: _("no"),
    MarkKind.CALIBRATION: _("hold one lockout still for three seconds"),
    MarkKind.REFERENCE_REPS: _("by the first three reps"),
}
"""Ways to show the sensor this wearer's lockout."""


async def train_in_lines(
    service: TrainingService,
    interrupted: Interruption,
    sound: SoundOptions,
    device: Device | None = None,
    routine: str = "",
) -> bool:
    """Lead through one training, with `device` if it is known; return whether all was said.

    The set-up begins with a routine; none is the exercise alone.

    Raises `TrackerError` if the sensor can't be used.
    """
    conversation = Conversation()
    service.tell = conversation.say
    try:
        with interrupted.ending(conversation.end), suppress(EndOfLinesError):
            await _PlainCoach(service, conversation, sound, routine).lead(device)
    finally:
        # In a thread: a terminal that is stopped holds up nothing.
        told = await asyncio.to_thread(conversation.close)
    return told


class _PlainCoach:
    """Asks for everything that is settled before the first rep, and opens the training."""

    def __init__(
        self,
        service: TrainingService,
        conversation: Conversation,
        sound: SoundOptions,
        routine: str,
    ) -> None:
        self._service = service
        self._talk = conversation
        self._sound = sound
        self._routine = routine
        self._calibration: MarkKind | None = None

    async def lead(self, device: Device | None) -> None:
        await self._warn_once()
        device = device or await self._device()
        request = await self._set_up(device)
        self._talk.say(_("Connecting to {name}.").format(name=device.name))
        async with self._service.training(request, until_stopped=True) as training:
            self._talk.say(f"{training.title[:1].upper()}{training.title[1:]}.")
            session = training.session
            async with sound_beside_lines(self._sound, session):
                told = PlainTraining(session, self._talk, self._service.advisor)
                if request.steps:
                    RoutineLead(session, request.steps, told.tell_step, _silence, told.finish)
                await told.run()
        if training.log_error is not None:
            self._talk.say(
                _("Not logged: {problem}").format(problem=training.log_error.message), NOT_LOGGED
            )
        elif training.session_id is not None:
            self._talk.say(_("Logged as session {number}.").format(number=training.session_id))
        else:
            self._talk.say(_("Nothing was logged: there was no set."))

    async def _warn_once(self) -> None:
        if self._service.config.training.warned:
            return
        # The screens cost Textual (0.2 s), but the words are theirs.
        from tracker.tui.screens.dialogs import warning_parts

        for title, words in warning_parts():
            self._talk.say(f"{title}.", *words)
        await self._talk.ask(_("Enter goes on."), str)
        with suppress(TrackerError):
            self._service.remember(warned=True)

    # Which sensor

    async def _device(self) -> Device:
        devices = self._service.devices()
        while True:
            self._talk.say(
                _("Listening for sensors for {seconds:.0f} seconds.").format(seconds=LISTENED_S)
            )
            listening = asyncio.ensure_future(devices.listen())
            await asyncio.wait({listening}, timeout=LISTENED_S)
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            if devices.trouble is not None:
                self._talk.say(devices.trouble)
            known = [each for each in devices.seen if each.kind is not None or each.refusal]
            again = len(known)
            chosen = await self._talk.choose(
                _("Which sensor?"), [*map(_device_words, known), _("listen again")]
            )
            if chosen == again:
                continue
            device = known[chosen]
            if device.refusal is None:
                with suppress(TrackerError):
                    self._service.remember_sensor(device)
                return device
            self._talk.say(device.refusal)

    # What to train

    async def _set_up(self, device: Device) -> TrainingRequest:
        service, talk = self._service, self._talk
        names = service.exercises(device)
        titles = [exercise_named(name).title for name in names]
        first = names.index(service.first_exercise(device))
        exercise = names[await talk.choose(_("What do you train?"), titles, first)]
        advisor = await asyncio.to_thread(service.advisor)
        if advisor is not None and advisor.history.unanswered is not None:
            morning = await self._pain(_("Pain on the morning after the last training?"))
            if morning is not None:
                with suppress(TrackerError):
                    service.note_morning(advisor.history.unanswered, morning)
        pain = await self._pain(_("Pain now, before the training?"))
        last = service.last_plan(exercise)
        judgement = None
        if advisor is not None:
            judgement = advisor.judge(local_now(), exercise, pain_now=pain)
            talk.say(*advice_lines(judgement))
            if judgement.verdict is Verdict.STOP and await talk.agree(
                _("Have you asked a doctor or a physiotherapist about the pain since?")
            ):
                service.note_asked(_("said in the set-up"))
                judgement = advisor.judge(local_now(), exercise, pain_now=pain, asked=True)
                talk.say(*advice_lines(judgement))
        advised = None
        if judgement is not None and judgement.exercise == exercise:
            advised = judgement.plan
        plan = (last if service.plan_typed else None) or advised or last or FIRST_PLAN
        plan = await self._plan(plan)
        with suppress(TrackerError):
            service.remember_plan(exercise, plan)
        advice = None if judgement is None else advice_given(judgement, exercise, plan)
        return TrainingRequest(
            service.sensors_of(device),
            exercise,
            plan,
            pain_before=pain,
            advice=advice,
            calibration=self._calibration,
            steps=steps_of(self._routine, exercise, plan),
        )

    async def _pain(self, question: str) -> int | None:
        answers = _("0 is none, {most} the worst, enter leaves it open.").format(most=MOST_PAIN)
        return await self._talk.ask(
            f"{question} {answers}", partial(whole_or, least=0, most=MOST_PAIN)
        )

    async def _plan(self, plan: Plan) -> Plan:
        """Say a plan, and let it be changed field by field until enter takes it."""
        while True:
            self._talk.say(_("The plan: {plan}.").format(plan=plan_sentence(plan)))
            if self._routine:
                routine = ROUTINES[self._routine]
                self._talk.say(_("Routine: {routine}.").format(routine=routine))
            plates = plates_words(plan.load_kg)
            if plates:
                self._talk.say(f"{plates}.")
            if not await self._talk.ask(_("Enter takes it. c changes it."), _wants_change):
                return plan
            plan = await self._changed(plan)

    async def _changed(self, plan: Plan) -> Plan:
        ask = self._talk.ask
        sets = await ask(
            _question(_("Sets?"), plan.sets), partial(whole_or, least=1, most=MOST_SETS)
        )
        reps = await ask(
            _question(_("Reps in a set?"), plan.target_reps),
            partial(whole_or, least=1, most=MOST_REPS),
        )
        load_kg = await ask(
            _question(
                _("Load in {unit}, 0 is bodyweight?").format(unit=load_unit().value),
                load_words(plan.load_kg),
            ),
            typed_load_kg,
        )
        tempo = await ask(
            _question(
                _("Tempo: seconds down, floor, up and hold, as 3-0-1-2?"),
                None if plan.tempo is None else plan.tempo.code,
            ),
            _tempo,
        )
        hold_s = await ask(
            _question(_("Seconds to hold the top?"), plan.lockout_goal_s),
            partial(number_or, least=0.0, most=LONGEST_HOLD_S),
        )
        rest_s = await ask(
            _question(_("Seconds of rest?"), plan.rest_s),
            partial(number_or, least=0.0, most=LONGEST_REST_S),
        )
        routines = list(ROUTINES)
        chosen = await self._talk.choose(
            _("Which routine?"), list(ROUTINES.values()), routines.index(self._routine)
        )
        self._routine = routines[chosen]
        ways = list(CALIBRATIONS)
        chosen = await self._talk.choose(
            _("Show the sensor your lockout first?"),
            list(CALIBRATIONS.values()),
            ways.index(self._calibration),
        )
        self._calibration = ways[chosen]
        return Plan(
            load_kg=plan.load_kg if load_kg is None else load_kg,
            target_reps=reps or plan.target_reps,
            tempo=tempo or plan.tempo,
            lockout_goal_s=plan.lockout_goal_s if hold_s is None else hold_s,
            velocity_loss=plan.velocity_loss,
            rest_s=plan.rest_s if rest_s is None else rest_s,
            keep_tension=plan.keep_tension,
            breathing=plan.breathing,
            sets=sets or plan.sets,
            or_more=plan.or_more,
        )


def _silence(words: str) -> None:
    """Say nothing: the screen reader has the line."""


def plan_sentence(plan: Plan) -> str:
    """Return a plan as one hears it: `3 sets of 12 reps, 60 kg, tempo up 1, hold 2, …`."""
    sets = counted(plan.sets, "set", "sets") if plan.sets else ""
    reps = "" if plan.target_reps is None else counted(plan.target_reps, "rep", "reps")
    # Translators: so many sets of so many reps each.
    amount = _("{sets} of {reps}").format(sets=sets, reps=reps) if sets and reps else sets or reps
    parts = [amount or _("sets as you like"), load_words(plan.load_kg)]
    if plan.tempo is not None:
        parts.append(_("tempo {phases}").format(phases=plan.tempo.words.replace(" · ", ", ")))
    if plan.lockout_goal_s is not None:
        hold_s = localized(f"{plan.lockout_goal_s:g}")
        parts.append(_("hold {seconds} seconds").format(seconds=hold_s))
    parts.append(_("{seconds:.0f} seconds of rest").format(seconds=plan.rest_s))
    if plan.or_more:
        parts.append(_("the last set goes on while it is clean"))
    return ", ".join(filter(None, parts))


def _question(what: str, now: float | str | None) -> str:
    shown = localized(f"{now:g}") if isinstance(now, float) else now
    return f"{what} {kept('' if shown is None else str(shown))}"


def _wants_change(text: str) -> bool:
    if text.lower() in ("", "c"):
        return bool(text)
    raise ValueError(_("expected enter or c, got {text!r}").format(text=text))


def typed_load_kg(text: str) -> float | None:
    """Return a typed load, in the wearer's unit unless it names one, kg; None for enter alone."""
    return parse_load_kg(text, load_unit()) if text else None


def _tempo(text: str) -> Tempo | None:
    return parse_tempo(text) if text else None


def _device_words(device: Device) -> str:
    if device.simulated:
        return _("{name}, nobody needs to wear it").format(name=SIMULATED.name)
    parts = [device.name, device.kind_title, _("the last one") if device.is_last else ""]
    if device.rssi_dbm is None:
        parts.append(_("not heard yet"))
    return ", ".join(filter(None, parts))
