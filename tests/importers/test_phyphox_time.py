from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tracker.importers.phone_apps import experiment_clock
from tracker.importers.tables import ForeignFile, Part

HEADER = '"event","experiment time","system time","system time text"\n'
PAUSED = HEADER + (
    '"START",0.0,1000.000,"x"\n"PAUSE",2.0,1002.000,"x"\n'
    '"START",2.0,1010.000,"x"\n"PAUSE",3.0,1011.000,"x"\n'
    '"START",3.0,1015.500,"x"\n'
)


def file(text: str) -> ForeignFile:
    return ForeignFile(Path("meta/time.csv"), text.encode())


def test_pauses_are_put_back_in() -> None:
    clock = experiment_clock(file(PAUSED))
    assert clock is not None
    times_s = np.array([0.0, 1.0, 2.0, 2.5, 3.0, 3.25])
    told = clock.told(Part(Path("a.csv"), times_s, np.zeros((6, 3)), None))
    np.testing.assert_allclose(told.time_s, [0.0, 1.0, 2.0, 10.5, 11.0, 15.75])
    assert told.epoch_s == 1000.0


@pytest.mark.parametrize("separator", [";", "\t"])
def test_it_has_the_separators_and_commas_of_the_export(separator: str) -> None:
    text = PAUSED.replace(",", separator).replace(".", ",")
    clock = experiment_clock(file(text))
    assert clock is not None
    assert clock.starts == ((0.0, 1000.0), (2.0, 1010.0), (3.0, 1015.5))


def test_clocks_that_run_backwards_are_not_believed() -> None:
    for later in ('"START",-1.0,1010.0,"x"\n', '"START",5.0,1001.0,"x"\n'):
        assert experiment_clock(file(HEADER + '"START",0.0,1000.0,"x"\n' + later)) is None


def test_only_its_own_file_is_one() -> None:
    assert experiment_clock(ForeignFile(Path("data.csv"), PAUSED.encode())) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEADER,
        HEADER + '"PAUSE",0,1,"x"\n',
        HEADER + '"START",zero,1,"x"\n',
        HEADER + '"START",0\n',
        HEADER + '"START",nan,1,"x"\n',
        "a,b\n1,2\n",
    ],
)
def test_what_says_nothing_is_no_clock(text: str) -> None:
    assert experiment_clock(file(text)) is None
