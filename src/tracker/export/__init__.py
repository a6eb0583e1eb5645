"""One module per output format; each is a pure function of what a session added up to."""

from tracker.export.session_json import SCHEMA, event_object, session_object

__all__ = ["SCHEMA", "event_object", "session_object"]
