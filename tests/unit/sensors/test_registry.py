from __future__ import annotations

import pytest

from tracker.domain import LINK_CHANNEL, MARK_CHANNEL, Notification, UnknownNameError
from tracker.sensors import PROFILE, Advertisement, families, family, identify
from tracker.sensors.script import Expect, Pause

KINDS = sorted(families())


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
    for step in (*entry.start, *entry.stop):
        if isinstance(step, Pause):
            assert step.duration_s > 0
            continue
        assert step.channel in entry.channels.values()
        if isinstance(step, Expect):
            assert step.timeout_s > 0


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
