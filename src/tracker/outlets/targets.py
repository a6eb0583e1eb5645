"""Where `--events` can go to, and how each target is written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from tracker.domain import InputError, TrackerError
from tracker.language import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.outlets.delivery import Outlet

STDOUT: Final = "-"
"""Stands for stdout."""

TARGETS: Final = (STDOUT, "FILE", "mqtt://HOST", "osc://HOST:PORT", "lsl:NAME")
"""Every kind of target, for the help."""

PASSWORD_VARIABLE: Final = "TRACKER_MQTT_PASSWORD"
"""Environment variable with the password for the broker: everybody can see what is typed."""

DEFAULT_LSL_NAME: Final = "tracker"


def open_outlet(target: str, environment: Mapping[str, str] = os.environ) -> Outlet:
    """Return the outlet for a target.

    Raises `TrackerError` if it can't be read or written, or its extra is not installed.
    """
    scheme, separator, rest = target.partition(":")
    if target == STDOUT:
        from tracker.outlets.lines import lines_to_stdout

        return lines_to_stdout()
    match scheme:
        case "mqtt" | "mqtts" if separator:
            return _mqtt(target, environment)
        case "osc" if separator:
            return _osc(target)
        case "lsl" if separator:
            try:
                from tracker.outlets.lsl import LslOutlet
            except (ModuleNotFoundError, RuntimeError) as missing:
                raise _missing("lsl", missing) from missing
            return LslOutlet(rest or DEFAULT_LSL_NAME)
    from tracker.outlets.lines import lines_to_file

    return lines_to_file(Path(target))


def _mqtt(target: str, environment: Mapping[str, str]) -> Outlet:
    try:
        from tracker.outlets.mqtt import MqttOutlet
    except ModuleNotFoundError as missing:
        raise _missing("mqtt", missing) from missing
    host, port = _address(target, "mqtt://broker.local")
    parts = urlsplit(target)
    if parts.password is not None:
        raise InputError(
            f"mqtt://{host}",
            _("a password in an address can be seen by everybody on this computer"),
            _("Put it into the environment variable {name}.").format(name=PASSWORD_VARIABLE),
        )
    encrypted = parts.scheme == "mqtts"
    prefix = parts.path.strip("/") or "tracker"
    if not set("+#?").isdisjoint(target):
        raise InputError(
            target, _("a topic to publish to has no wildcards"), _("Leave out +, # and ?.")
        )
    return MqttOutlet(
        host,
        port or (8883 if encrypted else 1883),
        prefix,
        None if parts.username is None else unquote(parts.username),
        environment.get(PASSWORD_VARIABLE),
        encrypted,
    )


def _osc(target: str) -> Outlet:
    try:
        from tracker.outlets.osc import OscOutlet
    except ModuleNotFoundError as missing:
        raise _missing("osc", missing) from missing
    example = "osc://127.0.0.1:9000"
    host, port = _address(target, example)
    if port is None:
        raise InputError(
            target, _("the port is missing"), _("For example {example}").format(example=example)
        )
    return OscOutlet(host, port)


def _address(target: str, example: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise InputError(
            target, _("is no address"), _("For example {example}").format(example=example)
        )
    return host, port


def _missing(extra: str, error: Exception) -> TrackerError:
    what = error.name if isinstance(error, ModuleNotFoundError) else str(error)
    return TrackerError(
        _("Events to {reader} need what is not installed: {missing}.").format(
            reader=extra, missing=what
        ),
        _("Install the extra: {command}").format(
            command=f'pip install "hip-thrust-tracker[{extra}]"'
        ),
    )
