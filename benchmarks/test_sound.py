"""How long a sound takes from its offer to the device, and what it costs to have sound at all.

The device is miniaudio's own that plays nothing, in real time, and asks for frames as others do.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from tracker.app.clock import SYSTEM_CLOCK
from tracker.domain.units import NS_PER_S
from tracker.sound import COUNTS, EspeakVoice, Mixed, Player, Sound, Speech, Tone
from tracker.sound.devices import MINIAUDIO_LATENCY_S, PERIOD_MS, MiniaudioOutput
from tracker.sound.mixer import Mixer
from tracker.sound.synthesis import RATE_HZ, Library

if TYPE_CHECKING:
    from collections.abc import Callable

    from measuring import Measure, Report

    from tracker.sound import Render

TIMES: Final = 40
PERIOD_FRAMES: Final = RATE_HZ * PERIOD_MS // 1000


class TimedSpeaker:
    """The device, with an ear in front of it that knows when the first sound gets there."""

    def __init__(self) -> None:
        self._speaker = MiniaudioOutput(SYSTEM_CLOCK, null=True)
        self.name = self._speaker.name
        self.keep_up = self._speaker.keep_up
        self.finish = self._speaker.finish
        self.close = self._speaker.close
        self.heard = threading.Event()
        self.heard_ns = 0
        self.is_silent = threading.Event()

    def start(self, render: Render, now_s: float) -> None:
        self._speaker.start(partial(self._listen, render), now_s)

    def _listen(self, render: Render, frames: int, at_s: float) -> Mixed:
        mixed = render(frames, at_s)
        if not np.any(mixed.samples):
            self.is_silent.set()
        elif not self.heard.is_set():
            self.heard_ns = SYSTEM_CLOCK.now_ns()
            self.heard.set()
        return mixed


def latencies_s(sound: Callable[[int], Sound]) -> list[float]:
    """Offer sounds one by one; return how long each took to the first frame that is not zero."""
    device = TimedSpeaker()
    player = Player(lambda: device, EspeakVoice, SYSTEM_CLOCK)
    assert player.wait_ready(60)
    player.prepare(COUNTS)
    pause = threading.Event()
    pause.wait(0.5)
    result = []
    for number in range(TIMES):
        device.is_silent.clear()
        assert device.is_silent.wait(60)
        device.heard.clear()
        # At every time of the device's period.
        pause.wait(0.0007 * (number % 29))
        offered_ns = SYSTEM_CLOCK.now_ns()
        player.offer(sound(number))
        assert device.heard.wait(60)
        result.append((device.heard_ns - offered_ns) / NS_PER_S)
        # The rest of it is not waited for.
        player.toggle_mute()
        player.toggle_mute()
    assert player.stats().started == TIMES
    player.close()
    return result


@pytest.mark.parametrize(
    ("what", "sound"),
    [
        ("a tone", lambda number: Tone.LOCKOUT),
        ("a count that was prepared", lambda number: COUNTS[number % len(COUNTS)]),
        ("a phrase never spoken before", lambda number: Speech(f"Number {number} is new")),
    ],
)
def test_from_the_offer_to_the_device(
    what: str, sound: Callable[[int], Sound], report: Report
) -> None:
    taken_s = latencies_s(sound)
    middle_s, most_s = np.percentile(taken_s, (50, 95))
    report(
        f"{what}, offer to device",
        f"{middle_s * 1e3:.0f} ms",
        f"95 % within {most_s * 1e3:.0f} ms, most {max(taken_s) * 1e3:.0f} ms; "
        f"then {MINIAUDIO_LATENCY_S * 1e3:.0f} ms in the device",
    )


def test_what_an_offer_costs(measure: Measure, report: Report) -> None:
    """While the device takes frames as well."""
    player = Player(TimedSpeaker, EspeakVoice, SYSTEM_CLOCK)
    assert player.wait_ready(60)
    offers = 10_000

    def offer() -> None:
        for _ in range(offers):
            player.offer(Tone.BEAT)

    _, taken_s = measure(offer)
    player.close()
    report("one offer of a sound", f"{taken_s / offers * 1e6:.1f} µs")


def test_what_sound_costs(measure: Measure, report: Report) -> None:
    samples = Library().get(Tone.REST_OVER)
    assert samples is not None
    blocks = 1000 // PERIOD_MS

    def mix() -> int:
        mixer = Mixer()
        for start in range(blocks):
            mixer.place(Tone.REST_OVER, samples, start * PERIOD_MS / 1000, 10.0)
        return sum(len(mixer.mix(PERIOD_FRAMES, each * 0.02).samples) for each in range(blocks))

    frames, taken_s = measure(mix)
    report("mixing a second of up to 32 tones", f"{taken_s * 1e3:.1f} ms", "processor time")
    assert frames == RATE_HZ


def test_what_the_voice_costs(measure: Measure, report: Report) -> None:
    voice, library = EspeakVoice(), Library()
    _, taken_s = measure(lambda: [library.synthesize(speech, voice) for speech in COUNTS])
    report("speaking one count", f"{taken_s / len(COUNTS) * 1e3:.1f} ms", "processor time")
