"""How to do each exercise, how to warm up, when to ask first, and what each flag is called."""

from __future__ import annotations

from typing import Final

from tracker.domain import Flag
from tracker.language import _, ngettext

HOW_TO: Final[dict[str, tuple[str, str]]] = {
    "hip_thrust": (
        _("Shoulder blades on the bench, feet flat and hip-wide, the bar padded across the hips."),
        _(
            "Brace, push through the heels until knees, hips and shoulders line up; "
            "squeeze, lower."
        ),
    ),
    "glute_bridge": (
        _("Lie on the floor, knees bent, feet flat and hip-wide, arms beside you."),
        _(
            "Brace, lift the hips until shoulders, hips and knees are in line; "
            "squeeze, lower slowly."
        ),
    ),
    "single_leg_hip_thrust": (
        _("Shoulder blades on the bench, one foot flat on the floor, the other leg lifted."),
        _(
            "Push up through the heel and keep both hips at one height; lower "
            "slowly, change sides."
        ),
    ),
    "b_stance_hip_thrust": (
        _("As for a hip thrust, but one foot a little forward, resting on its heel."),
        _("Let the near foot do the work and keep the hips level; lower slowly, change sides."),
    ),
    "banded_hip_thrust": (
        _(
            "As for a hip thrust, with a band across the hips, or around the knees, "
            "pushed outwards."
        ),
        _("The band pulls hardest at the top: hold there and squeeze before you lower slowly."),
    ),
    "feet_elevated_hip_thrust": (
        _("Shoulder blades on the bench and both feet on a box of the same height or lower."),
        _("The way up is longer: push through the heels, stop in line, hold, and lower slowly."),
    ),
    "squat": (
        _("Feet shoulder-wide, toes a little out, chest up."),
        _(
            "Sit down between the heels as far as the back stays straight, and stand "
            "all the way up."
        ),
    ),
    "sit_to_stand": (
        _("Sit on the front half of a firm chair, feet flat and under the knees."),
        _(
            "Lean forward and stand all the way up; sit down slowly, without falling "
            "into the chair."
        ),
    ),
}
"""Two lines for every exercise: how to set up, and how to move."""

ACTIVITY_HOW: Final[dict[str, tuple[str, str]]] = {
    "hip_circles": (
        _("On hands and knees, or standing with a hand on the wall."),
        _("Draw slow circles with the knee from the hip; change leg and direction half-way."),
    ),
    "leg_swings": (
        _("Stand tall, a hand on the wall."),
        _("Swing the leg forward and back, then to the side, as far as it goes by itself."),
    ),
    "plank": (
        _("Forearms and toes, or knees, on the floor; elbows under the shoulders."),
        _("Brace, keep one straight line from head to heels, and breathe."),
    ),
    "side_plank": (
        _("On the side, forearm on the floor, knees bent or legs straight."),
        _("Lift the hips until the body is straight, hold, and breathe."),
    ),
    "dead_bug": (
        _("On the back, arms up, knees over the hips."),
        _("Lower one arm and the other leg slowly, the lower back stays down; change sides."),
    ),
    "bird_dog": (
        _("On hands and knees, back level."),
        _("Reach one arm and the other leg out, hold a moment, change sides."),
    ),
    "hip_flexor_stretch": (
        _("Half kneeling, the knee of the side to stretch on the floor."),
        _("Tuck the pelvis and move forward until the front of the hip stretches; no bouncing."),
    ),
    "figure_four_stretch": (
        _("On the back, the ankle of the side to stretch on the other knee."),
        _("Pull the other thigh towards you until the buttock stretches, and breathe."),
    ),
    "knees_to_chest": (
        _("On the back, knees bent."),
        _("Pull both knees gently towards the chest, and breathe."),
    ),
}
"""Two lines for every activity: how to set up, and what to do."""

WARM_UP: Final = (
    _("Hip circles: ten each way, on hands and knees or standing."),
    _("Leg swings: ten for each leg, forward and back, then to the side."),
    _("An easy set: ten slow reps with less than you will train with."),
)
"""Five to ten minutes before the first set."""

FOR_EVERYBODY: Final = (
    _("Keep the spine neutral and the feet planted from the first rep to the last."),
    _("Breathe out on the way up and in on the way down."),
    _(
        "Strong glutes are one part of a balanced routine; how much they help "
        "differs between people."
    ),
)
"""Advice for every variation."""

ASK_FIRST: Final = _(
    "Start light. With back trouble or any other condition, and whenever pain appears or grows, "
    "ask a doctor, a physiotherapist or a qualified trainer first."
)

NO_DIAGNOSIS: Final = _(
    "The sensor sees how the pelvis moves, not your back. Nothing it says is a diagnosis."
)
"""Shown beside everything about pain."""


def reps_words(amount: int) -> str:
    """Return a number of reps to show and to speak: `12 reps`."""
    # Translators: it is spoken, so it is no place for an abbreviation.
    return ngettext("{reps} rep", "{reps} reps", amount).format(reps=amount)


FLAG_WORDS: Final = {
    Flag.SHORT_OF_LOCKOUT: _("short of lockout"),
    Flag.GAP: _("samples missing"),
    Flag.SATURATED: _("sensor at its limit"),
    Flag.LOW_CONFIDENCE_VELOCITY: _("velocity uncertain"),
    Flag.AXIS_UNCERTAIN: _("axis uncertain"),
    Flag.PAST_LOCKOUT: _("past lockout"),
    Flag.FAR_PAST_LOCKOUT: _("far past lockout"),
    Flag.SAGGED: _("hips sank in the hold"),
    Flag.DROPPED_ECCENTRIC: _("dropped"),
    Flag.RESTED_AT_BOTTOM: _("rested at the bottom"),
    Flag.TOUCHED_FLOOR: _("touched the floor"),
    Flag.TILTED: _("hips tilted"),
}
"""What each flag is called on screens and in reports."""
