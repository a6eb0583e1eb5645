from __future__ import annotations

import io

from tracker.domain import Notification, SessionInfo
from tracker.recording import Damage, DamageReason
from tracker.recording.format import END_MARK, Head, Part, Seal, batch_message, head_message
from tracker.recording.reader import Survey, index

HEAD = Head(SessionInfo("profile"), "1.0")
OTHER = Head(SessionInfo("polar"), "1.0")
START = head_message(HEAD)


def rows(sequence: int, head: Head = HEAD) -> bytes:
    """Return the batch of that number; each has two rows, at its own second."""
    sent = [Notification(sequence * 10**9 + index, "link", b"x") for index in range(2)]
    return batch_message(head, Seal(Part.ROWS, sequence, 2 * (sequence - 1)), sent)


def last(sequence: int, head: Head = HEAD) -> bytes:
    return batch_message(head, Seal(Part.LAST, sequence, 2 * (sequence - 1)), ()) + END_MARK


def of(*parts: bytes) -> Survey:
    return index(io.BytesIO(b"".join(parts)))


def seconds(found: Survey) -> list[int]:
    return [place.first_ns // 10**9 for place in found.places]


def test_a_whole_file_has_no_damage_and_its_batches_in_order() -> None:
    found = of(START, rows(1), rows(2), last(3))
    assert found.head == HEAD
    assert found.damage == []
    first, second = found.places
    assert (first.offset, first.length, first.rows) == (len(START), len(rows(1)), 2)
    assert (first.first_ns, first.last_ns) == (10**9, 10**9 + 1)
    assert second.offset == first.offset + first.length


def test_a_batch_that_was_cut_out_cleanly_is_missed() -> None:
    found = of(START, rows(1), rows(4), last(5))
    place = len(START) + len(rows(1))
    assert found.damage == [Damage(DamageReason.BATCHES, place, place, 2, 4)]
    assert seconds(found) == [1, 4]


def test_the_last_batch_is_missed_as_well() -> None:
    found = of(START, rows(1), last(3))
    assert [damage.rows for damage in found.damage] == [2]


def test_a_damaged_batch_is_counted_and_its_bytes_are_named() -> None:
    torn = rows(2)[:-16]
    found = of(START, rows(1), torn, rows(3), last(4))
    place = len(START) + len(rows(1))
    assert found.damage == [Damage(DamageReason.BATCHES, place, place + len(torn), 1, 2)]
    assert seconds(found) == [1, 3]


def test_a_damaged_head_is_restored_from_the_first_whole_batch() -> None:
    found = of(START[:-1] + b"?", rows(1), last(2))
    assert found.head == HEAD
    assert found.damage == [Damage(DamageReason.HEAD, 0, len(START), 0, 0)]


def test_a_missing_head_with_missing_batches_counts_them() -> None:
    found = of(rows(2), last(3))
    assert found.damage == [Damage(DamageReason.HEAD, 0, 0, 1, 2)]
    assert seconds(found) == [2]


def test_a_repeated_or_late_batch_is_left_out_and_told() -> None:
    again = of(START, rows(1), rows(1), rows(2), last(3))
    assert seconds(again) == [1, 2]
    assert [damage.reason for damage in again.damage] == [DamageReason.REPEATED]
    late = of(START, rows(2), rows(1), last(3))
    assert seconds(late) == [2]
    assert [damage.reason for damage in late.damage] == [
        DamageReason.BATCHES,
        DamageReason.REPEATED,
    ]


def test_bytes_before_the_head_and_between_batches_are_stray() -> None:
    found = of(b"junk", START, rows(1), b"more junk", rows(2), last(3))
    place = 4 + len(START) + len(rows(1))
    assert found.damage == [
        Damage(DamageReason.STRAY, 0, 4, 0, 0),
        Damage(DamageReason.STRAY, place, place + 9, 0, 0),
    ]
    assert seconds(found) == [1, 2]


def test_batches_of_another_recording_are_not_mixed_in() -> None:
    found = of(START, rows(1), last(2), head_message(OTHER), rows(1, OTHER), last(2, OTHER))
    assert seconds(found) == [1]
    assert [damage.reason for damage in found.damage] == [DamageReason.END]


def test_a_file_that_was_never_closed_may_have_lost_its_end() -> None:
    found = of(START, rows(1))
    end = len(START) + len(rows(1))
    assert found.damage == [Damage(DamageReason.UNCLOSED, end, end, None, None)]
    torn = of(START, rows(1), rows(2)[:40])
    assert torn.damage == [Damage(DamageReason.UNCLOSED, end, end + 40, None, None)]


def test_a_damaged_end_mark_costs_nothing_but_is_told() -> None:
    for end in (b"", END_MARK[:3], END_MARK[:-1] + b"\x01", END_MARK + b"\x00"):
        found = of(START, rows(1), last(2)[: -len(END_MARK)], end)
        assert [(damage.reason, damage.rows) for damage in found.damage] == [(DamageReason.END, 0)]


def test_nothing_of_a_recording_is_found_in_anything_else() -> None:
    assert of(b"time_s,acc_x\n").head is None
    assert of().head is None
