from __future__ import annotations

from textual.app import App, ComposeResult

from tracker.tui.widgets.forms import Choice

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
