"""Whatever a sensor legally sends: no exception, nothing impossible, and the same in any cut."""

from __future__ import annotations

import pytest

from tests.heavy import HEAVY
from tests.streams import harm_of

STREAMS = 2000 if not HEAVY else 20_000
PARTS = 8


# A heavy run takes minutes.
@pytest.mark.timeout(1800)
@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_no_legal_stream_breaks_a_law(part: int) -> None:
    for number in range(part, STREAMS, PARTS):
        assert (number, harm_of(number)) == (number, [])


@pytest.mark.parametrize(
    ("seed", "number"),
    [(31130, 2222), (41130, 621), (51130, 886)],
    ids=["turns over within a look", "a rep begins before the end of the last", "warned too soon"],
)
def test_streams_that_once_broke_a_law_keep_it(seed: int, number: int) -> None:
    assert harm_of(number, seed) == []
