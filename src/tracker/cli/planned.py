"""The options that make a plan, for every command that trains."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import click

from tracker.domain import Plan, Tempo, parse_tempo
from tracker.domain.plan import LONGEST_HOLD_S, MOST_LOAD_KG, MOST_REPS, VELOCITY_LOSS_SHARES

if TYPE_CHECKING:
    from collections.abc import Callable

_LEAST_LOSS, _MOST_LOSS = (round(100.0 * share) for share in VELOCITY_LOSS_SHARES)


class TempoCode(click.ParamType[Tempo]):
    """A tempo, as `3-0-1-2` or `up=1 hold=2 down=3`."""

    name = "tempo"

    def convert(
        self, value: str | Tempo, param: click.Parameter | None, ctx: click.Context | None
    ) -> Tempo:
        """Return the tempo; what can be read in two ways is refused with the question."""
        return parse_tempo(value) if isinstance(value, str) else value


class Percent(click.ParamType[float]):
    """A share in percent, with or without the sign."""

    name = "percent"

    def convert(
        self, value: str | float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share."""
        try:
            percent = float(str(value).removesuffix("%"))
        except ValueError:
            self.fail(f"expected a number of percent, got {value!r}.", param, ctx)
        if not _LEAST_LOSS <= percent <= _MOST_LOSS:
            self.fail(f"expected {_LEAST_LOSS} to {_MOST_LOSS} %, got {value!r}.", param, ctx)
        return percent / 100.0


_OPTIONS: Final = (
    click.option(
        "--load-kg",
        type=click.FloatRange(0.0, MOST_LOAD_KG),
        metavar="X",
        help="Load on the hips, kg; 0 is bodyweight.",
    ),
    click.option(
        "--tempo",
        type=TempoCode(),
        metavar="T",
        help="Planned tempo, down-floor-up-hold: 3-0-1-2, 30X2, or 'up=1 hold=2 down=3'.",
    ),
    click.option(
        "--reps",
        type=click.IntRange(1, MOST_REPS),
        metavar="N",
        help="Reps of a set; you are told when they are done.",
    ),
    click.option(
        "--hold",
        type=click.FloatRange(0.0, LONGEST_HOLD_S),
        metavar="S",
        help="Seconds to hold the top.  [default: the tempo's, else one]",
    ),
    click.option(
        "--velocity-loss",
        type=Percent(),
        metavar="PERCENT",
        help="End a set when a rep is so much slower than its fastest.",
    ),
    click.option(
        "--keep-tension", is_flag=True, help="Say so when the hips rest on the floor between reps."
    ),
    click.option("--no-breathing", is_flag=True, help="No reminders to breathe out."),
)


def plan_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a plan; it takes `plan`, None where none was made."""

    @wraps(command)
    def planned(
        *arguments: Any,
        load_kg: float | None,
        tempo: Tempo | None,
        reps: int | None,
        hold: float | None,
        velocity_loss: float | None,
        keep_tension: bool,
        no_breathing: bool,
        **others: Any,
    ) -> None:
        plan = Plan(
            load_kg=load_kg,
            target_reps=reps,
            tempo=tempo,
            lockout_goal_s=hold,
            velocity_loss=velocity_loss,
            keep_tension=keep_tension,
            breathing=not no_breathing,
        )
        command(*arguments, plan=None if plan == Plan() else plan, **others)

    with_options: Callable[..., None] = planned
    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options
