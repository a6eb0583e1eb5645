from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tracker.domain import InputError, OutputError
from tracker.domain.errors import reading, writing

PATH = Path("folder/session.arrows")

READING = {
    errno.ENOENT: "no such file",
    errno.EISDIR: "is a folder",
    errno.EACCES: "may not be read",
    errno.EIO: "cannot be read",
}
WRITING = {
    errno.EEXIST: "exists already",
    errno.ENOENT: "no folder folder",
    errno.ENOTDIR: "no folder folder",
    errno.EISDIR: "is a folder",
    errno.EACCES: "may not be written",
    errno.ENOSPC: "no space left",
    errno.EFBIG: "no space left",
    errno.EIO: "cannot be written",
}


@pytest.mark.parametrize(("code", "words"), READING.items(), ids=map(os.strerror, READING))
def test_a_file_that_cannot_be_read_is_named_with_the_reason(code: int, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught, reading(PATH):
        raise OSError(code, os.strerror(code))
    assert caught.value.path == str(PATH)
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize(("code", "words"), WRITING.items(), ids=map(os.strerror, WRITING))
def test_a_file_that_cannot_be_written_is_named_with_the_reason(code: int, words: str) -> None:
    with pytest.raises(OutputError, match=words) as caught, writing(PATH):
        raise OSError(code, os.strerror(code))
    assert caught.value.path == str(PATH)


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError, match="ours"), reading(PATH), writing(PATH):
        raise ValueError("ours")
