"""Sessions written out line by line: what the sensor sends, and what the engine says to it."""

from __future__ import annotations

import pytest

from tests.playbook import play

PLAYBOOKS = {
    "a calibration by hand": """
        >> config
        >> still 3
        >> up 1
        << set 1 starts at 3.1
        << rep 1 counts at 3.9
        >> mark calibration
        << mark calibration at 4.0
        << rep 1 is withdrawn
        << set 1 ends with 0
        >> hold 4
        << level known at 7.0
        >> down 1.5
        >> still 1
        >> lifts 2
        << set 1 starts at 10.6
        << rep 1 counts at 11.4
        << rep 1 completes at 13.89
        << rep 2 counts at 15.6
        << rep 2 completes at 18.09
        >> end
        << set 1 ends with 2
    """,
    "a calibration that is given up": """
        >> config
        >> still 3
        >> mark calibration
        << mark calibration
        >> up 1
        >> hold 1
        >> mark set_stop
        << mark set_stop
        << level not found: another key was pressed
        >> end
    """,
    "a calibration by reps": """
        >> config
        >> still 3
        >> mark reference_reps
        << mark reference_reps at 3.0
        >> lift 1 1 1.5
        << set 1 starts at 3.1
        << rep 1 counts at 3.9
        >> still 0.7
        << rep 1 completes at 6.39
        << reference 1 of 3 at 6.39
        >> lift 1 0.2 1.5
        << rep 2 counts at 8.1
        >> still 0.7
        << rep 2 completes at 9.78
        << reference 1 of 3, not: its lockout was not held at 9.78
        >> lifts 2
        << rep 3 counts at 11.5
        << rep 3 completes at 13.98
        << reference 2 of 3 at 13.98
        << rep 4 counts at 15.7
        << rep 4 completes at 18.18
        << reference 3 of 3 at 18.18
        << level known by reps at 18.18
        >> end
        << set 1 ends with 4
    """,
    "reference reps that are too few": """
        >> config
        >> still 3
        >> mark reference_reps
        << mark reference_reps
        >> lifts 2
        << set 1 starts
        << rep 1 counts
        << rep 1 completes
        << reference 1 of 3
        << rep 2 counts
        << rep 2 completes
        << reference 2 of 3
        >> still 12
        << set 1 ends with 2
        << level not found: the set ended: 2 of 3 reference reps
        >> end
    """,
    "a set, from the first packet to the last word": """
        >> link connecting
        << link connecting
        >> link streaming
        << link streaming
        >> config
        >> still 3
        >> lift 1 1 1.5
        << set 1 starts at 3.1
        << rep 1 counts at 3.94
        >> still 0.7
        << rep 1 completes at 6.4
        >> lift 1 1 1.5
        << rep 2 counts at 8.14
        >> still 11
        << rep 2 completes at 10.6
        >> still 2
        << set 1 ends with 2 at 10.6
        >> end
    """,
    "one lift to get comfortable is withdrawn": """
        >> config
        >> still 3
        >> lift 1 1 1.5
        << set 1 starts
        << rep 1 counts
        >> still 20
        << rep 1 completes
        << rep 1 is withdrawn
        << set 1 ends with 0
        >> end
    """,
    "one lift counts where the wearer says so": """
        >> config
        >> still 2
        >> mark set_start
        << mark set_start at 2.0
        << set 1 starts at 2.0
        >> still 1
        >> lift 1 1 1.5
        << rep 1 counts at 3.94
        >> still 1
        << rep 1 completes
        >> mark set_stop
        << mark set_stop at 7.5
        << set 1 ends with 1
        >> still 13
        >> end
    """,
    "the end of the stream ends the set": """
        >> config
        >> still 3
        >> lifts 2
        << set 1 starts
        << rep 1 counts
        << rep 1 completes
        << rep 2 counts
        << rep 2 completes
        >> end
        << set 1 ends with 2
    """,
    "samples are lost during a hold": """
        >> config
        >> still 3
        >> lifts 2
        << set 1 starts
        << rep 1 counts
        << rep 1 completes
        << rep 2 counts
        << rep 2 completes
        >> up 1
        >> hold 0.5
        << rep 3 counts at 12.34
        >> silence 3
        >> hold 0.5
        << fault lost 60
        << gap of 3.0 s
        << rep 3 is cut, gap
        >> down 1.5
        >> still 1
        >> lift 1 1 1.5
        << rep 4 counts at 19.84
        >> still 13
        << rep 4 completes
        << set 1 ends with 4
        >> end
    """,
    "samples before the configuration have no scale": """
        >> still 0.05
        << fault unconfigured 1
        >> config
        >> still 3
        >> lifts 2
        << set 1 starts
        << rep 1 counts
        << rep 1 completes
        << rep 2 counts
        << rep 2 completes
        >> end
        << set 1 ends with 2
    """,
    "a configuration that comes again changes nothing": """
        >> config
        >> still 3
        >> lift 1 1 1.5
        << set 1 starts
        << rep 1 counts
        >> config
        >> still 0.7
        << rep 1 completes
        >> lift 1 1 1.5
        << rep 2 counts
        >> still 1
        << rep 2 completes
        >> end
        << set 1 ends with 2
    """,
    "a configuration that cannot be read stops the samples until there is one": """
        >> config
        >> still 1
        >> bytes config 00
        << fault version 1
        >> still 0.05
        << fault unconfigured 1
        >> config
        >> still 1
        << fault lost 1
        >> end
    """,
    "bytes that are nothing are told and forgotten": """
        >> config
        >> still 3
        >> bytes imu ff
        << fault version 1
        >> bytes imu 00 01 02 03 04 05 06 07 08 09
        << fault version 1
        >> bytes 0000beef-0000-1000-8000-00805f9b34fb 01 02
        << fault unknown_channel 1
        >> lifts 2
        << set 1 starts
        << rep 1 counts
        << rep 1 completes
        << rep 2 counts
        << rep 2 completes
        >> end
        << set 1 ends with 2
    """,
    "states of the link travel in their place": """
        >> config
        >> link stalled
        << link stalled
        >> link sleeping
        << fault format 1
        >> mark coffee
        << mark coffee
        >> link gone
        << link gone
        >> end
    """,
    "another sensor is recorded and not looked at": """
        >> config
        >> still 3
        >> other sensor 3
        >> still 3
        >> end
    """,
    "nothing at all": """
        >> end
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "at once"])
@pytest.mark.parametrize("script", PLAYBOOKS.values(), ids=PLAYBOOKS)
def test_the_playbook_comes_out_as_written(script: str, at_once: bool) -> None:
    play(script, at_once=at_once)


def test_a_key_right_after_a_rep_ends_its_set_for_good() -> None:
    play(
        """
        >> config
        >> mark set_start
        << mark set_start
        << set 1 starts
        >> still 3
        >> lift 1 1 1.5
        << rep 1 counts
        >> mark set_stop
        << mark set_stop
        << rep 1 completes
        << set 1 ends with 1
        >> still 3
        >> end
        """
    )
