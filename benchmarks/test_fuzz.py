"""A million packets that no sensor should send, for every family, and legal streams; hours."""

from __future__ import annotations

import os

import pytest

from tests.fuzzing import fuzz
from tests.streams import harm_of
from tracker.sensors import families

PACKETS = int(os.environ.get("FUZZ_PACKETS", "1000000"))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", sorted(families()))
def test_no_packets_harm_a_decoder(kind: str) -> None:
    fuzz(kind, PACKETS, seed=1)


STREAMS = int(os.environ.get("FUZZ_STREAMS", "100000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


@pytest.mark.timeout(6 * 3600)
def test_no_legal_stream_harms_the_engine() -> None:
    for number in range(STREAMS):
        assert (SEED, number, harm_of(number, SEED)) == (SEED, number, [])
