"""The export formats, each a pure function of a session; `formats` is the table of them."""

from tracker.export.session_json import SCHEMA, event_object, session_object

__all__ = ["SCHEMA", "event_object", "session_object"]
