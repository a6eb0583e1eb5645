from __future__ import annotations

import pytest

from tracker.domain import TrackerError, UnknownNameError
from tracker.sensors.base import number, refuse_unknown, whole_number


def test_an_unknown_setting_is_named_with_the_nearest_known_one() -> None:
    with pytest.raises(UnknownNameError, match="acc_range_g") as caught:
        refuse_unknown({"acc_range": "8"}, "profile", ("rate_hz", "acc_range_g"))

    assert "Did you mean acc_range_g?" in str(caught.value)


def test_a_family_without_settings_says_so() -> None:
    with pytest.raises(TrackerError, match="takes no settings; 'rate_hz' was given"):
        refuse_unknown({"rate_hz": "100"}, "samples", ())


def test_known_settings_and_none_at_all_pass() -> None:
    refuse_unknown({"rate_hz": "100"}, "profile", ("rate_hz",))
    refuse_unknown({}, "samples", ())


def test_a_number_comes_from_its_text_or_is_the_default() -> None:
    assert whole_number({"rate_hz": "104"}, "rate_hz", 100) == 104
    assert whole_number({}, "rate_hz", 100) == 100


@pytest.mark.parametrize("text", ["", "fast", "99.5", "nan", "0x10"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(TrackerError, match="rate_hz must be a whole number"):
        whole_number({"rate_hz": text}, "rate_hz", 100)


def test_a_positive_number_comes_from_its_text_or_is_the_default() -> None:
    assert number({"acc_lsb_per_g": "8.75"}, "acc_lsb_per_g", 1.0, positive=True) == 8.75
    assert number({}, "acc_lsb_per_g", 1.5, positive=True) == 1.5


@pytest.mark.parametrize("text", ["", "fast", "0", "-1", "nan", "inf"])
def test_what_is_no_positive_number_is_refused(text: str) -> None:
    with pytest.raises(TrackerError, match="acc_lsb_per_g must be a number above 0"):
        number({"acc_lsb_per_g": text}, "acc_lsb_per_g", 8192.0, positive=True)
