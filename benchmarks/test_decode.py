"""How fast bytes become samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.domain import Fault
from tracker.importers import notifications_from_samples, read_sample_csv
from tracker.sensors import SAMPLES_CHANNEL, encode_samples, family

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from measuring import Measure, Report

    from tracker.domain import Notification

RATE_HZ = 100.0


def test_decoding_of_the_profile(
    measure: Measure, packets: tuple[Notification, ...], report: Report
) -> None:
    sensed = [packet for packet in packets if packet.channel not in ("link", "mark")]
    _throughput(measure, "profile", sensed, "profile, 5 samples a packet", report)


@pytest.mark.parametrize("block", [5, 100_000])
def test_decoding_of_samples(
    block: int, measure: Measure, sample_csv: Path, report: Report
) -> None:
    table = read_sample_csv(sample_csv).table
    blocks = list(notifications_from_samples(table, block, encode_samples, SAMPLES_CHANNEL))
    _throughput(measure, "samples", blocks, f"samples, {block} a block", report)


def _throughput(
    measure: Measure,
    kind: str,
    notifications: Sequence[Notification],
    what: str,
    report: Report,
) -> None:
    def decode() -> int:
        decoder = family(kind).decoder({})
        samples = 0
        for notification in notifications:
            for decoded in decoder.feed(notification):
                assert not isinstance(decoded, Fault)
                samples += len(decoded.acc_mps2)
        return samples

    samples, taken_s = measure(decode, 2)
    per_s = samples / taken_s
    real_time = f"{per_s / RATE_HZ:,.0f} × real time"
    report(f"decode {what}", f"{per_s / 1e6:.2f} M samples/s", real_time)
