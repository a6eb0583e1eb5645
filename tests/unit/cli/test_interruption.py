from __future__ import annotations

import signal

import pytest

from tracker.cli.interruption import Interruption, interruption


def press_ctrl_c(times: int = 1) -> None:
    for _ in range(times):
        signal.raise_signal(signal.SIGINT)


def test_what_is_being_done_is_finished_first() -> None:
    done = []

    def work() -> None:
        with interruption() as told:
            press_ctrl_c(times=2)
            done.append(told.happened)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == [True]


def test_without_ctrl_c_nothing_is_raised() -> None:
    with interruption() as told:
        pass
    assert not told.happened


def test_each_ctrl_c_asks_to_end_while_there_is_something_to_end() -> None:
    asked: list[str] = []

    def work() -> None:
        with interruption() as told:
            with told.ending(lambda: asked.append("first")):
                press_ctrl_c(times=2)
            press_ctrl_c()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert asked == ["first", "first"]


def test_what_begins_after_a_ctrl_c_is_asked_to_end_at_once() -> None:
    told = Interruption()
    told.happen()
    asked: list[str] = []
    with told.ending(lambda: asked.append("late")):
        assert asked == ["late"]


@pytest.mark.parametrize("presses", [0, 1])
def test_an_error_inside_comes_through(presses: int) -> None:
    def fail() -> None:
        with interruption():
            press_ctrl_c(presses)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_afterwards_ctrl_c_is_what_it_was() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruption():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
