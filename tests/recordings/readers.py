"""A reader of each format that is none of ours, which holds a file to what `analyze` prints.

Each takes the file or folder and the object of the session, and asserts that sets, reps and what
was measured of them are the same.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import html5lib
import jsonschema
import numpy as np
import openpyxl
import pytest

from tests.export.fit_readers import read_with_fitdecode, read_with_sdk
from tests.export.foreign import mean, whole_s
from tests.export.strava_schema import SCHEMA as STRAVA
from tracker.domain import title_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree.ElementTree import Element

Session = dict[str, Any]

SCHEMA: Final = json.loads(
    (Path(__file__).parents[2] / "docs" / "schema" / "tracker.session-1.schema.json").read_text(
        encoding="utf-8"
    )
)
VALIDATOR: Final = Path(sys.executable).with_name("bids-validator-deno")

MEASURED: Final = (
    "start_s",
    "end_s",
    "complete",
    "concentric_s",
    "lockout_s",
    "eccentric_s",
    "bottom_s",
    "rom_deg",
    "top_deg",
    "rise_m",
    "mean_velocity_mps",
    "peak_velocity_mps",
    "tilt_deg",
    "confidence",
    "confidence_reason",
)
"""Columns of a rep that are keys of its object."""

MEANS: Final = {
    "mean_concentric_s": "concentric_s",
    "mean_lockout_s": "lockout_s",
    "mean_eccentric_s": "eccentric_s",
    "mean_bottom_s": "bottom_s",
    "mean_rom_deg": "rom_deg",
    "mean_rise_m": "rise_m",
    "mean_velocity_mps": "mean_velocity_mps",
}
"""Means over a set, and what they are of."""


def known_mean(each: Session, key: str) -> float | None:
    return mean(rep[key] for rep in each["reps"])


def number(cell: str) -> float | None:
    return None if cell == "" else float(cell)


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV, read by Python's own reader, which has to see no short row."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def queried(query: str) -> duckdb.DuckDBPyRelation:
    """Return what a query gives, read by DuckDB, which has code of its own for every format."""
    found = duckdb.sql(query)
    assert found is not None
    return found


def same_reps(rows: list[dict[str, Any]], session: Session) -> None:
    """Compare a table with a row for each rep."""
    reps = [(each, rep) for each in session["sets"] for rep in each["reps"]]
    for row, (each, rep) in zip(rows, reps, strict=True):
        assert (row["set"], row["rep"]) == (each["index"], rep["index"])
        for name in MEASURED:
            expected = rep[name]
            if isinstance(expected, float):
                expected = pytest.approx(expected, abs=6e-5)
            assert row[name] == expected, name
        assert row["load_kg"] == each["load_kg"]
        same_marks(row, each)


def same_marks(row: dict[str, Any], each: Session) -> None:
    """Compare what a table says of a set's exercise, side and kind; text as in a CSV, or typed."""
    assert row["exercise"] == each["exercise"]
    assert (row["side"] or None) == each["side"]
    assert row["warm_up"] in (each["warm_up"], str(each["warm_up"]).lower())


def counted(each: Session) -> int | None:
    """Return how many reps a sensor counted; None of a set that was entered by hand."""
    return None if each["start_s"] is None else len(each["reps"])


def read_csv(path: Path, session: Session) -> None:
    def cell(name: str, text: str) -> object:
        if name in ("flags", "source", "exercise", "confidence_reason"):
            return text or None
        if name == "complete":
            return {"true": True, "false": False}[text]
        return number(text) if name in MEASURED or name == "load_kg" else text

    rows = [{name: cell(name, text) for name, text in row.items()} for row in rows_of(path)]
    same_reps(
        [{**row, "set": int(str(row["set"])), "rep": int(str(row["rep"]))} for row in rows],
        session,
    )
    # And as somebody reads it who only gives its name.
    counted = queried(
        f"select \"set\", count(*), max(rep) from read_csv('{path}') group by all order by all"
    ).fetchall()
    seen = [each for each in session["sets"] if each["reps"]]
    assert counted == [(each["index"], len(each["reps"]), len(each["reps"])) for each in seen]


def read_csv_sets(path: Path, session: Session) -> None:
    numbers = {"set", "reps", "reps_counted", "load_kg", "start_s", "end_s", *MEANS}
    rows = rows_of(path)
    same_sets([row | {name: number(row[name]) for name in numbers} for row in rows], session)


def same_sets(rows: list[dict[str, Any]], session: Session) -> None:
    """Compare a table with a row for each set."""
    for row, each in zip(rows, session["sets"], strict=True):
        assert row["set"] == each["index"]
        assert row["reps"] == each["reps_done"]
        assert row["reps_counted"] == counted(each)
        assert row["load_kg"] == each["load_kg"]
        same_marks(row, each)
        for name in ("start_s", "end_s"):
            assert row[name] == each[name]
        for name, key in MEANS.items():
            assert row[name] == pytest.approx(known_mean(each, key), abs=1.1e-4), name


def read_xlsx(path: Path, session: Session) -> None:
    book = openpyxl.load_workbook(path, read_only=True)
    sheets = {}
    for sheet in book.worksheets:
        heading, *cells = sheet.iter_rows(values_only=True)
        sheets[sheet.title] = [dict(zip(heading, row, strict=True)) for row in cells]
    book.close()
    assert list(sheets) == ["Sets", "Reps"]
    same_sets(sheets["Sets"], session)
    same_reps(sheets["Reps"], session)


def read_json(path: Path, session: Session) -> None:
    read = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(read, SCHEMA)
    assert read["sets"] == session["sets"]
    assert read["timed"] == session["timed"]
    assert {**read["source"], "path": None} == {**session["source"], "path": None}


def read_html(path: Path, session: Session) -> None:
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False
    )
    page = parser.parse(path.read_bytes())
    (glance,) = _tables(page, "sets")
    for cells, each in zip(glance[1:], session["sets"], strict=True):
        seen, done = counted(each), each["reps_done"]
        marks = [
            "" if each["exercise"] == session["exercise"] else title_of(each["exercise"]),
            each["side"] or "",
            "warm-up" if each["warm_up"] else "",
        ]
        head = ", ".join(filter(None, marks))
        planned = each["plan"].get("target_reps")
        assert cells[:2] == [
            str(each["index"]),
            (f"{head}: " if head else "")
            + str(done)
            + ("" if planned is None else f" of {planned}")
            + ("" if seen in (done, None) else f" (sensor: {seen})"),
        ]
        load_kg = each["load_kg"]
        shown = "–" if load_kg is None else f"{load_kg:g}\xa0kg" if load_kg else "bodyweight"
        assert cells[2] == shown
    text = " ".join("".join(page.itertext()).split())
    for timed in session["timed"]:
        marks = [title_of(timed["activity"]), timed["side"] or ""]
        marks += ["warm-up"] if timed["warm_up"] else []
        assert f"{', '.join(filter(None, marks))}: {timed['duration_s']:.0f} s" in text
    pages = [each for each in page.iter("section") if "set" in each.get("class", "").split()]
    for section, each in zip(pages, session["sets"], strict=True):
        if not each["reps"]:
            assert "no sensor saw this set" in "".join(section.itertext())
            continue
        times, sizes = _tables(section, "narrow")
        for row, other, rep in zip(times[1:], sizes[1:], each["reps"], strict=True):
            keys = ("concentric_s", "lockout_s", "eccentric_s", "bottom_s")
            assert row == [str(rep["index"]), *(_shown(rep[key], 2) for key in keys)]
            assert other[:2] == [str(rep["index"]), _shown(rep["rom_deg"], 1)]
            assert other[3] == _shown(rep["mean_velocity_mps"], 2)


def _shown(value: float | None, decimals: int) -> object:
    """Return what equals the cell of a number; printed twice, it may be rounded twice."""
    if value is None:
        return "–"
    return _Near(value, 0.5 * 10.0**-decimals + 1e-4)


class _Near:
    """Equals text that shows a number near enough."""

    def __init__(self, value: float, within: float) -> None:
        self._value = value
        self._within = within

    def __eq__(self, other: object) -> bool:
        # An arrow behind it says that it is off the plan.
        text = str(other).replace("−", "-").rstrip(" ↑↓")
        return abs(float(text) - self._value) <= self._within

    def __repr__(self) -> str:
        return f"{self._value} ± {self._within}"

    __hash__ = None  # type: ignore[assignment]  # equality with a tolerance has none


def _tables(page: Element, kind: str) -> list[list[list[str]]]:
    return [
        [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]
        for table in page.iter("table")
        if table.get("class") == kind
    ]


def read_parquet(path: Path, session: Session) -> None:
    # Not by Arrow, which has written it.
    found = queried(f"from read_parquet('{path}')")
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    same_reps(rows, session)


def read_raw_csv(path: Path, session: Session) -> None:
    values = queried(f"from read_csv('{path}')").fetchnumpy()
    _samples(values, session)


def read_raw_parquet(path: Path, session: Session) -> None:
    values = queried(f"from read_parquet('{path}')").fetchnumpy()
    _samples(values, session)


def _samples(values: dict[str, Any], session: Session) -> None:
    time_s = values["time_s"]
    assert len(time_s) == session["source"]["samples"]
    assert (np.diff(time_s) > 0.0).all()
    gaps = session["source"]["gaps"]
    for gap in gaps:
        inside = (time_s > gap["start_s"] + 1e-6) & (time_s < gap["end_s"] - 1e-6)
        assert not inside.any()
    # Reps are where the sensor turned, and the rest between two sets is where it did not.
    turning = np.sqrt(sum(np.asarray(values[f"gyro_{axis}"]) ** 2 for axis in "xyz"))
    for each in session["sets"]:
        for rep in each["reps"]:
            assert turning[(time_s >= rep["start_s"]) & (time_s <= rep["end_s"])].max() > 0.5


def read_bids(path: Path, session: Session) -> None:
    told = subprocess.run(
        [VALIDATOR, path, "--format", "json"], check=False, capture_output=True, encoding="utf-8"
    )
    issues = json.loads(told.stdout)["issues"]["issues"]
    assert [each["code"] for each in issues if each["severity"] == "error"] == []
    (events,) = path.glob("sub-*/motion/*_events.tsv")
    (motion,) = path.glob("sub-*/motion/*_motion.tsv")
    samples = np.loadtxt(motion, delimiter="\t")
    assert len(samples) == session["source"]["samples"]
    with events.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab", strict=True))
    (first_s,) = {
        round(rep["start_s"] - float(row["onset"]), 5)
        for row, rep in zip(
            [row for row in rows if row["trial_type"] == "rep"],
            [rep for each in session["sets"] for rep in each["reps"]],
            strict=True,
        )
    }
    for each in session["sets"]:
        for rep in each["reps"]:
            mine = {
                row["trial_type"]: row
                for row in rows
                if (row["set"], row["rep"]) == (str(each["index"]), str(rep["index"]))
            }
            assert set(mine) == {"rep", *(span["phase"] for span in rep["phases"])}
            same_marks({**mine["rep"], "side": mine["rep"]["side"].removesuffix("n/a")}, each)
            for span in rep["phases"]:
                row = mine[span["phase"]]
                assert float(row["onset"]) == pytest.approx(span["start_s"] - first_s, abs=2e-5)
                known_s = rep[f"{span['phase']}_s"]
                read_s = None if row["duration"] == "n/a" else float(row["duration"])
                assert read_s == (None if known_s is None else pytest.approx(known_s, abs=2e-6))


def read_fit(path: Path, session: Session) -> None:
    data = path.read_bytes()
    started = _started(session)
    for read in (read_with_sdk, read_with_fitdecode):
        active = [each for each in read(data)["set"] if each["set_type"] == "active"]
        held = [each for each in active if each.get("repetitions") is None]
        for each, expected in zip(held, session["timed"], strict=True):
            assert each["duration"] == pytest.approx(expected["duration_s"], abs=0.00051)
            began = started + timedelta(seconds=expected["start_s"])
            assert whole_s(each["start_time"], began)
            assert each["warm_up"] == expected["warm_up"]
            assert each.get("side") == expected["side"]
        done = [each for each in active if each.get("repetitions") is not None]
        for each, expected in zip(done, session["sets"], strict=True):
            assert each["repetitions"] == expected["reps_done"]
            assert each.get("reps_counted") == counted(expected)
            assert each.get("load_kg") == expected["load_kg"]
            assert each.get("weight") == expected["load_kg"]
            assert each["warm_up"] == expected["warm_up"]
            assert each.get("side") == expected["side"]
            if expected["start_s"] is None:
                assert each.get("duration") is None
                continue
            assert each["start_s"] == pytest.approx(expected["start_s"], abs=1e-6)
            length_s = expected["end_s"] - expected["start_s"]
            assert each["duration"] == pytest.approx(length_s, abs=0.00051)
            began = started + timedelta(seconds=expected["start_s"])
            assert whole_s(each["start_time"], began)
            for field, key in MEANS.items():
                known = known_mean(expected, key)
                assert each.get(field) == pytest.approx(known, abs=1e-4), field


def read_strava(path: Path, session: Session) -> None:
    read = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(read, STRAVA)
    for each, expected in zip(read["sets"], session["sets"], strict=True):
        assert each["repetitions"] == expected["reps_done"]
        assert each.get("weight") == expected["load_kg"]
        if expected["start_s"] is None:
            assert "duration" not in each
            continue
        length_s = expected["end_s"] - expected["start_s"]
        assert each["duration"] == pytest.approx(length_s, abs=0.5001)
        began = _started(session) + timedelta(seconds=expected["start_s"])
        assert whole_s(datetime.fromisoformat(each["start_time"]), began)


def read_hevy(path: Path, session: Session) -> None:
    held = _logged_sets(path, session, "reps", "weight_kg", "exercise_notes")
    marks = [each["warm_up"] for each in (*session["sets"], *session["timed"])]
    kinds = [row["set_type"] for row in rows_of(path)]
    assert sorted(kinds) == sorted("warmup" if mark else "normal" for mark in marks)
    _same_times(session, [int(row["duration_seconds"]) for row in held])


def read_strong(path: Path, session: Session) -> None:
    held = _logged_sets(path, session, "Reps", "Weight", "Notes")
    marks = [each["warm_up"] for each in (*session["sets"], *session["timed"])]
    assert [row["Set Order"] == "W" for row in rows_of(path)].count(True) == marks.count(True)
    _same_times(session, [int(row["Seconds"]) for row in held])


def read_fitnotes(path: Path, session: Session) -> None:
    held = _logged_sets(path, session, "Reps", "Weight", "Comment")
    clocks = [[int(part) for part in row["Time"].split(":")] for row in held]
    _same_times(session, [3600 * clock[0] + 60 * clock[1] + clock[2] for clock in clocks])
    assert {row["Weight Unit"] for row in rows_of(path)} == {"kgs"}
    assert {row["Date"] for row in rows_of(path)} == {session["started"][:10]}


def _logged_sets(
    path: Path, session: Session, reps: str, load: str, notes: str
) -> list[dict[str, str]]:
    """Compare the rows of sets, and return those of what was done for a time."""
    counting = [row for row in rows_of(path) if row[reps] not in ("", "0")]
    # Those of an exercise stand together in some.
    done = sorted((int(row[reps]), number(row[load]) or 0.0) for row in counting)
    assert done == sorted((e["reps_done"], e["load_kg"] or 0.0) for e in session["sets"])
    text = "\n".join(row[notes] for row in counting)
    for each in session["sets"]:
        seen, done_reps = counted(each), each["reps_done"]
        if seen is not None:
            assert f"hold {known_mean(each, 'lockout_s'):.1f} " in text
        if seen not in (None, done_reps):
            assert f"sensor counted {seen}" in text
        assert each["side"] is None or each["side"] in text
    if all(counted(each) in (None, each["reps_done"]) for each in session["sets"]):
        assert "sensor counted" not in text
    return [row for row in rows_of(path) if row[reps] in ("", "0")]


def _same_times(session: Session, lasted_s: list[int]) -> None:
    assert sorted(lasted_s) == sorted(round(each["duration_s"]) for each in session["timed"])


def _started(session: Session) -> datetime:
    return datetime.fromisoformat(session["started"])


READERS: Final[dict[str, Callable[[Path, Session], None]]] = {
    "csv": read_csv,
    "csv-sets": read_csv_sets,
    "json": read_json,
    "html": read_html,
    "parquet": read_parquet,
    "raw-csv": read_raw_csv,
    "raw-parquet": read_raw_parquet,
    "bids": read_bids,
    "fit": read_fit,
    "strava": read_strava,
    "hevy": read_hevy,
    "strong": read_strong,
    "fitnotes": read_fitnotes,
    "xlsx": read_xlsx,
}
"""The reader of each format."""
