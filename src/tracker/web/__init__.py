"""The training screen in a browser: the only room that names aiohttp and textual-serve.

It runs a command whose screen goes through pipes, and knows nothing of what is trained.
"""

from tracker.web.link import Link, is_local, new_token, reachable_host
from tracker.web.server import serve
from tracker.web.showing import Showing

__all__ = ["Link", "Showing", "is_local", "new_token", "reachable_host", "serve"]
