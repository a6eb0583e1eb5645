from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.widgets import Label

from tracker.tui.widgets.forms import Choice, FormRow, NumberInput


class FormApp(App[None]):
    def compose(self) -> ComposeResult:
        yield FormRow("load", NumberInput("60", "load"), "kg [on] the hips")
        yield FormRow("reps", NumberInput("", "reps"), "per set")


def labels(app: App[None]) -> list[str]:
    return [str(label.visual) for label in app.query(Label)]


async def test_the_row_that_is_filled_in_is_pointed_at_without_colour() -> None:
    app = FormApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert labels(app) == ["▸load", "kg [on] the hips", " reps", "per set"]
        await pilot.press("tab")
        await pilot.pause()
        assert labels(app) == [" load", "kg [on] the hips", "▸reps", "per set"]


async def test_the_hint_can_be_changed() -> None:
    app = FormApp()
    async with app.run_test() as pilot:
        app.query(FormRow).first().hint("kg [b]")
        await pilot.pause()
        assert labels(app)[1] == "kg [b]"


OPTIONS = (("One", "1"), ("Two", "2"), ("Three", "3"))


class ChoiceApp(App[None]):
    def __init__(self, value: str) -> None:
        super().__init__()
        self.chosen: list[str] = []
        self._value = value

    def compose(self) -> ComposeResult:
        yield Choice(OPTIONS, self._value, "choice")

    def on_choice_changed(self, message: Choice.Changed) -> None:
        assert message.control is message.choice
        self.chosen.append(message.choice.value)


async def test_keys_choose_the_next_and_the_one_before_in_a_ring() -> None:
    app = ChoiceApp("2")
    async with app.run_test() as pilot:
        choice = app.query_one(Choice)
        assert choice.value == "2"
        assert str(choice.render()) == "◂ Two ▸"
        await pilot.press("tab", "right", "space", "left", "left", "left")
        await pilot.pause()
        assert app.chosen == ["3", "1", "3", "2", "1"]
        assert str(choice.render()) == "◂ One ▸"


async def test_a_click_chooses_the_next() -> None:
    app = ChoiceApp("1")
    async with app.run_test() as pilot:
        await pilot.click(Choice)
        await pilot.pause()
        assert app.chosen == ["2"]


async def test_what_is_no_option_is_the_first() -> None:
    app = ChoiceApp("nothing of the kind")
    async with app.run_test():
        assert app.query_one(Choice).value == "1"


async def test_what_the_program_chooses_is_not_told() -> None:
    app = ChoiceApp("1")
    async with app.run_test() as pilot:
        app.query_one(Choice).choose("3")
        await pilot.pause()
        assert app.query_one(Choice).value == "3"
        assert app.chosen == []


class FieldApp(App[None]):
    BINDINGS: ClassVar = [("f", "finish", "Finish")]
    finished = False

    def compose(self) -> ComposeResult:
        yield NumberInput("", "load")

    def action_finish(self) -> None:
        self.finished = True


async def test_numbers_are_typed_and_letters_remain_keys() -> None:
    app = FieldApp()
    async with app.run_test() as pilot:
        await pilot.press("6", "2", "comma", "5", "f", "x", "minus")
        assert app.query_one(NumberInput).value == "62,5"
        assert app.finished
        await pilot.press("backspace", "7")
        assert app.query_one(NumberInput).value == "62,7"


async def test_what_is_pasted_is_held_to_the_same() -> None:
    app = FieldApp()
    async with app.run_test():
        field = app.query_one(NumberInput)
        field.insert_text_at_cursor("rm -rf")
        assert field.value == ""
