"""A million packets that no sensor should send, for every family; minutes each."""

from __future__ import annotations

import os

import pytest

from tests.fuzzing import fuzz
from tracker.sensors import families

PACKETS = int(os.environ.get("FUZZ_PACKETS", "1000000"))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", sorted(families()))
def test_no_packets_harm_a_decoder(kind: str) -> None:
    fuzz(kind, PACKETS, seed=1)
