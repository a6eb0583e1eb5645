"""An adversary of the detector: draws sessions from wide priors and looks for those that fail.

`make hunt` draws sessions that nobody has seen, runs the engine on them and prints how often sets
are counted wrong, by factor and by pair of factors. Then it takes failing sessions apart until
hardly anything is left of them, and prints what is left. All of it is simulated; nobody trained.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import os
import secrets
import sys
import time
import traceback
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from hunt_lifter import UnclearCaseError
from hunt_priors import FACTORS, PLAIN, draw
from hunt_sensor import render

from tracker.app.playback import analyze_notifications
from tracker.domain import Fault, FaultReason, Notification, Phase, SessionInfo, SessionState
from tracker.engine import build_engine
from tracker.sensors import SAMPLES_CHANNEL, encode_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hunt_lifter import TrueRep, TrueSet
    from hunt_sensor import Rendered

    from tracker.domain import Rep, SetRecord

    Item = dict[str, Any]

BLOCK_SAMPLES: Final = 512
"""Samples in a notification; the events do not depend on it."""

MOST_RISE_M: Final = 2.0
"""A rise above this is impossible for a pelvis that stays on a body."""

CELLS_SEARCHED: Final = 5
"""Pairs of levels in which a search goes on before it looks again which are the worst."""

SHRINK_RUNS: Final = 150
"""Runs that a failing session may take until it is small."""


# --- one session ---


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """How one true set came out."""

    reps: int
    exact: bool
    within_one: bool
    confidence: float | None
    hold_errors_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a session came out."""

    levels: Mapping[str, str]
    sets: tuple[SetVerdict, ...]
    ghosts: tuple[str, ...]
    """During which block each rep was found that is none."""
    did: tuple[str, ...]
    """The blocks of the session, by kind."""
    error: str = ""
    """Type and place of an exception, contained or not; empty without one."""
    impossible: str = ""
    """The first number that cannot be."""
    duration_s: float = 0.0
    gyroscope: bool = True

    @property
    def failures(self) -> frozenset[str]:
        """Kinds of failure, as shrinking keeps them apart."""
        kinds = set()
        if self.error:
            kinds.add(f"exception {self.error}")
        if self.impossible:
            kinds.add(f"impossible {self.impossible}")
        if any(not one.exact for one in self.sets):
            kinds.add("set")
        if self.ghosts:
            kinds.add("ghost")
        return frozenset(kinds)


def judge(case: Item, rendered: Rendered | None = None) -> Verdict:
    """Run the engine on a case and compare with the truth."""
    rendered = rendered or render(case)
    info = SessionInfo(sensor="samples", exercise=case["exercise"], origin="synthetic")
    ledger, error = SessionState(), ""
    try:
        engine = build_engine(info)
        for event, _ in analyze_notifications(engine, _notifications(rendered), 4096):
            ledger.accept((event,))
            if isinstance(event, Fault) and event.reason is FaultReason.DETECTOR_RESTARTED:
                error = error or _place_of(event)
    except Exception as caught:  # what is hunted for is any exception at all
        where = traceback.extract_tb(caught.__traceback__)[-1]
        error = f"{type(caught).__name__} in {Path(where.filename).stem}.{where.name}"
    return _compared(case, rendered, ledger.sets, error)


def _place_of(restart: Fault) -> str:
    """Return type and place of what was contained, without the numbers of its message."""
    kind, _, rest = restart.detail.partition("(")[2].rstrip(")").partition(":")
    return f"{kind} in {rest.rpartition(' in ')[2]}"


def _notifications(rendered: Rendered) -> Iterator[Notification]:
    gyro = rendered.gyro_radps
    for first in range(0, len(rendered.time_s), BLOCK_SAMPLES):
        part = slice(first, first + BLOCK_SAMPLES)
        time_s = rendered.time_s[part]
        data = encode_samples(
            time_s, rendered.acc_mps2[part], None if gyro is None else gyro[part]
        )
        yield Notification(round(float(time_s[-1]) * 1e9), SAMPLES_CHANNEL, data)


def _compared(case: Item, rendered: Rendered, found: Sequence[SetRecord], error: str) -> Verdict:
    reps = [(number, rep) for number, one in enumerate(found) for rep in one.reps]
    taken: set[int] = set()
    homes: list[set[int]] = []
    pairs: list[list[tuple[TrueRep, Rep | None]]] = []
    for true_set in rendered.sets:
        home, matched = set(), []
        for true in true_set.reps:
            number, rep = _match(true, reps, taken)
            if rep is not None:
                home.add(number)
            matched.append((true, rep))
        homes.append(home)
        pairs.append(matched)
    strangers = [rep for _, rep in reps if id(rep) not in taken]
    sets = tuple(
        _set_verdict(true_set, matched, home, strangers, found, homes)
        for true_set, matched, home in zip(rendered.sets, pairs, homes, strict=True)
    )
    return Verdict(
        levels=case.get("levels", {}),
        sets=sets,
        ghosts=tuple(_block_at(rendered, rep) for rep in strangers),
        did=tuple(sorted({name for name, _, _ in rendered.blocks})),
        error=error,
        impossible=_impossible(rep for _, rep in reps),
        duration_s=float(rendered.time_s[-1]),
        gyroscope=rendered.gyro_radps is not None,
    )


def _match(true: TrueRep, reps: list[tuple[int, Rep]], taken: set[int]) -> tuple[int, Rep | None]:
    """Return the found rep whose concentric overlaps the true one's most."""
    best, overlap = (-1, None), 0.0
    for number, rep in reps:
        if id(rep) in taken:
            continue
        up = next((span for span in rep.phases if span.phase is Phase.CONCENTRIC), None)
        if up is None:
            continue
        shared = min(up.end_s, true.lockout_s) - max(up.start_s, true.start_s)
        if shared > overlap:
            best, overlap = (number, rep), shared  # type: ignore[assignment]
    if best[1] is not None:
        taken.add(id(best[1]))
    return best


def _set_verdict(
    true_set: TrueSet,
    matched: list[tuple[TrueRep, Rep | None]],
    home: set[int],
    strangers: list[Rep],
    found: Sequence[SetRecord],
    homes: list[set[int]],
) -> SetVerdict:
    missing = sum(true.certain and rep is None for true, rep in matched)
    extra = sum(
        true_set.start_s - 0.5 <= rep.start_s <= true_set.end_s + 0.5
        or any(rep in found[number].reps for number in home)
        for rep in strangers
    )
    apart = len(home) <= 1 and sum(bool(home & other) for other in homes) <= 1
    errors = tuple(
        rep.lockout_s - (true.unlock_s - true.lockout_s)
        for true, rep in matched
        if rep is not None and true.certain and rep.lockout_s is not None
    )
    told = [getattr(found[number], "count_confidence", None) for number in home]
    return SetVerdict(
        reps=sum(true.certain for true in true_set.reps),
        exact=missing == 0 and extra == 0 and apart,
        within_one=missing + extra <= 1,
        confidence=told[0] if len(told) == 1 else None,
        hold_errors_s=errors,
    )


def _block_at(rendered: Rendered, rep: Rep) -> str:
    middle_s = rep.phases[0].end_s if rep.phases else rep.start_s
    for name, start_s, end_s in reversed(rendered.blocks):
        if start_s <= middle_s <= end_s:
            return name
    return "end"


def _impossible(reps: Iterator[Rep]) -> str:
    for rep in reps:
        ends = [(span.start_s, span.end_s) for span in rep.phases]
        if any(end < start for start, end in ends):
            return "negative phase"
        if any(after[0] < before[1] - 1e-9 for before, after in pairwise(ends)):
            return "overlapping phases"
        for name in ("rom_deg", "rise_m", "mean_velocity_mps", "peak_velocity_mps", "tilt_deg"):
            value = getattr(rep, name)
            if value is not None and not math.isfinite(value):
                return name
        if rep.rise_m is not None and abs(rep.rise_m) > MOST_RISE_M:
            return "rise"
    return ""


# --- making a failing session small ---

_NEUTRAL: Final[Mapping[str, Any]] = {
    "acc_bias": [0.0, 0.0, 0.0],
    "gyro_bias": [0.0, 0.0, 0.0],
    "acc_scale": [0.0, 0.0, 0.0],
    "gyro_scale": [0.0, 0.0, 0.0],
    "acc_noise": 1e-4,
    "gyro_noise": 0.005,
    "acc_drift": 0.0,
    "gyro_drift": 0.0,
    "bits": 16,
    "acc_range": 8.0,
    "gyro_range": 1000.0,
    "jitter": 0.0,
    "drop": 0.0,
    "gaps": [],
    "wobble": 0.0,
    "slip_deg": 0.0,
    "board": "right-handed",
    "gyroscope": True,
    "filtered": True,
    "rate_hz": 100.0,
    "mount": [0.0, 0.0, 0.0],
    "spot_m": [0.0, 0.0, 0.1],
}
"""A good sensor on the belly: what an imperfection is replaced by."""

_PLAIN_SET: Final = {"sway_deg": 0.0, "tremor_deg": 0.0, "drop_deg": 0.0, "twist_deg": 0.0}
_PLAIN_BODY: Final = {
    "peel_deg": 0.0,
    "gives_m": 0.0,
    "rolls_m": 0.0,
    "tuck": 0.0,
    "pelvis_deg": 0.0,
}
_REP_NUMBERS: Final = ("up", "hold", "down", "bottom", "reach")


def simpler(case: Item) -> Iterator[Item]:
    """Yield cases that are a little simpler: a block, a rep or an imperfection less."""
    blocks = case["blocks"]
    for at in range(len(blocks)):
        yield {**case, "blocks": blocks[:at] + blocks[at + 1 :]}
    for name, plain in _NEUTRAL.items():
        if case["sensor"].get(name, plain) != plain:
            yield {**case, "sensor": {**case["sensor"], name: plain}}
    for name, plain in _PLAIN_BODY.items():
        if case["body"].get(name, plain) != plain:
            yield {**case, "body": {**case["body"], name: plain}}
    for at, block in enumerate(blocks):
        for changed in _simpler_block(block):
            yield {**case, "blocks": [*blocks[:at], changed, *blocks[at + 1 :]]}


def _simpler_block(block: Item) -> Iterator[Item]:
    if block["do"] != "set":
        for name in ("times", "flights"):
            if block.get(name, 1) > 1:
                yield {**block, name: 1}
        return
    reps = block["reps"]
    half = len(reps) // 2
    parts = [reps[half:], reps[:half]] if half > 1 else []
    parts += [reps[:at] + reps[at + 1 :] for at in range(len(reps)) if len(reps) > 2]
    for part in parts:
        yield {**block, "reps": part}
    for name, plain in _PLAIN_SET.items():
        if block.get(name, plain) != plain:
            yield {**block, name: plain}
    for name in sorted({name for rep in reps for name in rep} - set(_REP_NUMBERS)):
        yield {**block, "reps": [{key: rep[key] for key in rep if key != name} for rep in reps]}


def shrink(case: Item, runs: int = SHRINK_RUNS) -> Item:
    """Return a case with one of the failures of this one and as little else as can be found."""
    wanted = judge(case).failures
    if not wanted:
        return case
    kind = next((one for one in sorted(wanted) if one not in ("set", "ghost")), min(wanted))
    small = {key: value for key, value in case.items() if key != "levels"}
    shorter = True
    while shorter and runs > 0:
        shorter, at = False, 0
        others = list(simpler(small))
        while at < len(others) and runs > 0:
            runs -= 1
            if _fails(others[at], kind):
                small, shorter = others[at], True
                others = list(simpler(small))  # what was tried before stays tried
            else:
                at += 1
    return small


def _fails(case: Item, kind: str) -> bool:
    try:
        return kind in judge(case).failures
    except UnclearCaseError:
        return False


# --- what is told ---

LEAST_IN_CELL: Final = 8
"""Fewer sets than this in a pair of levels tell nothing."""

CELLS_SHOWN: Final = 12

BINS: Final = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Edges of the bins of confidence; 0.95 is what the screen calls sure."""

Z: Final = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson(failed: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate (Wilson 1927); it holds near 0 as well."""
    if of == 0:
        return 0.0, 1.0
    rate, z2 = failed / of, Z * Z
    middle = (rate + z2 / (2 * of)) / (1 + z2 / of)
    half = Z / (1 + z2 / of) * math.sqrt(rate * (1 - rate) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def rate(failed: int, of: int) -> str:
    """Return a count, its rate and the interval of it."""
    low, high = wilson(failed, of)
    share = failed / of if of else 0.0
    return f"{failed:4d} of {of:<4d} {share:6.1%}  ({low:.1%}–{high:.1%})"


def headline(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield the totals."""
    sets = [one for verdict in verdicts for one in verdict.sets]
    hours = sum(verdict.duration_s for verdict in verdicts) / 3600.0
    ghosts_found = sum(len(verdict.ghosts) for verdict in verdicts)
    errors = Counter(verdict.error for verdict in verdicts if verdict.error)
    impossible = Counter(verdict.impossible for verdict in verdicts if verdict.impossible)
    with_gyro = [
        abs(error)
        for verdict in verdicts
        if verdict.gyroscope
        for one in verdict.sets
        for error in one.hold_errors_s
    ]
    yield f"SIMULATED: {len(verdicts)} sessions, {hours:.1f} h; nobody trained"
    yield f"  sets not exact      {rate(sum(not one.exact for one in sets), len(sets))}"
    yield f"  sets off by over 1  {rate(sum(not one.within_one for one in sets), len(sets))}"
    yield f"  sessions with ghost {rate(sum(bool(v.ghosts) for v in verdicts), len(verdicts))}"
    yield f"  ghost reps          {ghosts_found:4d}, {ghosts_found / max(hours, 1e-9):.1f} an hour"
    yield f"  sessions that raise {rate(sum(bool(v.error) for v in verdicts), len(verdicts))}"
    yield f"  impossible numbers  {rate(sum(bool(v.impossible) for v in verdicts), len(verdicts))}"
    if with_gyro:
        median, p95 = np.percentile(with_gyro, (50, 95))
        yield (
            f"  hold error, with gyroscope: median {median:.3f} s, 95 % {p95:.3f} s "
            f"of {len(with_gyro)} reps"
        )
    for name, counted in (errors + impossible).most_common():
        yield f"  {counted:4d} × {name}"


def factors(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield, by factor and level, how many sets were wrong and how many sessions had ghosts."""
    yield f"{'factor':<12}{'level':<26}{'sets not exact':<34}sessions with a ghost"
    for factor in verdicts[0].levels if verdicts else ():
        for level in sorted({verdict.levels[factor] for verdict in verdicts}):
            some = [verdict for verdict in verdicts if verdict.levels[factor] == level]
            sets = [one for verdict in some for one in verdict.sets]
            wrong, haunted = sum(not one.exact for one in sets), sum(bool(v.ghosts) for v in some)
            yield (
                f"{factor:<12}{level:<26}{rate(wrong, len(sets)):<34}{rate(haunted, len(some))}"
            )


def ghosts(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield what was going on when reps were found that are none."""
    found = Counter(where for verdict in verdicts for where in verdict.ghosts)
    haunted = Counter(where for verdict in verdicts for where in set(verdict.ghosts))
    done = Counter(what for verdict in verdicts for what in set(verdict.did))
    if found:
        yield f"{'ghosts during':<26}{'sessions of those that did it':<34}reps"
    for where, reps in found.most_common():
        yield f"  {where:<24}{rate(haunted[where], done[where] or haunted[where]):<34}{reps}"


def cells(
    verdicts: Iterable[Verdict],
) -> list[tuple[float, tuple[tuple[str, str], ...], int, int]]:
    """Return pairs of levels, worst lower bound first: bound, the pair, sets wrong, sets."""
    wrong: defaultdict[tuple[tuple[str, str], ...], int] = defaultdict(int)
    total: defaultdict[tuple[tuple[str, str], ...], int] = defaultdict(int)
    for verdict in verdicts:
        for pair in combinations(verdict.levels.items(), 2):
            total[pair] += len(verdict.sets)
            wrong[pair] += sum(not one.exact for one in verdict.sets)
    rows = [
        (wilson(wrong[pair], of)[0], pair, wrong[pair], of)
        for pair, of in total.items()
        if of >= LEAST_IN_CELL
    ]
    return sorted(rows, key=lambda row: row[0], reverse=True)


def worst_cells(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield the pairs of levels in which most sets are wrong."""
    yield f"worst pairs of levels, of those with {LEAST_IN_CELL} sets and more"
    for _, pair, wrong, of in cells(verdicts)[:CELLS_SHOWN]:
        name = " · ".join(f"{factor} {level}" for factor, level in pair)
        yield f"  {name:<52}{rate(wrong, of)}"


def calibration(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield how often counts of a confidence were exact; nothing if no set has one."""
    told = [
        (one.confidence, one.exact)
        for verdict in verdicts
        for one in verdict.sets
        if one.confidence is not None
    ]
    if not told:
        return
    yield f"count_confidence{'':<8}exact"
    for low, high in pairwise(BINS):
        hits = [
            exact
            for confidence, exact in told
            if low <= confidence < high or high == confidence == BINS[-1]
        ]
        if hits:
            yield f"  {low:.2f}–{high:.2f}{'':<11}{rate(sum(hits), len(hits))}"


# --- the command ---


def _one(job: tuple[int, int, Mapping[str, str]]) -> tuple[int, Verdict]:
    seed, number, wanted = job
    return number, judge(draw(seed, number, wanted))


def _shrunk(job: tuple[int, int, Mapping[str, str]]) -> Item:
    return shrink(draw(*job))


@dataclass
class Hunt:
    """Draws and judges sessions on several processes."""

    seed: int
    pool: ProcessPoolExecutor
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    jobs: dict[int, tuple[int, int, Mapping[str, str]]] = field(default_factory=dict)

    def run(self, sessions: int, wanted: Mapping[str, str]) -> list[int]:
        """Judge so many fresh sessions and return their numbers."""
        first = len(self.jobs)
        numbers = list(range(first, first + sessions))
        for number in numbers:
            self.jobs[number] = (self.seed, number, wanted)
        waiting = [self.pool.submit(_one, self.jobs[number]) for number in numbers]
        for done, future in enumerate(as_completed(waiting), 1):
            number, verdict = future.result()
            self.verdicts[number] = verdict
            if sys.stderr.isatty():
                print(f"\r{done} of {sessions} sessions", end="", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        return numbers

    def of(self, numbers: Sequence[int]) -> list[Verdict]:
        """Return verdicts in the order of their numbers."""
        return [self.verdicts[number] for number in numbers]

    def worst(self, sessions: int) -> list[int]:
        """Return the sessions that fail worst, one of each combination of failures first."""
        failing = [number for number, one in self.verdicts.items() if one.failures]
        failing.sort(key=lambda number: (-_badness(self.verdicts[number]), number))
        picked: list[int] = []
        seen: set[tuple[frozenset[str], frozenset[str]]] = set()
        for number in failing:
            verdict = self.verdicts[number]
            what = (verdict.failures, frozenset(verdict.ghosts))
            if what not in seen:
                seen.add(what)
                picked.append(number)
        picked += [number for number in failing if number not in picked]
        return picked[:sessions]


def _badness(verdict: Verdict) -> float:
    wrong = sum((not one.exact) + (not one.within_one) for one in verdict.sets)
    return 100.0 * bool(verdict.error or verdict.impossible) + wrong + 0.5 * len(verdict.ghosts)


def save(case: Item, folder: Path, name: str) -> None:
    """Write a case as sample CSV and as JSON with its truth."""
    folder.mkdir(parents=True, exist_ok=True)
    rendered, columns = render(case), ["time_s", "acc_x", "acc_y", "acc_z"]
    signals = [rendered.time_s[:, None], rendered.acc_mps2]
    if rendered.gyro_radps is not None:
        columns += ["gyro_x", "gyro_y", "gyro_z"]
        signals.append(rendered.gyro_radps)
    with gzip.open(folder / f"{name}.csv.gz", "wt", compresslevel=4) as file:
        np.savetxt(file, np.hstack(signals), "%.6f", ",", header=",".join(columns), comments="")
    truth = {
        "exercise": case["exercise"],
        "simulated": True,
        "sets": [[asdict(rep) for rep in one.reps] for one in rendered.sets],
        "blocks": rendered.blocks,
        "gaps": rendered.gaps,
        "case": case,
    }
    (folder / f"{name}.json").write_text(json.dumps(truth) + "\n", encoding="utf-8")


def replay(text: str) -> Iterator[str]:
    """Judge a case given as JSON or as the name of a file with it, or with its truth."""
    path = None if text.lstrip().startswith("{") else Path(text)
    case = json.loads(text if path is None else path.read_text(encoding="utf-8"))
    case = case.get("case", case)
    rendered = render(case)
    verdict = judge(case, rendered)
    for true, one in zip(rendered.sets, verdict.sets, strict=True):
        told = "exact" if one.exact else "within one" if one.within_one else "wrong"
        yield (f"SIMULATED set of {one.reps} reps, {true.start_s:.1f}–{true.end_s:.1f} s: {told}")
    for where in verdict.ghosts:
        yield f"a rep that is none, during {where}"
    for what in (verdict.error, verdict.impossible):
        if what:
            yield what
    yield "fails: " + ", ".join(sorted(verdict.failures)) if verdict.failures else "passes"


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make hunt ARGS=", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200, help="drawn from the prior (200)")
    parser.add_argument("--seed", type=int, help="a fresh one is drawn and printed unless given")
    parser.add_argument(
        "--factor", action="append", default=[], metavar="NAME=LEVEL", help="fix a level"
    )
    parser.add_argument(
        "--plain", action="store_true", help="a plain lifter and sensor but for what is fixed"
    )
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="search on in the worst pairs of levels"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--shrink", type=int, default=3, help="failures to make small (3)")
    parser.add_argument("--save", type=Path, metavar="DIR", help="write every failing session")
    parser.add_argument("--replay", metavar="JSON_OR_FILE", help="run one case again")
    options = parser.parse_args(arguments)
    options.wanted = dict(PLAIN) if options.plain else {}
    for text in options.factor:
        name, _, level = text.partition("=")
        if level not in FACTORS.get(name, {}):
            levels = ", ".join(FACTORS.get(name, FACTORS))
            parser.error(f"--factor {text}: choose from {levels}")
        options.wanted[name] = level
    return options


def main(arguments: Sequence[str]) -> None:
    """Hunt, or run one case again."""
    options = _options(arguments)
    if options.replay:
        print(*replay(options.replay), sep="\n")
        return
    deadline_s = time.monotonic() + 60.0 * options.minutes
    seed = secrets.randbits(48) if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    with ProcessPoolExecutor(options.jobs) as pool:
        hunt = Hunt(seed, pool)
        drawn = hunt.of(hunt.run(options.sessions, options.wanted))
        for part in (headline, factors, ghosts, worst_cells, calibration):
            print(*part(drawn), "", sep="\n", flush=True)
        _search(hunt, options.wanted, deadline_s, 2 * options.jobs)
        if options.save:
            for number in sorted(hunt.verdicts):
                if hunt.verdicts[number].failures:
                    save(draw(*hunt.jobs[number]), options.save, f"{seed}_{number:05d}")
        worst = [hunt.jobs[number] for number in hunt.worst(options.shrink)]
        for case in pool.map(_shrunk, worst):
            failures = ", ".join(sorted(judge(case).failures))
            print(f"SIMULATED, as small as it got; fails: {failures}\n{json.dumps(case)}\n")


def _search(hunt: Hunt, wanted: Mapping[str, str], deadline_s: float, sessions: int) -> None:
    """Draw on where most went wrong until the time is up; these rates say nothing of the prior."""
    found: list[int] = []
    while time.monotonic() < deadline_s:
        for _, pair, _, _ in cells(hunt.verdicts.values())[:CELLS_SEARCHED]:
            found += hunt.run(sessions, {**wanted, **dict(pair)})
            if time.monotonic() >= deadline_s:
                break
        else:
            continue
        break
    if found:
        print("searched on in the worst pairs; biased towards failures on purpose")
        print(*headline(hunt.of(found)), "", *worst_cells(hunt.of(found)), "", sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
