"""The training log: in a file of SQLite, or on a server. The only room that knows SQL."""

from tracker.store.database import LOG_NAME, LogFailure, file_of, log_url
from tracker.store.edits import Edit, Field, MadeEdit, Overlaid
from tracker.store.log import Kept, Known, TrainingLog
from tracker.store.summary import SessionSummary, Wanted, Week, weeks

__all__ = [
    "LOG_NAME",
    "Edit",
    "Field",
    "Kept",
    "Known",
    "LogFailure",
    "MadeEdit",
    "Overlaid",
    "SessionSummary",
    "TrainingLog",
    "Wanted",
    "Week",
    "file_of",
    "log_url",
    "weeks",
]
