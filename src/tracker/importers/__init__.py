"""Other programs' files as samples in SI units: sample CSVs and what phone apps save."""

from tracker.importers.phone_apps import ForeignSamples, ImportOptions, read_foreign
from tracker.importers.sample_csv import read_sample_csv
from tracker.importers.samples import AccUnit, GyroUnit, SampleTable, notifications_from_samples
from tracker.importers.tables import ZIP_SUFFIX, has_motion, texts_in

__all__ = [
    "ZIP_SUFFIX",
    "AccUnit",
    "ForeignSamples",
    "GyroUnit",
    "ImportOptions",
    "SampleTable",
    "has_motion",
    "notifications_from_samples",
    "read_foreign",
    "read_sample_csv",
    "texts_in",
]
