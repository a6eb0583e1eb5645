"""Which sessions go to which target, and what has gone: `tracker push`, and after a training.

Before a session is sent, the log says that it is on its way; after the answer, what the target
calls it and which state of it is there. A process that dies in between leaves the first note, and
whoever pushes next asks the target first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from tracker.app.clock import local_now
from tracker.app.config import load_config, remove_push_target, save_push_target
from tracker.app.register import PERSON_VARIABLE
from tracker.app.training_log import earlier_sessions, existing_log, recording_of
from tracker.domain import InputError, TrackerError, UnknownNameError
from tracker.export.formats import Needs, Session, format_named
from tracker.language import N_, _
from tracker.push import (
    Gone,
    Parcel,
    SecretStore,
    Unreachable,
    deliver,
    exclusively,
    open_receiver,
)
from tracker.store import Push, PushState, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tracker.app.paths import Paths
    from tracker.push import PushTarget, Receiver, Secret
    from tracker.store import PushableSession, TrainingLog

LOCK_S: Final = 30.0
"""How long to wait for another push to the same target, s."""

BACKGROUND_LOCK_S: Final = 600.0
"""The same after a training, s: nobody waits for it."""


class Reason(Enum):
    """Why a session is to go to a target."""

    NEW = N_("not there yet")
    CHANGED = N_("changed since")
    UNSURE = N_("cut short")
    FAILED = N_("failed")
    AGAIN = N_("asked for again")

    @property
    def words(self) -> str:
        """It for people."""
        return _(self.value)


@dataclass(frozen=True, slots=True)
class Due:
    """A session that is to go to a target."""

    session: PushableSession
    reason: Reason
    known: Push | None
    """What is known of it there."""


@dataclass(frozen=True, slots=True)
class TargetState:
    """What is at a target, and what is to go there."""

    name: str
    target: PushTarget
    has_secret: bool
    there: int
    """Sessions that are there as they are in the log."""
    due: tuple[Due, ...]


@dataclass(slots=True)
class Pushed:
    """What a push has done."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0


class PushService:
    """Pushes sessions of the log to the targets in the configuration.

    `tell` gets a line for everything that a user should know.
    """

    def __init__(
        self,
        paths: Paths,
        tell: Callable[[str], object] = lambda _line: None,
        sleep: Callable[[float], object] = time.sleep,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._paths = paths
        self._tell = tell
        self._sleep = sleep
        self._secrets = SecretStore(paths.config, environment)

    # Set-up

    @property
    def targets(self) -> Mapping[str, PushTarget]:
        """Every target by its name; raises `InputError` if the configuration can't be read."""
        return load_config(self._paths.config_file).push

    def target(self, name: str) -> PushTarget:
        """Return a target; raises `UnknownNameError`, or `InputError` before one was added."""
        targets = self.targets
        if not targets:
            raise InputError(
                name, _("there is no target yet"), _("Add one: tracker push --add hevy")
            )
        if name not in targets:
            # Translators: a place that sessions are sent to, such as an account at a service.
            raise UnknownNameError(_("target"), name, tuple(targets))
        return targets[name]

    def add(self, name: str, target: PushTarget) -> None:
        """Add a target; raises `InputError` if there is one of that name."""
        if name in self.targets:
            raise InputError(
                name, _("there is a target of that name"), _("Choose another one with --name.")
            )
        if target.format is not None and not format_named(target.format).is_file:
            raise InputError(
                target.format, _("is a folder, and a target takes one file a session")
            )
        save_push_target(self._paths.config_file, name, target)

    def change(self, name: str, **values: Any) -> None:
        """Change fields of a target."""
        save_push_target(self._paths.config_file, name, replace(self.target(name), **values))

    def switch_automatic(self, name: str, on: bool) -> None:
        """Let sessions that start from now on go by themselves, or no longer."""
        self.change(name, auto_since=in_order(local_now()) if on else None)

    def keep_secret(self, name: str, secret: Secret) -> str:
        """Keep the secret of a target, and return where, for people."""
        self.target(name)
        return self._secrets.save(name, secret)

    def remove(self, name: str) -> None:
        """Remove a target, its secret, and what was noted about it. Nothing is deleted there."""
        self.target(name)
        self._secrets.remove(name)
        log = existing_log(self._paths)
        if log is not None:
            with log:
                log.forget_pushes(name)
        remove_push_target(self._paths.config_file, name)

    # What is where

    def state(self, name: str) -> TargetState:
        """Return what is at a target and what is to go there; asks only the log."""
        target = self.target(name)
        has_secret = self._secrets.read(name) is not None
        log = existing_log(self._paths)
        if log is None:
            return TargetState(name, target, has_secret, 0, ())
        with log:
            due = due_sessions(log, name, target)
            pushes = log.pushes(name).values()
        done = sum(
            each.state is PushState.DONE and each.place == target.identity and not each.problem
            for each in pushes
        )
        changed = sum(each.reason is Reason.CHANGED for each in due)
        return TargetState(name, target, has_secret, done - changed, due)

    def chosen(
        self, log: TrainingLog, name: str, words: Sequence[str], *, again: bool = False
    ) -> tuple[Due, ...]:
        """Return named sessions that a target lacks, or all of them with `again`.

        Raises `InputError` for one that there is not.
        """
        pushes = _known(log, name, self.target(name))
        chosen = []
        for session in _asked(log, words):
            known = pushes.get(session.id)
            reason = _reason(session, known) or (Reason.AGAIN if again else None)
            if reason is not None:
                chosen.append(Due(session, reason, known))
        return tuple(chosen)

    def preview(
        self, name: str, words: Sequence[str] | None, *, again: bool = False
    ) -> tuple[Due, ...]:
        """Return what `push` would send; asks only the log."""
        target = self.target(name)
        log = existing_log(self._paths)
        if log is None:
            return ()
        with log:
            if words is None:
                return due_sessions(log, name, target)
            return self.chosen(log, name, words, again=again)

    # Pushing

    def push(
        self,
        name: str,
        words: Sequence[str] | None,
        *,
        again: bool = False,
        automatic: bool = False,
        lock_s: float = LOCK_S,
    ) -> Pushed:
        """Push named sessions, each at most once; without a name the newest, with None all due.

        `again` sends also what is there, and what was deleted there. A session that can't go is
        told and counted; raises `TrackerError` if the target takes none.
        """
        target = self.target(name)
        done = Pushed()
        with exclusively(self._paths.data / f"push-{name}.lock", lock_s):
            log = existing_log(self._paths)
            if log is None:
                raise InputError(_("the training log"), _("has no session yet"))
            with log:
                if words is None:
                    due = due_sessions(log, name, target, automatic=automatic)
                else:
                    due = self.chosen(log, name, words, again=again)
                    done.unchanged = len(_asked(log, words)) - len(due)
                if due:
                    self._push(log, name, target, due, done, again=again)
        return done

    def _push(
        self,
        log: TrainingLog,
        name: str,
        target: PushTarget,
        due: Iterable[Due],
        done: Pushed,
        *,
        again: bool,
    ) -> None:
        receiver: Receiver | None = None
        try:
            for each in due:
                try:
                    if receiver is None:
                        receiver = open_receiver(name, target, self._secrets.read(name))
                    self._send(log, name, target, receiver, each, done, again=again)
                except TrackerError as error:
                    self._note_failure(log, name, target, each, error)
                    done.failed += 1
                    # Whatever keeps it from the first one keeps it from all the others.
                    if isinstance(error, Unreachable) or receiver is None:
                        raise
                    self._tell(
                        _("session {number}: not sent to {target}: {reason}").format(
                            number=each.session.id, target=name, reason=error.message
                        )
                    )
                    if error.advice is not None:
                        self._tell(error.advice)
        finally:
            if receiver is not None:
                receiver.close()

    def _send(
        self,
        log: TrainingLog,
        name: str,
        target: PushTarget,
        receiver: Receiver,
        due: Due,
        done: Pushed,
        *,
        again: bool,
    ) -> None:
        session = due.session
        parcel = Parcel(session.key, _contents(log, session.id, target, self._paths))
        remote_id = None if due.known is None else due.known.remote_id
        log.note_push(session.id, name, Push(target.identity, PushState.BEGUN, remote_id))
        try:
            delivered = deliver(receiver, parcel, remote_id, self._sleep, self._tell)
        except Gone as error:
            if not again:
                advice = _("To send it anew: {command}").format(
                    command=f"tracker push {name} {session.id} --again"
                )
                raise Gone(error.message, advice) from error
            delivered = deliver(receiver, parcel, None, self._sleep, self._tell)
        note = Push(
            target.identity, PushState.DONE, delivered.remote_id, revision=session.revision
        )
        log.note_push(session.id, name, note)
        if delivered.created:
            done.new += 1
            line = _("session {number}: sent to {target} ({id})")
        else:
            done.updated += 1
            line = _("session {number}: brought up to date at {target} ({id})")
        self._tell(line.format(number=session.id, target=name, id=delivered.remote_id))

    def _note_failure(
        self, log: TrainingLog, name: str, target: PushTarget, due: Due, error: TrackerError
    ) -> None:
        known = due.known or Push(target.identity, PushState.FAILED)
        if isinstance(error, Gone):
            # It was somebody's wish: it is told once, and again only after the next edit.
            known = replace(known, state=PushState.DONE, revision=due.session.revision)
        else:
            known = replace(known, state=PushState.FAILED)
        log.note_push(due.session.id, name, replace(known, problem=error.message))

    def push_automatic(self) -> None:
        """Push what goes by itself to every target; what does not go waits for the next time."""
        for name, target in self.targets.items():
            if target.auto_since is not None:
                # Noted in the log; the other targets do not suffer from it.
                with suppress(Exception):
                    self.push(name, None, automatic=True, lock_s=BACKGROUND_LOCK_S)


def due_sessions(
    log: TrainingLog, name: str, target: PushTarget, *, automatic: bool = False
) -> tuple[Due, ...]:
    """Return what a target lacks, oldest first; never what a simulated lifter did.

    With `automatic`, what it never had counts only from the time when that was switched on.
    """
    pushes = _known(log, name, target)
    due = []
    for session in log.pushable():
        known = pushes.get(session.id)
        reason = _reason(session, known)
        if reason is None or session.synthetic or session.empty:
            continue
        since = target.auto_since or ""
        if automatic and reason is Reason.NEW and session.at_utc < since:
            continue
        due.append(Due(session, reason, known))
    return tuple(due)


def _known(log: TrainingLog, name: str, target: PushTarget) -> dict[int, Push]:
    pushes = log.pushes(name)
    return {number: each for number, each in pushes.items() if each.place == target.identity}


def _asked(log: TrainingLog, words: Sequence[str]) -> tuple[PushableSession, ...]:
    """Return the sessions that words name: by default the newest, and `all` of them.

    Neither is one that a simulated lifter did, or that has no set.
    """
    pushable = {each.id: each for each in log.pushable()}
    real = tuple(each for each in pushable.values() if not (each.synthetic or each.empty))
    if not words:
        return real[-1:]
    if "all" in words:
        return real
    ids = dict.fromkeys(log.find(word) for word in words)
    for session_id in ids:
        if session_id not in pushable:
            raise InputError(
                _("session {number}").format(number=session_id),
                _("is in the trash"),
                _("Take it out first: {command}").format(
                    command=f"tracker delete --restore {session_id}"
                ),
            )
    return tuple(pushable[session_id] for session_id in ids)


def _reason(session: PushableSession, known: Push | None) -> Reason | None:
    """Return why a session is to go to a target; None if it is there as it is."""
    if known is None:
        return Reason.NEW
    match known.state:
        case PushState.BEGUN:
            return Reason.UNSURE
        case PushState.FAILED:
            return Reason.FAILED
        case PushState.DONE:
            return None if known.revision == session.revision else Reason.CHANGED


def _contents(log: TrainingLog, session_id: int, target: PushTarget, paths: Paths) -> Session:
    """Return a session with what the target's format needs of it."""
    workout = log.workout(session_id)
    needs = Needs.WORKOUT if target.format is None else format_named(target.format).needs
    match needs:
        case Needs.WORKOUT:
            return Session(workout)
        case Needs.HISTORY:
            return Session(workout, history=earlier_sessions(log, workout))
        case Needs.SAMPLES:
            # The decoder costs SciPy, which hardly anybody needs here.
            from tracker.app.session_files import BIG_BLOCK_SAMPLES, open_session_file
            from tracker.decoding import timed_samples

            file = open_session_file(
                recording_of(log, session_id, paths), block_samples=BIG_BLOCK_SAMPLES
            )
            return Session(workout, timed_samples(file.info, file.notifications()))


def automatic_problems(paths: Paths) -> tuple[str, ...]:
    """Return what keeps sessions from going by themselves, a line for each target.

    Nobody watches those pushes. Raises `TrackerError` if configuration or log can't be read.
    """
    automatic = {
        name: target
        for name, target in load_config(paths.config_file).push.items()
        if target.auto_since is not None
    }
    log = existing_log(paths) if automatic else None
    if log is None:
        return ()
    with log:
        failing = [
            (name, [due.known.problem for due in due_sessions(log, name, target) if due.known])
            for name, target in automatic.items()
        ]
    return tuple(
        f"{name}: {next(filter(None, problems))}" for name, problems in failing if any(problems)
    )


_BACKGROUND: Final[list[subprocess.Popen[bytes]]] = []
"""Pushes that were started here; kept, because nobody waits for them."""


def _environment_of(paths: Paths) -> Mapping[str, str]:
    """Return the environment of a process that is about the same person."""
    if paths.person is None:
        return os.environ
    return {**os.environ, PERSON_VARIABLE: paths.person.name}


def push_in_background(paths: Paths) -> bool:
    """Start a process that pushes what goes by itself, and return whether there is one.

    The end of a training neither waits for it nor suffers from it, and it outlives a closed
    terminal. Its command line names no secret; what goes wrong is noted in the log.
    """
    try:
        targets = load_config(paths.config_file).push.values()
        if not any(target.auto_since for target in targets):
            return False
        _BACKGROUND.append(
            subprocess.Popen(
                [sys.executable, "-m", "tracker", "push", "--background"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment_of(paths),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        )
    except (TrackerError, OSError):
        return False
    return True
