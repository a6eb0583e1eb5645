"""Writes to a training log without end and says on stdout what was confirmed; to be killed.

python tests/log_writer.py LOG NAME SEED
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workouts import TWO_SETS  # type: ignore[import-not-found]

from tracker.store import Edit, Field, TrainingLog

if TYPE_CHECKING:
    from collections.abc import Iterator


def deeds(log: TrainingLog, name: str, chance: random.Random) -> Iterator[str]:
    """Do one thing after the other, and yield what is to be found of each once it is done."""
    number = 0
    while True:
        number += 1
        sha256 = f"{name}-{number}"
        session_id = log.add(
            replace(TWO_SETS, note=sha256), version="1", recording=f"/r/{sha256}", sha256=sha256
        )
        yield f"added {session_id} {sha256}"
        reps = chance.randint(0, 200)
        log.edit(session_id, [Edit(Field.REPS, reps, 1), Edit(Field.RPE, 9, 2)])
        yield f"edited {session_id} {reps}"
        if chance.random() < 0.3:
            log.delete([session_id])
            yield f"deleted {session_id} -"
        if chance.random() < 0.3:
            log.add(
                replace(TWO_SETS, note="again"),
                version="2",
                recording=f"/r/{sha256}",
                sha256=sha256,
            )
            yield f"measured {session_id} again"


def main(place: str, name: str, seed: str) -> None:
    with TrainingLog(place, lambda: datetime.now(UTC)) as log:
        for line in deeds(log, name, random.Random(seed)):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
