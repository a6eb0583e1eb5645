"""Packages that add something, each with its mistake."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tracker.cli import main
from tracker.cli.exits import ExitCode
from tracker.domain import Fault, FaultReason, Notification, UnknownNameError
from tracker.domain.plugins import plug_ins
from tracker.export import formats
from tracker.sensors import Advertisement, families, family, family_problems, identify, registry

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(__file__).parents[2] / "examples" / "plugin" / "src"

MODULE = """
from tickbox.sensor import TICKBOX
from dataclasses import replace
from tracker.sensors import PacketDecoder

class Clumsy(PacketDecoder):
    def __init__(self):
        super().__init__({})

    def feed(self, notification):
        raise IndexError("out of my depth")

PROFILE = replace(TICKBOX, kind="profile")
AGAIN = replace(TICKBOX, title="The same kind again")
CLUMSY = replace(TICKBOX, kind="clumsy", new_decoder=lambda settings: Clumsy())
NUMBER = 7
"""

ENTRIES = """
[tracker.sensors]
a = tickbox.sensor:TICKBOX
again = mistakes:AGAIN
clumsy = mistakes:CLUMSY
gone = mistakes:GONE
missing = no_such_module:X
number = mistakes:NUMBER
ours = mistakes:PROFILE

[tracker.exports]
m = tickbox.markdown:MARKDOWN
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with every mistake, as pip leaves it."""
    (tmp_path / "mistakes.py").write_text(MODULE)
    metadata = tmp_path / "mistakes-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: mistakes\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._known.cache_clear()
    formats._known.cache_clear()
    yield
    registry._known.cache_clear()
    formats._known.cache_clear()
    for name in list(sys.modules):
        if name.partition(".")[0] in ("mistakes", "tickbox"):
            del sys.modules[name]


@pytest.mark.usefixtures("installed")
def test_what_is_right_is_there_and_what_is_wrong_costs_nothing_else() -> None:
    ours = {kind for kind in families() if kind not in ("tickbox", "clumsy")}
    assert {"profile", "witmotion", "samples"} <= ours
    assert family("tickbox").title == "Tickbox"
    assert family("profile") is not family("tickbox")
    assert family("profile").title != "Tickbox"
    found = dict(formats.formats())
    assert found["markdown"].suffix == ".md"
    assert formats.format_named("csv") is formats.FORMATS["csv"]
    for problem, why in zip(
        sorted(family_problems()),
        ["GONE", "is a int, expected a SensorFamily", "no_such_module", "'profile'", "'tickbox'"],
        strict=True,
    ):
        assert problem.startswith("mistakes: ")
        assert why in problem


@pytest.mark.usefixtures("installed")
def test_a_decoder_that_raises_costs_a_packet_and_not_the_training() -> None:
    decoder = family("clumsy").decoder({})
    (fault,) = decoder.feed(Notification(0, "x", b"\0"))
    assert isinstance(fault, Fault)
    assert fault.reason is FaultReason.FORMAT
    assert "IndexError: out of my depth" in fault.detail
    assert list(decoder.feed_run([Notification(0, "x", b"\0")])) == [fault]


@pytest.mark.usefixtures("installed")
def test_the_commands_know_them_and_doctor_says_what_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lying_still = "0000" + "0000" + "e803" + 3 * "0000"
    assert main(["decode", "--kind", "tickbox", lying_still]) == ExitCode.OK
    (frame,) = json.loads(capsys.readouterr().out)["frames"]
    assert frame["acc_mps2"] == [[0.0, 0.0, pytest.approx(9.80665)]]
    main(["doctor"])
    out = capsys.readouterr().out
    assert out.count("!!  plug-in") == 5
    assert "no_such_module" in out


def test_an_unknown_format_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean parquet"):
        formats.format_named("parkett")


def test_without_packages_nothing_is_added() -> None:
    assert plug_ins("tracker.nothing", object).found == ()
    assert list(formats.formats()) == list(formats.FORMATS)
    assert family_problems() == ()


@pytest.mark.usefixtures("installed")
def test_the_sensor_of_a_package_is_recognised_before_ours() -> None:
    # What a board with Nordic UART advertises, under the name of the package's sensor.
    uart = families()["nus"].services[0]
    found = identify(Advertisement("Tickbox", (uart,)))
    assert found is not None
    assert found.kind in ("tickbox", "clumsy")
