from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Label

from tracker.tui.widgets.forms import FormRow, NumberInput


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
