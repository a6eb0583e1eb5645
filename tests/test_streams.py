"""Whatever a sensor legally sends: no exception, nothing impossible, and the same in any cut."""

from __future__ import annotations

import pytest

from tests.heavy import HEAVY
from tests.streams import harm_of

STREAMS = 2000 if not HEAVY else 20_000
PARTS = 8


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_legal_stream_breaks_a_law(part: int) -> None:
    for number in range(part, STREAMS, PARTS):
        assert (number, harm_of(number)) == (number, [])
