"""Live events to other programs: as lines, to a broker, to a lab. Nothing waits for a reader.

`Delivery` is the sink that a session is given; what it delivers to is an `Outlet`, one module
each. The only room that names their libraries, which are extras.
"""

from tracker.outlets.delivery import Delivery, Outlet
from tracker.outlets.targets import open_outlet

__all__ = ["Delivery", "Outlet", "open_outlet"]
