from __future__ import annotations

import io
import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from garmin_fit_sdk import Profile
from hypothesis import given

from tests.export.fit_readers import (
    Messages,
    local_time,
    read_with_fitdecode,
    read_with_sdk,
    units_of,
)
from tests.export.foreign import dated_workouts, mean, start_of, whole_s
from tests.workouts import WORKOUT, patient, plausible_workouts
from tracker.domain import HeartRate, InputError, SetEntries, SetRecord, TrackerError, Workout
from tracker.export.app_terms import ACTIVITY_NAMES, FIT_TITLES, NAMES, names_in
from tracker.export.fit import (
    DEVELOPER_COLUMNS,
    Base,
    Field,
    Message,
    checksum,
    fit_file,
    write_fit,
)

if TYPE_CHECKING:
    from collections.abc import Callable


READERS = (read_with_sdk, read_with_fitdecode)


CATEGORIES = {10: "hip_raise", 28: "squat", 37: "banded_exercises"}


def written(workout: Workout) -> bytes:
    out = io.BytesIO()
    write_fit(workout, out)
    return out.getvalue()


def with_set(**changes: Any) -> Workout:
    record = replace(WORKOUT.sets[0], **changes)
    return replace(WORKOUT, sets=(record,))


def assert_set_is(
    read: dict[str, Any], record: SetRecord, workout: Workout, kind: tuple[int, int]
) -> None:
    start = start_of(workout)
    assert read["set_type"] == "active"
    assert read["repetitions"] == record.done
    assert whole_s(read["timestamp"], start + timedelta(seconds=record.end_s))
    if record.length_s is not None:
        assert whole_s(read["start_time"], start + timedelta(seconds=record.start_s))
        assert read["duration"] == pytest.approx(record.length_s, abs=0.00051)
    else:
        assert read.get("start_time") is None
        assert read.get("duration") is None
    category, name = kind
    assert (read["category"], read["category_subtype"]) == (CATEGORIES[category], name)
    if record.load_kg is None:
        assert read.get("weight") is None
        assert read.get("load_kg") is None
    else:
        assert read["weight"] == pytest.approx(record.load_kg, abs=1 / 32)
        assert read["weight_display_unit"] == "kilogram"
        assert read["load_kg"] == record.load_kg
    velocities = [rep.mean_velocity_mps for rep in record.reps]
    known = [velocity for velocity in velocities if velocity is not None]
    expected = {
        "start_s": record.start_s if record.sensed else None,
        "end_s": record.end_s if record.sensed else None,
        "reps_counted": record.counted if record.sensed else None,
        "rpe": record.entries.rpe,
        "planned_reps": record.plan.target_reps,
        "planned_hold_s": record.plan.hold_s,
        "mean_concentric_s": mean(rep.concentric_s for rep in record.reps),
        "mean_lockout_s": mean(rep.lockout_s for rep in record.reps),
        "mean_eccentric_s": mean(rep.eccentric_s for rep in record.reps),
        "mean_bottom_s": mean(rep.bottom_s for rep in record.reps),
        "mean_rom_deg": mean(rep.rom_deg for rep in record.reps),
        "mean_rise_m": mean(rep.rise_m for rep in record.reps),
        "mean_velocity_mps": mean(velocities),
        "best_velocity_mps": max(known, default=None),
    }
    for field, value in expected.items():
        assert read.get(field) == (None if value is None else pytest.approx(value)), field
    if read.get("velocity_loss_pct") is not None:
        assert velocities[-1] == pytest.approx(
            max(known) * (1 - read["velocity_loss_pct"] / 100), abs=1e-9
        )


def active_time_s(totals: dict[str, Any]) -> float:
    """Return a field that is younger than the profile of the one reader."""
    if "active_time" in totals:
        return float(totals["active_time"])
    (value,) = (totals[name] for name in ("unknown_70", "unknown_78") if name in totals)
    return float(value) / 1000


def assert_file_is(messages: Messages, workout: Workout) -> None:
    active = [each for each in messages["set"] if each["set_type"] == "active"]
    for read, record, names in zip(active, workout.sets, names_in(workout), strict=True):
        assert_set_is(read, record, workout, names.fit)
    rests = [each for each in messages["set"] if each["set_type"] == "rest"]
    pauses_s = [
        later.start_s - earlier.end_s
        for earlier, later in pairwise(workout.sets)
        if earlier.sensed and later.sensed
    ]
    assert [each["duration"] for each in rests] == pytest.approx(
        [pause_s for pause_s in pauses_s if pause_s > 0], abs=0.00051
    )
    assert [each["message_index"] for each in messages["set"]] == list(range(len(messages["set"])))
    (session,), (lap,), (activity,) = messages["session"], messages["lap"], messages["activity"]
    ends_s = [each.end_s for each in workout.sets if each.sensed]
    if workout.facts.duration_s is not None:
        ends_s.append(workout.facts.duration_s)
    elapsed_s = max(ends_s, default=None)
    for totals in (session, lap):
        assert (totals["sport"], totals["sub_sport"]) == ("training", "strength_training")
        assert totals.get("total_elapsed_time") == (
            None if elapsed_s is None else pytest.approx(elapsed_s, abs=0.00051)
        )
        lengths_s = [each["duration"] for each in active if each.get("duration") is not None]
        if lengths_s:
            assert active_time_s(totals) == pytest.approx(
                sum(lengths_s), abs=0.0005 * (len(active) + 1)
            )
        assert whole_s(totals["start_time"], start_of(workout))
    assert whole_s(activity["timestamp"], start_of(workout) + timedelta(seconds=elapsed_s or 0.0))
    offset = start_of(workout).utcoffset()
    assert offset is not None
    utc = activity["timestamp"].replace(tzinfo=None)
    assert local_time(activity["local_timestamp"]) == utc + timedelta(
        seconds=round(offset.total_seconds())
    )


@patient
@given(workout=dated_workouts())
def test_two_readers_read_what_any_training_holds(workout: Workout) -> None:
    data = written(workout)
    for read in READERS:
        assert_file_is(read(data), workout)


@patient
@given(workout=plausible_workouts())
def test_any_training_is_written_or_refused(workout: Workout) -> None:
    try:
        data = written(workout)
    except TrackerError:
        assert workout.info.started_utc is None or not workout.sets
        return
    assert_file_is(read_with_sdk(data), workout)


@pytest.mark.parametrize("read", READERS)
def test_it_is_an_activity_of_no_maker(read: Callable[[bytes], Messages]) -> None:
    messages = read(written(WORKOUT))
    (file_id,) = messages["file_id"]
    assert (file_id["type"], file_id["manufacturer"]) == ("activity", "development")
    assert file_id["time_created"] == start_of(WORKOUT)
    assert file_id["serial_number"] == 1
    (sport,) = messages["sport"]
    assert (sport["sport"], sport["sub_sport"]) == ("training", "strength_training")
    assert [each["event_type"] for each in messages["event"]] == ["start", "stop_all"]


@pytest.mark.parametrize("read", READERS)
def test_our_name_is_that_of_the_session_and_not_of_what_everybody_does(
    read: Callable[[bytes], Messages],
) -> None:
    # A server may keep the first title of a category and name for all its users.
    b_stance = replace(WORKOUT, info=replace(WORKOUT.info, exercise="b_stance_hip_thrust"))
    messages = read(written(b_stance))
    (title,), (sport,), (workout,) = (
        messages[name] for name in ("exercise_title", "sport", "workout")
    )
    assert title["exercise_category"] == "hip_raise"
    assert title["exercise_name"] == 1
    assert title["wkt_step_name"] == "Barbell hip thrust with bench"
    assert sport["name"] == workout["wkt_name"] == "B-stance hip thrust"


@pytest.mark.parametrize("read", READERS)
def test_the_heart_rate_is_a_record_for_each_second(read: Callable[[bytes], Messages]) -> None:
    rates = ((-1.0, 60), (1.2, 96), (1.2001, 97), (3.0, 121), (1e6, 200))
    heart_rates = tuple(HeartRate(at_s, bpm) for at_s, bpm in rates)
    messages = read(written(replace(WORKOUT, heart_rates=heart_rates)))

    start = start_of(WORKOUT)
    records = messages["record"]
    assert [each["heart_rate"] for each in records] == [97, 121]
    assert whole_s(records[0]["timestamp"], start + timedelta(seconds=1.2))
    (session,), (lap,) = messages["session"], messages["lap"]
    for totals in (session, lap):
        assert (totals["avg_heart_rate"], totals["max_heart_rate"]) == (115, 200)
    assert "record" not in read(written(WORKOUT))


def test_titles_are_those_of_the_profile() -> None:
    kinds = {names.fit for row in NAMES.values() for names in row.values()}
    kinds |= {names.fit for names in ACTIVITY_NAMES.values()}
    assert FIT_TITLES.keys() == kinds
    types = Profile["types"]
    for (category, name), title in FIT_TITLES.items():
        word = types["exercise_category"][category]
        assert title.lower().replace(" ", "_") == types[f"{word}_exercise_name"][name]


@pytest.mark.parametrize(
    ("zone", "offset_s"), [("+01:00", 3600), ("-03:30", -12_600), ("+00:00", 0)]
)
def test_the_time_zone_is_where_servers_look_for_it(zone: str, offset_s: int) -> None:
    info = replace(WORKOUT.info, started_utc=f"2026-03-01T18:30:00{zone}")
    (settings,) = read_with_fitdecode(written(replace(WORKOUT, info=info)))["device_settings"]
    raw = settings["time_offset"]
    assert (raw - (1 << 32) if raw > 0x7FFFFFFF else raw) == offset_s


def test_an_exercise_with_and_without_load_has_two_titles() -> None:
    light = replace(WORKOUT.sets[1], entries=SetEntries(load_kg=0.0))
    mixed = replace(WORKOUT, sets=(WORKOUT.sets[0], light))
    for read in READERS:
        messages = read(written(mixed))
        assert [title["exercise_name"] for title in messages["exercise_title"]] == [1, 11]
        active = [each for each in messages["set"] if each["set_type"] == "active"]
        assert [each["wkt_step_index"] for each in active] == [0, 1]


@pytest.mark.parametrize("read", READERS)
def test_developer_fields_have_units(read: Callable[[bytes], Messages]) -> None:
    units = units_of(read(written(WORKOUT)))
    assert tuple(units) == DEVELOPER_COLUMNS
    assert units["mean_lockout_s"] == "s"
    assert units["mean_velocity_mps"] == "m/s"
    assert units["velocity_loss_pct"] == "%"
    assert units["mean_rom_deg"] == "°"
    assert units["load_kg"] == "kg"


@pytest.mark.parametrize(
    ("load_kg", "weight_kg"), [(62.5, 62.5), (0.0, 0.0), (102.03, 102.0), (0.1, 0.125)]
)
@pytest.mark.parametrize("read", READERS)
def test_weights_are_in_sixteenths_of_a_kilogram(
    read: Callable[[bytes], Messages], load_kg: float, weight_kg: float
) -> None:
    (each,) = read(written(with_set(entries=SetEntries(load_kg=load_kg))))["set"]
    assert each["weight"] == weight_kg
    assert each["load_kg"] == load_kg


def test_a_number_that_is_too_large_is_refused() -> None:
    with pytest.raises(InputError, match="repetitions holds 0 to 65534, got 70000"):
        written(with_set(entries=SetEntries(reps=70000)))


def test_what_is_not_finite_is_unknown() -> None:
    odd = replace(WORKOUT.sets[0].reps[0], rom_deg=math.nan, rise_m=math.inf)
    (each,) = read_with_sdk(written(with_set(reps=(odd,))))["set"]
    assert "mean_rom_deg" not in each
    assert "mean_rise_m" not in each


def test_the_checksum_is_the_catalogued_one() -> None:
    # CRC-16/ARC, https://reveng.sourceforge.io/crc-catalogue/16.htm
    assert checksum(b"123456789") == 0xBB3D


def test_a_file_byte_by_byte() -> None:
    message = Message(
        225, (Field("repetitions", 3, Base.UINT16, 8),), (Field("hold", 2, Base.FLOAT64, 1.5),)
    )
    data = fit_file([message])
    head, body = data[:14], data[14:-2]
    assert head[:8] == bytes.fromhex("0e 20 e252 18000000")
    assert head[8:12] == b".FIT"
    definition = "60 00 00 e100 01 03 02 84 01 02 08 00"
    values = "00 0800 000000000000f83f"
    assert body.hex(" ") == bytes.fromhex(definition + values).hex(" ")
    # A checksum behind the data that it is of leaves nothing.
    assert checksum(head) == 0
    assert checksum(data) == 0


def test_the_same_shape_is_defined_once() -> None:
    eight, nine = (Message(225, (Field("r", 3, Base.UINT16, count),)) for count in (8, 9))
    other = Message(225, (Field("d", 0, Base.UINT32, 1000),))
    once = len(fit_file([eight]))
    assert len(fit_file([eight, nine])) == once + 3
    assert len(fit_file([eight, other])) == once + 9 + 5


def test_text_ends_in_a_zero() -> None:
    data = fit_file([Message(206, (Field("field_name", 3, Base.STRING, "hüf"),))])
    assert data[14:-2].hex(" ") == bytes.fromhex("40 00 00 ce00 01 03 05 07 00 68c3bc6600").hex(
        " "
    )


@pytest.mark.parametrize("value", [-1, 65535, 65536])
def test_all_ones_are_no_value(value: int) -> None:
    with pytest.raises(InputError, match=f"0 to 65534, got {value}"):
        fit_file([Message(225, (Field("repetitions", 3, Base.UINT16, value),))])


def test_long_text_is_refused() -> None:
    with pytest.raises(InputError, match="at most 255 bytes"):
        fit_file([Message(206, (Field("name", 3, Base.STRING, "x" * 255),))])


def test_there_are_sixteen_kinds_at_once() -> None:
    with pytest.raises(ValueError, match="more than 16"):
        fit_file(Message(number, ()) for number in range(17))
