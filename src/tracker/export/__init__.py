"""The export formats, each a pure function of a session; `formats` is the table of them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.export.session_json import SCHEMA, event_object, session_object

__all__ = ["SCHEMA", "event_object", "session_object"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import what knows every event when it is asked for: the table of formats does not."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from tracker.export import session_json

        return getattr(session_json, name)
