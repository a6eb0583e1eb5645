"""The training log: in a file of SQLite, or on a server. The only room that knows SQL."""

from tracker.store.edits import Edit, Field, MadeEdit, Overlaid
from tracker.store.log import Kept, Known, TrainingLog
from tracker.store.summary import SessionSummary, Wanted

__all__ = [
    "Edit",
    "Field",
    "Kept",
    "Known",
    "MadeEdit",
    "Overlaid",
    "SessionSummary",
    "TrainingLog",
    "Wanted",
]
