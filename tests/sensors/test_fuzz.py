"""No bytes make any decoder raise, or keep more and more."""

from __future__ import annotations

import numpy as np
import pytest

from tests.fuzzing import fuzz, mutated, note_of, seeds
from tests.sensors import notes
from tracker.sensors import families

KINDS = sorted(families())
PACKETS = 20_000
"""A million are in `benchmarks/test_fuzz.py`."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_packets_harm_a_decoder(kind: str) -> None:
    fuzz(kind, PACKETS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_family_has_a_note_with_packets_to_start_from(kind: str) -> None:
    given = seeds(families()[kind])

    assert (notes.NOTES / note_of(families()[kind])).is_file()
    assert sum(len(packets) for _, packets in given) >= 3


def test_most_mutations_change_a_packet() -> None:
    rng = np.random.default_rng(0)
    data, other = bytes(range(40)), bytes(range(100, 140))

    changed = [mutated(data, other, rng) != data for _ in range(500)]

    assert sum(changed) > 450
