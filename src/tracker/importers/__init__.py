"""Other programs' files as samples in SI units: sample CSVs and what phone apps save."""

from tracker.importers.files import TEXT_SUFFIXES, ZIP_SUFFIX
from tracker.importers.sample_csv import is_sample_csv, read_sample_csv
from tracker.importers.samples import (
    AccUnit,
    GyroUnit,
    ImportedSamples,
    ImportOptions,
    SampleTable,
    notifications_from_samples,
    problems_of,
)
from tracker.importers.sessions import is_session_folder, read_foreign
from tracker.importers.tables import has_motion

__all__ = [
    "TEXT_SUFFIXES",
    "ZIP_SUFFIX",
    "AccUnit",
    "GyroUnit",
    "ImportOptions",
    "ImportedSamples",
    "SampleTable",
    "has_motion",
    "is_sample_csv",
    "is_session_folder",
    "notifications_from_samples",
    "problems_of",
    "read_foreign",
    "read_sample_csv",
]
