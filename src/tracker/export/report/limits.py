"""What one sensor on the pelvis cannot see, and when to ask somebody who can see more."""

from __future__ import annotations

from typing import Final

SEEN: Final = "How the pelvis turns, rises and leans, and when."
"""What the sensor measures."""

NOT_SEEN: Final = (
    "the curve of the lower back: a pelvis beyond level can be the hips or the back",
    "which muscles work, and how hard",
    "the feet, the knees and the head",
    "the load: it is typed in",
    "left from right",
    "pain: it is asked for, not measured",
)
"""What it does not."""

ASK: Final = (
    "before you start, if you have back trouble, an injury or any condition",
    "when pain appears during training, grows from session to session, or stays after it",
    "when pain runs down a leg, or a foot tingles or feels numb",
    "when form keeps breaking at a load that was easy before",
)
"""When to ask a doctor, a physiotherapist or a qualified trainer."""

# What public health services print on every page about back pain.
EMERGENCY: Final = (
    "Numbness around the genitals or bottom, trouble passing or holding urine or stool, or "
    "growing weakness in a leg is an emergency: stop, and call for medical help at once."
)
"""What cannot wait."""
