"""The training log, in an SQLite file or on a server. The only room that knows SQL."""

from tracker.store.database import LogFailure, erase_log, file_of, log_url, place_beside
from tracker.store.edits import Edit, EditedWorkout, Field, MadeEdit
from tracker.store.log import Asked, RescoreCandidate, SessionDetail, TrainingLog
from tracker.store.pushes import Push, PushableSession, PushState
from tracker.store.summary import (
    NEWEST,
    SessionQuery,
    SessionSummary,
    Week,
    in_order,
    weeks,
)

__all__ = [
    "NEWEST",
    "Asked",
    "Edit",
    "EditedWorkout",
    "Field",
    "LogFailure",
    "MadeEdit",
    "Push",
    "PushState",
    "PushableSession",
    "RescoreCandidate",
    "SessionDetail",
    "SessionQuery",
    "SessionSummary",
    "TrainingLog",
    "Week",
    "erase_log",
    "file_of",
    "in_order",
    "log_url",
    "place_beside",
    "weeks",
]
