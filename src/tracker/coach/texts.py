"""How to do each exercise, how to warm up, when to ask first, and what each flag is called."""

from __future__ import annotations

from typing import Final

from tracker.domain import Flag

HOW_TO: Final[dict[str, tuple[str, str]]] = {
    "hip_thrust": (
        "Shoulder blades on the bench, feet flat and hip-wide, the bar padded across the hips.",
        "Brace, push through the heels until knees, hips and shoulders line up; squeeze, lower.",
    ),
    "glute_bridge": (
        "Lie on the floor, knees bent, feet flat and hip-wide, arms beside you.",
        "Brace, lift the hips until shoulders, hips and knees are in line; squeeze, lower slowly.",
    ),
    "single_leg_hip_thrust": (
        "Shoulder blades on the bench, one foot flat on the floor, the other leg lifted.",
        "Push up through the heel and keep both hips at one height; lower slowly, change sides.",
    ),
    "b_stance_hip_thrust": (
        "As for a hip thrust, but one foot a little forward, resting on its heel.",
        "Let the near foot do the work and keep the hips level; lower slowly, change sides.",
    ),
    "banded_hip_thrust": (
        "As for a hip thrust, with a band across the hips, or around the knees, pushed outwards.",
        "The band pulls hardest at the top: hold there and squeeze before you lower slowly.",
    ),
    "feet_elevated_hip_thrust": (
        "Shoulder blades on the bench and both feet on a box of the same height or lower.",
        "The way up is longer: push through the heels, stop in line, hold, and lower slowly.",
    ),
    "squat": (
        "Feet shoulder-wide, toes a little out, chest up.",
        "Sit down between the heels as far as the back stays straight, and stand all the way up.",
    ),
    "sit_to_stand": (
        "Sit on the front half of a firm chair, feet flat and under the knees.",
        "Lean forward and stand all the way up; sit down slowly, without falling into the chair.",
    ),
}
"""Two lines for every exercise: how to set up, and how to move."""

ACTIVITY_HOW: Final[dict[str, tuple[str, str]]] = {
    "hip_circles": (
        "On hands and knees, or standing with a hand on the wall.",
        "Draw slow circles with the knee from the hip; change leg and direction half-way.",
    ),
    "leg_swings": (
        "Stand tall, a hand on the wall.",
        "Swing the leg forward and back, then to the side, as far as it goes by itself.",
    ),
    "plank": (
        "Forearms and toes, or knees, on the floor; elbows under the shoulders.",
        "Brace, keep one straight line from head to heels, and breathe.",
    ),
    "side_plank": (
        "On the side, forearm on the floor, knees bent or legs straight.",
        "Lift the hips until the body is straight, hold, and breathe.",
    ),
    "dead_bug": (
        "On the back, arms up, knees over the hips.",
        "Lower one arm and the other leg slowly, the lower back stays down; change sides.",
    ),
    "bird_dog": (
        "On hands and knees, back level.",
        "Reach one arm and the other leg out, hold a moment, change sides.",
    ),
    "hip_flexor_stretch": (
        "Half kneeling, the knee of the side to stretch on the floor.",
        "Tuck the pelvis and move forward until the front of the hip stretches; no bouncing.",
    ),
    "figure_four_stretch": (
        "On the back, the ankle of the side to stretch on the other knee.",
        "Pull the other thigh towards you until the buttock stretches, and breathe.",
    ),
    "knees_to_chest": (
        "On the back, knees bent.",
        "Pull both knees gently towards the chest, and breathe.",
    ),
}
"""Two lines for every activity: how to set up, and what to do."""

WARM_UP: Final = (
    "Hip circles: ten each way, on hands and knees or standing.",
    "Leg swings: ten for each leg, forward and back, then to the side.",
    "An easy set: ten slow reps with less than you will train with.",
)
"""Five to ten minutes before the first set."""

FOR_EVERYBODY: Final = (
    "Keep the spine neutral and the feet planted from the first rep to the last.",
    "Breathe out on the way up and in on the way down.",
    "Strong glutes are one part of a balanced routine; how much they help differs between people.",
)
"""Advice for every variation."""

ASK_FIRST: Final = (
    "Start light. With back trouble or any other condition, and whenever pain appears or grows, "
    "ask a doctor or a qualified trainer first."
)

NO_DIAGNOSIS: Final = (
    "The sensor sees how the pelvis moves, not your back. Nothing it says is a diagnosis."
)
"""Shown beside everything about pain."""

FLAG_WORDS: Final = {
    Flag.SHORT_OF_LOCKOUT: "short of lockout",
    Flag.GAP: "samples missing",
    Flag.SATURATED: "sensor at its limit",
    Flag.LOW_CONFIDENCE_VELOCITY: "velocity uncertain",
    Flag.AXIS_UNCERTAIN: "axis uncertain",
    Flag.PAST_LOCKOUT: "past lockout",
    Flag.FAR_PAST_LOCKOUT: "far past lockout",
    Flag.SAGGED: "hips sank in the hold",
    Flag.DROPPED_ECCENTRIC: "dropped",
    Flag.RESTED_AT_BOTTOM: "rested at the bottom",
    Flag.TOUCHED_FLOOR: "touched the floor",
    Flag.TILTED: "hips tilted",
}
"""What each flag is called on screens and in reports."""
