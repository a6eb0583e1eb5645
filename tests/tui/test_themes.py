from __future__ import annotations

import math
from itertools import combinations

import pytest
from textual.color import Color

from tracker.app.config import Theme
from tracker.tui.app import TrackerApp
from tracker.tui.themes import COLOUR_BLIND, HIGH_CONTRAST, NAMES

LEAST_CONTRAST = 7.0
"""WCAG 2, level AAA."""

COLOURS = ("primary", "success", "warning", "error")


def test_every_theme_that_can_be_chosen_has_a_name() -> None:
    assert set(NAMES) == set(Theme)
    assert len(set(NAMES.values())) == len(NAMES)


@pytest.mark.parametrize("name", [*COLOURS, "accent", "secondary"])
def test_high_contrast_is_high_on_and_below_text(name: str) -> None:
    colour = Color.parse(getattr(HIGH_CONTRAST, name))
    for ground in (HIGH_CONTRAST.background, HIGH_CONTRAST.surface, HIGH_CONTRAST.panel):
        assert contrast(colour, Color.parse(str(ground))) >= LEAST_CONTRAST
    assert contrast(colour, colour.get_contrast_text(1.0)) >= LEAST_CONTRAST


def test_high_contrast_texts_are_high() -> None:
    texts = {k: v for k, v in HIGH_CONTRAST.variables.items() if k.startswith("text-")}
    assert set(texts) >= {f"text-{name}" for name in COLOURS}
    for text in texts.values():
        assert contrast(Color.parse(text), Color.parse(str(HIGH_CONTRAST.panel))) >= LEAST_CONTRAST


@pytest.mark.parametrize(("one", "other"), list(combinations(COLOURS, 2)))
def test_without_red_or_green_cones_the_colours_stay_apart(one: str, other: str) -> None:
    a, b = (Color.parse(getattr(COLOUR_BLIND, name)) for name in (one, other))
    assert distance(dichromat(a), dichromat(b)) > 0.15


@pytest.mark.parametrize("theme", list(Theme))
def test_down_is_legible_and_apart_from_every_other_colour(theme: Theme) -> None:
    app = TrackerApp(nothing)
    chosen = app.get_theme(NAMES[theme])
    assert chosen is not None
    app.theme = chosen.name
    shown = {**app.get_theme_variable_defaults(), **chosen.variables}
    text, ground = Color.parse(shown["text-phase-down"]), Color.parse(shown["phase-down"])
    surface = Color.parse(chosen.surface or ("#1e1e1e" if chosen.dark else "#d8d8d8"))
    assert contrast(text, surface) >= 4.5
    assert contrast(ground, ground.get_contrast_text(1.0)) >= 4.5
    for name in COLOURS:
        other = Color.parse(getattr(chosen, name))
        assert distance(dichromat(ground), dichromat(other)) > 0.15


async def nothing(app: TrackerApp) -> None:
    """Show nothing."""


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of WCAG 2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: Color) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: Color) -> tuple[float, float, float]:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return red, green, blue


def dichromat(colour: Color) -> tuple[float, float]:
    """Return what is left without green cones: yellow to blue, and lightness (Vienot 1999)."""
    red, green, blue = linear(colour)
    return 0.29275 * red + 0.70725 * green, blue


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return math.dist(*([part ** (1 / 2.2) for part in each] for each in (one, other)))
