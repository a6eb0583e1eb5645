from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from tests.sound.listening import heard, no_voice, onsets_s, pitch_hz
from tests.tui.widgets.snapshots import playing, snapshot
from tests.virtual_time import VirtualLoop
from tracker.app.audio import LOOKS_PER_S, OLD_NEWS_S, AudioFeedback, interval_of, reached_s
from tracker.app.session import Session
from tracker.app.snapshot import RunState
from tracker.coach import RULES
from tracker.domain import (
    Calibrated,
    Cue,
    CueKind,
    LinkChanged,
    LinkState,
    Phase,
    Plan,
    PlanChosen,
    RepCounted,
    RepsAdjusted,
    SetEnded,
    SetRecord,
    SetStarted,
    UserInput,
    parse_tempo,
)
from tracker.engine import build_engine
from tracker.recording import ReplaySource
from tracker.sim import simulate, training_plan
from tracker.sound import MELODIES, Player, Speech, Tone, spoken_count
from tracker.sound.outputs import WavFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.domain import Rep
    from tracker.sound import Render, Sound

PLAN = Plan(tempo=parse_tempo("3-0-1-2"), rest_s=30.0)


class Listener(Player):
    """Takes down what it is offered, and needs neither a thread nor a device."""

    def __init__(self) -> None:
        self.offered: list[Sound] = []
        self.withdrawn: list[Sound] = []
        self.prepared: list[Speech] = []

    def offer(
        self, sound: Sound, *, start_s: float | None = None, stale_after_s: float | None = None
    ) -> None:
        self.offered.append(sound)

    def withdraw(self, *sounds: Sound) -> None:
        self.withdrawn += sounds

    def prepare(self, phrases: Iterable[Speech]) -> None:
        self.prepared += phrases


@pytest.fixture
def player() -> Listener:
    return Listener()


@pytest.fixture
def sounding(player: Listener) -> AudioFeedback:
    return AudioFeedback(player)


def record(*, ended: bool = False, end_s: float = 20.0) -> SetRecord:
    return SetRecord(1, 10.0, end_s, (), 1, ended, PLAN)


# What is said


def test_a_count_is_a_tone_and_a_number(player: Listener, sounding: AudioFeedback) -> None:
    sounding.accept((SetStarted(9.0, 1), RepCounted(10.0, 1, 1)), 10.1)
    sounding.accept((UserInput(11.0, RepsAdjusted(1, 1)), RepCounted(14.0, 1, 2)), 14.1)
    assert player.offered == [Tone.LOCKOUT, spoken_count(1), Tone.LOCKOUT, spoken_count(3)]


def test_a_cue_is_spoken(player: Listener, sounding: AudioFeedback) -> None:
    sounding.accept((Cue(10.0, "Hold longer.", CueKind.HOLD_LONGER, 1),), 10.2)
    assert player.offered == [Speech("Hold longer.")]


def test_what_is_said_later_than_it_happened_is_shown_only(
    player: Listener, sounding: AudioFeedback
) -> None:
    late_s = 10.0 + OLD_NEWS_S + 0.1
    events = (
        SetStarted(9.0, 1),
        RepCounted(10.0, 1, 1),
        Cue(10.0, "Hold longer.", CueKind.HOLD_LONGER, 1),
    )
    sounding.accept(events, late_s)
    assert player.offered == []


def test_the_end_of_a_set_sounds_although_it_is_known_late(
    player: Listener, sounding: AudioFeedback
) -> None:
    sounding.accept((SetEnded(20.0, 1, 8),), 32.0)
    sounding.accept((SetEnded(50.0, 2, 0),), 51.0)
    assert player.offered == [Tone.SET_END]


def test_a_lost_link_sounds_once_until_it_is_back(
    player: Listener, sounding: AudioFeedback
) -> None:
    for state in (LinkState.STALLED, LinkState.LOST, LinkState.RECONNECTING, LinkState.GONE):
        sounding.accept((LinkChanged(5.0, state), LinkChanged(5.0, state, device=1)), 5.0)
    assert player.offered.count(Tone.LINK_LOST) <= 2
    before = len(player.offered)
    sounding.accept((LinkChanged(6.0, LinkState.STREAMING),), 6.0)
    sounding.accept((LinkChanged(7.0, LinkState.LOST),), 7.0)
    assert player.offered[before:] == [Tone.LINK_LOST]


def test_a_calibration_is_heard(player: Listener, sounding: AudioFeedback) -> None:
    sounding.accept((Calibrated(5.0, 0.3),), 5.0)
    assert player.offered == [Tone.HOLD_DONE]


def test_the_words_of_cues_are_prepared(player: Listener, sounding: AudioFeedback) -> None:
    said = {speech.text for speech in player.prepared}
    assert said
    assert not any("{" in text for text in said)
    assert {rule.praise for rule in RULES.values() if rule.praise} <= said


# What is due


def in_phase(phase: Phase, start_s: float, now_s: float, age_s: float = 0.0) -> object:
    return snapshot(
        position_s=now_s,
        sample_age_s=age_s,
        phase=phase,
        phase_started_s=start_s,
        sets=(record(),),
        plan=PLAN,
    )


def test_each_beat_of_a_phase_is_heard_once(player: Listener, sounding: AudioFeedback) -> None:
    for hundredth in range(1000, 1300, 4):
        sounding.update_from(in_phase(Phase.ECCENTRIC, 10.0, hundredth / 100))  # type: ignore[arg-type]
    assert player.offered == [Tone.ACCENT, Tone.BEAT, Tone.BEAT]


def test_a_hold_that_is_done_is_heard_while_no_packet_comes(
    player: Listener, sounding: AudioFeedback
) -> None:
    for hundredth in range(0, 240, 4):
        state = in_phase(Phase.LOCKOUT, 10.0, 10.5, age_s=hundredth / 100)
        sounding.update_from(state)  # type: ignore[arg-type]
    assert player.offered.count(Tone.HOLD_DONE) == 1


def test_beats_of_a_phase_that_ended_early_are_taken_back(
    player: Listener, sounding: AudioFeedback
) -> None:
    sounding.update_from(in_phase(Phase.ECCENTRIC, 10.0, 10.5))  # type: ignore[arg-type]
    assert player.withdrawn == []
    sounding.update_from(in_phase(Phase.CONCENTRIC, 10.6, 10.7))  # type: ignore[arg-type]
    assert set(player.withdrawn) == {Tone.BEAT, Tone.ACCENT}


def test_the_end_of_a_rest_is_heard(player: Listener, sounding: AudioFeedback) -> None:
    for now_s in (49.9, 49.96, 50.02, 50.1):
        resting = snapshot(position_s=now_s, sets=(record(ended=True),), plan=PLAN)
        sounding.update_from(resting)
    assert player.offered == [Tone.REST_OVER]


def test_nothing_is_due_in_a_jump_or_a_pause() -> None:
    at_ten = {"position_s": 10.0, "sets": (record(),)}
    assert reached_s(snapshot(**at_ten, sample_age_s=0.5)) == 10.5
    assert reached_s(snapshot(**at_ten, playback=playing())) == 10.0
    assert reached_s(snapshot(**at_ten, playback=playing(paused=True))) is None
    assert reached_s(snapshot(**at_ten, playback=playing(seeking=True))) is None
    assert reached_s(snapshot(**at_ten, state=RunState.FINISHED)) is None
    assert reached_s(snapshot()) is None
    assert interval_of(snapshot()) is None


# What is heard in the end


def lockout_of(rep: Rep) -> float:
    (start_s,) = (span.start_s for span in rep.phases if span.phase is Phase.LOCKOUT)
    return start_s


class LoopTime:
    """The loop's time, from any thread; sleeping waits for the writer of the file to follow."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self.output: FollowedFile | None = None

    def now_ns(self) -> int:
        return round(self._loop.now_s * 1e9)

    async def sleep(self, duration_s: float) -> None:
        await asyncio.sleep(duration_s)
        if self.output is not None:
            self.output.wait_for(self._loop.now_s - 0.011)


class FollowedFile:
    """A WAV file that tells how far it is written."""

    def __init__(self, path: Path) -> None:
        self._file = WavFile(path)
        self.name = self._file.name
        self._kept_up = threading.Condition()
        self._until_s = 0.0
        self.finish = self._file.finish
        self.close = self._file.close

    def start(self, render: Render, now_s: float) -> None:
        self._file.start(render, now_s)

    def keep_up(self, now_s: float) -> None:
        self._file.keep_up(now_s)
        with self._kept_up:
            self._until_s = now_s
            self._kept_up.notify_all()

    def wait_for(self, time_s: float) -> None:
        with self._kept_up:
            assert self._kept_up.wait_for(lambda: self._until_s >= time_s, timeout=60.0)


@pytest.mark.slow
def test_a_simulated_set_is_heard_at_its_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.sound.player.TICK_S", 0.002)
    simulated = simulate(training_plan("hip_thrust", 3), 3)
    first_set = simulated.truth.sets[0]
    lockouts_s = [lockout_of(rep) for rep in first_set.reps[:4]]
    until_s = lockouts_s[-1] + 1.0
    loop = VirtualLoop()
    clock = LoopTime(loop)
    path = tmp_path / "set.wav"
    output = FollowedFile(path)

    async def train() -> None:
        player = Player(lambda: output, no_voice, clock)
        assert player.wait_ready(30.0)
        clock.output = output
        source = ReplaySource(
            simulated.info,
            lambda: (n for n in simulated.notifications() if n.received_ns < until_s * 1e9),
            clock,
        )
        session = Session(source, build_engine(simulated.info), info=simulated.info, clock=clock)
        session.enter(PlanChosen(Plan(lockout_goal_s=0.4, breathing=False)))
        sounding = AudioFeedback(player)
        session.add_sink(sounding)
        hearing = asyncio.ensure_future(sounding.run(session.snapshot, clock))
        await session.run()
        hearing.cancel()
        player.close()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(train())

    samples = heard(path)
    (lockout,) = MELODIES[Tone.LOCKOUT]
    starts_s = onsets_s(samples)
    first_ns = next(iter(simulated.notifications())).received_ns
    for truth_s in lockouts_s:
        due_s = truth_s - first_ns / 1e9
        near = [start_s for start_s in starts_s if due_s - 0.1 < start_s < due_s + 0.2]
        assert near, f"nothing begins near {due_s:.2f} s: {starts_s}"
        found_hz = [pitch_hz(samples, start_s, lockout.duration_s) for start_s in near]
        assert any(hz == pytest.approx(lockout.pitch_hz, rel=0.02) for hz in found_hz)
    assert LOOKS_PER_S >= 20.0
