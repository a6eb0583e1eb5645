from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.domain import LINK_CHANNEL, MARK_CHANNEL, Notification, UnknownNameError
from tracker.sensors import (
    PROFILE,
    SMALLEST_MTU,
    Advertisement,
    families,
    family,
    identify,
    identify_connected,
)
from tracker.sensors.base import Attempt, Decide, Expect, Pause, Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.sensors import SensorFamily, Step

KINDS = sorted(families())


def every_step(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield steps and the steps inside them, as far as they are known before anything is heard."""
    for step in steps:
        yield step
        if isinstance(step, Attempt | Where):
            yield from every_step((*step.steps, *step.otherwise))


def scripts_of(entry: SensorFamily) -> Iterator[Step]:
    inquiries = [inquiry for inquiry in (entry.battery, entry.firmware) if inquiry is not None]
    asked = (step for inquiry in inquiries for step in inquiry.steps)
    yield from every_step((*entry.start, *entry.stop, *asked))


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_is_found_by_its_kind(kind: str) -> None:
    assert family(kind).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_names_its_default_channel(kind: str) -> None:
    assert family(kind).default_channel in family(kind).channels.values()


@pytest.mark.parametrize("kind", KINDS)
def test_every_channel_is_in_lower_case(kind: str) -> None:
    assert all(uuid == uuid.lower() for uuid in family(kind).channels.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_script_step_is_on_a_channel_of_its_family(kind: str) -> None:
    entry = family(kind)
    for step in scripts_of(entry):
        if isinstance(step, Pause):
            assert step.duration_s > 0
            continue
        if isinstance(step, Attempt | Decide):
            continue
        assert step.channel in entry.channels.values()
        if isinstance(step, Expect):
            assert step.timeout_s > 0


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_names_its_services_in_lower_case(kind: str) -> None:
    assert all(uuid == uuid.lower() for uuid in family(kind).services)
    assert family(kind).least_mtu >= SMALLEST_MTU


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_an_unknown_answer(kind: str) -> None:
    for inquiry in (family(kind).battery, family(kind).firmware):
        assert inquiry is None or inquiry.answer(()) is None


@pytest.mark.parametrize("kind", KINDS)
def test_every_decoder_leaves_link_and_marks_to_the_engine(kind: str) -> None:
    decoder = family(kind).decoder({})

    assert decoder.feed(Notification(0, LINK_CHANNEL, b"streaming")) == ()
    assert decoder.feed(Notification(0, MARK_CHANNEL, b"set_start")) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_gives_fresh_decoders(kind: str) -> None:
    assert family(kind).decoder({}) is not family(kind).decoder({})


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean profile\?"):
        family("profil")


def test_an_advertisement_is_identified_or_not() -> None:
    assert identify(Advertisement("Hip 3f2a", PROFILE.services)) is PROFILE
    assert identify(Advertisement("Headphones")) is None
    assert identify(Advertisement(None)) is None


def test_a_connected_sensor_is_identified_by_its_services() -> None:
    nameless = Advertisement(None)
    heart_rate = "0000180d-0000-1000-8000-00805f9b34fb"

    assert identify_connected(nameless, (heart_rate, PROFILE.services[0].upper())) is PROFILE
    assert identify_connected(nameless, (heart_rate,)) is None
    assert identify_connected(Advertisement("Hip", PROFILE.services), ()) is None
