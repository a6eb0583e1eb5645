"""What a sensor with our own profile must do, by the numbers of the note's checklist.

The wording is that of `firmware_notes/01-profile.md`, section 17; a test compares the two. It is
quoted, as the titles of the sections are, and so English in every language. Only what to do
`elsewhere` is our own, and translated.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Requirement:
    """One *must* of the note."""

    number: str
    """Section and place in it, such as 5.4."""
    text: str
    """What the sensor must do, as a sentence."""
    elsewhere: str | None = None
    """Why it cannot be tried over the radio, and what to do instead; None if it can be tried."""

    @property
    def section(self) -> int:
        """The section of the note that says more."""
        return int(self.number.partition(".")[0])


_ALL: Final = (
    Requirement("1.1", "Acceleration has gravity in it: at rest it measures 1 g."),
    Requirement(
        "1.2",
        "Angular rate follows the right-hand rule about the axes of the acceleration.",
        _("turn it over: tracker pair --turn"),
    ),
    Requirement(
        "1.3",
        "The two readings of a sample are taken within half a sample period.",
        _("see how the chip is read; the bytes do not show it"),
    ),
    Requirement("2.1", "The service has imu, config and control, with their properties."),
    Requirement("2.2", "No pairing and no encryption is required."),
    Requirement(
        "2.3",
        "Any ATT MTU from 23 up is accepted.",
        _("the system chooses the MTU; connect with an app that can ask for 23"),
    ),
    Requirement("3.1", "The service is advertised."),
    Requirement("3.2", "Advertising resumes when the central disconnects."),
    Requirement("4.1", "The end of a connection stops the stream."),
    Requirement("4.2", "Notifications are disabled at the start of a connection."),
    Requirement("4.3", "The configuration persists until the next boot."),
    Requirement("5.1", "Each command is replied to within 1 s."),
    Requirement("5.2", "A reply holds the command with bit 7 set, a result and the state."),
    Requirement("5.3", "Stop while stopped and start while streaming succeed and change nothing."),
    Requirement("5.4", "An unknown command gets result 01."),
    Requirement("5.5", "Start without notifications of imu gets result 02 and starts nothing."),
    Requirement("5.6", "No packet comes before the reply to start."),
    Requirement("5.7", "No packet comes after the reply to stop."),
    Requirement(
        "5.8",
        "A silent chip gets result 03, an empty battery result 04.",
        _("disconnect the chip, and run it from a supply that you turn down"),
    ),
    Requirement("6.1", "The configuration is 20 bytes, of version 1, with unused flags 0."),
    Requirement("6.2", "The rate is 25 to 200 Hz."),
    Requirement("6.3", "32768 counts are 0.9 to 2 times the range."),
    Requirement("6.4", "Without the gyroscope, its flag, range and LSB are 0."),
    Requirement(
        "6.5",
        "The boot id is drawn at each boot.",
        _("restart it, and compare the boot id that is printed"),
    ),
    Requirement("6.6", "The boot id stays the same between boots."),
    Requirement("7.1", "A valid request succeeds, whatever is selected."),
    Requirement("7.2", "The nearest setting is selected, for each field."),
    Requirement("7.3", "A gyroscope that is not requested is not sent."),
    Requirement("7.4", "A request shorter than 8 bytes gets ATT error 0D."),
    Requirement(
        "7.5", "Another version, and a rate or acceleration range of 0, get ATT error 13."
    ),
    Requirement("7.6", "A request while streaming gets ATT error 80."),
    Requirement("8.1", "A packet is of version 1, and its reserved bit is 0."),
    Requirement("8.2", "A packet has at least one sample."),
    Requirement("8.3", "The gyro flag matches the configuration."),
    Requirement("8.4", "A value at the limit sets the saturated flag."),
    Requirement("9.1", "A packet is exactly as long as its header says."),
    Requirement(
        "9.2",
        "A value beyond the range is sent as the end of the range.",
        _("shake it hard while tracker record runs, and look for jumps between both ends"),
    ),
    Requirement(
        "9.3",
        "The samples of a packet are consecutive.",
        _("see how packets are filled after a loss; the bytes do not show it"),
    ),
    Requirement("11.1", "The sequence counter grows by 1 with each packet."),
    Requirement(
        "11.2",
        "Packets that could not be sent are missing from the sequence.",
        _("carry it away while tracker record runs, and compare the gaps"),
    ),
    Requirement("11.3", "The timestamp comes from a crystal, ±50 ppm or better."),
    Requirement("11.4", "The timestamp has a resolution of 100 µs or better."),
    Requirement("11.5", "Stop, start and a new connection do not reset the counters."),
    Requirement("13.1", "The configuration and all packets have the same version."),
    Requirement(
        "13.2",
        "A sensor of several versions speaks the oldest until another one is requested.",
        _("there is only one version yet"),
    ),
    Requirement("15.2", "If there is the command time, its reply has the clock of the packets."),
)

REQUIREMENTS: Final[Mapping[str, Requirement]] = MappingProxyType(
    {each.number: each for each in _ALL}
)
"""Every *must* of the note, by its number, in order."""

SECTIONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        1: "What the sensor measures",
        2: "GATT table",
        3: "Advertisement",
        4: "Connection",
        5: "Control",
        6: "Configuration value",
        7: "Configuration request",
        8: "Packet header",
        9: "Sample",
        11: "Counters",
        13: "Versions",
        15: "The clocks of two sensors",
    }
)
"""The titles of the sections that hold a *must*."""
