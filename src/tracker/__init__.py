"""Counts hip thrusts and times every phase of them from a motion sensor on the hip.

`tracker.open` reads a session, `tracker.analyze` finds the reps in arrays, and `tracker.Engine`
does it while they come in. `import tracker` itself costs nothing: the first use of one of these
loads what it needs, which is never a screen or a radio.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.api import Engine, Session, analyze
    from tracker.api import open_session as open  # noqa: A004 - as `tracker.open`, never alone
    from tracker.domain import TrackerError
    from tracker.version import VERSION as __version__

__all__ = ["Engine", "Session", "TrackerError", "__version__", "analyze", "open"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load a public name at its first use (PEP 562): NumPy and SciPy take half a second."""
        match name:
            case "__version__":
                from tracker.version import VERSION as found
            case "TrackerError":
                from tracker.domain import TrackerError as found
            case "Engine":
                from tracker.api import Engine as found
            case "Session":
                from tracker.api import Session as found
            case "analyze":
                from tracker.api import analyze as found
            case "open":
                from tracker.api import open_session as found
            case _:
                raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """Name what can be used, loaded or not."""
        return sorted({*globals(), *__all__})
