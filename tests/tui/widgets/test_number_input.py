from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult

from tracker.tui.widgets.forms import NumberInput


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
