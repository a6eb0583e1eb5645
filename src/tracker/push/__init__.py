"""Logged sessions to other services, folders and programs. The only room that names its libraries.

A `Receiver` is one target; `deliver` brings one session there, whatever happens on the way. What
was brought where is kept by the caller.
"""

from tracker.push.delivery import Delivered, Parcel, Receiver, deliver, exclusively
from tracker.push.errors import Gone, PushError, TryAgain, Unreachable
from tracker.push.receivers import open_receiver
from tracker.push.secrets import Secret, SecretStore, secret_variable
from tracker.push.targets import SERVICES, PushTarget, Service, checked_target, read_target

__all__ = [
    "SERVICES",
    "Delivered",
    "Gone",
    "Parcel",
    "PushError",
    "PushTarget",
    "Receiver",
    "Secret",
    "SecretStore",
    "Service",
    "TryAgain",
    "Unreachable",
    "checked_target",
    "deliver",
    "exclusively",
    "open_receiver",
    "read_target",
    "secret_variable",
]
