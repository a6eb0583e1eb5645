"""The training screen in a browser: the only room that names aiohttp and textual-serve.

It runs a command whose screen goes through pipes, and knows nothing about training.
"""

from tracker.web.certificate import own_certificate
from tracker.web.events import EventFiles
from tracker.web.host import SessionHost
from tracker.web.server import Link, is_local, new_token, private_addresses, reachable_host, serve

__all__ = [
    "EventFiles",
    "Link",
    "SessionHost",
    "is_local",
    "new_token",
    "own_certificate",
    "private_addresses",
    "reachable_host",
    "serve",
]
