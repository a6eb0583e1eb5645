"""What puts a sensor right whose numbers are wrong in a known way: axes, signs, units, scales.

A mend is data: `text` writes it as settings, `mend_in` reads it back, and whatever reads a
sensor's bytes applies it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.domain.errors import TrackerError
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

AXES: Final = "x,y,z"
"""The axes as they are."""

MEND_SETTINGS: Final = ("acc_axes", "acc_factor", "gyro_axes", "gyro_factor")
"""Names of the settings that every kind of sensor takes."""


@dataclass(frozen=True, slots=True)
class SensorMend:
    """How the two sensors' numbers are put right; as it stands, not at all."""

    acc_axes: str = AXES
    """Where each axis of the acceleration is read from, as `-x,y,z` or `y,x,z`."""
    acc_factor: float = 1.0
    """What the acceleration is multiplied by."""
    gyro_axes: str = AXES
    """The same of the angular rate."""
    gyro_factor: float = 1.0

    @property
    def text(self) -> str:
        """The mend as `key=value` words, as `--setting` takes them; empty if it does nothing."""
        words = {
            "acc_axes": self.acc_axes,
            "acc_factor": f"{self.acc_factor:.6g}",
            "gyro_axes": self.gyro_axes,
            "gyro_factor": f"{self.gyro_factor:.6g}",
        }
        return " ".join(
            f"{name}={text}" for name, text in words.items() if text not in (AXES, "1")
        )

    def after(self, earlier: SensorMend) -> SensorMend:
        """Return the one mend that does what `earlier` and then this one do."""
        return SensorMend(
            _after(self.acc_axes, earlier.acc_axes),
            self.acc_factor * earlier.acc_factor,
            _after(self.gyro_axes, earlier.gyro_axes),
            self.gyro_factor * earlier.gyro_factor,
        )

    def acc(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return specific forces, shape (n, 3), put right."""
        return _mended(values, self.acc_axes, self.acc_factor)

    def gyro(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return angular rates, shape (n, 3), put right."""
        return _mended(values, self.gyro_axes, self.gyro_factor)


UNMENDED: Final = SensorMend()
"""The mend of a sensor with which nothing is wrong."""


def mend_in(settings: Mapping[str, str]) -> SensorMend:
    """Return the mend that settings ask for; raises `TrackerError` where one makes no sense."""
    return SensorMend(
        _axes(settings, "acc_axes"),
        _factor(settings, "acc_factor"),
        _axes(settings, "gyro_axes"),
        _factor(settings, "gyro_factor"),
    )


def axes_text(sources: tuple[int, ...], signs: tuple[int, ...]) -> str:
    """Return axes as text: for each, which it is read from, 0 to 2, and its sign."""
    return ",".join(
        f"{'-' if sign < 0 else ''}{'xyz'[source]}"
        for source, sign in zip(sources, signs, strict=True)
    )


_LEAVE_OUT: Final = _("To settle it, leave {given} out.")
_REPLACE: Final = _("To settle it, give {settings}, in place of {given}.")
_GIVE: Final = _("To settle it, give {settings}.")


def remedy_words(whole: SensorMend, given: SensorMend) -> str:
    """Return what to type so that a sensor is right from the start: `whole`, not `given`."""
    how = _REPLACE if given.text else _GIVE
    return (how if whole.text else _LEAVE_OUT).format(
        settings=f"--setting {' --setting '.join(whole.text.split())}", given=given.text
    )


def without_remedy(text: str) -> str:
    """Return a warning without its last sentence if that is one of `remedy_words`."""
    for how in (_LEAVE_OUT, _REPLACE, _GIVE):
        begins = how.partition("{")[0]
        if begins:
            text = text.partition(f" {begins}")[0]
    return text


def _mended(values: NDArray[np.float64], axes: str, factor: float) -> NDArray[np.float64]:
    if axes == AXES and factor == 1.0:
        return values
    columns = []
    for axis in axes.split(","):
        column = values[:, "xyz".index(axis[-1])]
        columns.append(column * (-factor if axis.startswith("-") else factor))
    import numpy as np

    return np.stack(columns, axis=1)


def _after(axes: str, earlier: str) -> str:
    """Return where each axis is read from if it is read from `earlier` axes."""
    before = earlier.split(",")
    read = []
    for axis in axes.split(","):
        source = before["xyz".index(axis[-1])]
        turned = axis.startswith("-") != source.startswith("-")
        read.append(f"{'-' if turned else ''}{source[-1]}")
    return ",".join(read)


def _axes(settings: Mapping[str, str], name: str) -> str:
    text = settings.get(name, AXES).replace(" ", "").lower()
    axes = text.split(",")
    bare = [axis.removeprefix("+").removeprefix("-") for axis in axes]
    if sorted(bare) != ["x", "y", "z"]:
        raise TrackerError(
            _("The setting {name} names x, y and z once each, got {text!r}.").format(
                name=name, text=settings[name]
            ),
            _("Write for example {name}=-x,-y,-z.").format(name=name),
        )
    return ",".join(axis.removeprefix("+") for axis in axes)


def _factor(settings: Mapping[str, str], name: str) -> float:
    text = settings.get(name, "1")
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if not 1e-6 <= abs(factor) <= 1e6:
        raise TrackerError(
            _("The setting {name} must be a number other than 0, got {text!r}.").format(
                name=name, text=text
            ),
            _("Write for example {name}=0.5.").format(name=name),
        )
    return factor
