from __future__ import annotations

import os
import time
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_plan import plans
from tracker.app.clock import SYSTEM_CLOCK, local_now
from tracker.app.config import (
    Config,
    LogChoice,
    SensorChoice,
    Theme,
    TrainingChoice,
    load_config,
    save_plan,
    save_sensor,
    save_training,
)
from tracker.app.paths import (
    ELSEWHERE,
    HOME_VARIABLE,
    Paths,
    atomic_write,
    move_older,
    new_recording_path,
    recording_place,
    refuse_filled,
    tracker_paths,
    unsafe_for_log,
    whole_folder,
)
from tracker.domain import EXERCISES, InputError, OutputError, Plan
from tracker.domain.errors import REPLACE_DELAYS_S, refuse_existing, replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator


SENSOR = SensorChoice("C0:FF:EE:00:1A:2B", "profile", "HipOne 1A2B")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "config.toml"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_nothing_is_chosen(path: Path) -> None:
    assert load_config(path) == Config()


@pytest.mark.parametrize(
    "sensor",
    [
        SENSOR,
        SensorChoice("C0:FF:EE:00:1A:2B", "nus", None, "layout=acc,gyro unit=g"),
        SensorChoice("x", "y", 'a "quoted" \\ name\n\t\x7f ü 🏋'),
    ],
)
def test_what_is_saved_is_loaded(path: Path, sensor: SensorChoice) -> None:
    save_sensor(path, sensor)
    assert load_config(path) == Config(sensor)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@given(name=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_name_survives(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    save_sensor(path, SensorChoice("C0:FF:EE:00:1A:2B", "profile", name))
    assert load_config(path).sensor == SensorChoice("C0:FF:EE:00:1A:2B", "profile", name)


@given(plan=plans, exercise=st.sampled_from(sorted(EXERCISES)))
def test_any_plan_survives(
    plan: Plan, exercise: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    save_plan(path, exercise, Plan(target_reps=3))
    save_plan(path, exercise, plan)
    assert load_config(path).plan == {exercise: plan}


def test_each_table_is_saved_beside_the_others(path: Path) -> None:
    training = TrainingChoice("glute_bridge", sound=False, theme=Theme.LIGHT, warned=True)
    save_training(path, training)
    save_plan(path, "squat", Plan(load_kg=40.0))
    save_plan(path, "hip_thrust", Plan(target_reps=8))
    save_sensor(path, SENSOR)
    save_plan(path, "squat", Plan(load_kg=42.5))
    plan = {"squat": Plan(load_kg=42.5), "hip_thrust": Plan(target_reps=8)}
    assert load_config(path) == Config(SENSOR, training, plan)


def test_saving_leaves_the_wearers_own_words_alone(path: Path) -> None:
    write(path, '# mine\n[sensor] # the old one\naddress = "1"\nkind = "2"\n# the end\n')
    save_sensor(path, SENSOR)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# mine\n[sensor] # the old one\n")
    assert text.endswith("# the end\n")
    assert load_config(path).sensor == SENSOR


def test_where_the_log_is_stays_when_a_sensor_is_chosen(path: Path) -> None:
    write(path, '[log]\nurl = "postgresql+psycopg://ann@db/clinic"\n')
    save_sensor(path, SENSOR)
    config = load_config(path)
    assert config.log == LogChoice("postgresql+psycopg://ann@db/clinic")
    assert config.sensor == SENSOR


def test_a_file_without_a_last_line_break_is_continued(path: Path) -> None:
    write(path, "# mine")
    save_sensor(path, SENSOR)
    assert path.read_text(encoding="utf-8").startswith("# mine\n\n[sensor]\n")


@pytest.mark.parametrize(
    "text",
    [
        'sensor = { address = "1", kind = "2" }\n',
        'sensor.address = "1"\nsensor.kind = "2"\n',
        '[training]\nsound = false\n\n[sensor] # mine\nkind = "2"\naddress = "1"\n',
    ],
    ids=["in a line", "dotted", "at the end"],
)
def test_a_table_is_replaced_in_whatever_form_it_is_written(text: str, path: Path) -> None:
    write(path, text)
    assert load_config(path).sensor == SensorChoice("1", "2")
    save_sensor(path, SENSOR)
    assert load_config(path).sensor == SENSOR


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e", "\r", "\n"])
def test_a_name_with_a_line_break_of_any_kind_does_not_lock_the_file(
    mark: str, path: Path
) -> None:
    """Anybody nearby may have chosen the name of a sensor."""
    odd = SensorChoice("1", "2", f"HipOne{mark}[training]{mark}")
    save_sensor(path, odd)
    save_training(path, TrainingChoice("squat"))
    save_sensor(path, SENSOR)
    save_sensor(path, odd)
    assert load_config(path) == Config(odd, TrainingChoice("squat"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sensr]\n", ["there is no key sensr", "sensor"]),
        ('[sensor]\naddr = "1"\nkind = "2"\n', ["no key sensor.addr", "sensor.address"]),
        ('[sensor]\ncolour = "red"\n', ["no key sensor.colour", "sensor.kind"]),
        ('[sensor]\nkind = "2"\n', ["sensor.address is missing", "tracker pair"]),
        ("[sensor]\naddress = 5\n", ["expected text for sensor.address", "5"]),
        ("sensor = 5\n", ["expected a table [sensor]"]),
        ("[training]\nsound = 1\n", ["true or false for training.sound"]),
        ('[training]\nexercise = "deadlift"\n', ["training.exercise", "deadlift"]),
        (
            '[training]\ntheme = "pink"\n',
            ["light, high-contrast, colour-blind for"],
        ),
        ("[training]\nsounds = true\n", ["no key training.sounds", "training.sound"]),
        ("plan = 5\n", ["expected a table [plan]"]),
        ("[plan]\nhip_thrust = 5\n", ["expected a table [plan.hip_thrust]"]),
        ("[plan.deadlift]\n", ["[plan.deadlift]", "no exercise"]),
        ('[plan.squat]\ntempo = "311"\n', ["[plan.squat]", "three places"]),
        ("[plan.squat]\nload = 5\n", ["no key plan.squat.load", "plan.squat.load_kg"]),
        ("[sensor\n", ["is not TOML", "line 1"]),
        ('[log]\nuri = "x"\n', ["no key log.uri", "log.url"]),
        ("[log]\n", ["log.url is missing"]),
        ("[log]\nurl = 5\n", ["expected text for log.url", "5"]),
    ],
)
def test_what_is_not_known_is_told_with_the_file_and_the_nearest_key(
    path: Path, text: str, words: list[str]
) -> None:
    write(path, text)
    with pytest.raises(InputError) as caught:
        load_config(path)
    assert caught.value.path == str(path)
    for word in words:
        assert word in str(caught.value)
    with pytest.raises(InputError):
        save_sensor(path, SENSOR)
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_is_no_text_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        load_config(path)


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(InputError, match="can't be read"):
        load_config(path)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file", encoding="utf-8")
    with pytest.raises((OutputError, InputError), match=r"config"):
        save_sensor(tmp_path / "config" / "config.toml", SENSOR)


def test_an_interrupted_save_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_sensor(path, SENSOR)

    def fail(_source: object, _target: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OutputError, match="no space left"):
        save_sensor(path, SensorChoice("other", "profile"))
    assert load_config(path).sensor == SENSOR
    assert tomllib.loads(path.read_text(encoding="utf-8"))["sensor"]["kind"] == "profile"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


STARTED = datetime(2026, 3, 1, 7, 5, 9, tzinfo=timezone(timedelta(hours=2)))


def test_one_variable_puts_everything_under_one_folder(tmp_path: Path) -> None:
    paths = tracker_paths({HOME_VARIABLE: str(tmp_path)})

    folders = (paths.data, paths.config, paths.log, paths.recordings)
    assert all(folder.is_relative_to(tmp_path) for folder in folders)
    assert len(set(folders)) == len(folders)


@pytest.mark.parametrize("environment", [{}, {HOME_VARIABLE: ""}])
def test_without_it_the_operating_system_says_where(environment: dict[str, str]) -> None:
    paths = tracker_paths(environment)

    assert paths.data.is_absolute()
    assert "hip-thrust-tracker" in paths.data.parts


def paths_under(folder: Path) -> Paths:
    return Paths(folder / "data", folder / "config", folder / "log")


@pytest.fixture
def older(tmp_path: Path) -> Paths:
    """Folders of the old name, in which another program has a file as well."""
    older = paths_under(tmp_path / "older")
    (older.data / "recordings").mkdir(parents=True)
    older.config.mkdir()
    (older.data / "training.sqlite").write_text("log", encoding="utf-8")
    (older.data / "recordings" / "one.arrows").write_text("one", encoding="utf-8")
    (older.data / "index.db").write_text("not ours", encoding="utf-8")
    (older.config / "config.toml").write_text("chosen", encoding="utf-8")
    return older


def test_what_an_earlier_version_left_is_moved_once_and_nothing_else(
    older: Paths, tmp_path: Path
) -> None:
    paths = paths_under(tmp_path / "now")

    told = move_older(paths, older)

    assert [line.split(": moved to ")[1] for line in told] == [str(paths.data), str(paths.config)]
    assert names_in(tmp_path / "now") == {
        "data/training.sqlite": "log",
        "data/recordings/one.arrows": "one",
        "config/config.toml": "chosen",
    }
    assert names_in(tmp_path / "older") == {"data/index.db": "not ours"}
    assert move_older(paths, older) == ()
    recorded_at = str(older.recordings / "one.arrows")
    assert recording_place(recorded_at, paths) == paths.recordings / "one.arrows"


def test_a_log_that_is_there_already_is_not_replaced_by_an_older_one(
    older: Paths, tmp_path: Path
) -> None:
    paths = paths_under(tmp_path / "now")
    paths.data.mkdir(parents=True)
    (paths.data / "training.sqlite").write_text("newer", encoding="utf-8")

    move_older(paths, older)

    assert names_in(paths.data) == {"training.sqlite": "newer"}
    assert (older.data / "training.sqlite").exists()


class Held:
    """A finished file that a virus scanner holds for some attempts."""

    def __init__(self, attempts: int) -> None:
        self.left = attempts
        self.slept_s: list[float] = []

    def replace(self, _target: Path) -> None:
        self.left -= 1
        if self.left >= 0:
            raise PermissionError(13, "held")


def test_on_windows_a_file_that_is_held_for_a_moment_gets_its_place() -> None:
    held = Held(3)
    replace_file(cast("Path", held), Path("to"), held.slept_s.append, "win32")
    assert held.slept_s == list(REPLACE_DELAYS_S[:3])


def test_one_that_stays_held_is_told() -> None:
    held = Held(100)
    with pytest.raises(OutputError, match="another program holds it"):
        replace_file(cast("Path", held), Path("to"), held.slept_s.append, "win32")
    assert held.slept_s == list(REPLACE_DELAYS_S)


def test_elsewhere_a_refusal_is_for_good() -> None:
    held = Held(1)
    with pytest.raises(PermissionError):
        replace_file(cast("Path", held), Path("to"), held.slept_s.append, "linux")
    assert held.slept_s == []


def test_a_tilde_is_the_wearers_home() -> None:
    assert tracker_paths({HOME_VARIABLE: "~/t"}).data == Path.home() / "t" / "data"


def test_a_recording_is_named_by_utc_time_and_exercise(tmp_path: Path) -> None:
    path = new_recording_path(tmp_path / "new" / "folder", STARTED, "hip_thrust")

    assert path.name == "2026-03-01T05-05-09Z_hip_thrust.arrows"
    assert path.parent.is_dir()
    assert not path.exists()


def test_names_never_collide(tmp_path: Path) -> None:
    for _ in range(3):
        new_recording_path(tmp_path, STARTED, "squat").touch()

    assert len(list(tmp_path.iterdir())) == 3


def test_names_sort_by_time(tmp_path: Path) -> None:
    times = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=7 * n) for n in range(20)]
    names = [new_recording_path(tmp_path, time, "squat").name for time in times]
    assert names == sorted(names)


def test_a_time_without_offset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="offset"):
        new_recording_path(tmp_path, datetime(2026, 1, 1), "squat")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="can't be created: not a directory") as told:
        new_recording_path(tmp_path / "file" / "recordings", STARTED, "squat")
    assert told.value.advice == ELSEWHERE


def fail_half_way(target: Path, force: bool) -> None:
    with atomic_write(target, force) as path:
        path.write_text("half", encoding="utf-8")
        raise ZeroDivisionError


def write_while_another_does(target: Path) -> None:
    with atomic_write(target, force=False) as path:
        path.write_text("mine", encoding="utf-8")
        target.write_text("theirs", encoding="utf-8")


def test_the_file_appears_when_all_of_it_is_written(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    with atomic_write(target, force=False) as path:
        path.write_text("all", encoding="utf-8")
        assert not target.exists()
    assert target.read_text(encoding="utf-8") == "all"
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_appears_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_half_way(tmp_path / "a.arrows", force=False)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_stays_without_force(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    target.write_text("old", encoding="utf-8")
    with (
        pytest.raises(OutputError, match=r"exists already\n.*--force"),
        atomic_write(target, force=False) as path,
    ):
        path.write_text("new", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "old"


def test_a_failed_replacement_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        fail_half_way(target, force=True)
    assert target.read_text(encoding="utf-8") == "old"


def test_with_force_what_exists_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    target.write_text("old", encoding="utf-8")
    with atomic_write(target, force=True) as path:
        path.write_text("new", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "new"


def test_what_came_into_being_meanwhile_stays(tmp_path: Path) -> None:
    target = tmp_path / "a.arrows"
    with pytest.raises(OutputError):
        write_while_another_does(target)
    assert target.read_text(encoding="utf-8") == "theirs"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="there is no folder"),
        atomic_write(tmp_path / "nowhere" / "a.arrows", force=False) as path,
    ):
        path.write_text("never", encoding="utf-8")


def test_a_folder_is_refused_even_with_force(tmp_path: Path) -> None:
    with pytest.raises(OutputError), atomic_write(tmp_path, force=True) as path:
        path.write_text("never", encoding="utf-8")
    assert tmp_path.is_dir()


def test_nothing_is_refused_where_nothing_is(tmp_path: Path) -> None:
    refuse_existing(tmp_path / "a.arrows", force=False)


def fill_half(target: Path) -> None:
    with whole_folder(target, force=True) as folder:
        (folder / "a").write_text("half", encoding="utf-8")
        raise ZeroDivisionError


def names_in(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files
    }


def test_a_folder_appears_when_all_of_it_is_written(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with whole_folder(target, force=False) as folder:
        (folder / "part").mkdir()
        (folder / "part" / "a").write_text("a", encoding="utf-8")
        assert not target.exists()
    assert names_in(tmp_path) == {"out/part/a": "a"}


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    with whole_folder(target, force=False) as folder:
        (folder / "a").write_text("a", encoding="utf-8")
    assert names_in(tmp_path) == {"out/a": "a"}


def test_a_folder_with_something_in_it_stays_without_force(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("mine", encoding="utf-8")
    with (
        pytest.raises(OutputError, match=r"not empty\n.*--force"),
        whole_folder(tmp_path / "out", force=False) as folder,
    ):
        (folder / "a").write_text("a", encoding="utf-8")
    assert names_in(tmp_path) == {"out/mine": "mine"}


def test_with_force_files_of_the_same_name_are_replaced_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "out" / "part").mkdir(parents=True)
    (tmp_path / "out" / "part" / "a").write_text("old", encoding="utf-8")
    (tmp_path / "out" / "part" / "mine").write_text("mine", encoding="utf-8")
    with whole_folder(tmp_path / "out", force=True) as folder:
        (folder / "part").mkdir()
        (folder / "part" / "a").write_text("new", encoding="utf-8")
        (folder / "b").write_text("b", encoding="utf-8")
    assert names_in(tmp_path / "out") == {"part/a": "new", "part/mine": "mine", "b": "b"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_no_part_of_a_folder_appears_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fill_half(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_no_folder_even_with_force(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file"):
        refuse_filled(tmp_path / "out", force=True)


@pytest.fixture
def zone_of_kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put this computer where clocks are 5:45 h ahead; POSIX counts the other way."""
    monkeypatch.setenv("TZ", "NPT-5:45")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_stamps_do_not_depend_on_the_clock_that_is_coarse_on_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "monotonic_ns", lambda: 15_625_000)
    stamps = [SYSTEM_CLOCK.now_ns() for _ in range(1000)]
    assert len(set(stamps)) > 1


async def test_the_system_clock_goes_forward_while_sleeping() -> None:
    before_ns = SYSTEM_CLOCK.now_ns()
    await SYSTEM_CLOCK.sleep(0.001)
    assert SYSTEM_CLOCK.now_ns() > before_ns


@pytest.mark.time_zone
@pytest.mark.usefixtures("zone_of_kathmandu")
def test_the_wall_clock_carries_the_offset_of_its_place() -> None:
    before = datetime.now(UTC)
    now = local_now()
    assert now.utcoffset() == timedelta(hours=5, minutes=45)
    assert before <= now <= datetime.now(UTC)


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:50 / /home/me/gym\\040nas rw shared:2 - cifs //nas/gym rw
41 40 8:2 / /home/me/gym\\040nas/stick rw - vfat /dev/sdb1 rw
"""


@pytest.mark.posix("mounts are told by Linux")
@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("/home/me/.local/share/hip-thrust-tracker/training.sqlite", None),
        ("/home/me/gym nas/training.sqlite", "another computer"),
        ("/home/me/gym nas/stick/training.sqlite", None),
        ("/home/me/gym nasty/training.sqlite", None),
        ("/home/me/OneDrive - Gym/training.sqlite", "OneDrive - Gym copies it"),
        ("/home/me/Dropbox/training.sqlite", "Dropbox copies it"),
        ("/home/me/dropbox.sqlite", None),
    ],
)
def test_places_that_damage_a_log_are_known(file: str, why: str | None, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS, encoding="utf-8")
    told = unsafe_for_log(Path(file), mounts)
    assert told is None if why is None else told is not None and why in told


def test_without_such_a_table_nothing_speaks_against_a_place(tmp_path: Path) -> None:
    assert unsafe_for_log(tmp_path / "training.sqlite", tmp_path / "none") is None
