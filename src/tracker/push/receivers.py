"""Opens a target: the receiver of its service, with its secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.language import _
from tracker.push.errors import Unreachable, not_installed
from tracker.push.targets import SERVICES

if TYPE_CHECKING:
    from tracker.push.delivery import Receiver
    from tracker.push.secrets import Secret
    from tracker.push.targets import PushTarget


def open_receiver(name: str, target: PushTarget, secret: Secret | None) -> Receiver:
    """Open the target called `name`; nothing is sent yet.

    Raises `Unreachable` if it needs a secret and has none, and `TrackerError` if the extra is not
    installed.
    """
    service = SERVICES[target.service]
    if service.secret and service.secret_needed and secret is None:
        raise Unreachable(
            # Translators: {target} is a name, {secret} is "API key" or "password".
            _("{target} has no {secret}.").format(target=name, secret=service.secret),
            _("Enter it: {command}").format(command=f"tracker push --secret {name}"),
        )
    if target.service == "folder":
        from tracker.push.files import FolderReceiver

        return FolderReceiver(target)
    try:
        return _over_the_web(name, target, secret)
    except ModuleNotFoundError as missing:
        raise not_installed(missing) from missing


def _over_the_web(name: str, target: PushTarget, secret: Secret | None) -> Receiver:
    match target.service:
        case "intervals":
            from tracker.push.intervals import IntervalsReceiver

            return IntervalsReceiver(name, target, _needed(secret))
        case "hevy":
            from tracker.push.hevy import HevyReceiver

            return HevyReceiver(name, target, _needed(secret))
        case "wger":
            from tracker.push.wger import WgerReceiver

            return WgerReceiver(name, target, _needed(secret))
        case "webdav":
            from tracker.push.files import WebDavReceiver

            return WebDavReceiver(name, target, secret)
        case _:
            from tracker.push.webhook import WebhookReceiver

            return WebhookReceiver(name, target, secret)


def _needed(secret: Secret | None) -> Secret:
    assert secret is not None
    return secret
