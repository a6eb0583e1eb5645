from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.domain import InputError
from tracker.recording import sha256_of

if TYPE_CHECKING:
    from pathlib import Path


def test_a_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1.
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        sha256_of(tmp_path / "x")
